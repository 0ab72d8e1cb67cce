import type { Address } from "@twoway/core";
import type { Network } from "../model/network.ts";
import { ELSEWHERE, UNSAID } from "./flow-records.ts";

/** Where a record was taken: at an interface, else somewhere in a subnet, else somewhere in a VPC. */
export interface RecordPlace {
  readonly vpc: string;
  readonly subnet?: string;
  /** Of an interface: its own addresses. */
  readonly addresses?: readonly Address[];
}

/**
 * The ids by which flow logs name VPCs, subnets and interfaces, found by their bytes, so that no string is made for a
 * record. It holds what the network has and never grows with the log. An id that several things have names none of them.
 */
export class KnownPlaces {
  /** By the number that a record carries; nothing stands at UNSAID and ELSEWHERE. */
  readonly places: readonly (RecordPlace | undefined)[];
  readonly #vpcs: Words;
  readonly #subnets: Words;
  readonly #interfaces: Words;

  /** Of several networks, as before and after a change, the first that has an id says what it is. O(VPCs, subnets, hosts). */
  constructor(networks: readonly Network[]) {
    const places: (RecordPlace | undefined)[] = [undefined, undefined];
    const vpcs = new Map<string, number>();
    const subnets = new Map<string, number>();
    const interfaces = new Map<string, number>();
    for (const network of networks) {
      const found = { subnets: new Map<string, number>(), interfaces: new Map<string, number>() };
      const once = (map: Map<string, number>, id: string, place: number): unknown =>
        map.set(id, map.has(id) ? UNSAID : place);
      for (const vpc of network.vpcs.values()) {
        const own = places.push({ vpc: vpc.id }) - 1;
        if (!vpcs.has(vpc.id)) vpcs.set(vpc.id, own);
        for (const subnet of vpc.subnets.values()) {
          const place = places.push({ vpc: vpc.id, subnet: subnet.id }) - 1;
          once(found.subnets, subnet.id, place);
          for (const [id, { addresses }] of subnet.hosts ?? [])
            once(found.interfaces, id, places.push({ vpc: vpc.id, subnet: subnet.id, addresses }) - 1);
        }
      }
      for (const [all, some] of [
        [subnets, found.subnets],
        [interfaces, found.interfaces],
      ] as const)
        for (const [id, place] of some) if (!all.has(id)) all.set(id, place);
    }
    this.places = places;
    this.#vpcs = new Words(vpcs);
    this.#subnets = new Words(subnets);
    this.#interfaces = new Words(interfaces);
  }

  /** The three return the number of what has the id; UNSAID for an interface that is not known, since hosts need no id. */
  vpc(bytes: Uint8Array, start: number, end: number): number {
    return this.#vpcs.find(bytes, start, end) ?? ELSEWHERE;
  }

  subnet(bytes: Uint8Array, start: number, end: number): number {
    return this.#subnets.find(bytes, start, end) ?? ELSEWHERE;
  }

  interface(bytes: Uint8Array, start: number, end: number): number {
    return this.#interfaces.find(bytes, start, end) ?? UNSAID;
  }
}

/** Words with a number each, looked up by their bytes. */
class Words {
  readonly #first = new Map<number, { readonly bytes: Uint8Array; readonly value: number }[]>();

  constructor(words: ReadonlyMap<string, number>) {
    const encoder = new TextEncoder();
    for (const [word, value] of words) {
      const bytes = encoder.encode(word);
      const hash = hashOf(bytes, 0, bytes.length);
      const bucket = this.#first.get(hash);
      if (bucket === undefined) this.#first.set(hash, [{ bytes, value }]);
      else bucket.push({ bytes, value });
    }
  }

  find(bytes: Uint8Array, start: number, end: number): number | undefined {
    const bucket = this.#first.get(hashOf(bytes, start, end));
    if (bucket === undefined) return undefined;
    for (const word of bucket) if (isSame(word.bytes, bytes, start, end)) return word.value;
    return undefined;
  }
}

/** FNV-1a. */
function hashOf(bytes: Uint8Array, start: number, end: number): number {
  let hash = 0x811c9dc5;
  for (let i = start; i < end; i++) hash = Math.imul(hash ^ bytes[i], 0x01000193);
  return hash;
}

function isSame(own: Uint8Array, bytes: Uint8Array, start: number, end: number): boolean {
  if (own.length !== end - start) return false;
  for (let i = 0; i < own.length; i++) if (own[i] !== bytes[start + i]) return false;
  return true;
}
