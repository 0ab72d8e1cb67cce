import { address4, type Prefix } from "@twoway/core";
import {
  answer,
  type Box,
  InputError,
  importNetworks,
  type Network,
  type Reach,
  reach,
  readScenario,
  resolveEndpoint,
  Services,
  scenarioText,
} from "@twoway/sim";
import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { awsFolder } from "./cloud-aws.ts";
import { addressText, cidr, type Estate, holds } from "./cloud-estate.ts";
import { estates } from "./cloud-generate.ts";
import { type Question, questionsOf, questionText } from "./cloud-question.ts";
import { shownState } from "./cloud-states.ts";
import { asManaged, resourcesOf, type Spelling } from "./cloud-terraform.ts";
import { type Asked, CloudWalk, type Place, type Walked } from "./cloud-walk.ts";
import { seeded, Tally } from "./generate.ts";

/**
 * Laws about estates as accounts have them: hubs, ACLs, groups and NAT gateways beside each other. The sets of all packets agree
 * with the walk of each one, and what a description says does not depend on how it is filed.
 */
const test = suite("laws of clouds as they are described");

type Files = Readonly<Record<string, unknown>>;

function read(files: Files): Network {
  return importNetworks(
    Object.entries(files).map(([name, value]) => ({ name, text: () => JSON.stringify(value) })),
  ).network;
}

const numbers: fc.Arbitrary<fc.Stream<number>> = fc.infiniteStream(fc.nat({ max: 1 << 30 }));
const spellings: fc.Arbitrary<Spelling> = fc.record({
  inlineRoutes: fc.boolean(),
  rules: fc.constantFrom("inline", "rules", "each"),
  inlineAcls: fc.boolean(),
  adoptsMain: fc.boolean(),
});
/** Estates shrink badly, and slowly: the question that fails is told with the first one. */
const run = (count: number): object => ({ ...seeded(count), endOnFailure: true, includeErrorInReport: true });
const WORDS = [
  ...["two-way", "forward-only", "return-only", "unreachable", "unknown"],
  ...["filter-denied", "no-route", "peering-not-active", "hub-attachment", "no-public-address"],
];
const VERDICTS = ["unreachable", "return-only", "forward-only", "unknown", "two-way"];

/** The end of a generated range of ports and the one beside it: one of these stands for every port of a client. */
const CLIENT_PORTS = [1024, 32767, 32768, 61000, 61001, 65535];
const SERVICES = [
  ...[6, 17].flatMap((protocol) =>
    [21, 22, 443, 444, 1024, 32768, 61001].map((port) => ({ protocol, port })),
  ),
  ...[0, 8, 13].map((port) => ({ protocol: 1, port })),
];

/** Who can send from a subnet: whoever is described, and otherwise some of those who may be there. */
function sendersIn({ vpcs, listsHosts }: Estate, { vpc, subnet }: Reach["subnets"][number]): Place[] {
  const { subnets, hosts } = vpcs.find(({ id }) => id === vpc)!;
  const { cidr } = subnets.find(({ id }) => id === subnet)!;
  const addresses = listsHosts
    ? hosts.flatMap((host) => host.addresses.filter((address) => holds(cidr, address)))
    : [4, 20, 31, 254].map((n) => cidr.base + n);
  return addresses.map((address) => ({ vpc, address }));
}

function timesHeld(boxes: readonly Box[], from: Place, to: Place, { protocol, port }: Asked): number {
  const has = (blocks: readonly Prefix[], { address }: Place): boolean =>
    blocks.some((block) => block.contains(address4(address)));
  const point = 65536 * protocol + (protocol === 1 ? 256 * port : port);
  return boxes.filter(
    ({ src, dst, services }) =>
      has(src, from) &&
      has(dst, to) &&
      (services === "all" || Services.parse(services.join(", ")).has(point)),
  ).length;
}

