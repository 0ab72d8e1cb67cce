import { type Address, address4, address6, familyOf, formatAddress, Prefix } from "@twoway/core";
import { resolveEndpoint } from "@twoway/sim";
import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { edgesOf, networks, seeded, simOf, Tally } from "./generate.ts";
import { ask, issuesOf, read, say } from "./notation.ts";
import { bothWays, isUsable, type PlainSpot, type PlainSubnet, type PlainVpc, spotIn } from "./reference.ts";

const test = suite("answer");

/** Every address of the block, one by one. */
function* addresses({ address, last }: Pick<Prefix, "address" | "last">): Generator<Address> {
  if (typeof address === "number")
    for (let at: number = address; at <= Number(last); at++) yield address4(at);
  else for (let at: bigint = address; at <= BigInt(last); at++) yield address6(at);
}

function usable(vpc: PlainVpc, subnets: readonly PlainSubnet[], inside?: Prefix): PlainSpot[] {
  return subnets.flatMap((subnet) =>
    subnet.cidrs.flatMap((cidr) =>
      [...addresses(cidr)]
        .filter((address) => isUsable(vpc, subnet, address) && (inside?.contains(address) ?? true))
        .map((address) => ({ vpc: vpc.id, subnet: subnet.id, address })),
    ),
  );
}

interface End {
  readonly text: string;
  readonly spots: readonly PlainSpot[];
}

/** All ends worth asking about: subnets, whole VPCs, halves of blocks, and addresses inside and outside. */
function endsOf(vpcs: readonly PlainVpc[]): End[] {
  const ends = vpcs.flatMap((vpc): End[] => [
    { text: vpc.id, spots: usable(vpc, vpc.subnets) },
    ...vpc.subnets.map((subnet) => ({ text: `${vpc.id}/${subnet.id}`, spots: usable(vpc, [subnet]) })),
    ...vpc.subnets.flatMap(({ cidrs }) =>
      cidrs.flatMap((cidr) =>
        [-3, 1, 2].map((by) => {
          const block = Prefix.from(cidr.last, cidr.bits + by);
          return { text: `${vpc.id}:${block}`, spots: usable(vpc, vpc.subnets, block) };
        }),
      ),
    ),
    ...vpc.cidrs.map((cidr) => ({
      text: `${vpc.id}:${formatAddress(cidr.address)}`,
      spots: [spotIn(vpc, cidr.address)],
    })),
  ]);
  const outside = [address4(0x08080808), address6(0x20010db8n << 96n)].map((address) => ({
    text: formatAddress(address),
    spots: [{ vpc: undefined, subnet: undefined, address }],
  }));
  return [...ends, ...outside].filter(({ spots }) => spots.length > 0);
}

const RANK = ["unreachable", "return-only", "forward-only", "unknown", "two-way"] as const;

test("an answer over subnets, VPCs and CIDRs equals brute force over every pair of usable addresses (S16)", () => {
  const tally = new Tally();
  fc.assert(
    fc.property(networks, fc.infiniteStream(fc.nat({ max: 1 << 30 })), (generated, random) => {
      const { plain } = generated;
      const network = simOf(generated);
      const ends = endsOf(plain.vpcs);
      const pick = (): End => ends[random.next().value % ends.length];
      for (let n = 0; n < 8; n++) {
        const [from, to] = [pick(), pick()];
        const seen = new Set<string>();
        for (const source of from.spots) {
          for (const target of to.spots) {
            if (familyOf(source.address) !== familyOf(target.address)) continue;
            seen.add(bothWays(plain, source, target).verdict);
          }
        }
        const question = `${from.text} to ${to.text}\n${generated.text}`;
        if (seen.size === 0) {
          const [issue] = issuesOf(() => ask(network, from.text, to.text));
          assert.match(issue.message, "no packet can have both addresses", question);
          tally.add("no common family");
          continue;
        }
        const found = ask(network, from.text, to.text);
        assert.is(
          found.verdict,
          RANK.find((verdict) => seen.has(verdict)),
          question,
        );
        assert.is(found.partial, seen.size > 1, question);
        const { shown } = found;
        assert.is(shown.verdict, found.verdict, question);
        assert.is(bothWays(plain, shown.from, shown.to).verdict, found.verdict, question);
        assert.ok(
          from.spots.some(({ vpc, address }) => vpc === shown.from.vpc && address === shown.from.address),
        );
        assert.ok(to.spots.some(({ vpc, address }) => vpc === shown.to.vpc && address === shown.to.address));
        tally.add(found.verdict);
        if (found.partial) tally.add("partial");
        tally.add(typeof shown.from.address === "number" ? "IPv4" : "IPv6");
      }
    }),
    seeded(500),
  );
  tally.print("answers", [...RANK, "partial", "no common family", "IPv4", "IPv6"]);
});

