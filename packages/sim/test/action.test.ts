import { type Address4, type Address6, address4, address6, ParseError, Prefix } from "@twoway/core";
import { ACTION_USAGE, type Action, type ActionKind, formatAction, parseAction } from "@twoway/sim";
import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { seeded, Tally } from "./generate.ts";

const test = suite("action");

for (const [text, expected] of [
  [
    "create-peering p vpc1 - vpc2",
    {
      kind: "create-peering",
      peering: "p",
      requester: "vpc1",
      accepter: "vpc2",
      bandwidth: undefined,
      as: undefined,
    },
  ],
  [
    "create-peering p vpc1 - vpc2 bandwidth 100",
    {
      kind: "create-peering",
      peering: "p",
      requester: "vpc1",
      accepter: "vpc2",
      bandwidth: 100,
      as: undefined,
    },
  ],
  [
    "create-peering p vpc1 - vpc2 bandwidth 100Mbps as me",
    { kind: "create-peering", peering: "p", requester: "vpc1", accepter: "vpc2", bandwidth: 100, as: "me" },
  ],
  ["accept-peering p as 100002", { kind: "accept-peering", peering: "p", as: "100002" }],
  ["reject-peering p", { kind: "reject-peering", peering: "p", as: undefined }],
  ["enable-peering p", { kind: "enable-peering", peering: "p", as: undefined }],
  ["delete-peering p", { kind: "delete-peering", peering: "p", as: undefined }],
  [
    "add-route vpc1 10.2.0.0/16 -> p",
    {
      kind: "add-route",
      table: "vpc1",
      destination: Prefix.parse("10.2.0.0/16"),
      target: "p",
      as: undefined,
    },
  ],
  [
    "add-route vpc1 ::/0 -> p",
    { kind: "add-route", table: "vpc1", destination: Prefix.parse("::/0"), target: "p", as: undefined },
  ],
  [
    "delete-route rt 0.0.0.0/0",
    {
      kind: "delete-route",
      table: "rt",
      destination: Prefix.parse("0.0.0.0/0"),
      target: undefined,
      as: undefined,
    },
  ],
  [
    "enable-route rt 10.2.0.1/32 -> nat1 as x",
    { kind: "enable-route", table: "rt", destination: Prefix.parse("10.2.0.1/32"), target: "nat1", as: "x" },
  ],
  [
    "disable-route rt 10.2.0.0/16 as x",
    {
      kind: "disable-route",
      table: "rt",
      destination: Prefix.parse("10.2.0.0/16"),
      target: undefined,
      as: "x",
    },
  ],
  ["advance-clock 7d", { kind: "advance-clock", ms: 604_800_000, as: undefined }],
  [
    'modify-peering p name "shop to \\"data\\""', // a name for people may hold blanks
    { kind: "modify-peering", peering: "p", bandwidth: undefined, name: 'shop to "data"', as: undefined },
  ],
  [
    "create-vpc vpc-1 10.0.0.0/16 table rtb-1 name shop",
    {
      kind: "create-vpc",
      vpc: "vpc-1",
      cidr: Prefix.parse("10.0.0.0/16"),
      region: undefined,
      account: undefined,
      table: "rtb-1",
      name: "shop",
      as: undefined,
    },
  ],
  ["  accept-peering \t p  ", { kind: "accept-peering", peering: "p", as: undefined }], // blanks do not count
] as const) {
  test(`reads ${text}`, () => {
    assert.equal(parseAction(text), expected as unknown as Action);
  });
}

