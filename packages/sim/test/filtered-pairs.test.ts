import { type Address, address4, address6, familyOf } from "@twoway/core";
import { reach } from "@twoway/sim";
import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { filtersSay, type Place, type PlainFilters } from "./filter-oracle.ts";
import { networks, seeded, simOf, Tally } from "./generate.ts";
import { withFilters } from "./generate-filters.ts";
import { wideNetworks } from "./generate-wide.ts";
import { ask, read } from "./notation.ts";
import { answerOf, holding } from "./pair-questions.ts";
import { plainOf } from "./plain.ts";
import { isUsable, type PlainNetwork, walk } from "./reference.ts";

const test = suite("filters on direct ways, as sets");

const any = fc.oneof(networks, wideNetworks({ single: true }));
const seeds = fc.infiniteStream(fc.nat({ max: 1 << 30 }));
const drawFrom = (random: Iterator<number>) => (below: number) => random.next().value % Math.max(below, 1);

test("pairs of filtered subnets of both families have the verdict and the counterexample of the answer (S16)", () => {
  const tally = new Tally();
  fc.assert(
    fc.property(any, seeds, (generated, random) => {
      const { network, text } = withFilters(simOf(generated), drawFrom(random));
      const found = reach(network);
      const where = `${text}\n${generated.text}`;
      const counts = new Map<string, number>();
      const draw = drawFrom(random);
      const isLarge = found.subnets.length > 12;
      for (const { from, to, verdict, partial } of found.pairs({ all: true })) {
        counts.set(verdict, (counts.get(verdict) ?? 0) + 1);
        if (isLarge && draw(found.subnets.length) > 1) continue; // each question takes a while there
        const expected = answerOf(network, found, { from, to, verdict, partial }, where);
        if (expected === undefined) {
          tally.add("without a common family");
          continue;
        }
        tally.add(partial ? `${verdict}, partial` : verdict);
        const family = familyOf(expected.shown.from.address);
        if (verdict !== "unreachable" || partial) tally.add(`IPv${family}`);
      }
      const { twoWay, forwardOnly, returnOnly, unknown, unreachable } = found.count();
      assert.equal(
        [twoWay, forwardOnly, returnOnly, unknown, unreachable],
        ["two-way", "forward-only", "return-only", "unknown", "unreachable"].map(
          (name) => counts.get(name) ?? 0,
        ),
        where,
      );
    }),
    { ...seeded(150), endOnFailure: true },
  );
  const verdicts = ["two-way", "forward-only", "return-only", "unknown"];
  tally.print("filtered pairs", [
    ...verdicts,
    ...verdicts.slice(1).map((verdict) => `${verdict}, partial`),
    "unreachable, partial",
    "IPv4",
    "IPv6",
  ]);
});

/** Every point at which a generated rule begins or ends and the ones beside it, and a protocol that none names. */
const SAMPLES: readonly { readonly protocol: number; readonly port: number }[] = [
  ...[6, 17].flatMap((protocol) =>
    [0, 21, 22, 442, 443, 444, 1023, 1024, 32767, 32768, 60999, 61000, 65535].map((port) => ({
      protocol,
      port,
    })),
  ),
  ...[1, 58].flatMap((protocol) => [0, 1, 7, 8, 9, 127, 128, 129, 130].map((port) => ({ protocol, port }))),
  { protocol: 47, port: 0 },
];
const CLIENT_PORTS = [1024, 32767, 32768, 60999, 61000, 65535];
const ANSWERS: Readonly<Record<string, number>> = { "1 8": 0, "1 0": 8, "58 128": 129, "58 129": 128 };

type Trip = Readonly<Record<"forward" | "return" | "twoWay", boolean>>;

/** What becomes of one service and its replies, from every port of a client; undefined where routes leave a doubt. */
function tripOf(
  plain: PlainNetwork,
  filters: PlainFilters,
  from: Place,
  to: Place,
  { protocol, port }: (typeof SAMPLES)[number],
): Trip | undefined {
  const routes = [walk(plain, from, to).outcome, walk(plain, to, from).outcome];
  if (routes.includes("unknown")) return undefined;
  const hasPorts = protocol === 6 || protocol === 17;
  const replies = hasPorts ? CLIENT_PORTS : [ANSWERS[`${protocol} ${port}`] ?? port];
  const there = filtersSay(filters, from, to, { protocol, port, isReply: false }) === "yes";
  const back = replies.every(
    (reply) => filtersSay(filters, to, from, { protocol, port: reply, isReply: true }) === "yes",
  );
  const [forward, home] = [there && routes[0] === "delivered", back && routes[1] === "delivered"];
  return { forward, return: home, twoWay: forward && home };
}