/** Compares a pair of subnets with the answer for both, and with walks of random packets from every port of a client. */
function checkPair(
  { network, found, estate, walk }: { network: Network; found: Reach; estate: Estate; walk: CloudWalk },
  [from, to]: readonly [number, number],
  below: (max: number) => number,
  tally: Tally,
): void {
  const by = found.decidedBy(from, to);
  const pair = found.pair(from, to);
  const [a, b] = [from, to].map((s) => `${found.subnets[s].vpc}/${found.subnets[s].subnet}`);
  const where = (packet = ""): string => `${a} to ${b}, by ${by} ${packet}\n${JSON.stringify(estate)}`;
  assert.equal(found.verdict(from, to), { verdict: pair.verdict, partial: pair.partial }, where());
  try {
    const [source, target] = [a, b].map((text) => resolveEndpoint(network, text, "pair"));
    const told = answer(network, source, target, { protocol: "any" });
    assert.equal([pair.verdict, pair.partial], [told.verdict, told.partial], where());
  } catch (error) {
    if (!(error instanceof InputError)) throw error; // nobody has an address there
  }
  tally.add(`by ${by}`);
  tally.add(`${by}: ${pair.verdict}${pair.partial ? ", partial" : ""}`);
  const [senders, receivers] = [from, to].map((s) => sendersIn(estate, found.subnets[s]));
  if (senders.length === 0 || receivers.length === 0) return;
  for (let n = 0; n < 6; n++) {
    const [source, target] = [senders[below(senders.length)], receivers[below(receivers.length)]];
    const service = SERVICES[below(SERVICES.length)];
    const packet = JSON.stringify([source, target, service]);
    const walks = CLIENT_PORTS.map(
      (sourcePort): Walked => walk.walk(source, target, { ...service, sourcePort }),
    );
    const arrives = walks.every(({ forward }) => forward.outcome === "delivered");
    const returns = walks.every(({ back }) => back.outcome === "delivered");
    const asked = { ...service, sourcePort: 0 };
    for (const [set, isIn] of [
      ["forward", arrives],
      ["return", returns],
      ["twoWay", arrives && returns],
    ] as const) {
      assert.is(timesHeld(pair[set], source, target, asked), isIn ? 1 : 0, where(`${set} ${packet}`));
      tally.add(`${set} ${isIn ? "inside" : "outside"}`);
    }
    for (const { verdict } of walks) {
      // the pair has the worst verdict of all packets, and the only one unless it is partial
      const isWorse = VERDICTS.indexOf(verdict) < VERDICTS.indexOf(pair.verdict);
      assert.not(isWorse || (!pair.partial && verdict !== pair.verdict), where(`${verdict} ${packet}`));
    }
  }
}

test("pairs of subnets in answers of the AWS CLI hold the packets that the walk delivers, whatever decides about them (S16)", () => {
  const tally = new Tally();
  fc.assert(
    fc.property(estates({ edges: true, hubs: true }), numbers, (estate, random) => {
      const below = (max: number): number => random.next().value! % max;
      const network = read(awsFolder(estate));
      const found = reach(network);
      const walk = new CloudWalk(estate);
      const worthALook = [...found.pairs()];
      const byHubs = worthALook.filter(({ from, to }) => found.decidedBy(from, to) === "hubs");
      for (let n = 0; n < 12; n++) {
        const drawn = { from: below(found.subnets.length), to: below(found.subnets.length) };
        const pool = [byHubs, worthALook, []][n % 3];
        const { from, to } = pool[below(Math.max(pool.length, 1))] ?? drawn;
        if (from !== to) checkPair({ network, found, estate, walk }, [from, to], below, tally);
      }
    }),
    run(100),
  );
  tally.print("pairs in answers of the AWS CLI", [
    ...["arrays", "filters", "hubs", "packets"].map((by) => `by ${by}`),
    ...["filters: two-way", "hubs: forward-only", "hubs: return-only"],
    ...["forward", "return", "twoWay"].flatMap((set) => [`${set} inside`, `${set} outside`]),
  ]);
});

/** Returns a value with the elements of every array in another order. */
function shuffled(value: unknown, below: (max: number) => number): unknown {
  if (Array.isArray(value)) {
    const rest = value.map((item) => shuffled(item, below));
    return value.map(() => rest.splice(below(rest.length), 1)[0]);
  }
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, shuffled(item, below)]));
}

/** Returns an answer as the pages of which its lists come, one to three records on each. */
function pagesOf(value: unknown, below: (max: number) => number): object[] {
  const fields = Object.entries(value as object);
  const list = fields.find((field): field is [string, unknown[]] => Array.isArray(field[1]));
  if (list === undefined || list[1].length < 2) return [value as object];
  const pages: object[] = [];
  const [key, records] = list;
  for (let at = 0; at < records.length; ) {
    const size = 1 + below(3);
    pages.push({ ...(value as object), [key]: records.slice(at, at + size) });
    at += size;
  }
  return pages.map((page, n) => (n < pages.length - 1 ? { ...page, NextToken: `page-${n + 1}` } : page));
}

/** A VPC of another account to which nothing leads. */
const STRANGER: Estate = {
  vpcs: [
    {
      id: "vpc-stranger",
      account: "999999999999",
      region: "eu-west-1",
      cidrs: [cidr("192.168.0.0/16")],
      former: undefined,
      subnets: [
        {
          id: "subnet-stranger",
          cidr: cidr("192.168.1.0/24"),
          zone: "eu-west-1a",
          table: undefined,
          acl: "acl-stranger",
        },
      ],
      main: "rtb-stranger",
      tables: [{ id: "rtb-stranger", routes: [] }],
      acls: [{ id: "acl-stranger", isDefault: true, rules: [] }],
      groups: [{ id: "sg-stranger", vpc: "vpc-stranger", ingress: [], egress: [] }],
      internet: undefined,
      vpn: undefined,
      nats: [],
      endpoint: undefined,
      hosts: [],
    },
  ],
  peerings: [],
  hubs: [],
  hubPeerings: [],
  lists: [],
  hidden: [],
  listsHosts: false,
};

const mapped = (files: Files, change: (file: [string, unknown], n: number) => [string, unknown][]): Files =>
  Object.fromEntries(Object.entries(files).flatMap(change));
/** Answers do not repeat the region that was asked, and files keep it in their folder. */
const regionOf = (name: string): string => name.split("/").at(-2)!;