test("an answer about the internet equals the reference at every boundary inside the internet", () => {
  const tally = new Tally();
  fc.assert(
    fc.property(networks, (generated) => {
      const { plain } = generated;
      const network = simOf(generated);
      const { spans } = resolveEndpoint(network, "internet", "");
      // between two boundaries nothing can change, so the boundaries and the beginnings of the spans stand for all
      const inside = (at: Address): boolean => spans.some(({ first, last }) => first <= at && at <= last);
      const edges = [...edgesOf(plain).filter(inside), ...spans.map(({ first }) => first)];
      for (const vpc of plain.vpcs) {
        for (const subnet of vpc.subnets) {
          const from = usable(vpc, [subnet]);
          if (from.length === 0) continue; // its hosts have reserved addresses only
          const seen = new Set<string>();
          for (const source of from) {
            for (const address of edges) {
              if (familyOf(source.address) !== familyOf(address)) continue;
              seen.add(bothWays(plain, source, { vpc: undefined, subnet: undefined, address }).verdict);
            }
          }
          const found = ask(network, `${vpc.id}/${subnet.id}`, "internet");
          assert.is(
            found.verdict,
            RANK.find((verdict) => seen.has(verdict)),
            generated.text,
          );
          assert.is(found.partial, seen.size > 1, generated.text);
          tally.add(found.partial ? `${found.verdict}, partial` : found.verdict);
        }
      }
    }),
    seeded(200),
  );
  tally.print("answers about the internet", ["two-way", "unknown", "unreachable", "unreachable, partial"]);
});

// one network in which one thing about the reached subnet b varies
const pair = (routes1: string, routes2: string, b = "10.2.1.0/24", profile = "tencent"): string => `
load: lenient
profile: ${profile}
vpcs:
  vpc1: { cidr: [10.1.0.0/16, "fd01::/64"], subnets: { a: { cidr: [10.1.1.0/24, "fd01::/80"] } } }
  vpc2: { cidr: [10.2.0.0/16, "fd02::/64"], subnets: { b: ${b}, b6: "fd02::/80" } }
peerings: { pcx-12: vpc1 - vpc2 }
routes: { vpc1: [${routes1}], vpc2: [${routes2}] }`;

for (const [what, routes1, routes2, verdict, partial, shown] of [
  [
    "whole subnets with whole routes",
    "10.2.0.0/16 -> pcx-12",
    "10.1.0.0/16 -> pcx-12",
    "two-way",
    false,
    "10.2.1.2",
  ],
  [
    "a route to half of the subnet",
    "10.2.1.0/25 -> pcx-12",
    "10.1.0.0/16 -> pcx-12",
    "return-only: no-route / -",
    true,
    "10.2.1.128",
  ],
  [
    "a dead route to one address",
    "10.2.0.0/16 -> pcx-12, 10.2.1.77/32 -> gone",
    "10.1.0.0/16 -> pcx-12",
    "return-only: route-blackhole / -",
    true,
    "10.2.1.77",
  ],
  [
    "a dead route to the last usable address",
    "10.2.0.0/16 -> pcx-12, 10.2.1.254/32 -> gone",
    "10.1.0.0/16 -> pcx-12",
    "return-only: route-blackhole / -",
    true,
    "10.2.1.254",
  ],
  // reserved addresses are nobody's: routes to them decide nothing
  [
    "dead routes to the reserved addresses",
    "10.2.0.0/16 -> pcx-12, 10.2.1.0/31 -> gone, 10.2.1.255/32 -> gone",
    "10.1.0.0/16 -> pcx-12",
    "two-way",
    false,
    "10.2.1.2",
  ],
  [
    "a return to half of the senders",
    "10.2.0.0/16 -> pcx-12",
    "10.1.1.0/25 -> pcx-12",
    "forward-only: - / no-route",
    true,
    "10.2.1.2",
  ],
  ["no route at all (A5, A22)", "", "", "unreachable: no-route / no-route", false, "10.2.1.2"],
  [
    "only the sending side (A5)",
    "10.2.0.0/16 -> pcx-12",
    "",
    "forward-only: - / no-route",
    false,
    "10.2.1.2",
  ],
  [
    "a narrower destination than the peer's CIDR (A24)",
    "10.2.1.0/24 -> pcx-12",
    "10.1.1.0/24 -> pcx-12",
    "two-way",
    false,
    "10.2.1.2",
  ],
] as const) {
  test(`with ${what}, subnet to subnet is ${verdict}${partial ? ", partially" : ""} (S16)`, () => {
    const found = ask(read(pair(routes1, routes2)), "vpc1/a", "vpc2/b");
    assert.is(say(found), verdict);
    assert.is(found.partial, partial);
    assert.is(formatAddress(found.shown.to.address), shown);
  });
}

test("IPv4 and IPv6 of the same subnets are judged together, side by side (S16)", () => {
  const both = "10.2.0.0/16 -> pcx-12, fd02::/64 -> pcx-12";
  const back = "10.1.0.0/16 -> pcx-12, fd01::/64 -> pcx-12";
  assert.is(say(ask(read(pair(both, back)), "vpc1", "vpc2")), "two-way");
  const found = ask(read(pair("10.2.0.0/16 -> pcx-12", back)), "vpc1", "vpc2");
  assert.is(say(found), "return-only: no-route / -");
  assert.is(found.partial, true);
  assert.is(typeof found.shown.to.address, "bigint");
});

