import { InputError } from "../../model/issue.ts";
import { timeOf } from "../aws/words.ts";
import { Fields, isRecord } from "../inventory/fields.ts";
import { Inventory } from "../inventory/inventory.ts";
import { Problems } from "../inventory/problems.ts";
import { readAwsResource } from "./aws.ts";
import { forgetDeparted } from "./departed.ts";
import { readLookedUp } from "./looked-up.ts";
import { arrayOf, idOfAddress, type Resource, walkModule, walkState } from "./module.ts";
import { References } from "./references.ts";
import type { ReadyResource } from "./resource.ts";
import { shareOut } from "./share-out.ts";
import { readTencentResource } from "./tencent.ts";

/**
 * Terraform's JSON: `terraform show -json` of a state or of a plan, and the raw state file. A plan tells of two networks,
 * one before it is applied and one after.
 */

type Json = Readonly<Record<string, unknown>>;

export function isTerraform(value: unknown): value is Json {
  if (!isRecord(value)) return false;
  if (typeof value.format_version === "string") return true;
  return typeof value.version === "number" && ("lineage" in value || "terraform_version" in value);
}

/**
 * Adds what is there, or will be once the plan is applied, to `after`; and what is there before a plan to `before`. Throws an
 * InputError when the format is none that is read here. O(resources).
 */
export function readTerraform(value: Json, file: string, after: Inventory, before: Inventory): void {
  checkVersion(value, file);
  for (const key of ["planned_values", "values"]) {
    if (value[key] === undefined || isRecord(value[key])) continue;
    after.problems.error("wrong-type", "this should be an object", { source: file, path: key });
  }
  if (isPlan(value)) {
    const prior = stateOf(value.prior_state);
    readKnown(before, walkModule(prior, "managed"));
    readPlan(after, value, prior);
    for (const inventory of [before, after]) {
      readLookedUp(inventory, walkModule(prior, "data"));
      mentionTime(inventory, value);
    }
  } else if (typeof value.format_version === "string") {
    const { root_module: root } = isRecord(value.values) ? value.values : {};
    readKnown(after, walkModule(root, "managed"));
    readLookedUp(after, walkModule(root, "data"));
  } else {
    readKnown(after, walkState(value, "managed"));
    readLookedUp(after, walkState(value, "data"));
  }
}

export function isPlan(value: unknown): boolean {
  return isRecord(value) && typeof value.format_version === "string" && "planned_values" in value;
}

function checkVersion(value: Json, file: string): void {
  const refuse = (message: string, suggestion: string): never => {
    throw new InputError([{ code: "unreadable", message, source: file, path: "", suggestion }]);
  };
  const convert = "terraform show -json > state.json";
  const { format_version: format, version } = value;
  if (typeof format === "string") {
    const [major] = format.split(".");
    if (major === "0" || major === "1") return;
    refuse(`format_version ${format} is newer than version 1, which is read here`, "a twoway that knows it");
  }
  if (version === 4) return;
  refuse(`a raw Terraform state of version ${String(version)} is not read; version 4 is`, convert);
}

function stateOf(state: unknown): unknown {
  const values = isRecord(state) ? state.values : undefined;
  return isRecord(values) ? values.root_module : undefined;
}

/** Reads resources of which everything is known. */
function readKnown(inventory: Inventory, resources: Iterable<Resource>): void {
  const none = new Map<string, readonly string[]>();
  readAll(
    inventory,
    [...resources].map((resource) => complete(resource, resource.values, none, undefined, false)),
  );
}

function readPlan(inventory: Inventory, plan: Json, prior: unknown): void {
  const changes = new Map<string, Json>();
  for (const change of arrayOf(plan.resource_changes))
    if (
      isRecord(change) &&
      typeof change.address === "string" &&
      isRecord(change.change) &&
      change.deposed === undefined
    )
      changes.set(change.address, change.change);
  const planned = isRecord(plan.planned_values) ? plan.planned_values.root_module : undefined;
  const resources = [...walkModule(planned, "managed")].map((resource) => ({
    ...resource,
    unknown: changes.get(resource.address)?.after_unknown,
  }));
  const references = new References(plan, resources, [...walkModule(prior, "data")]);
  const read = resources.map((resource) => {
    const { values, open } = references.complete(resource);
    const region = references.regionOf(resource);
    const isNew = resource.values.id === undefined || resource.values.id === null;
    return {
      ...complete(resource, values, open, region, isNew),
      configures: (key: string) => references.configures(resource, key),
    };
  });
  readAll(inventory, shareOut(read));
  for (const [source, message] of references.assumed)
    inventory.problems.warning("ambiguous", message, { source, path: "" });
  const departed = [...walkModule(prior, "managed")].filter(({ address }) => {
    const actions = arrayOf(changes.get(address)?.actions);
    return actions.includes("delete") || actions.includes("update");
  });
  const were = new Inventory(new Problems());
  readKnown(were, departed);
  forgetDeparted(inventory, were);
}

function mentionTime(inventory: Inventory, { timestamp }: Json): void {
  if (typeof timestamp === "string") inventory.mentionTime(timeOf(timestamp));
}

function complete(
  { address, type }: Resource,
  values: Json,
  open: ReadyResource["open"],
  region: string | undefined,
  isNew: boolean,
): ReadyResource {
  const id = typeof values.id === "string" && values.id !== "" ? values.id : idOfAddress(address);
  return { address, type, id, values, open, region, isNew, configures: () => true };
}

function readAll(inventory: Inventory, resources: readonly ReadyResource[]): void {
  inventory.listsHubRoutes = true;
  for (const resource of resources) {
    const fields = new Fields(resource.values, { source: resource.address, path: "" }, inventory.problems);
    if (resource.type.startsWith("aws_")) readAwsResource(inventory, resource, fields);
    else if (resource.type.startsWith("tencentcloud_")) readTencentResource(inventory, resource, fields);
  }
}
