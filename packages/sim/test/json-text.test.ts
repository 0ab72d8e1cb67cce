import { readdirSync, readFileSync } from "node:fs";
import { formatAddress } from "@twoway/core";
import { InputError, type Network, type Routes, readScenario } from "@twoway/sim";
import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { parse } from "yaml";
import { networks, seeded, Tally } from "./generate.ts";
import { issuesOf } from "./notation.ts";

const test = suite("scenarios in JSON");

// JSON has a reader of its own. The slow twin is the YAML reader: a comment before the text makes it read the same JSON,
// one line further down.
/** Returns what comes of the text as one JSON text: the network and the warnings, or the issues. */
function outcomeOf(text: string, tally = new Tally()): string {
  try {
    const { scenario, warnings } = readScenario(text, "t");
    for (const vpc of scenario.network.vpcs.values()) {
      for (const { routes } of vpc.tables.values()) if (routes && isColumns(routes)) tally.add("columns");
    }
    return JSON.stringify({ network: everything(scenario.network), warnings }, null, 1);
  } catch (error) {
    if (error instanceof InputError) return JSON.stringify({ issues: error.issues }, null, 1);
    throw error;
  }
}

/** Counts what `agree` saw: scenarios read and refused, and tables that were read straight into columns. */
function agree(text: string, tally = new Tally()): "read" | "refused" {
  const outcome = outcomeOf(text, tally);
  const asYaml = outcomeOf(`#\n${text}`);
  assert.is(
    outcome,
    asYaml.replace(/"t:(\d+):/g, (_, line: string) => `"t:${Number(line) - 1}:`),
    text,
  );
  const ending = "issues" in JSON.parse(outcome) ? "refused" : "read";
  tally.add(ending);
  return ending;
}

/** Reports whether the routes share their memory with those of other tables, as only the reader of JSON makes them. */
function isColumns({ bits }: Routes): boolean {
  return bits.length > 0 && bits.buffer.byteLength > bits.byteLength;
}

/** Everything that a network holds, with places. */
function everything({ vpcs, peerings, gateways, ...rest }: Network): object {
  return {
    ...rest,
    vpcs: [...vpcs.values()].map(({ profile, cidrs, secondary, subnets, tables, ...vpc }) => ({
      ...vpc,
      profile: profile.name,
      cidrs: [...cidrs, ...secondary].map(String),
      subnets: [...subnets.values()].map((subnet) => ({
        ...subnet,
        cidrs: subnet.cidrs.map(String),
        hosts: [...(subnet.hosts?.values() ?? [])].map((host) => [
          host.name,
          host.source,
          host.addresses.map(formatAddress),
        ]),
      })),
      tables: [...tables.values()].map(({ routes, ...table }) => ({
        ...table,
        routes: routes && [...routes].map((route) => ({ ...route, destination: `${route.destination}` })),
      })),
    })),
    peerings: [...peerings.values()],
    gateways: [...gateways.values()],
  };
}

const FOLDER = new URL("../../../../scenarios/", import.meta.url);
const scenarios = readdirSync(FOLDER)
  .filter((name) => name.endsWith(".yaml"))
  .map((name) => parse(readFileSync(new URL(name, FOLDER), "utf8")) as object);

test("every scenario of the repository means the same as JSON, in one line and in many", () => {
  for (const scenario of scenarios) {
    for (const space of [0, 1, 2]) assert.is(agree(JSON.stringify(scenario, null, space)), "read");
  }
});

/** Routes as people write them, right and wrong. */
const ROUTES = [
  "10.2.0.0/16 -> p",
  "10.2.1.0/24 -> p",
  "10.2.1.0/24 -> q disabled",
  "10.2.1.1/32 -> p disabled",
  "10.3.0.0/16 -> q",
  "0.0.0.0/0 -> nat1",
  "0.0.0.0/1 -> vpn1",
  "0.0.0.0/1 -> vpn2",
  "128.0.0.0/1 -> nat1",
  "255.255.255.255/32 -> nat1",
  "10.1.0.0/16 -> local",
  "10.1.1.0/24 -> nat1",
  "10.9.0.0/16 -> gone",
  "10.9.0.0/16 -> blackhole",
  "10.2.0.0/16  ->  p",
  " 10.2.4.0/24 -> p",
  "10.2.4.0/24 -> p ",
  "10.2.4.0/24 -> p  disabled",
  "10.2.4.0/24 -> p disabled ",
  "10.2.5.0/24->p",
  "10.2.0.1/16 -> p",
  "10.2.0.0/016 -> p",
  "10.02.0.0/16 -> p",
  "10.2.0.0/33 -> p",
  "0.0.0.0/33 -> nat1",
  "128.0.0.0/33 -> nat1",
  "10.2.0.0/ -> p",
  "10.2.0.0.0/16 -> p",
  "10.256.0.0/16 -> p",
  "10.2.0.0/16 -> p switched",
  "10.2.0.0/16 -> p\u00a0disabled",
  "10.2.6.0/24 -> é",
  "10.2.0.0/16 ->",
  "10.2.0.0/16",
  "fd02::/64 -> p",
  "::/0 -> nat1",
  '10.2.7.0/24 -> "p"',
  "",
  7,
  null,
  { destination: "10.2.8.0/24", target: "p" },
  { destination: "10.2.8.0/24", target: "p", enabled: false },
  { destination: "10.2.8.1/24", target: "p", note: "n" },
  { destination: "10.2.8.0/24" },
];
const routeText = fc.constantFrom(...ROUTES);
const PLAIN = [
  "10.2.0.0/16 -> p",
  "10.2.1.0/24 -> p",
  "10.2.1.1/32 -> p disabled",
  "10.3.0.0/16 -> q",
  "0.0.0.0/0 -> nat1",
];
const table = fc.oneof(
  { weight: 3, arbitrary: fc.shuffledSubarray(PLAIN) },
  fc.array(routeText, { maxLength: 6 }),
  fc.array(routeText, { maxLength: 2 }).map((extra) => [...PLAIN, ...extra]),
);
const vpcs = {
  vpc1: {
    account: 100001,
    cidr: ["10.1.0.0/16", "fd01::/64"],
    subnets: { a: "10.1.1.0/24", b: { cidr: "10.1.2.0/24", hosts: { h: "10.1.2.5" } } },
  },
  vpc2: {
    cidr: ["10.2.0.0/16", "fd02::/64"],
    subnets: { c: "10.2.1.0/24" },
    note: 'quotes " and \\ and \u2028 and \t',
  },
  vpc3: { cidr: "10.3.0.0/16", region: "0123" },
};
const gateways = { nat1: "nat vpc1", vpn1: "vpn vpc1", vpn2: "vpn vpc1" };
const scenario = fc.record({
  profile: fc.constantFrom("tencent", "aws"),
  load: fc.constantFrom("strict", "lenient", "lenient"),
  now: fc.constantFrom("2026-01-01", "2026-01-02", "2026-01-03", "ü"),
  vpcs: fc.constant(vpcs),
  gateways: fc.constant(gateways),
  peerings: fc.constantFrom<object>(
    { p: "vpc1 - vpc2", q: { requester: "vpc1", accepter: "vpc3", bandwidth: 100 } },
    { p: "vpc1 - vpc2", q: "vpc1 - vpc3 bandwidth 100 PENDING" },
    { p: "vpc1 - vpc2 DELETED", q: "vpc3 - vpc2" },
  ),
  routes: fc.record({
    vpc1: table,
    rt: fc.record({
      subnets: fc.constantFrom(["vpc1/a"], ["vpc1/z"], ["vpc1/a", "vpc1/b"]),
      routes: fc.oneof(table, fc.constant("unknown")),
    }),
    vpc3: fc.constantFrom("unknown", [], ["10.1.0.0/16 -> q"], { routes: ["10.1.0.0/16 -> q"] }, 5),
  }),
});

test("every way to write a route means the same, alone and behind another one", () => {
  const tally = new Tally();
  for (const profile of ["tencent", "aws"]) {
    for (const load of ["strict", "lenient"]) {
      for (const route of ROUTES) {
        for (const vpc1 of [[route], ["10.2.99.0/24 -> p", route], [route, "10.2.99.0/24 -> p"]]) {
          const peerings = { p: "vpc1 - vpc2", q: "vpc2 - vpc3" };
          agree(JSON.stringify({ profile, load, vpcs, gateways, peerings, routes: { vpc1 } }), tally);
        }
      }
    }
  }
  tally.print("routes alone", ["read", "refused", "columns"]);
});

test("numbers, words and escapes mean the same", () => {
  const tally = new Tally();
  const account = (value: string): string => `{"vpcs": {"v": {"account": ${value}, "cidr": "10.0.0.0/16"}}}`;
  // an id that no number holds stays what it looks like
  const numbers = [
    "1",
    "100001",
    "12345678901234567890",
    "1e3",
    "1E+2",
    "-0",
    "-5",
    "1.50",
    "0.1",
    "1e400",
    "1.",
    ".5",
  ];
  for (const value of [...numbers, "01", "+1", "true", "null", "nil"]) agree(account(value), tally);
  const texts = [
    "\\u0041",
    "\\/",
    "\\ud83d\\ude00",
    "\\u0000",
    "é",
    "😀",
    "a\\nb",
    "\\\\",
    '\\"',
    "\\x",
    "\\u12",
    "\u2028",
    "\u00a0",
  ];
  for (const text of texts) agree(account(`"${text}"`), tally);
  tally.print("numbers and escapes", ["read", "refused"]);
});

test("of keys that stand twice the last one counts, and all of them are reported in the order of YAML", () => {
  const vpc = (...cidrs: string[]): string => `{${cidrs.map((cidr) => `"cidr": "${cidr}"`).join(", ")}}`;
  for (const text of [
    `{"vpcs": {"v": ${vpc("10.0.0.0/16", "10.0.0.1/16")}, "v": ${vpc("10.1.0.0/16", "10.1.0.1/16")}}}`,
    `{"vpcs": {"v": ${vpc("x", "y", "z")}}, "vpcs": {"w": ${vpc("10.0.0.1/16", "10.0.0.2/16")}, "w": 5}}`,
    `{"vpcs": {"v": ${vpc("10.0.0.0/16")}}, "steps": [], "vpcs": {"w": ${vpc("10.0.0.0/16")}, "w": ${vpc("10.0.0.3/16")}}}`,
    `{"vpcs": {"__proto__": {"__proto__": 1}, "__proto__": 2}, "__proto__": []}`,
  ]) {
    assert.is(agree(text), "refused");
  }
});

test("random scenarios mean the same as JSON and as YAML, or are refused for the same reasons at the same places", () => {
  const tally = new Tally();
  fc.assert(
    fc.property(scenario, fc.constantFrom(0, 2, "\t"), (value, space) => {
      agree(JSON.stringify(value, null, space), tally);
    }),
    seeded(600),
  );
  tally.print("scenarios in JSON", ["read", "refused", "columns"]);
});

test("random networks mean the same", () => {
  fc.assert(
    fc.property(networks, ({ text }) => {
      assert.is(agree(JSON.stringify(parse(text))), "read");
    }),
    seeded(100),
  );
});

test("JSON with random damage means the same, or is refused for the same reasons at the same places", () => {
  const tally = new Tally();
  const pieces = [
    "",
    "",
    '"',
    "\\",
    "\\u0041",
    "\\/",
    ",",
    ":",
    "{",
    "}",
    "[",
    "]",
    "null",
    "1e3",
    "-0",
    "12345678901234567890",
    '"a":1,',
    '"vpc1":{},',
    '"__proto__":1,',
    "é",
    "😀",
    "\n",
    " ",
  ];
  const damaged = fc.tuple(
    scenario,
    fc.array(fc.record({ at: fc.nat(), drop: fc.nat({ max: 3 }), piece: fc.constantFrom(...pieces) }), {
      maxLength: 2,
    }),
  );
  fc.assert(
    fc.property(damaged, ([value, edits]) => {
      let text = JSON.stringify(value);
      for (const { at, drop, piece } of edits) {
        // half of the time where a map begins, so that the damage is often JSON too
        const place = at % 2 === 0 ? at % text.length : text.indexOf("{", at % text.length) + 1;
        text = text.slice(0, place) + piece + text.slice(place + drop);
      }
      if (text.startsWith("{")) agree(text, tally);
    }),
    seeded(800),
  );
  tally.print("damaged JSON", ["read", "refused", "columns"]);
});

const many = (count: number, entry: (i: number) => string): string =>
  Array.from({ length: count }, (_, i) => entry(i)).join(",");
const VPCS =
  '"vpcs": {"a": {"cidr": "10.1.0.0/16"}, "b": {"cidr": "10.2.0.0/16"}}, "peerings": {"p": "a - b"}';

// too much of something: what | the text | where it becomes too much
for (const [what, text, place] of [
  ["201 brackets", `{"vpcs": ${"[".repeat(201)}${"]".repeat(201)}}`, /^t:1:209$/],
  ["two million values", `{"steps": [${many(2_000_000, () => "1")}]}`, /^t:1:4\d{6}$/],
  [
    "two million values in a list of routes",
    `{"routes": {"a": [${many(2_000_000, () => "1")}]}}`,
    /^t:1:4\d{6}$/,
  ],
  [
    "a million routes in a table",
    `{${VPCS},\n"routes": {"a": [${many(1_000_001, () => '"x"')}]}}`,
    /^t:2:4\d{6}$/,
  ],
  [
    "a million plain routes in a table",
    `{${VPCS},\n"routes": {"a": [${many(1_000_001, () => '"10.2.0.0/16 -> p"')}]}}`,
    /^t:2:19\d{6}$/,
  ],
] as const) {
  test(`${what} are one issue with its place`, () => {
    const issues = issuesOf(() => readScenario(text, "t"));
    assert.equal(
      issues.map(({ code }) => code),
      ["too-large"],
    );
    assert.match(issues[0].source, place);
  });
}

test("above the limit of YAML faults of JSON have their places too", () => {
  const blanks = " ".repeat(17 * 1024 * 1024);
  const rows: [text: string, issue: string][] = [
    [`{${VPCS},${blanks}\n"routes": {"a": ["10.2.0.0/16 -> p", "10.2.0.1/24 -> p"]}}`, "bad-prefix t:2:39"],
    [
      `{${VPCS},${blanks}\n"routes": {"a": ["10.2.0.0/16 -> p", "10.2.1.0/24 -> x"]}}`,
      "missing-reference t:2:39",
    ],
    [`{${VPCS},${blanks}\n"steps": [], "steps": []}`, "duplicate t:2:14"],
    [`{${VPCS},${blanks}\n"steps": [01]}`, "syntax t:2:11"],
    [`{${VPCS},${blanks}\n"steps": ["\\x"]}`, "syntax t:2:11"],
    [`{${VPCS},${blanks}\n"steps": []`, "syntax t:2:12"],
    [`{${VPCS},${blanks}\n"steps": []} {}`, "syntax t:2:14"],
    [`{${VPCS},${blanks}\n"__proto__": []}`, "bad-name t:2:1"],
  ];
  for (const [text, issue] of rows) {
    const [{ code, source }] = issuesOf(() => readScenario(text, "t"));
    assert.is(`${code} ${source}`, issue);
  }
});

test("targets whose names have one hash are told apart, however many they are", () => {
  // Aa and BB have the same hash, and so have all names made of them
  const names = Array.from({ length: 1024 }, (_, n) =>
    Array.from({ length: 10 }, (_, i) => ((n >> i) & 1 ? "Aa" : "BB")).join(""),
  );
  const ends = names.map((name, i) => `"${name}": {"requester": "a", "accepter": "b${i}"}`);
  const rows = names.map((name, i) => `"10.${100 + (i >> 8)}.${i & 255}.0/24 -> ${name}"`);
  const text = `{"load": "lenient", "profile": "aws", "vpcs": {"a": {"cidr": "10.1.0.0/16"}}, "peerings": {${ends}}, "routes": {"a": [${rows}]}}`;
  const { routes } = readScenario(text, "t").scenario.network.vpcs.get("a")!.tables.get("a/main")!;
  assert.equal(
    [...routes!].map(({ target }) => target),
    names,
  );
});

test.run();