test("where hosts are declared, only they count (S16)", () => {
  const hosts = "{ cidr: 10.2.1.0/24, hosts: { web: 10.2.1.9, db: 10.2.1.200 } }";
  const network = read(pair("10.2.1.0/25 -> pcx-12", "10.1.0.0/16 -> pcx-12", hosts));
  assert.is(say(ask(network, "vpc1/a", "vpc2/b")), "return-only: no-route / -");
  assert.is(say(ask(network, "vpc1/a", "web")), "two-way");
  assert.is(formatAddress(ask(network, "vpc1/a", "vpc2/b").shown.to.address), "10.2.1.200");
});

test("the far VPC's secondary CIDR makes an answer partial where peering does not carry it (S8)", () => {
  const network = (profile: string) =>
    read(`
load: lenient
profile: ${profile}
vpcs:
  vpc1: { cidr: 10.1.0.0/16, subnets: { a: 10.1.1.0/24 } }
  vpc2: { cidr: 10.2.0.0/16, secondary: 10.9.0.0/16, subnets: { b: 10.2.1.0/24, s: 10.9.1.0/24 } }
peerings: { pcx-12: vpc1 - vpc2 }
routes: { vpc1: [10.2.0.0/16 -> pcx-12, 10.9.0.0/16 -> pcx-12], vpc2: [10.1.0.0/16 -> pcx-12] }`);
  const found = ask(network("tencent"), "vpc1", "vpc2");
  assert.is(say(found), "return-only: secondary-cidr-not-carried / -");
  assert.is(found.partial, true);
  assert.is(say(ask(network("aws"), "vpc1", "vpc2")), "two-way");
  // only the destination is tested, in each direction
  assert.is(say(ask(network("tencent"), "vpc2/s", "vpc1")), "forward-only: - / secondary-cidr-not-carried");
});

test("the internet is reached by NAT from every subnet, and ranges that are nobody's are not part of it", () => {
  const network = read(`
load: lenient
vpcs: { vpc1: { cidr: 10.1.0.0/16, subnets: { a: 10.1.1.0/24 } } }
gateways: { nat1: nat vpc1 }
routes: { vpc1: [0.0.0.0/0 -> nat1, 100.64.0.0/10 -> gone, 192.168.0.0/16 -> gone, 240.0.0.0/4 -> gone] }`);
  assert.is(say(ask(network, "vpc1/a", "internet")), "two-way");
});

test("the order of the ends is the direction: the answer the other way round swaps forward and return", () => {
  const network = read(pair("10.2.0.0/16 -> pcx-12", ""));
  assert.is(say(ask(network, "vpc2/b", "vpc1/a")), "return-only: no-route / -");
});

test("the internet does not lead to private addresses: what has them is not in the input (S7)", () => {
  const network = read(`
vpcs: { vpc1: { cidr: [10.1.0.0/16, "2001:db8::/56"], subnets: { a: { cidr: [10.1.1.0/24, "2001:db8::/64"] } } } }
gateways: { n: nat vpc1 }
routes: { vpc1: [ 0.0.0.0/0 -> n, "::/0 -> n" ] }`);
  for (const to of [
    "10.99.0.1",
    "172.31.0.1",
    "192.168.1.1",
    "100.64.0.1",
    "127.0.0.1",
    "224.0.0.1",
    "fd00::1",
  ])
    assert.is(say(ask(network, "a", to)), "unknown: unsupported-target / unsupported-target", to);
  for (const to of ["8.8.8.8", "172.32.0.1", "100.128.0.1", "2606:4700::1", "internet"])
    assert.is(ask(network, "a", to).verdict, "two-way", to);
  const mixed = ask(network, "a", "172.0.0.0/10"); // public, and private from 172.16 to 172.31
  assert.is(mixed.verdict, "unknown");
  assert.ok(mixed.partial);
});

test("VPCs of a thousand subnets are answered at once: subnets of one table share their fate", () => {
  const subnets = (second: number): string =>
    Array.from(
      { length: 1000 },
      (_, i) => `s${second}-${i}: 10.${second}.${i >> 4}.${(i & 15) << 4}/28`,
    ).join();
  const network = read(`
vpcs:
  vpc1: { cidr: 10.1.0.0/16, subnets: { ${subnets(1)} } }
  vpc2: { cidr: 10.2.0.0/16, subnets: { ${subnets(2)} } }
peerings: { p: vpc1 - vpc2 }
routes: { vpc1: [ 10.2.0.0/16 -> p ], vpc2: [ 10.1.0.0/16 -> p ] }`);
  const began = performance.now();
  assert.is(ask(network, "vpc1", "vpc2").verdict, "two-way");
  assert.ok(performance.now() - began < 3000); // by pairs of subnets it takes some twenty seconds
});

test.run();
