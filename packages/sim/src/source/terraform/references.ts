import { isRecord } from "../inventory/fields.ts";
import { arrayOf, idOfAddress, type Resource } from "./module.ts";

/**
 * What a plan does not know yet and its configuration says all the same: `vpc_id = aws_vpc.a.id` of a VPC that is still to be
 * made is the id of that VPC, whatever it will be. Such a resource goes by its address. References are followed through
 * modules' variables and outputs, and to the instance of the same `count` or `for_each` key; what is made of them by
 * functions and locals is not in the plan, and stays unknown.
 */
export class References {
  readonly #root: Json;
  readonly #variables: Json;
  /** By module instance and `type.name`. */
  readonly #instances = new Map<string, Resource[]>();
  readonly #modules = new Set<string>();
  readonly #data = new Map<string, Resource[]>();
  /** By VPC that is there already: its default group. */
  readonly #defaultGroups = new Map<string, string>();

  constructor(plan: Json, resources: readonly Resource[], data: readonly Resource[]) {
    this.#root = record(record(plan.configuration).root_module);
    this.#variables = record(plan.variables);
    for (const [all, map] of [
      [resources, this.#instances],
      [data, this.#data],
    ] as const) {
      for (const resource of all) {
        this.#modules.add(resource.module);
        const { id, default_security_group_id: group } = resource.values;
        if (resource.type === "aws_vpc" && typeof id === "string" && typeof group === "string")
          this.#defaultGroups.set(id, group);
        const key = `${resource.module} ${resource.type}.${resource.name}`;
        const known = map.get(key);
        if (known === undefined) map.set(key, [resource]);
        else known.push(resource);
      }
    }
  }

  /** Returns the resource with everything filled in that references tell, and the paths of what stays unknown. */
  complete(resource: Resource): { readonly values: Json; readonly open: ReadonlySet<string> } {
    const open = new Set<string>();
    const { expressions } = this.#configOf(resource);
    const values = this.#fill(resource, resource.values, resource.unknown, record(expressions), "", open);
    return { values: { ...values, id: this.idOf(resource) }, open };
  }

  /** Reports whether the configuration gives the argument any value. */
  configures(resource: Resource, key: string): boolean {
    return Object.hasOwn(record(this.#configOf(resource).expressions), key);
  }

  /** Returns the region of the resource's provider, where the configuration spells it out. */
  regionOf(plan: Json, resource: Resource): string | undefined {
    const key = this.#configOf(resource).provider_config_key;
    const config = record(record(record(plan.configuration).provider_config)[String(key)]);
    const region = record(record(config.expressions).region).constant_value;
    return typeof region === "string" ? region : undefined;
  }

  idOf(resource: Resource, depth = 0): string {
    const { id } = resource.values;
    if (typeof id === "string" && id !== "") return id;
    const adopted = ADOPTED.get(resource.type);
    if (adopted !== undefined) {
      const own = resource.values[adopted.key];
      if (typeof own === "string" && own !== "") return adopted.id(own, this.#defaultGroups);
      const expression = record(this.#configOf(resource).expressions)[adopted.key];
      const [known] = this.#resolve(expression, resource, depth + 1);
      if (known !== undefined) return adopted.id(known, this.#defaultGroups);
    }
    return idOfAddress(resource.address);
  }

  #fill(
    resource: Resource,
    values: Json,
    unknown: unknown,
    expressions: Json,
    path: string,
    open: Set<string>,
  ): Json {
    const filled: Record<string, unknown> = { ...values };
    for (const [key, hole] of Object.entries(record(unknown))) {
      const at = path === "" ? key : `${path}.${key}`;
      const expression = expressions[key];
      if (hole === true) {
        const found = this.#resolve(expression, resource, 0, isListKey(key)).filter((id) => fits(key, id));
        if (found.length > 0) filled[key] = isListKey(key) ? found : found[0];
        else open.add(at);
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
    open: Set<string>,
  ): unknown {
    const entries = arrayOf(value);
    if (holes.includes(true)) {
      const found = this.#resolve(expression, resource, 0, true);
      const known = entries.filter((entry) => typeof entry === "string");
      if (found.length === 0) open.add(path);
      return [...known, ...found];
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
        const holesLeft = new Set<string>();
        return { values: this.#fill(resource, entry, hole, block, at, holesLeft), holesLeft };
      });
      const texts = new Set(outcomes.map(({ values }) => JSON.stringify(values)));
      // as many entries that look the same as blocks they may come from: each comes from one, and which does not matter
      const same = entries.flatMap((other, j) => (isSame([entry, hole], [other, holes[j]]) ? j : []));
      const only =
        texts.size === 1 || same.length === outcomes.length
          ? outcomes[texts.size === 1 ? 0 : same.indexOf(i)]
          : undefined;
      if (only === undefined) {
        for (const [key, isOpen] of Object.entries(hole)) if (hasHole(isOpen)) open.add(`${at}.${key}`);
        return entry;
      }
      for (const left of only.holesLeft) open.add(left);
      return only.values;
    });
  }

  /** Reports whether the block of the configuration may be the one that became this entry. */
  #mayBe(block: Json, entry: Json, resource: Resource): boolean {
    // an argument that the block does not write is empty in what becomes of it
    const isWritten = ([key, value]: [string, unknown]): boolean =>
      typeof value !== "string" || value === "" || Object.hasOwn(block, key);
    if (!Object.entries(entry).every(isWritten)) return false;
    return Object.entries(block).every(([key, expression]) => {
      const { constant_value: constant, references } = record(expression);
      const known = entry[key];
      if (constant !== undefined)
        return known === undefined || JSON.stringify(known) === JSON.stringify(constant);
      if (typeof known !== "string" || known === "" || references === undefined) return true;
      const found = this.#resolve(expression, resource, 0);
      return found.length === 0 || found.includes(known);
    });
  }

  /** Returns the one value of the expression, or all of them for a list; none when it cannot be known. */
  #resolve(expression: unknown, from: Resource | Scope, depth: number, many = false): string[] {
    const { references, constant_value: constant } = record(expression);
    if (typeof constant === "string") return [constant];
    if (depth > MAX_DEPTH) return []; // modules that hand a value round in a circle
    const all = arrayOf(references).filter((text) => typeof text === "string");
    // `aws_vpc.a.id` brings `aws_vpc.a` with it
    const named = all.filter((text) => !all.some((other) => other !== text && isPrefix(text, other)));
    const found = new Set<string>();
    const by = all.some((text) => text.startsWith("each."))
      ? "key"
      : all.includes("count.index")
        ? "count"
        : undefined;
    for (const text of named) {
      if (/^(count\.index|each\.key|path\.|terraform\.|self\.)/.test(text)) continue;
      if (text.startsWith("var.") && this.#isSwitch(text.slice(4), from.module, depth)) continue;
      const values = this.#follow(text, from, depth, many, by);
      if (values.length === 0) return []; // a part of it is not known, so the whole is not
      for (const value of values) found.add(value);
    }
    return many || found.size === 1 ? [...found] : [];
  }

  #follow(text: string, from: Resource | Scope, depth: number, many: boolean, by: IndexedBy): string[] {
    const { module } = from;
    const [head] = text.split(".", 1);
    if (head === "local") return [];
    if (head === "var") return this.#variable(text.slice(4), module, depth, many);
    if (head === "each") return this.#each(text, from, depth, many);
    if (head === "module") return this.#output(text, from, depth, many, by);
    const isData = head === "data";
    const [, type, name, key, attribute = "id"] =
      /^([\w-]+)\.([\w-]+)(?:\[([^\]]*)\])?(?:\.([\w-]+))?/.exec(isData ? text.slice(5) : text) ?? [];
    const map = isData ? this.#data : this.#instances;
    const instances = map.get(`${module} ${type}.${name}`) ?? [];
    const own = this.#indexFor(instances, from, by);
    return pick(instances, key, own, many).flatMap((target) => this.#attribute(target, attribute, depth));
  }

  /**
   * Returns the index at which `from` looks among the instances. A key of `for_each` is looked up; a place of `count` is the
   * same place only where there are as many of both (`floor(count.index / 2)` looks no different in a plan).
   */
  #indexFor(instances: readonly Scope[], from: Resource | Scope, by: IndexedBy): Scope["index"] {
    if (by !== "count") return by === undefined ? undefined : from.index;
    const siblings =
      "address" in from
        ? (this.#instances.get(`${from.module} ${from.type}.${from.name}`) ?? [])
        : instances.filter(({ index }) => index === from.index);
    return siblings.length === instances.length ? from.index : undefined;
  }

  /** Reports whether the variable is a boolean, a number or null: it may choose among ids and is none. */
  #isSwitch(name: string, module: string, depth: number): boolean {
    if (depth > MAX_DEPTH) return false;
    const [variable] = name.split(/[.[]/, 1);
    const isOne = (value: unknown): boolean =>
      value === null || typeof value === "boolean" || typeof value === "number";
    if (module === "") return isOne(record(this.#variables[variable]).value);
    const { parent, call } = split(module);
    const config = record(record(this.#moduleAt(parent).module_calls)[call]);
    const passed = record(config.expressions)[variable];
    if (passed === undefined) {
      const declared = record(record(record(config.module).variables)[variable]);
      return Object.hasOwn(declared, "default") && isOne(declared.default);
    }
    const { constant_value: constant, references } = record(passed);
    if (constant !== undefined) return isOne(constant);
    const [only, ...more] = arrayOf(references).filter((text) => typeof text === "string");
    return (
      only?.startsWith("var.") === true &&
      more.length === 0 &&
      this.#isSwitch(only.slice(4), parent, depth + 1)
    );
  }

  #attribute(target: Resource, attribute: string, depth: number): string[] {
    if (attribute === "id" || attribute === "arn") return [this.idOf(target, depth)];
    const value = target.values[attribute];
    if (typeof value === "string" && value !== "") return [value];
    const expression = record(this.#configOf(target).expressions)[attribute];
    const found = expression === undefined ? [] : this.#resolve(expression, target, depth + 1);
    if (found.length > 0) return found;
    if (!attribute.endsWith("_id")) return [];
    // the main table of a VPC that is still to be made is its default one
    return [
      `${this.idOf(target, depth)}.${attribute === "main_route_table_id" ? "default_route_table_id" : attribute}`,
    ];
  }

  #variable(name: string, module: string, depth: number, many: boolean): string[] {
    const [variable] = name.split(/[.[]/, 1);
    if (module === "") {
      const { value } = record(this.#variables[variable]);
      return typeof value === "string"
        ? [value]
        : many && Array.isArray(value)
          ? value.filter((v) => typeof v === "string")
          : [];
    }
    const { parent, call, key } = split(module);
    const expression = record(record(this.#moduleAt(parent).module_calls)[call]).expressions;
    return this.#resolve(record(expression)[variable], { module: parent, index: key }, depth + 1, many);
  }

  /** `each.value` of a `for_each = aws_vpc.all` is the VPC of the same key. */
  #each(text: string, from: Resource | Scope, depth: number, many: boolean): string[] {
    if (!("address" in from)) return [];
    const { references } = record(this.#configOf(from).for_each_expression);
    const [source, ...more] = arrayOf(references).filter((other) => typeof other === "string");
    if (source === undefined || more.length > 0) return [];
    return this.#follow(`${source}${text.slice("each.value".length)}`, from, depth + 1, many, "key");
  }

  #output(text: string, from: Resource | Scope, depth: number, many: boolean, by: IndexedBy): string[] {
    const { module } = from;
    const [, call, key, output] = /^module\.([\w-]+)(?:\[([^\]]*)\])?(?:\.([\w-]+))?/.exec(text) ?? [];
    if (call === undefined || output === undefined) return [];
    const config = record(record(this.#moduleAt(module).module_calls)[call]);
    const expression = record(record(record(record(config.module).outputs)[output]).expression);
    const base = module === "" ? `module.${call}` : `${module}.module.${call}`;
    const instances = [...this.#modules]
      .filter(
        (known) =>
          known === base ||
          (known.startsWith(`${base}[`) && known.indexOf("]", base.length) === known.length - 1),
      )
      .map((known) => ({ module: known, index: split(known).key }));
    return pick(instances, key, this.#indexFor(instances, from, by), many).flatMap((scope) =>
      this.#resolve(expression, scope, depth + 1, many),
    );
  }

  #moduleAt(module: string): Json {
    return [...module.matchAll(/module\.([\w-]+)/g)].reduce(
      (config, [, call]) => record(record(record(config.module_calls)[call]).module),
      this.#root,
    );
  }

  readonly #configs = new Map<string, Map<string, Json>>();

  #configOf({ module, type, name }: Resource): Json {
    const path = module.replace(/\[[^\]]*\]/g, "");
    let configs = this.#configs.get(path);
    if (configs === undefined) {
      const all = arrayOf(this.#moduleAt(module).resources).map(record);
      configs = new Map(all.map((config) => [`${String(config.type)}.${String(config.name)}`, config]));
      this.#configs.set(path, configs);
    }
    return configs.get(`${type}.${name}`) ?? {};
  }
}

type Json = Readonly<Record<string, unknown>>;

interface Scope {
  readonly module: string;
  readonly index: string | number | undefined;
}

/** What an expression chooses an instance by: the key or the place of what it stands in; or neither. */
type IndexedBy = "key" | "count" | undefined;

const MAX_DEPTH = 64;

interface Adoption {
  readonly key: string;
  readonly id: (own: string, groups: ReadonlyMap<string, string>) => string;
}

/** Resources that adopt what the VPC brings along: their id is that of the thing, not one of their own. */
const ADOPTED: ReadonlyMap<string, Adoption> = new Map<string, Adoption>([
  ["aws_default_route_table", { key: "default_route_table_id", id: (own) => own }],
  ["aws_default_network_acl", { key: "default_network_acl_id", id: (own) => own }],
  [
    "aws_default_security_group",
    {
      key: "vpc_id",
      id: (own, groups) => groups.get(own) ?? `${own}.default_security_group_id`,
    },
  ],
]);

function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** Reports whether the argument is open, or, where it is a list, an element of it. */
function hasHole(hole: unknown): boolean {
  return hole === true || (Array.isArray(hole) && hole.includes(true));
}

function record(value: unknown): Json {
  return isRecord(value) ? value : {};
}

function isPrefix(text: string, other: string): boolean {
  return other.startsWith(text) && /^[.[]/.test(other.slice(text.length));
}

/** What an argument takes, by the end of its type: `aws_vpc.all[each.key].x` names its VPC in a plan, and not its `x`. */
const TAKES: readonly (readonly [key: RegExp, type: RegExp])[] = [
  [/^(peer_)?vpc_id$/, /vpc$/],
  [/^subnet_ids?$/, /subnet$/],
  [/^route_table_ids?$/, /route_table(_id)?$/],
];

/** Reports whether the id may be one that the argument takes. An id of something new is its address, which tells its type. */
function fits(key: string, id: string): boolean {
  const [, type] = /(?:^|\.)((?:aws|tencentcloud)_\w+)\./.exec(id) ?? [];
  const [, takes] = TAKES.find(([taker]) => taker.test(key)) ?? [];
  return type === undefined || takes === undefined || takes.test(type) || takes.test(id);
}

function isListKey(key: string): boolean {
  return /(_ids|groups|cidr_blocks|cidrs)$/.test(key);
}

/** Returns the instances that a reference means: by its key, by the key of what refers to them, or the only one. */
function pick<T extends Scope>(
  all: readonly T[],
  key: string | undefined,
  own: Scope["index"],
  many: boolean,
): readonly T[] {
  if (key !== undefined) {
    const wanted = key.replace(/^"|"$/g, "");
    return all.filter(({ index }) => String(index) === wanted);
  }
  if (all.length <= 1) return all;
  const same = all.filter(({ index }) => index !== undefined && index === own);
  return same.length > 0 && !many ? same : many ? all : [];
}

/** Returns the module around a module instance, the call that makes it, and its key. */
function split(module: string): {
  readonly parent: string;
  readonly call: string;
  readonly key: Scope["index"];
} {
  const [, parent = "", call = "", key] = /^(?:(.*)\.)?module\.([\w-]+)(?:\[([^\]]*)\])?$/.exec(module) ?? [];
  const text = key?.replace(/^"|"$/g, "");
  return { parent, call, key: text === undefined ? undefined : key?.startsWith('"') ? text : Number(text) };
}
