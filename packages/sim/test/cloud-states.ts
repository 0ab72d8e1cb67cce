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

/** Arguments that the provider computes: nobody knows them before the resource is made. */
const COMPUTED: ReadonlySet<string> = new Set([
  "id",
  "arn",
  "owner_id",
  "vpc_owner_id",
  "main_route_table_id",
  "default_route_table_id",
  "default_network_acl_id",
  "default_security_group_id",
  "primary_network_interface_id",
  "accept_status",
  "instance_state",
  "state",
  "origin",
  "public_ip",
]);

/** Arguments that the provider computes where the configuration does not give them. */
const COMPLETED: ReadonlyMap<string, readonly string[]> = new Map([
  ["aws_security_group_rule", ["source_security_group_id"]],
  ["aws_security_group", ["ingress", "egress"]],
  ["aws_route", ["network_interface_id", "instance_id"]],
  ["aws_route_table", ["route", "propagating_vgws"]],
  ["aws_network_acl", ["ingress", "egress", "subnet_ids"]],
  ["aws_instance", ["secondary_private_ips", "ipv6_addresses", "security_groups", "network_interface"]],
]);

/** What adopts a part of a VPC names the part, which is computed there. */
const ADOPTS: ReadonlyMap<string, string> = new Map([
  ["aws_default_route_table", "default_route_table_id"],
  ["aws_default_network_acl", "default_network_acl_id"],
]);

function nameOf({ type, key }: TfResource): string {
  return `${type}.${key.replace(/[^\w-]+/g, "-")}`;
}

/** A part of a resource: what of it is known, which of it is not, and how the configuration spells it. */
interface Part {
  readonly known: unknown;
  readonly open: unknown;
  readonly spelt: unknown;
}

/** Returns the value with every id of something that is still to be made left open. */
function partOf(value: unknown, made: ReadonlyMap<string, string>): Part {
  if (typeof value === "string" && made.has(value)) {
    const address = made.get(value)!;
    return { known: null, open: true, spelt: { references: [`${address}.id`, address] } };
  }
  if (Array.isArray(value) && value.every((one) => typeof one === "string")) {
    const parts = value.map((one) => partOf(one, made));
    const references = parts.flatMap(({ spelt }) => (spelt as { references?: string[] }).references ?? []);
    const spelt = references.length > 0 ? { references } : { constant_value: value };
    return { known: parts.map(({ known }) => known), open: parts.map(({ open }) => open), spelt };
  }
  if (Array.isArray(value)) {
    const parts = value.map((one) => partsOf(one as Readonly<Record<string, unknown>>, made));
    return {
      known: parts.map(({ known }) => known),
      open: parts.map(({ open }) => open),
      spelt: parts.map(({ spelt }) => spelt),
    };
  }
  // what a resource shows as empty is not written at all
  return {
    known: value,
    open: false,
    spelt: value === "" || value === null ? undefined : { constant_value: value },
  };
}

function partsOf(values: Readonly<Record<string, unknown>>, made: ReadonlyMap<string, string>): Part {
  const parts = Object.entries(values).map(([key, value]) => [key, partOf(value, made)] as const);
  const pick = (what: keyof Part): object =>
    Object.fromEntries(parts.flatMap(([key, part]) => (part[what] === undefined ? [] : [[key, part[what]]])));
  return { known: pick("known"), open: pick("open"), spelt: pick("spelt") };
}

function isEmpty(value: unknown): boolean {
  return (
    value === undefined || value === null || value === "" || (Array.isArray(value) && value.length === 0)
  );
}

/**
 * A plan that makes everything, of which nothing that the cloud gives is known: what refers to what stands in the configuration.
 * Ids of what is made are the addresses of their resources.
 */
export function newPlan(resources: readonly TfResource[]): object {
  const managed = resources.filter(({ mode }) => mode === "managed");
  // what an accepter accepts is the thing itself, and others refer to that
  const made = new Map(managed.toReversed().map((one) => [one.key, nameOf(one)]));
  const parts = managed.map((one) => {
    const adopted = ADOPTS.get(one.type);
    const completed = (COMPLETED.get(one.type) ?? []).filter((key) => isEmpty(one.values[key]));
    const isComputed = (key: string): boolean => COMPUTED.has(key) || completed.includes(key);
    const known = Object.entries(one.values).filter(([key]) => !isComputed(key));
    const { known: values, open, spelt } = partsOf(Object.fromEntries(known), made);
    const hidden = Object.fromEntries(
      [...Object.keys(one.values), ...completed].flatMap((key) => (isComputed(key) ? [[key, true]] : [])),
    );
    const owner = made.get(String(one.values.vpc_id));
    const reference =
      adopted === undefined ? {} : { [adopted]: { references: [`${owner}.${adopted}`, owner] } };
    const accepts = one.values.accept_status === "active" ? { auto_accept: true } : {};
    const [type, name] = nameOf(one).split(".");
    return {
      shown: {
        address: nameOf(one),
        mode: "managed",
        type,
        name,
        provider_name: PROVIDER,
        schema_version: 1,
      },
      values: { ...(values as object), ...accepts },
      open: { ...(open as object), ...hidden },
      expressions: { ...(spelt as object), ...reference },
    };
  });
  return {
    ...VERSIONS,
    planned_values: { root_module: { resources: parts.map(({ shown, values }) => ({ ...shown, values })) } },
    resource_changes: parts.map(({ shown, values, open }) => ({
      ...shown,
      change: { actions: ["create"], before: null, after: values, after_unknown: open },
    })),
    configuration: {
      provider_config: { aws: { name: "aws", full_name: PROVIDER } },
      root_module: {
        resources: parts.map(({ shown: { address, mode, type, name }, expressions }) => ({
          address,
          mode,
          type,
          name,
          provider_config_key: "aws",
          expressions,
        })),
      },
    },
  };
}
