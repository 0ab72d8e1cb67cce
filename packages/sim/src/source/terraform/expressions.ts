import type { Configuration, Scope } from "./configuration.ts";
import { record, referencesOf, splitModule } from "./configuration.ts";
import { expressionsOf, type Instances } from "./instances.ts";
import { fits, isNamedFor, isWanted, type Kind, kindOfId } from "./kinds.ts";
import { arrayOf, idOfAddress, type Resource } from "./module.ts";

/**
 * What the expressions of a plan's configuration come to. The plan keeps of an expression only what it refers to, in the order
 * in which it is written; functions, conditions and the definitions of locals are gone. So what is known of the argument has
 * to decide: it takes ids of one kind, and often there is only one thing of that kind that could be meant.
 */

/** What an expression comes to. */
export interface Found {
  /** What it is; none when that is not known. */
  readonly ids: readonly string[];
  /** Where it is not known and has to be one of few: these. */
  readonly candidates: readonly string[];
}

/** One value that an expression may have, and the key or place of what it comes from among its like. */
interface Item {
  readonly id: string;
  readonly index: Scope["index"];
}

type Items = readonly Item[];

/** What an expression chooses an instance by: the key or the place of what it stands in, a value nobody knows; or nothing. */
type IndexedBy = "key" | "count" | "value" | undefined;

type From = Resource | Scope;

const NOTHING: Found = { ids: [], candidates: [] };

export class Expressions {
  readonly #configuration: Configuration;
  readonly #instances: Instances;
  /** By VPC that is there already: its default group. */
  readonly #defaultGroups: ReadonlyMap<string, string>;
  /** By place: what had to be assumed to give an expression its value. */
  readonly assumed = new Map<string, string>();

  constructor(
    configuration: Configuration,
    instances: Instances,
    defaultGroups: ReadonlyMap<string, string>,
  ) {
    this.#configuration = configuration;
    this.#instances = instances;
    this.#defaultGroups = defaultGroups;
  }

  /** Returns the one value of an argument that takes one of these kinds. */
  one(expression: unknown, from: From, wanted: readonly Kind[] | undefined, argument = ""): Found {
    return this.#one({ expression, from, wanted, argument, depth: 0 });
  }

