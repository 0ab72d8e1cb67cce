import * as z from "zod";
import { ATTACHMENT_KINDS, HUB_KINDS } from "../model/hub.ts";
import { nearest } from "../model/issue.ts";
import { PEERING_STATES } from "../model/peering.ts";
import { GATEWAY_KINDS, PROFILE_NAMES, QUOTA_NAMES } from "../model/profile.ts";
import { alarm, flow, meter, priceList } from "./traffic-schema.ts";

/**
 * The shape of a scenario file, once: the reader checks values by it, and editors complete by the JSON Schema made from
 * it. Grammars inside strings (routes, actions, expectations) have their own parsers.
 */

const text = z.string().min(1);
/** YAML reads an account like 100001 as a number. */
const name = z.union([text, z.number()]).describe("Letters, digits, `_`, `-` and `.`");
const cidrs = z
  .union([text, z.array(text).min(1)])
  .describe("One CIDR, or a list: IPv4 first, then IPv6. Host bits must be zero");
const blocks = z.union([text, z.array(text)]).describe("One CIDR, or a list");
const note = z.string().describe("Free text, for readers");

const ids = z.union([name, z.array(name)]);

const host = z.union([
  text.describe("The host's address"),
  z.array(text).min(1).describe("Its addresses"),
  z.strictObject({
    address: z.union([text, z.array(text).min(1)]),
    name: text.optional().describe("A name for people; the key is the id"),
    groups: ids.optional().describe("Its security groups, instead of those of the subnet"),
    public: z
      .union([text, z.record(z.string(), text)])
      .optional()
      .describe(
        "Its public address (by private address, where it has several), or `none`; not known unless given",
      ),
    note: note.optional(),
  }),
]);

const tags = z
  .record(z.string(), z.union([z.string(), z.number(), z.boolean()]))
  .describe("Marks by which policies choose, for example `env: prod`");

const subnet = z.union([
  text.describe("The subnet's CIDR"),
  z.strictObject({
    cidr: cidrs,
    name: text.optional(),
    hosts: z
      .record(z.string(), host)
      .optional()
      .describe(
        "The hosts by name. When they are given, no other address is in use, unless the subnet is `open`",
      ),
    open: z.literal(true).optional().describe("There may be more hosts than those that are given"),
    zone: name.optional().describe("Its availability zone"),
    acl: name.optional().describe("Its network ACL; nothing filters unless given"),
    groups: ids.optional().describe("Security groups of its hosts; nothing filters unless given"),
    tags: tags.optional(),
    note: note.optional(),
  }),
]);

const vpc = z.strictObject({
  region: name.optional().describe("Two VPCs of different regions make a cross-region peering"),
  account: name.optional().describe("The owner; VPCs without one belong to the same account, `self`"),
  name: text.optional().describe("A name for people; the key is the id"),
  profile: z
    .enum(PROFILE_NAMES)
    .optional()
    .describe("The rules of this VPC, where they differ from the file's"),
  cidr: cidrs,
  classic: z
    .literal(true)
    .optional()
    .describe("The classic network of an account in a region: no VPC, so nothing can be peered with it"),
  table: text.optional().describe("The id of the main table; `VPC/main` unless given"),
  secondary: cidrs.optional().describe("Secondary CIDRs, which not every cloud's peering carries"),
  subnets: z.record(z.string(), subnet).optional(),
  tags: tags.optional().describe("Marks of the VPC and all of its subnets"),
  note: note.optional(),
});

const end = z.union([
  name,
  z.strictObject({ vpc: name, account: name, region: name }).describe("A VPC that is not in this file"),
]);

const peering = z.union([
  text.describe("`VPC - VPC`, requester first, then `bandwidth MBPS` and a state, where needed"),
  z.strictObject({
    requester: end,
    accepter: end,
    state: z.enum(PEERING_STATES).optional().describe("ACTIVE unless given"),
    bandwidth: z.number().int().positive().optional().describe("Cap of a cross-region peering in Mbps"),
    requested: text.optional().describe("When it was asked for; a PENDING request expires after seven days"),
    name: text.max(60).optional(),
    hidden: z
      .array(name)
      .optional()
      .describe("The accounts that do not list it any more, because they rejected, deleted or dismissed it"),
    note: note.optional(),
  }),
]);