// text | index of the character that is wrong | rule | suggestion
const CREATE = ACTION_USAGE["create-peering"];
const ADD = ACTION_USAGE["add-route"];
for (const [text, offset, rule, suggestion] of [
  ["", 0, "an action is missing", undefined],
  ["  ", 2, "an action is missing", undefined],
  ["acept-peering p", 0, '"acept-peering" is not an action', "accept-peering"],
  ["  add-rout vpc1", 2, '"add-rout" is not an action', "add-route"],
  ["create-peering", 14, "the peering's id is missing", CREATE],
  ["create-peering p", 16, "the requesting VPC is missing", CREATE],
  ["create-peering p vpc1", 21, '"-" is missing', CREATE],
  ["create-peering p vpc1 vpc2", 22, '"-" should stand before "vpc2"', CREATE],
  ["create-peering p vpc1 -", 23, "the accepting VPC is missing", CREATE],
  ["create-peering p vpc1 - vpc2 bandwidth", 38, "the bandwidth is missing", CREATE],
  [
    "create-peering p vpc1 - vpc2 bandwidth 0",
    39,
    '"0": bandwidth is a whole number of Mbps',
    "create-peering p vpc1 - vpc2 bandwidth 100",
  ],
  [
    "create-peering p vpc1 - vpc2 bandwidth 1.5",
    39,
    '"1.5": bandwidth is a whole number of Mbps',
    "create-peering p vpc1 - vpc2 bandwidth 100",
  ],
  ['modify-peering p name "\\x"', 22, '"\\"\\\\x\\"": a quoted name follows the rules of JSON', undefined],
  ["create-peering p vpc1 - vpc2 10", 29, '"10" is too much', CREATE],
  ["accept-peering p q", 17, '"q" is too much', "accept-peering ID"],
  ["accept-peering p as", 19, "the acting account is missing", "accept-peering ID"],
  ["add-route vpc1", 14, "the destination is missing", ADD],
  [
    "add-route vpc1 10.0.0.1/24 -> p",
    15,
    '"10.0.0.1/24": host bits are set',
    "add-route vpc1 10.0.0.0/24 -> p",
  ], // S10
  ["add-route vpc1 10.0.0.256/24 -> p", 24, '"10.0.0.256/24": octet is above 255', undefined],
  ["add-route vpc1 10.0.0.0 -> p", 23, '"10.0.0.0": a length is missing', "add-route vpc1 10.0.0.0/32 -> p"],
  ["add-route vpc1 10.0.0.0/33 -> p", 24, '"10.0.0.0/33": the length is above 32', undefined],
  ["add-route vpc1 10.0.0.0/24 p", 27, '"->" should stand before "p"', ADD],
  ["add-route vpc1 10.0.0.0/24 ->", 29, "the target is missing", ADD],
  ["delete-route vpc1 10.0.0.0/24 p", 30, '"p" is too much', ACTION_USAGE["delete-route"]],
  ["advance-clock 7x", 15, '"7x": a duration is a number and d, h, m or s', "advance-clock 7d"],
  ["advance-clock", 13, "the duration is missing", ACTION_USAGE["advance-clock"]],
] as const) {
  test(`refuses ${JSON.stringify(text)} at character ${offset}: ${rule}`, () => {
    try {
      parseAction(text);
    } catch (error) {
      assert.instance(error, ParseError);
      const { offset: at, rule: why, suggestion: hint, input } = error as ParseError;
      assert.is(why, rule);
      assert.is(at, offset);
      if (suggestion !== undefined) assert.is(hint, suggestion);
      assert.is(input, text);
      return;
    }
    assert.unreachable("it was read");
  });
}

const word = fc
  .stringMatching(/^[a-z0-9_][a-z0-9_.-]{0,9}$/)
  .filter((text) => !["as", "bandwidth", "name", "region", "account", "table"].includes(text));