  /** Returns all values of an argument that takes a list; `length` is how long it is, where the plan says it. */
  many(
    expression: unknown,
    from: From,
    wanted: readonly Kind[] | undefined,
    length: number | undefined,
  ): Found {
    const read = this.#alternatives({ expression, from, wanted, argument: "", depth: 0 });
    if (read === undefined) return NOTHING;
    const { lists, by } = read;
    if (by !== undefined && length === lists.length) {
      const chosen = lists.map(({ items }) => this.#choose(items, from, by, ""));
      if (chosen.every((item) => item !== undefined)) return { ids: unique(chosen), candidates: [] };
    }
    const ids = unique(lists.flatMap(({ items }) => items));
    const hasLocal = lists.some(({ text }) => text.startsWith("local."));
    return length === ids.length || (length === undefined && !hasLocal)
      ? { ids, candidates: [] }
      : { ids: [], candidates: ids };
  }

  idOf(resource: Resource, depth = 0): string {
    const { id } = resource.values;
    if (typeof id === "string" && id !== "") return id;
    const adopted = ADOPTED.get(resource.type);
    if (adopted !== undefined) {
      const own = resource.values[adopted.key];
      if (typeof own === "string" && own !== "") return adopted.id(own, this.#defaultGroups);
      const expression = expressionsOf(this.#configuration.of(resource))[adopted.key];
      const [known] = this.#one({
        expression,
        from: resource,
        wanted: undefined,
        argument: "",
        depth: depth + 1,
      }).ids;
      if (known !== undefined) return adopted.id(known, this.#defaultGroups);
    }
    return idOfAddress(resource.address);
  }

  #one(asked: Asked): Found {
    const read = this.#alternatives(asked);
    if (read === undefined) return NOTHING;
    const { from, argument } = asked;
    const { lists, by, isChoice } = read;
    const all = unique(lists.flatMap(({ items }) => items));
    if (all.length <= 1) return { ids: all, candidates: [] };
    const chosen = lists.map(({ items }) => this.#choose(items, from, by, argument));
    const different = unique(chosen.filter((item) => item !== undefined));
    const isComplete = chosen.every((item) => item !== undefined);
    if (isComplete && different.length === 1) return { ids: different, candidates: [] };
    const joined = this.#choose(
      lists.flatMap(({ items }) => items),
      from,
      by,
      argument,
    );
    if (!isComplete && joined !== undefined) return { ids: [joined.id], candidates: [] };
    const [first] = chosen;
    const areOwn = lists.every(({ text }) => !/^(var|local|each)\./.test(text));
    if (first !== undefined && isComplete && areOwn && !isChoice) {
      const others = lists.slice(1).map(({ text }) => text);
      const message = `${argument} is taken for ${first.id}: of ${lists[0].text} and ${others.join(", ")}, which it refers to, the first is there`;
      this.#assume(placeOf(from, argument), message);
      return { ids: [first.id], candidates: [] };
    }
    return { ids: [], candidates: isComplete ? different : all };
  }

  /** Returns what the expression may choose from; undefined when a part of it is not known. */
  #alternatives(asked: Asked): Alternatives | undefined {
    const { expression, from, wanted, depth } = asked;
    const constants = constantsOf(record(expression).constant_value);
    if (constants.length > 0)
      return { lists: [{ text: "", items: constants }], by: undefined, isChoice: false };
    if (depth > MAX_DEPTH) return undefined; // modules that hand a value round in a circle
    const texts = referencesOf(expression);
    let by = indexOf(texts);
    const lists: List[] = [];
    let isChoice = false;
    for (const text of texts) {
      if (/^(count\.index|each\.key|path\.|terraform\.|self\.)/.test(text)) continue;
      if (text.startsWith("var.") && this.#isSwitch(text.slice(4), from.module, depth)) {
        if (lists.length === 0) isChoice = true;
        continue;
      }
      const followed = this.#follow(text, asked, by);
      const items = followed?.filter(({ id }) => id !== "" && fits(wanted, id));
      // `module.net.ids[each.value]`: what chooses is no id itself
      const isIndex = text === "each.value" && texts.length > 1 && (items?.length ?? 0) === 0;
      if (isIndex) by ??= "value";
      else if (items === undefined) return undefined;
      else if (items.length > 0) lists.push({ text, items });
    }
    return { lists, by, isChoice };
  }