const gateway = z.union([
  text.describe("`KIND VPC`, for example `nat vpc1`"),
  z.strictObject({
    kind: z.enum(GATEWAY_KINDS),
    vpc: name,
    advertises: blocks
      .optional()
      .describe("What lies behind a VPN, a line or an endpoint; not known unless given"),
    letsIn: z
      .boolean()
      .optional()
      .describe(
        "A gateway of kind nat or other lets something in from the internet, by rules that are not followed",
      ),
    leadsOnly: z.boolean().optional().describe("Nothing else lies behind it than what it advertises"),
    ingress: name.optional().describe("The table of the VPC that takes what comes in by it"),
    subnet: name.optional().describe("Where a NAT gateway or an instance stands"),
    address: text.optional().describe("Its private address there"),
    public: z
      .union([text, z.array(text)])
      .optional()
      .describe("Public addresses of a NAT gateway; `none` for a private one"),
    forwards: z
      .boolean()
      .optional()
      .describe("An instance passes on what is not meant for itself (source/destination check off)"),
    groups: ids.optional().describe("Security groups of an instance"),
    note: note.optional(),
  }),
]);

const rule = z.union([
  text.describe("`allow tcp/443 from 10.1.0.0/16`, `100 deny all to any`, `allow all from GROUP`"),
  z.strictObject({
    name: text.optional().describe("What the cloud calls it behind the filter's id"),
    action: z.enum(["allow", "deny"]),
    services: text,
    remote: z.union([text, z.strictObject({ unknown: text })]),
    note: note.optional(),
  }),
]);
const rules = z.array(rule);

const group = z.strictObject({
  name: text.optional(),
  account: name.optional(),
  region: name.optional(),
  vpc: name.optional(),
  ingress: rules.optional().describe("Rules for packets to its hosts; none allows none"),
  egress: rules.optional().describe("Rules for packets from its hosts; none allows none"),
  note: note.optional(),
});

const acl = z.strictObject({
  name: text.optional(),
  vpc: name,
  ingress: rules.optional().describe("Rules for packets into its subnets; what none matches is denied"),
  egress: rules.optional().describe("Rules for packets out of its subnets; what none matches is denied"),
  note: note.optional(),
});

const attachment = z.strictObject({
  kind: z.enum(ATTACHMENT_KINDS).optional().describe("Taken from `vpc`, `peer` or `advertises` unless given"),
  vpc: name.optional().describe("The attached VPC"),
  subnets: ids.optional().describe("The subnets of the VPC in which the hub stands; not known unless given"),
  groupReferences: z
    .boolean()
    .optional()
    .describe("Whether rules may name groups across it, if the hub allows it"),
  peer: text.optional().describe("The other hub and its attachment, as `HUB/ATTACHMENT`"),
  advertises: blocks.optional().describe("What lies behind a VPN or a line"),
  table: name.optional().describe("The hub's table that looks up what arrives here"),
  state: text.optional().describe("`available` unless given; anything else carries nothing"),
  note: note.optional(),
});

const route = z.union([
  text.describe("`DESTINATION -> TARGET`, with `disabled` behind it where it is switched off"),
  z.strictObject({ destination: text, target: name, enabled: z.boolean().optional(), note: note.optional() }),
]);

const hubTable = z.union([
  z.array(route).describe("Routes to attachments, or to `blackhole`"),
  z.literal("unknown").describe("The table exists, but its routes are not known"),
  z.strictObject({
    routes: z.union([z.array(route), z.literal("unknown")]).optional(),
    propagates: ids.optional().describe("Attachments whose ranges appear here by themselves"),
    note: note.optional(),
  }),
]);

const hub = z.strictObject({
  kind: z.enum(HUB_KINDS),
  account: name.optional(),
  region: name.optional(),
  attachments: z.record(z.string(), attachment).optional(),
  tables: z.record(z.string(), hubTable).optional(),
  groupReferences: z.boolean().optional().describe("Rules may name groups of VPCs behind this hub"),
  note: note.optional(),
});

const routes = z.union([
  z.array(route).describe("The routes of the VPC's main table"),
  z.literal("unknown").describe("The table exists, but its routes are not known"),
  z.strictObject({
    vpc: name.optional().describe("The table's VPC; taken from its subnets where they are given"),
    subnets: z.array(text).optional().describe("The subnets that use this table, as `VPC/SUBNET`"),
    routes: z.union([z.array(route), z.literal("unknown")]).optional(),
    note: note.optional(),
  }),
]);

/** A one-key map is what YAML makes of `A -x- B: cause` without quotes. */
const expectation = z.union([text, z.record(z.string(), z.string().nullable())]);
const listOf = <T extends z.ZodType>(one: T) => z.union([one, z.array(one)]);

