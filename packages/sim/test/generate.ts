import { type Address, address4, address6, Prefix } from "@twoway/core";
import { type Network, readScenario } from "@twoway/sim";
import fc from "fast-check";
import type {
  PlainGateway,
  PlainNetwork,
  PlainPeering,
  PlainRoute,
  PlainSubnet,
  PlainTable,
  PlainVpc,
} from "./reference.ts";

/**
 * Small random networks in two forms: plain objects for the reference, and the scenario text that the simulator reads.
 * Everything is allowed that a lenient reader lets pass: overlapping VPCs, dead and foreign targets, every state.
 */

const SEED: number = Number(process.env.TWOWAY_SEED ?? 20260101);

/** Prints the seed once, on a line of its own (uvu writes dots without one), and returns what `fc.assert` needs. */
export function seeded(numRuns: number): { readonly seed: number; readonly numRuns: number } {
  if (!announced) console.log(`\nseed ${SEED}`);
  announced = true;
  return { seed: SEED, numRuns };
}
let announced = false;

/** Counts generated cases by class; a class that never occurs makes the property worthless. */
export class Tally {
  readonly #counts = new Map<string, number>();

  add(name: string): void {
    this.#counts.set(name, this.count(name) + 1);
  }

  count(name: string): number {
    return this.#counts.get(name) ?? 0;
  }