  /** Returns the item that is meant; undefined when the plan does not tell. */
  #choose(items: Items, from: From, by: IndexedBy, argument: string): Item | undefined {
    if (unique(items).length <= 1) return items[0];
    const { index } = from;
    if (by === "key") {
      const same = items.filter((item) => item.index === index);
      return same.length === 1 ? same[0] : undefined;
    }
    if (by !== "count" || typeof index !== "number") return undefined;
    // a place of `count` is the same place only where there are as many of both: `floor(count.index / 2)` looks no different
    const siblings =
      "address" in from
        ? this.#instances.siblings(from).length
        : items.filter((item) => item.index === index).length;
    if (siblings === items.length || !("address" in from)) return items[index];
    if ((index !== 0 && siblings > items.length) || items[index] === undefined) return undefined;
    const message = `${argument} is taken for ${items[index].id}, at its own place among ${items.length}, which count.index most likely chooses by`;
    this.#assume(placeOf(from, argument), message);
    return items[index];
  }

  /** Returns everything that a reference may come to, in order; undefined when that is not known. */
  #follow(text: string, asked: Asked, by: IndexedBy): Items | undefined {
    const { module } = asked.from;
    const [head] = text.split(".", 1);
    if (head === "local") return this.#local(text, asked);
    if (head === "var") return this.#variable(text.slice(4), asked);
    if (head === "each") return this.#each(text, asked);
    if (head === "module") return this.#output(text, asked, by);
    const isData = head === "data";
    const [, type, name, key, attribute] =
      /^([\w-]+)\.([\w-]+)(?:\[([^\]]*)\])?(?:\.([\w-]+))?/.exec(isData ? text.slice(5) : text) ?? [];
    const all = this.#instances.of(module, type, name, isData);
    if (all === undefined) return undefined;
    const instances = byKey(all, key);
    const items: Item[] = [];
    for (const target of instances) {
      const ids = this.#attribute(target, attribute, asked);
      if (ids === undefined) return undefined;
      for (const id of ids) items.push({ id, index: ids.length === 1 ? target.index : items.length });
    }
    return items;
  }

  /** Returns the attribute; of a reference that names none, the id, or what of the target the argument can take. */
  #attribute(
    target: Resource,
    attribute: string | undefined,
    { wanted, depth }: Asked,
  ): string[] | undefined {
    if (attribute === undefined && wanted?.includes("route table") === true && target.type === "aws_vpc")
      return this.#attribute(target, "default_route_table_id", { ...NO_ASK, depth });
    if (attribute === undefined || attribute === "id" || attribute === "arn")
      return [this.idOf(target, depth)];
    const value = target.values[attribute];
    if (typeof value === "string" && value !== "") return [value];
    const expression = expressionsOf(this.#configuration.of(target))[attribute];
    if (expression !== undefined) {
      const { ids } = this.#one({ expression, from: target, wanted, argument: attribute, depth: depth + 1 });
      if (ids.length > 0) return [...ids];
    }
    if (!attribute.endsWith("_id")) return undefined;
    return [`${this.idOf(target, depth)}.${SAME.get(attribute) ?? attribute}`];
  }

  #variable(name: string, { from: { module }, wanted, depth }: Asked): Items | undefined {
    const [variable] = name.split(/[.[]/, 1);
    if (module === "") return constantsOf(this.#configuration.variable(variable));
    const { parent, call, key } = splitModule(module);
    const config = this.#configuration.call(parent, call);
    const expression = expressionsOf(config)[variable];
    if (expression === undefined)
      return constantsOf(record(record(record(config.module).variables)[variable]).default);
    const from = { module: parent, index: key };
    const read = this.#alternatives({ expression, from, wanted, argument: variable, depth: depth + 1 });
    if (read === undefined) return undefined;
    const { lists, by } = read;
    if (by === undefined)
      return this.#element(
        name,
        lists.flatMap(({ items }) => items),
      );
    const chosen = lists.map(({ items }) => this.#choose(items, from, by, variable));
    return chosen.every((item) => item !== undefined) ? chosen : lists.flatMap(({ items }) => items);
  }

  /** Returns the element of a list that `x[1]` names; everything when it names none. */
  #element(text: string, items: Items): Items {
    const [, place] = /\[(\d+)\]/.exec(text) ?? [];
    const chosen = items[Number(place)];
    return chosen === undefined ? items.map(({ id }, index) => ({ id, index })) : [chosen];
  }

  /** `each.value` of a `for_each = aws_vpc.all` is the VPC of the same key. */
  #each(text: string, asked: Asked): Items | undefined {
    const { from, wanted, depth } = asked;
    if (!("address" in from)) return undefined;
    const expression = this.#configuration.of(from).for_each_expression;
    const sources = referencesOf(expression).filter(
      (other) => !(other.startsWith("var.") && this.#isSwitch(other.slice(4), from.module, depth)),
    );
    const member = text.slice("each.value".length);
    const items: Item[] = [];
    for (const source of sources) {
      const isWhole = /^(data\.)?[\w-]+\.[\w-]+$/.test(source) && !/^(var|local|module|each)\./.test(source);
      const followed = this.#follow(
        isWhole ? `${source}${member}` : source,
        { ...asked, depth: depth + 1 },
        undefined,
      );
      if (followed === undefined) return undefined;
      items.push(...followed.filter(({ id }) => fits(wanted, id)));
    }
    if (unique(items).length <= 1) return items;
    const same = items.filter(({ index }) => index === from.index);
    if (same.length === 1) return same;
    return this.#namedLike(items, from, text) ?? items;
  }

  /** Returns the items that are named for the key, when each key of the resource has its own and they share none. */
  #namedLike(items: Items, from: Resource, text: string): Items | undefined {
    const named = (key: Scope["index"]): Items =>
      items.filter(({ id }) => id.split(".").includes(String(key)));
    const own = named(from.index);
    const keys = this.#instances.siblings(from).map(({ index }) => index);
    const total = keys.reduce((sum: number, key) => sum + named(key).length, 0);
    if (own.length === 0 || new Set(keys.flatMap(named)).size !== total) return undefined;
    const message = `${text} is taken for ${own.map(({ id }) => id).join(", ")}, which is named like its key ${JSON.stringify(from.index)}`;
    this.#assume(placeOf(from, text), message);
    return own;
  }

  #output(text: string, asked: Asked, by: IndexedBy): Items | undefined {
    const { from, wanted, depth } = asked;
    const [whole, call, key, output] = /^module\.([\w-]+)(?:\[([^\]]*)\])?(?:\.([\w-]+))?/.exec(text) ?? [];
    if (whole === undefined) return undefined;
    const outputs = record(record(this.#configuration.call(from.module, call).module).outputs);
    const all = byKey(this.#instances.ofCall(from.module, call), key);
    const own =
      by === undefined ? [] : all.filter(({ index }) => index !== undefined && index === from.index);
    const scopes = all.length > 1 && own.length === 1 ? own : all;
    // `module.net[each.key].id` lost the name of the output: any that the argument can take
    const names = output === undefined ? Object.keys(outputs) : [output];
    if (output === undefined && wanted === undefined) return undefined;
    const items: Item[] = [];
    for (const scope of scopes) {
      for (const name of names) {
        const { expression } = record(outputs[name]);
        const read = this.#alternatives({
          expression,
          from: scope,
          wanted,
          argument: name,
          depth: depth + 1,
        });
        if (read === undefined && output !== undefined) return undefined;
        const { lists, isChoice } = read ?? { lists: [], isChoice: true };
        // `try(a, b)` and the like take the first that is there
        const own = output !== undefined && !isChoice && lists.every(({ items }) => items.length === 1);
        const taken = (own ? lists.slice(0, 1) : lists).flatMap(({ items }) => items);
        for (const { id, index } of this.#element(text.slice(whole.length), taken))
          items.push({ id, index: scopes.length > 1 ? scope.index : index });
      }
    }
    return items;
  }

  /** What a local holds is not in a plan: it is whatever of the wanted kind its module can see, if that is one thing. */
  #local(text: string, { from, wanted, argument, depth }: Asked): Items | undefined {
    if (wanted === undefined || depth > MAX_DEPTH) return undefined;
    const { module } = from;
    const own = this.#instances
      .inModule(module)
      .filter((resource) => isWanted(wanted, resource))
      .map((resource) => this.idOf(resource, depth + 1));
    // a rule of a group is the business of the module that makes the group
    const seen =
      own.length === 1 && OWNERS.has(argument) ? own : [...own, ...this.#seen(module, wanted, depth)];
    const items = [...new Set(seen)].map((id, index) => ({ id, index }));
    if (items.length === 1) {
      const place = module === "" ? text : `${module}.${text}`;
      const message = `it is taken for ${items[0].id}, the only ${wanted.join(" or ")} in sight: a plan does not say what locals are`;
      this.#assume(place, message);
    }
    return items.length === 0 ? undefined : items;
  }

  /** Returns what the module is given and what its own modules give it. */
  #seen(module: string, wanted: readonly Kind[], depth: number): string[] {
    const found: string[] = [];
    const read = (name: string, expression: unknown, from: Scope): void => {
      // what a local holds has to be told by the name of what it is given to
      if (!isNamedFor(wanted, name) && referencesOf(expression).some((text) => text.startsWith("local.")))
        return;
      const asked = { expression, from, wanted, argument: "", depth: depth + LOCAL_DEPTH };
      for (const { items } of this.#alternatives(asked)?.lists ?? [])
        found.push(...items.filter(({ id }) => isOfKind(wanted, id)).map(({ id }) => id));
    };
    if (module !== "") {
      const { parent, call, key } = splitModule(module);
      const given = expressionsOf(this.#configuration.call(parent, call));
      for (const [name, expression] of Object.entries(given))
        read(name, expression, { module: parent, index: key });
    }
    for (const [call, config] of Object.entries(this.#configuration.callsIn(module)))
      for (const scope of this.#instances.ofCall(module, call))
        for (const [name, output] of Object.entries(record(record(record(config).module).outputs)))
          read(name, record(output).expression, scope);
    return found;
  }

  /** Reports whether the variable is a boolean, a number or null: it may choose among ids and is none. */
  #isSwitch(name: string, module: string, depth: number): boolean {
    if (depth > MAX_DEPTH) return false;
    const [variable] = name.split(/[.[]/, 1);
    const isOne = (value: unknown): boolean =>
      value === null || typeof value === "boolean" || typeof value === "number";
    if (module === "") return isOne(this.#configuration.variable(variable) ?? null);
    const { parent, call } = splitModule(module);
    const config = this.#configuration.call(parent, call);
    const passed = expressionsOf(config)[variable];
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

  #assume(place: string, message: string): void {
    this.assumed.set(place, message);
  }
}

interface Asked {
  readonly expression: unknown;
  readonly from: From;
  readonly wanted: readonly Kind[] | undefined;
  /** Name of the argument, for people. */
  readonly argument: string;
  readonly depth: number;
}

const NO_ASK: Asked = {
  expression: undefined,
  from: { module: "", index: undefined },
  wanted: undefined,
  argument: "",
  depth: 0,
};

interface List {
  readonly text: string;
  readonly items: Items;
}

interface Alternatives {
  /** By reference: what it may come to, at least one thing. */
  readonly lists: readonly List[];
  readonly by: IndexedBy;
  /** A variable that stands before all of them may choose between them. */
  readonly isChoice: boolean;
}

const MAX_DEPTH = 64;

/** Attributes of something that is still to be made which are then the same as others. */
const SAME: ReadonlyMap<string, string> = new Map([
  ["main_route_table_id", "default_route_table_id"],
  ["propagation_default_route_table_id", "association_default_route_table_id"],
]);

/** Looking round for what a local may hold costs more than following a reference, and ends sooner. */
const LOCAL_DEPTH = 16;

/** Arguments of parts of something, which the module that makes the whole most likely makes for it. */
const OWNERS: ReadonlySet<string> = new Set([
  "security_group_id",
  "network_acl_id",
  "transit_gateway_route_table_id",
]);

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

/** Returns what the references say an instance is chosen by. Beside a local nobody knows what a place is the place of. */
function indexOf(texts: readonly string[]): IndexedBy {
  const hasLocal = texts.some((text) => text.startsWith("local."));
  if (texts.some((text) => text.startsWith("each.key"))) return hasLocal ? "value" : "key";
  if (texts.includes("count.index")) return hasLocal ? "value" : "count";
  return undefined;
}

function isOfKind(wanted: readonly Kind[], id: string): boolean {
  return fits(wanted, id) && kindOfId(id) !== undefined;
}

function placeOf(from: From, argument: string): string {
  const place = "address" in from ? from.address : from.module;
  return `${place}${argument === "" ? "" : `.${argument}`}`;
}

function unique(items: Items): string[] {
  return [...new Set(items.map(({ id }) => id))];
}

function byKey<T extends Scope>(all: readonly T[], key: string | undefined): readonly T[] {
  if (key === undefined) return all;
  const wanted = key.replace(/^"|"$/g, "");
  return all.filter(({ index }) => String(index) === wanted);
}

/** Returns the texts of a constant: one, or a list of them. */
function constantsOf(value: unknown): Items {
  if (typeof value === "string") return value === "" ? [] : [{ id: value, index: undefined }];
  return arrayOf(value).flatMap((id, index) => (typeof id === "string" ? [{ id, index }] : []));
}
