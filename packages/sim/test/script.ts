import { Prefix } from "@twoway/core";
import { type Network, type Route, Routes } from "@twoway/sim";
import fc from "fast-check";
import { read } from "./notation.ts";

/** Random actions on random networks, one line at a time, and what a network says as text. */

/** Fourteen VPCs of three accounts and two regions; some ranges meet. v0 gets most of the peerings. */
const COUNT = 14;

export function start(profile: string): Network {
  const vpcs = Array.from({ length: COUNT }, (_, i) => {
    const cidr = i === 12 ? "10.3.64.0/18" : i === 13 ? "10.0.0.0/20" : `10.${i}.0.0/16`;
    const secondary = i === 5 ? ", secondary: 10.6.192.0/24" : "";
    const subnets =
      i === 0 ? ", subnets: { a: 10.0.1.0/24, h: { cidr: 10.0.2.0/24, hosts: { x: 10.0.2.9 } } }" : "";
    return `  v${i}: { cidr: ${cidr}${secondary}${subnets}, region: ${i % 4 === 3 ? "south" : "north"}, account: c${i % 3} }`;
  });
  return read(`
profile: ${profile}
vpcs:
${vpcs.join("\n")}
gateways: { nat0: nat v0, natx: nat v0, nat1: nat v1 }
routes: { t0: { vpc: v0, subnets: [a], routes: [172.31.0.0/16 -> nat0] }, dark: { vpc: v0, routes: unknown } }`);
}

/** How often each kind is drawn, of a hundred or so. */
const WEIGHTS = {
  "create-peering": 26,
  "accept-peering": 9,
  "modify-peering": 4,
  "reject-peering": 2,
  "enable-peering": 4,
  "delete-peering": 3,
  "isolate-peering": 3,
  "restore-peering": 3,
  "dismiss-peering": 3,
  "add-route": 10,
  "replace-route": 5,
  "delete-route": 3,
  "enable-route": 3,
  "disable-route": 3,
  "reset-routes": 3,
  "create-vpc": 2,
  "delete-vpc": 2,
  "add-cidr": 5,
  "remove-cidr": 3,
  "create-subnet": 5,
  "delete-subnet": 2,
  "create-table": 3,
  "delete-table": 3,
  associate: 4,
  "advance-clock": 3,
} as const;

type Kind = keyof typeof WEIGHTS;
export const KINDS = Object.keys(WEIGHTS) as readonly Kind[];
const DRAW: readonly Kind[] = KINDS.flatMap((kind) => Array<Kind>(WEIGHTS[kind]).fill(kind));

/** Small numbers are no likelier than large ones, as they are by default. */
const uniform = (max: number): fc.Arbitrary<number> => fc.noBias(fc.nat({ max: Math.max(0, max - 1) }));

