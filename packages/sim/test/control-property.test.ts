import {
  ACTION_USAGE,
  apply,
  formatAction,
  type Network,
  PROFILES,
  parseAction,
  TRANSITIONS,
  type Vpc,
} from "@twoway/sim";
import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { seeded, Tally } from "./generate.ts";
import { drawLine, joinLine, KINDS, snapshot, start } from "./script.ts";

const test = suite("any sequence of actions");

const live = ({ peerings }: Network) =>
  [...peerings.values()].filter(({ state }) => ["PENDING", "ACTIVE", "ISOLATED"].includes(state));

/** The rules once more, as sentences about the whole network; returns the first that is broken. */
function broken(network: Network): string | undefined {
  const { siblingOverlap, quotas, deleteRoutes, crossRegionCap } = PROFILES[network.profile];
  const cidrs = (id: string) => [...network.vpcs.get(id)!.cidrs, ...network.vpcs.get(id)!.secondary];
  const overlap = (a: string, b: string): boolean =>
    cidrs(a).some((x) => cidrs(b).some((y) => x.contains(y.address) || y.contains(x.address)));
  for (const { id, state, name, bandwidth, hidden, requester, accepter } of network.peerings.values()) {
    if (name.length < 1 || name.length > 60) return `${id} has a name of ${name.length} characters`;
    if (hidden !== undefined && !["DELETED", "REJECTED", "FAILED"].includes(state))
      return `${id} is ${state}, and somebody lists it no more`;
    if (!["PENDING", "ACTIVE", "ISOLATED"].includes(state)) continue;
    for (const { vpc } of [requester, accepter])
      if (!network.vpcs.has(vpc)) return `${id} leads to nobody, ${vpc}`;
    const steps =
      requester.region === accepter.region || crossRegionCap === "none" ? [undefined] : crossRegionCap;
    if (steps !== "any" && !(steps as readonly unknown[]).includes(bandwidth))
      return `${id} has a cap of ${bandwidth}`;
  }
  for (const { id, vpc } of network.gateways.values())
    if (!network.vpcs.has(vpc)) return `${id} stands in no VPC`;
  const tables = [...network.vpcs.values()].flatMap((vpc) => [...vpc.tables.keys()]);
  if (new Set([...tables, ...network.vpcs.keys()]).size < tables.length + network.vpcs.size)
    return "two tables have one name";
  const homes = [...network.vpcs.values()].map(({ account, region }) => `${account} in ${region}`);
  for (const home of homes)
    if (homes.filter((other) => other === home).length > quotas.vpcs) return `too many VPCs of ${home}`;
  for (const vpc of network.vpcs.values()) {
    const problem = brokenInside(vpc);
    if (problem !== undefined) return `${vpc.id}: ${problem}`;
  }
  const all = live(network).map(({ id, requester, accepter }) => ({
    id,
    ends: [requester, accepter],
    cross: requester.region !== accepter.region,
  }));
  for (const {
    id,
    ends: [a, b],
  } of all) {
    if (overlap(a.vpc, b.vpc)) return `${id} joins overlapping VPCs`;
    if (a.vpc === b.vpc) return `${id} joins a VPC with itself`;
  }
  for (const vpc of network.vpcs.keys()) {
    const mine = all
      .filter(({ ends }) => ends.some((end) => end.vpc === vpc))
      .map(({ id, ends, cross }) => ({ id, cross, far: ends.find((end) => end.vpc !== vpc)!.vpc }));
    if (mine.length > quotas.peerings) return `${vpc} has ${mine.length} live peerings`;
    if (new Set(mine.map(({ far }) => far)).size < mine.length) return `${vpc} is joined with one VPC twice`;
    for (const x of mine) {
      for (const y of mine) {
        if (
          x === y ||
          siblingOverlap === "none" ||
          (siblingOverlap === "cross-region" && !x.cross && !y.cross)
        )
          continue;
        if (overlap(x.far, y.far)) return `${x.id} and ${y.id} of ${vpc} lead to overlapping VPCs`;
      }
    }
  }
  for (const { tables } of network.vpcs.values()) {
    for (const { routes } of tables.values()) {
      for (const { target } of routes ?? []) {
        if (deleteRoutes === "cascade" && network.peerings.get(target)?.state === "DELETED")
          return `a route still leads to ${target}`;
        if (!network.peerings.has(target) && !network.gateways.has(target))
          return `a route leads to ${target}, which never was`;
      }
    }
  }
  return undefined;
}