  /** Prints all counts and fails unless every one of these classes occurred. */
  print(what: string, needed: readonly string[]): void {
    const counts = [...this.#counts].sort(([a], [b]) => (a < b ? -1 : 1));
    console.log(`\npositive ${what}: ${counts.map(([name, n]) => `${name} ${n}`).join(", ")}`);
    const missing = needed.filter((name) => this.count(name) === 0);
    if (missing.length > 0) throw new Error(`${what}: no case of ${missing.join(", ")}`);
  }
}

const STATES = ["PENDING", "ACTIVE", "EXPIRED", "REJECTED", "DELETED", "FAILED", "ISOLATED"] as const;
const KINDS = ["internet", "nat", "vpn", "direct-connect", "other"] as const;

const p = Prefix.parse;
/** Several VPCs draw from so few blocks that overlaps are common. */
const BLOCKS4 = [p("10.0.0.0/24"), p("10.0.1.0/24"), p("10.0.0.0/23"), p("10.7.0.0/25"), p("172.16.0.0/26")];
const BLOCKS6 = [p("fd00::/64"), p("fd00:0:0:1::/64"), p("fd00::/63")];
const SECOND4 = [p("192.168.0.0/26"), p("192.168.0.64/26")];
const OUTSIDE = [p("8.8.8.8/32"), p("100.64.0.0/10"), p("2001:db8::1/128")];

export interface Generated {
  readonly plain: PlainNetwork;
  /** The same as a scenario in YAML. */
  readonly text: string;
}

/** Returns the network that the simulator reads from the text. */
export function simOf({ text }: Generated): Network {
  return readScenario(text, "generated.yaml").scenario.network;
}

export const networks: fc.Arbitrary<Generated> = fc.gen().map((g) => {
  const below = (max: number): number => g(fc.nat, { max: max - 1 });
  const often = (percent: number): boolean => below(100) < percent;
  const one = <T>(items: readonly T[]): T => items[below(items.length)];
  const times = <T>(n: number, make: (i: number) => T): T[] => Array.from({ length: n }, (_, i) => make(i));

  const main = often(60) ? "tencent" : "aws";
  const ids = times(2 + below(4), (i) => `vpc${i}`);
  const peerings = times(below(6), (i): PlainPeering => {
    const a = below(ids.length);
    const b = (a + 1 + below(ids.length - 1)) % ids.length;
    const far = often(8) ? "elsewhere" : ids[b];
    return { id: `pcx-${i}`, ends: [ids[a], far], state: often(70) ? "ACTIVE" : one(STATES) };
  });
  const gateways = times(below(5), (i): PlainGateway => {
    return { id: `gw-${i}`, kind: often(50) ? "nat" : one(KINDS), vpc: one(ids) };
  });
  const ranges = ids.map(() => {
    const v4 = often(85);
    const cidrs = [...(v4 ? [one(BLOCKS4)] : []), ...(!v4 || often(35) ? [one(BLOCKS6)] : [])];
    return { cidrs, secondary: v4 && often(30) ? [one(SECOND4)] : [] };
  });

  // a /28 or /29 (a /124 or /125) in one of the first slots of the block
  const slot = (block: Prefix, index: number): Prefix => {
    const bits = (block.family === 4 ? 28 : 124) + below(2);
    const start =
      typeof block.address === "number"
        ? address4(block.address + 16 * index)
        : address6(block.address + 16n * BigInt(index));
    return Prefix.from(start, bits);
  };
  const subnets = ids.map((_, v) =>
    times(1 + below(3), (i): PlainSubnet => {
      const { cidrs, secondary } = ranges[v];
      const block = one([...cidrs, ...cidrs, ...secondary]);
      const blocks = often(50) && secondary[0] !== block ? cidrs : [block];
      const own = blocks.map((cidr) => slot(cidr, i));
      const hosts = often(20) ? own.map((cidr) => offset(cidr.address, 2 + below(5))) : undefined;
      return { id: `s${v}${i}`, cidrs: own, table: undefined, hosts };
    }),
  );

  const known = [...ranges.flatMap((range) => [...range.cidrs, ...range.secondary])];
  const destinations = [...known, ...known, ...subnets.flat().flatMap(({ cidrs }) => cidrs), ...OUTSIDE];
  const anyTarget = (v: number): string => {
    const mine = peerings.filter(({ ends }) => ends.includes(ids[v]));
    const near = gateways.filter(({ vpc }) => vpc === ids[v]);
    if (often(75) && mine.length + near.length > 0) return one([...mine, ...near]).id;
    return one([...peerings, ...gateways, { id: "gone-1" }, { id: "blackhole" }]).id;
  };
  const tableOf = (id: string, v: number): PlainTable => {
    const routes: PlainRoute[] = [];
    for (const { id: target, ends } of peerings) {
      // the routes that somebody who knows what he does would write
      if (!ends.includes(ids[v]) || !often(75)) continue;
      const far = ids.indexOf(ends[0] === ids[v] ? ends[1] : ends[0]);
      for (const prefix of [...(ranges[far]?.cidrs ?? []), ...(ranges[far]?.secondary ?? [])])
        routes.push({ prefix, target, enabled: often(95) });
    }
    for (let n = below(6); n > 0; n--) {
      const block = one(destinations);
      const width = block.family === 4 ? 32 : 128;
      const bits = one([block.bits, block.bits, 0, 8 + below(25), width, width - below(6)]);
      const prefix = routes.length > 0 && often(15) ? one(routes).prefix : Prefix.from(block.address, bits);
      routes.push({ prefix, target: anyTarget(v), enabled: often(85) });
    }
    return { id, routes: often(5) ? "unknown" : routes };
  };
  const vpcs = ids.map((id, v): PlainVpc => {
    const extra = times(below(3), (i) => tableOf(`rt-${v}${i}`, v));
    const placed = subnets[v].map((subnet) =>
      extra.length > 0 && often(40) ? { ...subnet, table: one(extra).id } : subnet,
    );
    const profile = often(85) ? main : one(["tencent", "aws"] as const);
    return { id, profile, ...ranges[v], subnets: placed, main: tableOf(`${id}/main`, v), tables: extra };
  });
  const range = one(BLOCKS4);
  const server: PlainSubnet = {
    id: "servers",
    cidrs: [slot(range, below(3))],
    table: undefined,
    hosts: undefined,
  };
  const classic: PlainVpc = {
    id: "classic",
    profile: main,
    cidrs: [range],
    secondary: [],
    subnets: [server],
    main: { id: "classic/main", routes: [] },
    tables: [],
    classic: true,
  };
  const plain = { vpcs: often(20) ? [...vpcs, classic] : vpcs, peerings, gateways };
  return { plain, text: yamlOf(plain, main) };
});

export function offset(address: Address, by: number): Address {
  return typeof address === "number" ? address4(address + by) : address6(address + BigInt(by));
}

/** Writes the network as somebody would by hand. */
export function yamlOf({ vpcs, peerings, gateways }: PlainNetwork, profile: string): string {
  const list = (items: readonly unknown[]): string => `[${items.map((item) => `"${item}"`).join(", ")}]`;
  const hostList = (hosts: readonly Address[] | undefined): string =>
    hosts === undefined
      ? ""
      : `, hosts: { ${hosts.map((host, i) => `h${i}: "${formatted(host)}"`).join(", ")} }`;
  const routesOf = ({ routes }: PlainTable): string =>
    routes === "unknown"
      ? "unknown"
      : list(
          routes.map(({ prefix, target, enabled }) => `${prefix} -> ${target}${enabled ? "" : " disabled"}`),
        );
  const lines = [`profile: ${profile}`, "load: lenient", "vpcs:"];
  for (const vpc of vpcs) {
    lines.push(`  ${vpc.id}:`, `    profile: ${vpc.profile}`, `    cidr: ${list(vpc.cidrs)}`);
    if (vpc.classic === true) lines.push("    classic: true");
    if (vpc.secondary.length > 0) lines.push(`    secondary: ${list(vpc.secondary)}`);
    lines.push("    subnets:");
    for (const { id, cidrs, hosts } of vpc.subnets)
      lines.push(`      ${id}: { cidr: ${list(cidrs)}${hostList(hosts)} }`);
  }
  if (peerings.length > 0) lines.push("peerings:");
  for (const { id, ends, state } of peerings)
    lines.push(`  ${id}: { requester: ${ends[0]}, accepter: ${ends[1]}, state: ${state} }`);
  if (gateways.length > 0) lines.push("gateways:");
  for (const { id, kind, vpc } of gateways) lines.push(`  ${id}: ${kind} ${vpc}`);
  lines.push("routes:");
  for (const { id, subnets, main, tables, classic } of vpcs) {
    if (classic !== true) lines.push(`  ${id}: ${routesOf(main)}`);
    for (const table of tables) {
      const users = subnets
        .filter((subnet) => subnet.table === table.id)
        .map((subnet) => `${id}/${subnet.id}`);
      lines.push(`  ${table.id}: { vpc: ${id}, subnets: ${list(users)}, routes: ${routesOf(table)} }`);
    }
  }
  return `${lines.join("\n")}\n`;
}

function formatted(address: Address): string {
  return `${Prefix.from(address, typeof address === "number" ? 32 : 128)}`.replace(/\/\d+$/, "");
}

/** Returns every address at which something may change, and its neighbours: all that can go wrong by one. */
export function edgesOf({ vpcs }: PlainNetwork): Address[] {
  const edges = new Set<Address>();
  const add = (address: Address): void => {
    for (const by of [-1, 0, 1]) {
      const near = typeof address === "number" ? address + by : address + BigInt(by);
      if (typeof near === "number" && near >= 0 && near <= 0xffffffff) edges.add(address4(near));
      if (typeof near === "bigint" && near >= 0n && near < 1n << 128n) edges.add(address6(near));
    }
  };
  for (const { cidrs, secondary, subnets, main, tables } of vpcs) {
    const routed = [main, ...tables].flatMap(({ routes }) => (routes === "unknown" ? [] : routes));
    const blocks = [...cidrs, ...secondary, ...subnets.flatMap((subnet) => subnet.cidrs)];
    for (const block of [...blocks, ...routed.map(({ prefix }) => prefix)]) {
      add(block.address);
      add(block.last);
    }
    for (const { hosts } of subnets) for (const host of hosts ?? []) add(host);
  }
  return [...edges];
}