const addressSet = z
  .union([text, z.array(text).min(1)])
  .describe("`VPC`, `SUBNET`, `VPC/SUBNET` with `*` and `?`, `tag:KEY=VALUE`, a CIDR; or a list of these");
const ends = z.strictObject({ from: addressSet, to: addressSet });

const policy = z.strictObject({
  name: text.optional().describe("What the policy is called in reports and in `violates`"),
  note: note.optional(),
  isolated: z
    .array(addressSet)
    .min(2)
    .optional()
    .describe("Sets of which no packet gets from one to another, in either direction"),
  reachable: ends.optional().describe("Every address of one and every address of the other reach each other"),
  only: ends.optional().describe("Nothing gets to `to`, except from `from` and from `to` itself"),
});

const policies = z.array(policy);

const step = z.strictObject({
  note: note.optional(),
  after: text.optional().describe("Time that passes first: `7d`, `12h`"),
  as: name.optional().describe("The account that acts; by default the party entitled to"),
  do: listOf(text).optional().describe("Actions: `add-route vpc1 10.2.0.0/16 -> pcx-1`. Always strict"),
  refused: text.optional().describe("The error code with which every action of this step must be refused"),
  violates: listOf(text)
    .optional()
    .describe("Names of the policies that are violated after this step; all others must hold"),
  expect: listOf(expectation)
    .optional()
    .describe(
      "`A <-> B`, `A -> B: CAUSE`, `A <- B: CAUSE`, `A -x- B: CAUSE / CAUSE`, `A ?? B`. A service may follow B: `web <-> db tcp/5432`. `alarm NAME on PEERING: ALARM at 10:05`",
    ),
});

const scenario = z.strictObject({
  version: z.literal(1).optional(),
  name: text.optional(),
  description: note.optional(),
  profile: z.enum(PROFILE_NAMES).optional().describe("Whose rules hold; `tencent` unless given"),
  load: z
    .enum(["strict", "lenient"])
    .optional()
    .describe(
      "`strict` refuses what the console would refuse, `lenient` warns and judges the network as it stands",
    ),
  now: text.optional().describe("The clock at the start: `2026-01-01`"),
  quotas: z
    .strictObject(
      Object.fromEntries(QUOTA_NAMES.map((quota) => [quota, z.number().int().positive().optional()])),
    )
    .optional()
    .describe(
      "Quotas that the provider raised: of VPCs in a region, CIDRs, subnets, tables, routes, peerings",
    ),
  vpcs: z.record(z.string(), vpc),
  peerings: z.record(z.string(), peering).optional(),
  gateways: z.record(z.string(), gateway).optional(),
  hubs: z.record(z.string(), hub).optional().describe("Transit gateways and CCNs"),
  groups: z.record(z.string(), group).optional().describe("Security groups, by id"),
  acls: z.record(z.string(), acl).optional().describe("Network ACLs, by id"),
  routes: z
    .record(z.string(), routes)
    .optional()
    .describe("By VPC: the routes of its main table. By another name: a table of its own, with its subnets"),
  policies: policies.optional().describe("What must hold after every step, whatever routes there are"),
  traffic: z.record(z.string(), flow).optional().describe("What hosts would like to send, by name"),
  meter: meter.optional().describe("How the traffic is metered"),
  alarms: z.record(z.string(), alarm).optional().describe("Alarm policies on what peerings carry, by name"),
  unmodelled: z
    .array(text)
    .optional()
    .describe("What is there besides, may carry traffic, and has no counterpart here"),
  steps: z.array(step).optional(),
});

const policyFile = z.strictObject({ version: z.literal(1).optional(), name: text.optional(), policies });

export type ScenarioInput = z.infer<typeof scenario>;
export type StepInput = z.infer<typeof step>;
export type PolicyInput = z.infer<typeof policy>;

/** What is wrong with the value's shape: where, one sentence, and the key that was probably meant. */
export interface ShapeProblem {
  readonly path: readonly PropertyKey[];
  readonly message: string;
  /** The last part of the path is a key that has to be there. */
  readonly isMissing?: boolean;
  /** The last part of the path is a key that nothing knows, and this is the nearest one that something does. */
  readonly unknownKey?: { readonly nearest: string | undefined };
}

/** Checks the shape of a whole scenario; an empty list means that the value is a `ScenarioInput`. */
export function checkShape(value: unknown): ShapeProblem[] {
  return isSound(value) ? [] : check(scenario, value);
}