/** Draws an action that has something to do with the network: most name what is there, some do not. */
export function drawLine(g: fc.GeneratorValue, network: Network): string {
  const below = (max: number): number => g(uniform, max);
  const often = (percent: number): boolean => below(100) < percent;
  const pick = <T>(of: readonly T[]): T => of[below(of.length)];
  const { vpcs, peerings, gateways } = network;
  const byName = [...vpcs.keys()];
  const vpc = (): string =>
    often(3) || byName.length === 0 ? "nobody" : often(45) ? byName[0] : pick(byName);
  const peering = (...states: readonly string[]): string => {
    const fit = [...peerings.values()].filter(({ state }) => often(10) || states.includes(state));
    return fit.length === 0 ? "p0" : pick(fit).id;
  };
  const subnetOf = (id: string): string => pick([...(vpcs.get(id)?.subnets.keys() ?? []), "ghost"]);
  const tables = [...vpcs.values()].flatMap((own) => [...own.tables.values()]);
  const tableOf = (id: string): string =>
    pick(tables.filter((table) => table.vpc === id || often(3)))?.id ?? id;
  const fresh = (letter: string, used: number): string =>
    often(2) ? "local" : often(2) ? `${letter}0` : `${letter}${used}`;
  const block = (): string => `10.${below(COUNT)}.${64 * below(4)}.0/${often(90) ? 20 : 29}`;
  const route = (): string => {
    const filled = tables.filter(({ routes }) => (routes?.size ?? 0) > 0);
    if (filled.length === 0 || often(5)) return "v0 10.9.9.0/24";
    const table = pick(filled);
    const rows = [...table.routes!];
    const dead = rows.find(({ target }) => !["ACTIVE", undefined].includes(peerings.get(target)?.state));
    return `${table.id} ${(often(50) ? dead : undefined)?.destination ?? pick(rows).destination}`;
  };
  const target = (id: string): string => {
    const near = [...peerings.values()].filter(
      ({ requester, accepter, state }) =>
        [requester.vpc, accepter.vpc].includes(id) && (often(15) || state === "ACTIVE"),
    );
    return often(25) || near.length === 0 ? pick([...gateways.keys(), "nobody"]) : pick(near).id;
  };
  const behind = (id: string, hop: string): string => {
    const ends = peerings.get(hop);
    const far = ends === undefined ? "" : ends.requester.vpc === id ? ends.accepter.vpc : ends.requester.vpc;
    return often(85) ? `${vpcs.get(far)?.cidrs[0] ?? "172.31.0.0/16"}` : `10.${below(COUNT)}.0.0/16`;
  };
  const body = (kind: Kind): string => {
    switch (kind) {
      case "create-peering": {
        const [near, far] = [
          often(60) ? "v0" : vpc(),
          often(80) ? (byName[1 + (peerings.size % COUNT)] ?? "v1") : vpc(),
        ];
        const cross = vpcs.get(near)?.region !== vpcs.get(far)?.region;
        const cap = cross ? often(90) : often(3);
        const ends = often(70) ? `${near} - ${far}` : `${far} - ${near}`;
        return `${fresh("p", peerings.size)} ${ends}${cap ? ` bandwidth ${often(90) ? 100 : 30}` : ""}`;
      }
      case "modify-peering":
        return `${peering("ACTIVE", "PENDING")}${often(50) ? ` bandwidth ${pick([10, 200, 500, 33])}` : ""}${
          often(50) ? ` name ${often(80) ? pick(["x", "y"]) : "z".repeat(60 + below(2))}` : ""
        }`;
      case "accept-peering":
      case "reject-peering":
        return peering("PENDING");
      case "enable-peering":
        return peering("EXPIRED");
      case "delete-peering":
      case "isolate-peering":
        return peering("ACTIVE");
      case "restore-peering":
        return peering("ISOLATED");
      case "dismiss-peering":
        return peering("DELETED", "REJECTED", "FAILED");
      case "add-route": {
        const id = vpc();
        const hop = target(id);
        return `${often(60) ? id : tableOf(id)} ${behind(id, hop)} -> ${hop}`;
      }
      case "replace-route": {
        const [table, destination] = route().split(" ");
        const owner = tables.find(({ id }) => id === table)?.vpc ?? table;
        return `${table} ${destination} -> ${often(40) ? pick(["nat0", "natx"]) : target(owner)}`;
      }
      case "delete-route":
      case "enable-route":
      case "disable-route":
        return route();
      case "reset-routes": {
        const id = vpc();
        const some = Array.from({ length: below(4) }, () => {
          const hop = often(85) ? target(id) : "nat0";
          return `${behind(id, hop)} -> ${hop}${often(15) ? " disabled" : ""}`;
        });
        return [often(60) ? id : tableOf(id), [...new Set(some)].join(" and ")].join(" ").trimEnd();
      }
      case "create-vpc": {
        const account = often(50) ? ` account c${below(3)}` : "";
        return `${fresh("n", vpcs.size + peerings.size)} ${often(85) ? block() : "11.0.0.0/8"}${often(50) ? " region south" : ""}${account}`;
      }
      case "delete-vpc":
        return often(70) ? (byName.at(-1) ?? "nobody") : vpc();
      case "add-cidr":
        return `${vpc()} ${often(60) ? `172.${16 + below(16)}.${below(8)}.0/24` : block()}`;
      case "remove-cidr": {
        const grown = [...vpcs.values()].filter(({ secondary }) => secondary.length > 0);
        if (grown.length === 0 || often(10)) return `${vpc()} ${block()}`;
        const own = pick(grown);
        return `${own.id} ${pick(often(90) ? own.secondary : own.cidrs)}`;
      }
      case "create-subnet": {
        const id = vpc();
        const own = vpcs.get(id);
        const [a, b, c] = `${pick([...(own?.cidrs ?? []), ...(own?.secondary ?? [])]) ?? "10.0.0.0"}`.split(
          ".",
        );
        const third = often(60) ? Number(c) : below(8);
        const name = often(90) ? pick(["a", "b", "c", "d"]) : "local";
        return `${id}/${name} ${a}.${often(95) ? b : 99}.${third}.0/${often(95) ? 24 : 29}`;
      }
      case "delete-subnet": {
        const id = vpc();
        return `${id}/${subnetOf(id)}`;
      }
      case "create-table":
        return `${fresh("t", 1 + below(6))} ${vpc()}`;
      case "delete-table":
        return often(90) ? tableOf(vpc()) : vpc();
      case "associate": {
        const id = often(70) ? (byName[0] ?? "nobody") : vpc();
        return `${id}/${subnetOf(id)} ${often(20) ? id : tableOf(id)}`;
      }
      case "advance-clock":
        return `${often(30) ? 7 : 1}d`;
      default:
        return kind satisfies never;
    }
  };
  const kind = pick(DRAW);
  return `${kind} ${body(kind)}${often(12) ? ` as c${below(4)}` : ""}`;
}