/** A word without the stroke that separates a VPC from its subnet. */
const part = word.map((text) => text.replaceAll("/", "x"));
const actor = fc.option(word, { nil: undefined });
const destination = fc.oneof(
  fc
    .tuple(fc.nat({ max: 0xffffffff }), fc.nat({ max: 32 }))
    .map(([at, bits]) => Prefix.from(address4(at) as Address4, bits)),
  fc
    .tuple(fc.bigInt({ min: 0n, max: (1n << 128n) - 1n }), fc.nat({ max: 128 }))
    .map(([at, bits]) => Prefix.from(address6(at) as Address6, bits)),
);
const PLAIN = { noNullPrototype: true } as const;
const absent = { nil: undefined };
const actions: fc.Arbitrary<Action> = fc.oneof(
  fc.record(
    {
      kind: fc.constant("create-peering" as const),
      peering: word,
      requester: word,
      accepter: word,
      bandwidth: fc.option(fc.integer({ min: 1, max: 999_999_999 }), absent),
      as: actor,
    },
    PLAIN,
  ),
  fc.record(
    {
      kind: fc.constantFrom("accept-peering", "reject-peering", "enable-peering", "delete-peering"),
      peering: word,
      as: actor,
    },
    PLAIN,
  ),
  fc.record(
    {
      kind: fc.constantFrom("isolate-peering" as const, "restore-peering" as const),
      peering: word,
      as: actor,
    },
    PLAIN,
  ),
  fc.record({ kind: fc.constant("dismiss-peering" as const), peering: word, as: actor }, PLAIN),
  fc.record(
    {
      kind: fc.constant("modify-peering" as const),
      peering: word,
      bandwidth: fc.option(fc.integer({ min: 1, max: 999_999_999 }), absent),
      name: fc.option(word, absent),
      as: actor,
    },
    PLAIN,
  ),
  fc.record(
    {
      kind: fc.constant("create-vpc" as const),
      vpc: word,
      cidr: destination,
      region: fc.option(word, absent),
      account: fc.option(word, absent),
      as: actor,
    },
    PLAIN,
  ),
  fc.record({ kind: fc.constant("delete-vpc" as const), vpc: word, as: actor }, PLAIN),
  fc.record(
    {
      kind: fc.constantFrom("add-cidr" as const, "remove-cidr" as const),
      vpc: word,
      cidr: destination,
      as: actor,
    },
    PLAIN,
  ),
  fc.record(
    { kind: fc.constant("create-subnet" as const), vpc: part, subnet: part, cidr: destination, as: actor },
    PLAIN,
  ),
  fc.record({ kind: fc.constant("delete-subnet" as const), vpc: part, subnet: part, as: actor }, PLAIN),
  fc.record({ kind: fc.constant("create-table" as const), table: word, vpc: word, as: actor }, PLAIN),
  fc.record({ kind: fc.constant("delete-table" as const), table: word, as: actor }, PLAIN),
  fc.record(
    { kind: fc.constant("associate" as const), vpc: part, subnet: part, table: word, as: actor },
    PLAIN,
  ),
  fc.record(
    { kind: fc.constant("add-route" as const), table: word, destination, target: word, as: actor },
    PLAIN,
  ),
  fc.record(
    { kind: fc.constant("replace-route" as const), table: word, destination, target: word, as: actor },
    PLAIN,
  ),
  fc.record(
    {
      kind: fc.constantFrom("delete-route", "enable-route", "disable-route"),
      table: word,
      destination,
      target: fc.option(word, absent),
      as: actor,
    },
    PLAIN,
  ),
  fc.record(
    {
      kind: fc.constant("reset-routes" as const),
      table: word,
      routes: fc.array(fc.record({ destination, target: word, enabled: fc.boolean() }, PLAIN), {
        maxLength: 4,
      }),
      as: actor,
    },
    PLAIN,
  ),
  fc.record(
    {
      kind: fc.constant("advance-clock" as const),
      ms: fc.nat({ max: 100_000 * 86_400 }).map((seconds) => seconds * 1000),
      as: actor,
    },
    PLAIN,
  ),
);

test("parse and format are inverse, for every kind of action", () => {
  const tally = new Tally();
  fc.assert(
    fc.property(actions, (action) => {
      const text = formatAction(action);
      assert.equal(parseAction(text), action, text);
      assert.is(formatAction(parseAction(text)), text);
      tally.add(action.kind);
    }),
    seeded(1000),
  );
  tally.print("actions", Object.keys(ACTION_USAGE));
});

test("any text is an action or a ParseError that points into it", () => {
  const tally = new Tally();
  const token = fc.oneof(
    fc.constantFrom(
      ...Object.keys(ACTION_USAGE),
      "->",
      "-",
      "as",
      "bandwidth",
      "10.0.0.0/8",
      "10.0.0.1/8",
      "7d",
      "p",
    ),
    fc.string(),
  );
  fc.assert(
    fc.property(fc.array(token, { maxLength: 7 }), (tokens) => {
      const text = tokens.join(" ");
      try {
        parseAction(text);
        tally.add("read");
      } catch (error) {
        assert.instance(error, ParseError);
        const { offset } = error as ParseError;
        assert.ok(offset >= 0 && offset <= text.length);
        tally.add("refused");
      }
    }),
    seeded(3000),
  );
  tally.print("texts", ["read", "refused"]);
});

test("every kind of action has its usage, which begins with its name", () => {
  for (const [kind, usage] of Object.entries(ACTION_USAGE))
    assert.is(usage.split(" ")[0], kind as ActionKind);
});

test.run();
