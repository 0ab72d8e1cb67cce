import { readdirSync, readFileSync } from "node:fs";
import { PROFILE_NAMES, readScenario, runScenario, scenarioJsonSchema } from "@twoway/sim";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { parse } from "yaml";

const test = suite("JSON Schema");

const FOLDER = new URL("../../../../scenarios/", import.meta.url);
const files = readdirSync(FOLDER).filter((name) => /\.(ya?ml|json)$/.test(name));

/** The part of JSON Schema that the scenario's schema uses. */
interface Schema {
  readonly type?: string | readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: boolean | Schema;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly [key: string]: unknown;
}

const schema = scenarioJsonSchema() as Schema;
const KEYWORDS = [
  "$schema",
  "title",
  "description",
  "type",
  "properties",
  "required",
  "additionalProperties",
  "propertyNames",
  "items",
  "anyOf",
  "enum",
  "const",
  "minItems",
  "minLength",
  "maxLength",
  "minimum",
  "exclusiveMinimum",
  "maximum",
  "exclusiveMaximum",
];

/** Every schema inside a schema, the outermost first. */
function* parts(from: Schema): Generator<Schema> {
  yield from;
  const { properties = {}, additionalProperties, items, anyOf = [] } = from;
  const inner = [...Object.values(properties), ...anyOf, ...(items ? [items] : [])];
  if (typeof additionalProperties === "object") inner.push(additionalProperties);
  for (const part of inner) yield* parts(part);
}

/** A validator of a few lines, which knows no other one: whether the value fits, for the keywords that shape it. */
function fits(
  value: unknown,
  { type, properties = {}, additionalProperties, required = [], items, anyOf, ...rest }: Schema,
): boolean {
  if (anyOf !== undefined && !anyOf.some((option) => fits(value, option))) return false;
  if (rest.enum !== undefined && !rest.enum.includes(value)) return false;
  if ("const" in rest && rest.const !== value) return false;
  const kind = Array.isArray(value) ? "array" : value === null ? "null" : typeof value;
  const types = type === undefined ? [kind] : [type].flat();
  if (!types.includes(kind) && !(types.includes("integer") && Number.isInteger(value))) return false;
  if (Array.isArray(value)) return items === undefined || value.every((entry) => fits(entry, items));
  if (kind !== "object") return true;
  const map = value as Readonly<Record<string, unknown>>;
  return (
    required.every((key) => key in map) &&
    Object.entries(map).every(([key, entry]) => {
      const known = properties[key] ?? additionalProperties;
      return typeof known === "object" ? fits(entry, known) : known !== false;
    })
  );
}

test("the schema is JSON Schema 2020-12 of one map, with nothing in it that editors might not know", () => {
  assert.is(schema.$schema, "https://json-schema.org/draft/2020-12/schema");
  assert.is(schema.title, "twoway scenario, version 1");
  assert.is(schema.type, "object");
  assert.equal(schema.required, ["vpcs"]);
  assert.is(schema.additionalProperties, false);
  assert.equal(Object.keys(schema.properties ?? {}), [
    "version",
    "name",
    "description",
    "profile",
    "load",
    "now",
    "quotas",
    "vpcs",
    "peerings",
    "gateways",
    "hubs",
    "groups",
    "acls",
    "routes",
    "policies",
    "traffic",
    "meter",
    "alarms",
    "unmodelled",
    "steps",
  ]);
  for (const part of parts(schema))
    for (const key of Object.keys(part)) assert.ok(KEYWORDS.includes(key), key);
  assert.equal(JSON.parse(JSON.stringify(schema)), schema);
});

test("every map of fixed keys refuses unknown ones", () => {
  const maps = [...parts(schema)].filter(({ properties }) => properties !== undefined);
  assert.ok(maps.length >= 7);
  for (const { additionalProperties } of maps) assert.is(additionalProperties, false);
});

test("the schema lists the profiles that there are", () => {
  const lists = [...parts(schema)].flatMap((part) => (part.enum?.includes("tencent") ? [part.enum] : []));
  assert.ok(lists.length >= 2);
  for (const list of lists) assert.equal(list, PROFILE_NAMES);
});

test("every scenario of the repository fits the schema, is read without an error, and holds", () => {
  assert.ok(files.length > 0);
  for (const name of files) {
    const text = readFileSync(new URL(name, FOLDER), "utf8");
    assert.ok(fits(parse(text), schema), `${name} does not fit`);
    assert.is(runScenario(readScenario(text, name).scenario).failed, 0, name);
  }
});

for (const [what, value] of [
  ["nothing", {}],
  ["an unknown key", { vpcs: {}, rutes: {} }],
  ["a VPC without a CIDR", { vpcs: { v: {} } }],
  ["a list of VPCs", { vpcs: [] }],
  ["a version to come", { vpcs: {}, version: 2 }],
  ["a profile that is none", { vpcs: {}, profile: "azure" }],
  ["a state that is none", { vpcs: {}, peerings: { p: { requester: "a", accepter: "b", state: "OPEN" } } }],
  ["a route of another shape", { vpcs: {}, routes: { v: [{ to: "x" }] } }],
] as const) {
  test(`${what} does not fit the schema, and is not read`, () => {
    assert.not.ok(fits(value, schema));
    assert.throws(() => readScenario(JSON.stringify(value), "x"));
  });
}

test.run();