/** Asks for the peering of v0 with the i-th other VPC, as it should be asked for. */
export function joinLine(network: Network, i: number): string {
  const [hub, spoke] = [network.vpcs.get("v0"), network.vpcs.get(`v${i + 1}`)];
  const cross = hub?.region !== spoke?.region && hub?.profile.crossRegionCap !== "none";
  return `create-peering p${network.peerings.size} v0 - v${i + 1}${cross ? " bandwidth 100" : ""}`;
}

/** Everything that the network says, with its places and in its order. */
export function snapshot(network: Network): string {
  return JSON.stringify(network, (key, value) => {
    if (key === "profile") return value.name ?? value;
    if (value instanceof Map) return [...value];
    return isRoutes(value)
      ? [...value].map((route) => ({ ...route, destination: `${route.destination}` }))
      : value;
  });
}

/** What the network says, whatever the places and the order in which it was written. */
export function contents(network: Network): string {
  const tidy = (value: unknown): unknown => {
    if (typeof value === "bigint") return `${value}`;
    if (typeof value !== "object" || value === null) return value;
    if (isRoutes(value)) {
      return [...value].map(({ destination, target, enabled }) => `${destination} -> ${target} ${enabled}`);
    }
    if ("codes" in value && "name" in value) return value.name; // a profile
    if (value instanceof Map) return [...value].map(tidy).sort(byText);
    if (Array.isArray(value)) return value.map(tidy);
    if (value instanceof Prefix) return `${value}`;
    return Object.entries(value)
      .filter(([key]) => key !== "source")
      .map(([key, part]) => [key, key === "secondary" ? [...part].map(tidy).sort() : tidy(part)])
      .sort(byText);
  };
  return JSON.stringify(tidy(network));
}

function byText(a: unknown, b: unknown): number {
  return JSON.stringify(a) < JSON.stringify(b) ? -1 : 1;
}

function isRoutes(value: unknown): value is Iterable<Route> {
  return value instanceof Routes;
}
