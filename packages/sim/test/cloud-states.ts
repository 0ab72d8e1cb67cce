import type { TfResource } from "./cloud-terraform.ts";

/** Files that hold resources of Terraform: shown states and plans (HashiCorp's "JSON Output Format"), and raw states of version 4. */

const VERSIONS = { format_version: "1.0", terraform_version: "1.9.8" };
const PROVIDER = "registry.terraform.io/hashicorp/aws";

/** Each VPC is a module inside a module, with `for_each` or `count`; what belongs to none stands in the root. */
function moduleOf({ module }: TfResource, order: readonly (string | undefined)[]): string {
  if (module === undefined) return "";
  const n = order.indexOf(module);
  return n % 2 === 0 ? `module.nets["${module}"].module.net[0]` : `module.list[${n}].module.net["x"]`;
}

function addressOf(resource: TfResource, module: string): string {
  const { mode, type, key } = resource;
  return `${module === "" ? "" : `${module}.`}${mode === "data" ? "data." : ""}${type}.this[${JSON.stringify(key)}]`;
}

function shown(resource: TfResource, module: string): object {
  const { mode, type, key, values } = resource;
  const address = addressOf(resource, module);
  return {
    address,
    mode,
    type,
    name: "this",
    index: key,
    provider_name: PROVIDER,
    schema_version: 1,
    values,
    sensitive_values: {},
  };
}

function rootModule(resources: readonly TfResource[]): object {
  const order = [...new Set(resources.map(({ module }) => module))];
  const inside = (module: string): object[] =>
    resources.filter((one) => moduleOf(one, order) === module).map((one) => shown(one, module));
  const modules = [...new Set(resources.map((one) => moduleOf(one, order)))].filter((name) => name !== "");
  return {
    resources: inside(""),
    child_modules: modules.map((name) => ({
      address: name.slice(0, name.lastIndexOf(".module.")),
      resources: [],
      child_modules: [{ address: name, resources: inside(name) }],
    })),
  };
}

/** `terraform show -json` of a state. */
export function shownState(resources: readonly TfResource[]): object {
  return { ...VERSIONS, values: { root_module: rootModule(resources) } };
}

/** `terraform.tfstate`. */
export function rawState(resources: readonly TfResource[]): object {
  const order = [...new Set(resources.map(({ module }) => module))];
  return {
    version: 4,
    terraform_version: "1.9.8",
    serial: 7,
    lineage: "3f0c1a2b-0000-0000-0000-000000000000",
    outputs: {},
    resources: resources.map((one) => {
      const module = moduleOf(one, order);
      return {
        ...(module === "" ? {} : { module }),
        mode: one.mode,
        type: one.type,
        name: "this",
        provider: `provider["${PROVIDER}"]`,
        instances: [
          { index_key: one.key, schema_version: 1, attributes: one.values, sensitive_attributes: [] },
        ],
      };
    }),
    check_results: null,
  };
}

/** A plan that changes nothing, or makes everything with all of it known. */
export function plan(resources: readonly TfResource[], action: "no-op" | "create"): object {
  const order = [...new Set(resources.map(({ module }) => module))];
  const managed = resources.filter(({ mode }) => mode === "managed");
  const prior = action === "no-op" ? resources : resources.filter(({ mode }) => mode === "data");
  return {
    ...VERSIONS,
    planned_values: { root_module: rootModule(managed) },
    resource_changes: managed.map((one) => ({
      address: addressOf(one, moduleOf(one, order)),
      mode: one.mode,
      type: one.type,
      name: "this",
      index: one.key,
      change: {
        actions: [action],
        before: action === "no-op" ? one.values : null,
        after: one.values,
        after_unknown: {},
      },
    })),
    prior_state: { ...VERSIONS, values: { root_module: rootModule(prior) } },
    configuration: { root_module: {} },
  };
}