/** By name: other ways to file the same answers, none of which changes what they say. */
const FILINGS: ReadonlyMap<string, (files: Files, below: (max: number) => number) => Network> = new Map([
  [
    "files in another order, of other names",
    (files, below) => {
      const rest = Object.entries(files);
      const order = Object.keys(files).map(() => rest.splice(below(rest.length), 1)[0]);
      return read(
        Object.fromEntries(order.map(([name, value], n) => [`${regionOf(name)}/${n}.json`, value])),
      );
    },
  ],
  [
    "answers in pages",
    (files, below) =>
      read(
        mapped(files, ([name, value]) =>
          pagesOf(value, below).map((page, n) => [name.replace(".json", `-${n}.json`), page]),
        ),
      ),
  ],
  ["lists in another order", (files, below) => read(shuffled(files, below) as Files)],
  [
    "every file twice",
    (files) =>
      read(
        mapped(files, ([name, value]) => [
          [name, value],
          [name.replace(".json", " (copy).json"), value],
        ]),
      ),
  ],
  ["a VPC of somebody else beside it", (files) => read({ ...files, ...awsFolder(STRANGER) })],
  [
    "the scenario that it is imported as",
    (files) => readScenario(scenarioText(read(files), "estate"), "estate.yaml").scenario.network,
  ],
]);

/** Returns the verdict, and of both ways where they end, why, and what decided. */
function fateOf(network: Network, { from, to, protocol, port, sourcePort }: Question): string {
  const [source, target] = [from, to].map(({ vpc, address }) =>
    resolveEndpoint(network, (vpc === undefined ? "" : `${vpc}:`) + addressText(address), "question"),
  );
  const { verdict, shown } = answer(network, source, target, { protocol: `${protocol}`, port, sourcePort });
  const ends = [shown.forward, shown.return].map((trace) =>
    trace.cause === null
      ? trace.outcome
      : `${trace.outcome} ${trace.cause} ${trace.component.kind} ${unordered(trace.component.id)}`,
  );
  return [verdict, ...ends].join(" | ");
}

/** Groups that refuse together are told in the order in which the answer lists them. */
function unordered(ids: string): string {
  return ids.split(", ").sort().join(", ");
}

/** Returns the same without what decided, which descriptions name in their own ways. */
function verdictAndCauses(network: Network, question: Question): string {
  return fateOf(network, question)
    .split(" | ")
    .map((fate) => fate.split(" ").slice(0, 2).join(" "))
    .join(" | ");
}

for (const [name, filed] of FILINGS) {
  test(`answers of the AWS CLI say the same when there is ${name}`, () => {
    const tally = new Tally();
    fc.assert(
      fc.property(estates({ edges: true, hubs: true }), numbers, (estate, random) => {
        const below = (max: number): number => random.next().value! % max;
        const files = awsFolder(estate);
        const [network, other] = [read(files), filed(files, below)];
        for (const question of questionsOf(estate, 20, () => random.next().value!)) {
          const told = fateOf(network, question);
          const where = `${questionText(question)}\n${JSON.stringify(estate)}`;
          const found = fateOf(other, question);
          assert.is(found, told, `${found} instead of ${told}: ${where}`);
          for (const word of told.split(/[ |]+/)) if (WORDS.includes(word)) tally.add(word);
        }
      }),
      run(50),
    );
    tally.print(`packets where there is ${name}`, WORDS);
  });
}

/** Questions between interfaces: a state does not tell who else is there, and answers of the AWS CLI do. */
function betweenHosts(questions: readonly Question[], { vpcs }: Estate): Question[] {
  const isHost = ({ vpc, address }: Place): boolean =>
    vpcs.some(({ id, hosts }) => id === vpc && hosts.some(({ addresses }) => addresses.includes(address)));
  return questions.filter(({ from, to }) => isHost(from) && isHost(to));
}

test("the AWS CLI and the Terraform that manages an estate say the same of packets between its interfaces", () => {
  const tally = new Tally();
  fc.assert(
    fc.property(estates({ edges: true, hubs: true }), spellings, numbers, (built, spelling, random) => {
      const estate = asManaged({ ...built, listsHosts: true });
      const files = [...resourcesOf(estate, spelling)].map(([account, list]) => [
        `${account}.json`,
        shownState(list),
      ]);
      if (files.length === 0) return;
      const [described, managed] = [read(awsFolder(estate)), read(Object.fromEntries(files))];
      const questions = questionsOf(estate, 40, () => random.next().value!);
      for (const question of betweenHosts(questions, estate)) {
        const [told, found] = [described, managed].map((network) => verdictAndCauses(network, question));
        const where = `${questionText(question)}\n${JSON.stringify(spelling)}\n${JSON.stringify(estate)}`;
        assert.is(found, told, `${found} instead of ${told}: ${where}`);
        for (const word of told.split(/[ |]+/)) if (WORDS.includes(word)) tally.add(word);
      }
    }),
    run(50),
  );
  // none of the packets is for a public address, and what stands between interfaces is mostly known
  const causes = WORDS.filter((word) => !["no-public-address", "unknown"].includes(word));
  tally.print("packets in both descriptions", causes);
});

test.run();