/** The rules inside one VPC. */
function brokenInside({ cidrs, secondary, subnets, tables, mainTable, profile }: Vpc): string | undefined {
  const own = [...cidrs, ...secondary];
  const { quotas } = profile;
  if (secondary.length > quotas.cidrs) return "too many secondary CIDRs";
  if (subnets.size > quotas.subnets) return "too many subnets";
  if (tables.size > quotas.tables) return "too many tables";
  for (const { id, routes } of tables.values())
    if ((routes?.size ?? 0) > quotas.routes) return `too many routes in ${id}`;
  const meet = (blocks: typeof own): boolean =>
    blocks.some((a, i) => blocks.some((b, j) => i !== j && a.contains(b.address)));
  if (meet(own)) return "its CIDRs overlap";
  const blocks = [...subnets.values()].flatMap((subnet) => subnet.cidrs);
  if (meet(blocks)) return "subnets overlap";
  for (const block of blocks) {
    if (!own.some((cidr) => cidr.contains(block.address) && cidr.contains(block.last)))
      return `a subnet ${block} outside`;
    if (block.bits < 16 || block.bits > 28) return `a subnet ${block}`;
  }
  for (const cidr of own) if (cidr.bits < 12 || cidr.bits > 28) return `a CIDR ${cidr}`;
  if (!tables.has(mainTable)) return "no main table";
  for (const { id, table } of subnets.values()) {
    if (table !== undefined && !tables.has(table)) return `${id} uses ${table}, which is not here`;
  }
  for (const { routes } of tables.values()) {
    const seen = new Map<string, string>();
    for (const { destination, target } of routes ?? []) {
      // a secondary CIDR may come later than the route
      if (
        profile.routeInsideOwnCidr === "refuse" &&
        cidrs.some((cidr) => cidr.contains(destination.address)) &&
        destination.bits >= 16
      )
        return `a route ${destination} inside the own range`;
      const other = seen.get(`${destination}`);
      if (
        other !== undefined &&
        (other === target ||
          !other.startsWith("nat") ||
          !target.startsWith("nat") ||
          profile.ecmp.length === 0)
      )
        return `two routes ${destination}`;
      seen.set(`${destination}`, target);
    }
  }
  return undefined;
}

const OCCUR = [
  ...Object.keys(ACTION_USAGE),
  "not-found",
  "already-exists",
  "malformed",
  "same-vpc",
  "pair-exists",
  "wrong-actor",
  "wrong-state",
  "route-next-hop",
  "route-duplicate",
  "route-inside-own-cidr",
  "vpc-mismatch",
  "vpc-range",
  "subnet-in-use",
  "subnet-range",
  "subnet-overlap",
  "table-in-use",
  "PENDING -> REJECTED",
  "ACTIVE -> ISOLATED",
  "ISOLATED -> ACTIVE",
  "ISOLATED -> DELETED",
  "PENDING -> ACTIVE",
  "PENDING -> EXPIRED",
  "ACTIVE -> DELETED",
];
const CAPS = ["missing-bandwidth", "bandwidth-step", "bandwidth-not-allowed"];

for (const [profile, rules] of [
  [
    "tencent",
    [
      "endpoints-overlap",
      "siblings-overlap",
      "peering-quota",
      "route-outside-peer",
      "vpc-in-use",
      "EXPIRED -> PENDING",
      ...CAPS,
    ],
  ],
  ["tencent-2024", ["endpoints-overlap", "siblings-overlap", "cross-region-unavailable"]],
  ["aws", ["- -> FAILED", "bandwidth-not-allowed"]],
] as const) {
  test(`${profile}: old networks never change, live peerings keep every rule, and states move by the table alone`, () => {
    const tally = new Tally();
    fc.assert(
      fc.property(fc.gen(), fc.nat({ max: 100 }), fc.nat({ max: 11 }), (g, length, busy) => {
        let network = start(profile);
        const journal: string[] = [];
        const history: [Network, string][] = [];
        for (let i = 0; i < 30 + length; i++) {
          // some start with a hub whose quota is nearly used up
          const line = i < busy ? joinLine(network, i) : drawLine(g, network);
          const action = parseAction(line);
          history.push([network, snapshot(network)]);
          const outcome = apply(network, action, line);
          if (outcome.kind === "refused") {
            assert.equal(Object.keys(outcome).sort(), ["kind", "refusal"]);
            const { rule, code, message, advice } = outcome.refusal;
            assert.is(code, PROFILES[network.profile].codes[rule]);
            assert.ok(message !== "" && advice !== "");
            tally.add(rule);
            continue;
          }
          tally.add(action.kind);
          assert.is(formatAction(action), line.trimEnd());
          for (const id of network.peerings.keys())
            assert.ok(outcome.network.peerings.has(id), `${line}: ${id} vanished`);
          for (const [id, { state }] of outcome.network.peerings) {
            const before = network.peerings.get(id)?.state;
            if (before === state) continue;
            const allowed =
              before === undefined
                ? ["PENDING", "ACTIVE", "FAILED"].includes(state)
                : Object.values(TRANSITIONS).some(({ from, to }) => from.includes(before) && to === state);
            assert.ok(allowed, `${line}: ${before} -> ${state}`);
            tally.add(`${before ?? "-"} -> ${state}`);
          }
          assert.is(broken(outcome.network), undefined, line);
          assert.ok(outcome.events.length > 0, line);
          network = outcome.network;
          journal.push(formatAction(action));
        }
        let replayed = start(profile);
        for (const line of journal) {
          const outcome = apply(replayed, parseAction(line), line);
          assert.ok(outcome.kind === "applied", `${line} was accepted, and is refused when it is replayed`);
          if (outcome.kind === "applied") replayed = outcome.network;
        }
        assert.is(snapshot(replayed), snapshot(network), "the journal leads to the same network");
        for (const [old, text] of history) assert.is(snapshot(old), text);
      }),
      seeded(250),
    );
    const never = profile === "aws" ? "enable-peering" : "";
    tally.print(`${profile} actions`, [...OCCUR.filter((name) => name !== never), ...rules]);
  });
}

test("the drawn lines are of every kind of action", () => {
  assert.equal([...KINDS].sort(), Object.keys(ACTION_USAGE).sort());
});

test.run();