/** Checks the shape of a file of policies; an empty list means that its `policies` is a list of `PolicyInput`. */
export function checkPolicyShape(value: unknown): ShapeProblem[] {
  return check(policyFile, value);
}

/** Checks the shape of a price list; an empty list means that the value is a `PriceList`. */
export function checkPriceShape(value: unknown): ShapeProblem[] {
  return check(priceList, value);
}

function check(shape: z.ZodType, value: unknown): ShapeProblem[] {
  const result = shape.safeParse(value);
  return result.success ? [] : result.error.issues.flatMap((issue) => problems(issue, [], value));
}

const SECTIONS = { vpcs: vpc, peerings: peering, gateways: gateway, routes: routes } as const;

/**
 * Reports whether everything has the right shape, entry by entry: at once, the library would make a copy of the whole
 * file while it looks for the first fault. O(value).
 */
function isSound(value: unknown): boolean {
  if (!isPlainMap(value)) return false;
  const frame: Record<string, unknown> = { ...value };
  for (const [name, schema] of Object.entries(SECTIONS)) {
    const section = frame[name];
    if (!isPlainMap(section)) continue;
    frame[name] = {};
    for (const entry of Object.values(section)) if (!schema.safeParse(entry).success) return false;
  }
  return scenario.safeParse(frame).success;
}

function isPlainMap(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

/** Returns the JSON Schema (2020-12) for editors. */
export function scenarioJsonSchema(): object {
  const schema = z.toJSONSchema(scenario, { io: "input", target: "draft-2020-12" });
  return { title: "twoway scenario, version 1", ...schema };
}

const KNOWN_KEYS = new Set(
  [
    ...[scenario, vpc, step, group, acl, attachment, hub, policy, ends, policyFile],
    ...[meter, alarm, priceList],
  ].flatMap((map) => Object.keys(map.shape)),
);
for (const union of [subnet, host, peering, end, gateway, rule, route, hubTable, routes, flow]) {
  for (const option of union.options) {
    if (option instanceof z.ZodObject) for (const key of Object.keys(option.shape)) KNOWN_KEYS.add(key);
  }
}

type ZodIssue = z.core.$ZodIssue;

function problems(issue: ZodIssue, base: readonly PropertyKey[], root: unknown): ShapeProblem[] {
  const path = [...base, ...issue.path];
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => ({
      path: [...path, key],
      message: `the key ${JSON.stringify(key)} is not known here`,
      unknownKey: { nearest: nearest(key, KNOWN_KEYS) },
    }));
  }
  if (issue.code === "invalid_union") {
    // of several shapes, complain in terms of the one that was meant: the one of this kind of value
    const meant = issue.errors.find((branch) => !branch.some(isOtherKind));
    if (meant !== undefined) return meant.flatMap((inner) => problems(inner, path, root));
  }
  const isMissing = path.length > 0 && valueAt(root, path) === undefined;
  const message = isMissing
    ? `the key ${JSON.stringify(path[path.length - 1])} is missing`
    : `this should be ${wanted(issue)}`;
  return [{ path, message, isMissing }];
}

function valueAt(root: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce((value, key) => (value as Record<PropertyKey, unknown> | undefined)?.[key], root);
}

/** Reports whether the value is of another kind altogether than the schema that complains. */
function isOtherKind(issue: ZodIssue): boolean {
  if (issue.path.length > 0) return false;
  if (issue.code === "invalid_union") return issue.errors.every((branch) => branch.some(isOtherKind));
  return issue.code === "invalid_type" || issue.code === "invalid_value";
}

const KINDS: Readonly<Record<string, string>> = {
  object: "a map",
  record: "a map",
  array: "a list",
  string: "text",
  int: "a whole number",
  boolean: "true or false",
};

function wanted(issue: ZodIssue): string {
  switch (issue.code) {
    case "invalid_union":
      return [...new Set(issue.errors.flat().map(wanted))].join(" or ");
    case "invalid_value":
      return issue.values.map((value) => JSON.stringify(value)).join(" or ");
    case "invalid_type":
      return KINDS[issue.expected] ?? `a ${issue.expected}`;
    case "too_small":
      return issue.origin === "array"
        ? "a list that is not empty"
        : issue.origin === "string"
          ? "text that is not empty"
          : `${issue.inclusive === true ? "at least" : "above"} ${issue.minimum}`;
    case "too_big":
      return `at most ${issue.maximum}${issue.origin === "string" ? " characters" : ""}`;
    default:
      return issue.message;
  }
}
