import { createHash } from "node:crypto";
import { drawFrom } from "../seeded-table.ts";
import { FAMILIES, type Family, type Plan, type Rules } from "./families.ts";

/**
 * A generated network of VPCs as typed arrays, from which everybody who is measured makes what he needs. IPv4, rules of
 * AWS, every peering ACTIVE.
 *
 *   VPC      0 … V-1   vpcLo, vpcBits: its CIDR, a /20
 *   subnet   0 … S-1   by VPC (v has vpcSub[v] … vpcSub[v+1]-1), ascending: subLo, subBits; subTable: the table it obeys
 *   table    0 … T-1   by VPC, the main one first: its routes are rows tabOff[t] … tabOff[t+1]-1
 *   route    0 … R-1   by table, in the order of `Prefix.compare`, no destination twice
 *                      routeTarget: a peering, or NAT for the gateway of the table's VPC
 *   peering  0 … P-1   peerA, peerB: the VPCs that it joins
 */
export interface Fabric {
  readonly name: string;
  readonly vpcLo: Uint32Array;
  readonly vpcBits: Uint8Array;
  readonly vpcSub: Uint32Array;
  readonly subLo: Uint32Array;
  readonly subBits: Uint8Array;
  readonly subVpc: Uint32Array;
  readonly subTable: Uint32Array;
  readonly tabVpc: Uint32Array;
  readonly tabOff: Uint32Array;
  readonly routeLo: Uint32Array;
  readonly routeBits: Uint8Array;
  readonly routeTarget: Int32Array;
  readonly peerA: Uint32Array;
  readonly peerB: Uint32Array;
}

export const NAT = -1;
/** What AWS keeps of every subnet: the first four addresses and the last. Only the others are counted. */
export const RESERVED_FIRST = 4;
export const RESERVED_LAST = 1;

/** Returns the network of this family and size; the same seed gives the same one on every machine. */
export function fabricOf(family: Family, vpcs: number, seed: number): Fabric {
  const draw = drawFrom(seed);
  const rules = FAMILIES[family];
  const { ends, twin } = rules.plan(vpcs, draw);
  const vpcLo = Uint32Array.from({ length: vpcs }, (_, v) => FIRST + (twin[v] ?? v) * VPC_SIZE);
  const subnets = drawSubnets(vpcLo, rules, draw);
  const tables = drawTables(vpcLo, subnets, ends, rules, draw);
  return {
    name: `${family} ${vpcs}`,
    vpcLo,
    vpcBits: new Uint8Array(vpcs).fill(20),
    ...subnets,
    ...tables,
    peerA: Uint32Array.from(ends, ([a]) => a),
    peerB: Uint32Array.from(ends, ([, b]) => b),
  };
}

/** Returns the SHA-256 of all arrays, in the order of the interface, as bytes of little endian numbers. */
export function fingerprint(fabric: Fabric): string {
  const hash = createHash("sha256");
  for (const part of Object.values(fabric)) {
    if (typeof part === "string") hash.update(part);
    else hash.update(new Uint8Array(part.buffer, part.byteOffset, part.byteLength));
  }
  return hash.digest("hex");
}

/** Addresses are cut from 10.0.0.0 upwards, past what is private when there are many VPCs, which AWS allows. */
const FIRST = 0x0a000000;
const VPC_SIZE = 4096;
const SLOT = 256;

type Draw = (below: number) => number;
type Subnets = Pick<Fabric, "vpcSub" | "subLo" | "subBits" | "subVpc" | "subTable">;

/** Four to ten /24 slots of each VPC; now and then a smaller block inside its slot. Tables come later. */
function drawSubnets(vpcLo: Uint32Array, { small }: Rules, draw: Draw): Subnets {
  const lo: number[] = [];
  const bits: number[] = [];
  const vpc: number[] = [];
  const vpcSub = new Uint32Array(vpcLo.length + 1);
  for (let v = 0; v < vpcLo.length; v++) {
    const count = 4 + draw(7);
    for (let slot = 0, left = count; slot < 16 && left > 0; slot++) {
      if (draw(16 - slot) >= left) continue;
      left--;
      lo.push(vpcLo[v] + slot * SLOT);
      bits.push(draw(100) < small ? 25 + draw(4) : 24);
      vpc.push(v);
    }
    vpcSub[v + 1] = lo.length;
  }
  return {
    subLo: Uint32Array.from(lo),
    subBits: Uint8Array.from(bits),
    subVpc: Uint32Array.from(vpc),
    subTable: new Uint32Array(lo.length),
    vpcSub,
  };
}

