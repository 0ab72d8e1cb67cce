import { isRecord } from "../inventory/fields.ts";
import { Configuration, type Json, record } from "./configuration.ts";
import { Expressions } from "./expressions.ts";
import { expressionsOf, Instances } from "./instances.ts";
import { kindsWanted } from "./kinds.ts";
import { arrayOf, type Resource } from "./module.ts";

/**
 * What a plan does not know yet and its configuration says all the same: `vpc_id = aws_vpc.a.id` of a VPC that is still to be
 * made is the id of that VPC, whatever it will be. Such a resource goes by its address.
 */
export class References {
  readonly #configuration: Configuration;
  readonly #expressions: Expressions;

  constructor(plan: Json, resources: readonly Resource[], data: readonly Resource[]) {
    this.#configuration = new Configuration(plan);
    const instances = new Instances(this.#configuration, resources, data);
    const defaultGroups = new Map<string, string>();
    for (const { type, values } of [...resources, ...data]) {
      const { id, default_security_group_id: group } = values;
      if (type === "aws_vpc" && typeof id === "string" && typeof group === "string")
        defaultGroups.set(id, group);
    }
    this.#expressions = new Expressions(this.#configuration, instances, defaultGroups);
  }

  /** Returns the resource with everything filled in that references tell, and what stays unknown. */
  complete(resource: Resource): { readonly values: Json; readonly open: Open } {
    const open = new Map<string, readonly string[]>();
    const expressions = expressionsOf(this.#configuration.of(resource));
    const values = this.#fill(resource, resource.values, resource.unknown, expressions, "", open);
    return { values: { ...values, id: this.#expressions.idOf(resource) }, open };
  }

  /** Reports whether the configuration gives the argument any value. */
  configures(resource: Resource, key: string): boolean {
    return Object.hasOwn(expressionsOf(this.#configuration.of(resource)), key);
  }

  /** Returns the region of the resource's provider, where the configuration spells it out. */
  regionOf(resource: Resource): string | undefined {
    return this.#configuration.regionOf(resource);
  }

  /** By place: what had to be assumed to give an expression its value. Complete once every resource is. */
  get assumed(): ReadonlyMap<string, string> {
    return this.#expressions.assumed;
  }

  #fill(
    resource: Resource,
    values: Json,
    unknown: unknown,
    expressions: Json,
    path: string,
    open: Open,
  ): Json {
    const filled: Record<string, unknown> = { ...values };
    for (const [key, hole] of Object.entries(record(unknown))) {
      const at = path === "" ? key : `${path}.${key}`;
      const expression = expressions[key];
      if (hole === true) {
        const wanted = kindsWanted(key);
        const isList = isListKey(key);
        const { ids, candidates } = isList
          ? this.#expressions.many(expression, resource, wanted, undefined)
          : this.#expressions.one(expression, resource, wanted, at);
        if (ids.length > 0) filled[key] = isList ? ids : ids[0];
        else open.set(at, candidates);
      } else if (Array.isArray(hole)) {
        filled[key] = this.#fillList(resource, values[key], hole, expression, at, open);
      } else if (isRecord(hole) && isRecord(values[key])) {
        filled[key] = this.#fill(resource, record(values[key]), hole, record(expression), at, open);
      }
    }
    return filled;
  }

  #fillList(
    resource: Resource,
    value: unknown,
    holes: readonly unknown[],
    expression: unknown,
    path: string,
    open: Open,
  ): unknown {
    const entries = arrayOf(value);
    if (holes.includes(true)) {
      const known = entries.filter((entry) => typeof entry === "string");
      const wanted = kindsWanted(path.replace(/.*\./, ""));
      const { ids, candidates } = this.#expressions.many(expression, resource, wanted, holes.length);
      if (ids.length === 0) open.set(path, candidates);
      return [...new Set([...known, ...ids])];
    }
    return entries.map((entry, i) => {
      const hole = holes[i];
      if (!isRecord(entry) || !isRecord(hole)) return entry;
      const at = `${path}[${i}]`;
      const blocks = arrayOf(expression)
        .map(record)
        .filter((block) => this.#mayBe(block, entry, resource));
      // a set forgets the order of its blocks: each is found again by what it says, and has to be the only one
      const outcomes = blocks.map((block) => {
        const holesLeft = new Map<string, readonly string[]>();
        return { values: this.#fill(resource, entry, hole, block, at, holesLeft), holesLeft };
      });
      const texts = new Set(outcomes.map(({ values }) => JSON.stringify(values)));
      const [only] = texts.size === 1 ? outcomes : [];
      if (only === undefined) {
        for (const [key, isOpen] of Object.entries(hole)) if (isOpen === true) open.set(`${at}.${key}`, []);
        return entry;
      }
      for (const [left, candidates] of only.holesLeft) open.set(left, candidates);
      return only.values;
    });
  }

  /** Reports whether the block of the configuration may be the one that became this entry. */
  #mayBe(block: Json, entry: Json, resource: Resource): boolean {
    return Object.entries(block).every(([key, expression]) => {
      const { constant_value: constant, references } = record(expression);
      const known = entry[key];
      if (constant !== undefined)
        return known === undefined || JSON.stringify(known) === JSON.stringify(constant);
      if (typeof known !== "string" || known === "" || references === undefined) return true;
      const { ids } = this.#expressions.one(expression, resource, kindsWanted(key));
      return ids.length === 0 || ids.includes(known);
    });
  }
}

/** By path of an argument that stays unknown: what it may be, as far as that is known; [] when it may be anything. */
export type Open = Map<string, readonly string[]>;

function isListKey(key: string): boolean {
  return /(_ids|groups|cidr_blocks|cidrs)$/.test(key);
}
