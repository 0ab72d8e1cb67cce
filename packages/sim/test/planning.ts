import { importNetworks, type Network } from "@twoway/sim";
import * as assert from "uvu/assert";
import { type ResourceValues, resource, state } from "./importing.ts";

/** Plans as Terraform 1.x writes them: HashiCorp's "JSON Output Format" page, and plans made with it of public modules. */

interface Change {
  readonly actions: readonly string[];
  readonly after_unknown?: object;
}

export interface Plan {
  readonly prior?: readonly object[];
  readonly planned: readonly object[];
  readonly childModules?: readonly object[];
  readonly changes?: Readonly<Record<string, Change>>;
  readonly configuration?: object;
  readonly timestamp?: string;
}

/** Returns `terraform show -json` of a plan. */
export function plan({
  prior = [],
  planned,
  childModules = [],
  changes = {},
  configuration = {},
  timestamp,
}: Plan): object {
  return {
    format_version: "1.2",
    terraform_version: "1.9.8",
    planned_values: { root_module: { resources: planned, child_modules: childModules } },
    resource_changes: Object.entries(changes).map(([address, change]) => ({ address, change })),
    prior_state: state(prior),
    configuration,
    ...(timestamp === undefined ? {} : { timestamp }),
  };
}

export function networks(value: object): { before: Network; after: Network } {
  const { network, before } = importNetworks([{ name: "plan.json", text: () => JSON.stringify(value) }]);
  assert.ok(before !== undefined);
  return { before: before as Network, after: network };
}

export const ref = (...references: string[]): object => ({ references });
export const is = (constant_value: unknown): object => ({ constant_value });
export const config = (address: string, expressions: object, more: object = {}): object => {
  const [type, name] = address.split(".");
  return { address, mode: "managed", type, name, expressions, ...more };
};
export const CREATE = (after_unknown: object): Change => ({ actions: ["create"], after_unknown });

/** What a plan says of one instance of a resource. */
export interface Planned {
  /** Values that are known. */
  readonly is?: ResourceValues;
  /** Expressions of arguments of which nothing is known before apply. */
  readonly of?: Readonly<Record<string, object>>;
  /** What else is known only after apply, as `after_unknown` has it. */
  readonly holes?: object;
  readonly each?: object;
}

/** What the configuration says of a call: "app" in the root, "app.net" inside of what "app" calls. */
export interface Call {
  readonly gives?: Readonly<Record<string, object>>;
  readonly outputs?: Readonly<Record<string, object>>;
  readonly variables?: object;
  /** Resources that are configured, and of which the plan makes none. */
  readonly none?: readonly string[];
}

/** Returns a plan that makes everything, by address, with the modules that the addresses are in. */
export function planOf(
  rows: Readonly<Record<string, Planned>>,
  calls: Readonly<Record<string, Call>> = {},
  more: Partial<Plan> = {},
): object {
  const configOf = (path: string): Record<string, unknown> => {
    const resources = new Map<string, object>();
    for (const [address, { of = {}, each }] of Object.entries(rows)) {
      const [module, name] = partsOf(address);
      if (module.replace(/\[[^\]]*\]|module\./g, "") !== path) continue;
      const known = { ...(resources.get(name) as { expressions?: object } | undefined)?.expressions, ...of };
      resources.set(name, config(name, known, each === undefined ? {} : { for_each_expression: each }));
    }
    for (const name of calls[path]?.none ?? []) resources.set(name, config(name, {}));
    const inner = Object.keys(calls).filter((call) => call.replace(/\.?[^.]*$/, "") === path);
    return {
      resources: [...resources.values()],
      module_calls: Object.fromEntries(
        inner.map((call) => {
          const { gives = {}, outputs = {}, variables = {} } = calls[call];
          const told = Object.entries(outputs).map(([name, expression]) => [name, { expression }]);
          const module = { ...configOf(call), outputs: Object.fromEntries(told), variables };
          return [call.replace(/.*\./, ""), { expressions: gives, module }];
        }),
      ),
    };
  };
  const modules = new Set(Object.keys(rows).map((address) => partsOf(address)[0]));
  const inModule = (wanted: string): object[] =>
    Object.entries(rows)
      .filter(([address]) => partsOf(address)[0] === wanted)
      .map(([address, { is: values = {} }]) => resource(address, values));
  return plan({
    planned: inModule(""),
    childModules: [...modules].flatMap((address) =>
      address === "" ? [] : [{ address, resources: inModule(address) }],
    ),
    changes: Object.fromEntries(
      Object.entries(rows).map(([address, { of = {}, holes = {} }]) => [
        address,
        CREATE({ id: true, ...Object.fromEntries(Object.keys(of).map((key) => [key, true])), ...holes }),
      ]),
    ),
    configuration: { root_module: configOf("") },
    ...more,
  });
}

/** Returns the address of the module instance, and `type.name`. */
function partsOf(address: string): readonly [module: string, name: string] {
  const [, module, name] = /^((?:module\.[\w-]+(?:\[[^\]]*\])?\.)*)([\w.-]+)/.exec(address) ?? ["", "", ""];
  return [module.replace(/\.$/, ""), name];
}