type Tables = Pick<Fabric, "tabVpc" | "tabOff" | "routeLo" | "routeBits" | "routeTarget">;

/** One to four tables for each VPC, and the routes of each; fills in which table each subnet obeys. */
function drawTables(
  vpcLo: Uint32Array,
  { subLo, subBits, subTable, vpcSub }: Subnets,
  ends: Plan["ends"],
  rules: Rules,
  draw: Draw,
): Tables {
  const peerings = Array.from({ length: vpcLo.length }, (): number[] => []);
  for (const [p, [a, b]] of ends.entries()) {
    peerings[a].push(p);
    peerings[b].push(p);
  }
  const tabVpc: number[] = [];
  const tabOff = [0];
  let lo = new Uint32Array(1 << 16);
  let bits = new Uint8Array(1 << 16);
  let target = new Int32Array(1 << 16);
  let used = 0;
  for (let v = 0; v < vpcLo.length; v++) {
    const first = tabVpc.length;
    const count = 1 + draw(4);
    for (let s = vpcSub[v]; s < vpcSub[v + 1]; s++) subTable[s] = first + draw(count);
    for (let t = 0; t < count; t++) {
      tabVpc.push(v);
      const rows = new Map<number, number>(); // destination -> target
      const add = (address: number, length: number, to: number): void => {
        const block = length === 0 ? 0 : (address & (-1 << (32 - length))) >>> 0;
        const key = block * 64 + length;
        const inside = block >= vpcLo[v] && block < vpcLo[v] + VPC_SIZE && length >= 20;
        if (!inside && !rows.has(key)) rows.set(key, to);
      };
      if (draw(2) === 0) add(0, 0, NAT);
      const mine = peerings[v];
      for (const p of mine) {
        if (draw(100) < rules.missing) continue; // nobody wrote this one
        const far = ends[p][0] === v ? ends[p][1] : ends[p][0];
        if (draw(100) < rules.whole) add(vpcLo[far], 20, p);
        else for (let s = vpcSub[far]; s < vpcSub[far + 1]; s++) add(subLo[s], subBits[s], p);
      }
      const wanted = rules.routes[0] + draw(rules.routes[1] - rules.routes[0] + 1);
      // more specific ones, most of them to where the packet would go anyway
      for (let tries = 0; mine.length > 0 && rows.size < wanted && tries < 4 * wanted; tries++) {
        const p = mine[draw(mine.length)];
        const far = ends[p][0] === v ? ends[p][1] : ends[p][0];
        const [from, to] = rules.specific;
        const other = draw(100) < rules.astray ? mine[draw(mine.length)] : p;
        add(vpcLo[far] + draw(VPC_SIZE), from + draw(to - from + 1), other);
      }
      const keys = Float64Array.from(rows.keys()).sort();
      if (used + keys.length > lo.length) {
        const size = 2 * Math.max(lo.length, keys.length);
        [lo, bits, target] = [grown(lo, size), grown(bits, size), grown(target, size)];
      }
      for (const key of keys) {
        lo[used] = Math.floor(key / 64);
        bits[used] = key % 64;
        target[used++] = rows.get(key) as number;
      }
      tabOff.push(used);
    }
  }
  return {
    tabVpc: Uint32Array.from(tabVpc),
    tabOff: Uint32Array.from(tabOff),
    routeLo: lo.slice(0, used),
    routeBits: bits.slice(0, used),
    routeTarget: target.slice(0, used),
  };
}

function grown<T extends Uint8Array | Uint32Array | Int32Array>(column: T, size: number): T {
  const copy = new (column.constructor as new (size: number) => T)(size);
  copy.set(column);
  return copy;
}