/** Returns the usable addresses of a subnet at which anything begins, and one before, as pieces with their size. */
function piecesOf({ network, acls, groups }: PlainFilters, vpc: string, subnet: string) {
  const plain = plainOf(network);
  const owner = plain.vpcs.find(({ id }) => id === vpc)!;
  const own = owner.subnets.find(({ id }) => id === subnet)!;
  const known = network.vpcs.get(vpc)!.subnets.get(subnet)!;
  const closed = known.open !== true;
  const judged = closed ? own : { ...own, hosts: undefined };
  const cuts = new Set<bigint>();
  const cut = (family: 4 | 6, block: { readonly address: Address; readonly last: Address }): void => {
    if (familyOf(block.address) !== family) return;
    for (let by = 0n; by <= 5n; by++) cuts.add(BigInt(block.address) + by);
    for (const by of [-1n, 0n, 1n]) cuts.add(BigInt(block.last) + by);
  };
  const rules = [...acls.values(), ...groups.values()].flatMap(({ ingress, egress }) => [
    ...ingress,
    ...egress,
  ]);
  return own.cidrs.flatMap((block) => {
    const { family } = block;
    cuts.clear();
    for (const { cidrs, secondary, subnets, main, tables } of plain.vpcs) {
      for (const cidr of [...cidrs, ...secondary, ...subnets.flatMap((one) => one.cidrs)]) cut(family, cidr);
      for (const { routes } of [main, ...tables])
        for (const { prefix } of routes === "unknown" ? [] : routes) cut(family, prefix);
    }
    for (const { remote } of rules)
      if (remote !== undefined && typeof remote !== "string") for (const cidr of remote) cut(family, cidr);
    for (const { addresses } of known.hosts?.values() ?? [])
      for (const address of addresses)
        if (familyOf(address) === family) cut(family, { address, last: address });
    const [first, last] = [BigInt(block.address), BigInt(block.last)];
    const sorted = [...cuts].filter((at) => first <= at && at <= last).sort((a, b) => (a < b ? -1 : 1));
    return sorted.flatMap((start, i) => {
      const address: Address = family === 4 ? address4(Number(start)) : address6(start);
      if (!isUsable(owner, judged, address)) return [];
      return [{ place: { vpc, subnet, address }, size: (sorted[i + 1] ?? last + 1n) - start }];
    });
  });
}

test("a packet lies in a box exactly if the rules, tried one by one, let it and its replies pass, in both families", () => {
  const tally = new Tally();
  fc.assert(
    fc.property(any, seeds, (generated, random) => {
      const draw = drawFrom(random);
      const filters = withFilters(simOf(generated), draw);
      const { network } = filters;
      const plain = plainOf(network);
      const routed: PlainNetwork = {
        ...plain,
        // hosts of an open subnet are not all there are
        vpcs: plain.vpcs.map((vpc) => ({
          ...vpc,
          classic: network.vpcs.get(vpc.id)!.classic === true,
          subnets: vpc.subnets.map((subnet) =>
            network.vpcs.get(vpc.id)!.subnets.get(subnet.id)!.open === true
              ? { ...subnet, hosts: undefined }
              : subnet,
          ),
        })),
      };
      const found = reach(network);
      for (let n = 0; n < 6; n++) {
        const [s, d] = [draw(found.subnets.length), draw(found.subnets.length)];
        if (s === d) continue;
        const sets = found.pair(s, d);
        const [sources, targets] = [s, d].map((i) =>
          piecesOf(filters, found.subnets[i].vpc, found.subnets[i].subnet),
        );
        for (let m = 0; m < 60 && sources.length > 0 && targets.length > 0; m++) {
          const [from, to] = [sources[draw(sources.length)].place, targets[draw(targets.length)].place];
          if (familyOf(from.address) !== familyOf(to.address)) continue;
          const sample = SAMPLES[draw(SAMPLES.length)];
          const trip = tripOf(routed, filters, from, to, sample);
          if (trip === undefined) continue;
          for (const set of ["forward", "return", "twoWay"] as const) {
            const times = holding(sets[set], from.address, to.address, sample);
            assert.is(
              times,
              trip[set] ? 1 : 0,
              `${set} ${sample.protocol}/${sample.port}: ${from.vpc}/${from.subnet} ${from.address} to ${to.vpc}/${to.subnet} ${to.address}\n${filters.text}\n${generated.text}`,
            );
            tally.add(`${set} IPv${familyOf(from.address)}, ${trip[set] ? "inside" : "outside"}`);
          }
        }
      }
    }),
    { ...seeded(300), endOnFailure: true },
  );
  tally.print(
    "packets",
    [4, 6].flatMap((family) =>
      ["forward", "return", "twoWay"].flatMap((set) =>
        ["inside", "outside"].map((side) => `${set} IPv${family}, ${side}`),
      ),
    ),
  );
});

