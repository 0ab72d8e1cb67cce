import type { YamlContext } from "./yaml-context.ts";

/** What a JSON Schema allows at a place: as much of one as ours uses. */
export interface Schema {
  readonly type?: string;
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema | boolean;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly required?: readonly string[];
}

/** Something that may be written. */
export interface Option {
  readonly label: string;
  readonly kind: "key" | "value";
  /** One line beside it: `required`, a type. */
  readonly detail: string;
  readonly info: string;
}

/** Returns every schema that may hold at a path, alternatives side by side; none where nothing is allowed. */
export function schemasAt(schema: Schema, path: readonly (string | undefined)[]): Schema[] {
  let found = alternatives(schema);
  for (const key of path) found = found.flatMap((one) => within(one, key)).flatMap(alternatives);
  return found;
}

/** The schema itself comes first: what it says of all alternatives stands there. */
function alternatives(schema: Schema): Schema[] {
  return [schema, ...(schema.anyOf ?? []).flatMap(alternatives)];
}

function within({ items, properties, additionalProperties }: Schema, key: string | undefined): Schema[] {
  if (key === undefined) return items === undefined ? [] : [items];
  const known = properties && Object.hasOwn(properties, key) ? properties[key] : undefined;
  if (known !== undefined) return [known];
  return typeof additionalProperties === "object" ? [additionalProperties] : [];
}

/** Returns what may be written where the cursor stands: keys that are not there yet, or values of a closed list. */
export function optionsFor(schema: Schema, { path, role, taken }: YamlContext): Option[] {
  const found = schemasAt(schema, path);
  const options = [
    ...(role === "value" ? [] : found.flatMap(keysOf)).filter(({ label }) => !taken.includes(label)),
    ...(role === "key" ? [] : found.flatMap(valuesOf)),
  ];
  // alternatives may name the same thing
  return [...new Map(options.map((option) => [`${option.kind} ${option.label}`, option])).values()];
}

function keysOf({ properties = {}, required = [] }: Schema): Option[] {
  return Object.entries(properties).map(([label, schema]) => ({
    label,
    kind: "key",
    detail: required.includes(label) ? "required" : typeText(schema),
    info: aboutOf([schema]),
  }));
}

function valuesOf(schema: Schema): Option[] {
  const values = schema.const === undefined ? (schema.enum ?? []) : [schema.const];
  return values.map((value) => ({
    label: String(value),
    kind: "value",
    detail: "",
    info: schema.description ?? "",
  }));
}

/** Returns what the schema says of a key; "" when nothing. */
export function aboutKey(schema: Schema, path: readonly (string | undefined)[]): string {
  return aboutOf(schemasAt(schema, path));
}

function aboutOf(schemas: readonly Schema[]): string {
  return (
    schemas.flatMap(alternatives).find(({ description }) => description !== undefined)?.description ?? ""
  );
}

function typeText(schema: Schema): string {
  const types = alternatives(schema).flatMap(({ type, const: only }) =>
    only === undefined ? (type ?? []) : [String(only)],
  );
  const words: Readonly<Record<string, string>> = { object: "mapping", array: "list", string: "text" };
  return [...new Set(types)].map((type) => words[type] ?? type).join(" or ");
}
