import { isRecord } from "../inventory/fields.ts";

/**
 * Resources as Terraform tells of them, from whichever of its files: `terraform show -json` of a state or a plan (the
 * json-format page of its documentation), or a raw state of version 4.
 */

export interface Resource {
  /** `module.net["a"].aws_subnet.web[0]`. */
  readonly address: string;
  readonly type: string;
  readonly name: string;
  /** Address of its module instance; "" is the root. */
  readonly module: string;
  readonly index: string | number | undefined;
  readonly values: Readonly<Record<string, unknown>>;
  /** What the plan leaves open: `true` in the place of every value that is known after apply. */
  readonly unknown: unknown;
}

/** Returns the resources of a module of `values` or `planned_values`, and of the modules inside it. O(resources). */
export function* walkModule(module: unknown, mode: "managed" | "data"): Generator<Resource> {
  // what is nested is a tree, for it was JSON: it has no cycles, and its depth is that of the parser
  if (!isRecord(module)) return;
  const prefix = typeof module.address === "string" ? module.address : "";
  for (const entry of arrayOf(module.resources)) {
    if (!isRecord(entry) || (entry.mode ?? "managed") !== mode || entry.deposed_key !== undefined) continue;
    const { address, type, name, index, values } = entry;
    if (typeof address !== "string" || typeof type !== "string") continue;
    yield {
      address,
      type,
      name: typeof name === "string" ? name : "",
      module: prefix,
      index: typeof index === "string" || typeof index === "number" ? index : undefined,
      values: isRecord(values) ? values : {},
      unknown: undefined,
    };
  }
  for (const child of arrayOf(module.child_modules)) yield* walkModule(child, mode);
}

/** Returns the resources of a raw state, version 4. Deposed objects are on their way out, and left out. */
export function* walkState(
  state: Readonly<Record<string, unknown>>,
  mode: "managed" | "data",
): Generator<Resource> {
  for (const entry of arrayOf(state.resources)) {
    if (!isRecord(entry) || (entry.mode ?? "managed") !== mode) continue;
    const { type, name, module = "" } = entry;
    if (typeof type !== "string" || typeof name !== "string" || typeof module !== "string") continue;
    for (const instance of arrayOf(entry.instances)) {
      if (!isRecord(instance) || instance.deposed !== undefined) continue;
      const { index_key: key, attributes } = instance;
      const index = typeof key === "string" || typeof key === "number" ? key : undefined;
      const place = index === undefined ? "" : `[${JSON.stringify(index)}]`;
      const address = `${module === "" ? "" : `${module}.`}${mode === "data" ? "data." : ""}${type}.${name}${place}`;
      const values = isRecord(attributes) ? attributes : {};
      yield { address, type, name, module, index, values, unknown: undefined };
    }
  }
}

export function arrayOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/**
 * Returns the address as an id, which stands in endpoints, routes and actions and so cannot hold brackets, quotes and blanks:
 * `module.net.a.aws_subnet.web.0`.
 */
export function idOfAddress(address: string): string {
  return address
    .replace(/\["?|"?\]/g, ".")
    .replace(/[^\p{L}\p{N}_.-]+/gu, "-")
    .replace(/\.{2,}/g, ".")
    .replace(/^[.-]+|\.+$/g, "")
    .slice(0, 128);
}