test("the count of packets is that of the pieces between which some service is two-way by the rules", () => {
  const tally = new Tally();
  fc.assert(
    fc.property(networks, seeds, (generated, random) => {
      const filters = withFilters(simOf(generated), drawFrom(random));
      const { network } = filters;
      const plain = plainOf(network);
      const found = reach(network);
      const pieces = found.subnets.map(({ vpc, subnet }) => piecesOf(filters, vpc, subnet));
      const routed: PlainNetwork = {
        ...plain,
        vpcs: plain.vpcs.map((vpc) => ({
          ...vpc,
          classic: network.vpcs.get(vpc.id)!.classic === true,
          subnets: vpc.subnets.map((subnet) =>
            network.vpcs.get(vpc.id)!.subnets.get(subnet.id)!.open === true
              ? { ...subnet, hosts: undefined }
              : subnet,
          ),
        })),
      };
      let packets = 0n;
      for (const [s, sources] of pieces.entries()) {
        for (const [d, targets] of pieces.entries()) {
          if (s === d) continue;
          for (const from of sources) {
            for (const to of targets) {
              if (familyOf(from.place.address) !== familyOf(to.place.address)) continue;
              const isOpen = SAMPLES.some(
                (sample) => tripOf(routed, filters, from.place, to.place, sample)?.twoWay === true,
              );
              if (isOpen) packets += from.size * to.size;
            }
          }
        }
      }
      assert.is(found.count().packets, packets, `${filters.text}\n${generated.text}`);
      tally.add(packets > 0n ? "two-way packets" : "none");
    }),
    { ...seeded(30), endOnFailure: true },
  );
  tally.print("counts", ["two-way packets"]);
});

test("a group that is not part of the input may refuse what a later one allows, where groups can refuse", () => {
  const verdict = (profile: string): string => {
    const network = read(`
profile: ${profile}
load: lenient
vpcs:
  app: { cidr: 10.1.0.0/16, subnets: { web: 10.1.1.0/24 } }
  data: { cidr: 10.2.0.0/16, subnets: { db: { cidr: 10.2.1.0/24, groups: [sg-gone, sg-open] } } }
groups: { sg-open: { vpc: data, ingress: [ allow all from 0.0.0.0/0 ], egress: [ allow all to 0.0.0.0/0 ] } }
peerings: { p: app - data }
routes: { app: [ 10.2.0.0/16 -> p ], data: [ 10.1.0.0/16 -> p ] }`);
    const found = reach(network);
    assert.is(found.decidedBy(0, 1), "filters");
    assert.is(found.verdict(0, 1).verdict, ask(network, "app/web", "data/db").verdict);
    return found.verdict(0, 1).verdict;
  };
  assert.is(verdict("tencent"), "unknown");
  assert.is(verdict("aws"), "two-way");
});

test("packets of which replies to some ports of clients are lost are not two-way, and are not counted", () => {
  const packets = (ports: string): bigint => {
    const network = read(`
profile: aws
vpcs:
  app: { cidr: 10.1.0.0/16, subnets: { web: 10.1.1.0/24 } }
  data: { cidr: 10.2.0.0/16, subnets: { db: { cidr: 10.2.1.0/24, acl: acl-1 } } }
acls: { acl-1: { vpc: data, ingress: [ allow tcp/443 from 0.0.0.0/0 ], egress: [ allow ${ports} to 0.0.0.0/0 ] } }
peerings: { p: app - data }
routes: { app: [ 10.2.0.0/16 -> p ], data: [ 10.1.0.0/16 -> p ] }`);
    const found = reach(network);
    const { verdict, partial } = ask(network, "app/web", "data/db");
    assert.equal(found.verdict(0, 1), { verdict, partial });
    assert.is(found.pair(0, 1).twoWay.length > 0, found.count().packets > 0n);
    return found.count().packets;
  };
  assert.is(packets("tcp/32768-60999"), 0n);
  assert.is(packets("tcp/1024-65535"), 251n * 251n);
});

test("the ACL of the subnet that has the address first decides about all addresses of another one that shares them", () => {
  const network = read(`
profile: aws
load: lenient
vpcs:
  far: { cidr: 10.2.0.0/16, subnets: { x: 10.2.1.0/24 } }
  own: { cidr: 10.1.0.0/16, subnets: { a: { cidr: 10.1.1.0/24, acl: acl-1 }, b: 10.1.1.0/24 } }
acls:
  acl-1: { vpc: own, ingress: [ deny all from 10.2.1.7/32, allow all from 0.0.0.0/0 ], egress: [ allow all to 0.0.0.0/0 ] }
peerings: { p: far - own }
routes: { far: [ 10.1.0.0/16 -> p ], own: [ 10.2.0.0/16 -> p ] }`);
  const { verdict, partial, shown } = ask(network, "far/x", "own/b");
  assert.equal([verdict, partial], ["return-only", true]);
  assert.is(shown.from.address, address4(0x0a020107));
  const found = reach(network);
  assert.equal(found.verdict(0, 2), { verdict, partial });
});

test.run();
