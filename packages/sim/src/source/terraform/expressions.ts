import { ADOPTED } from "./adopted.ts";
import { type Alternatives, Choice, type Found, type From, type List, NOTHING } from "./choice.ts";
import type { Configuration } from "./configuration.ts";
import { expressionsOf, record, referencesOf, splitModule } from "./configuration.ts";
import type { Instances } from "./instances.ts";
import { byKey, constantsOf, type IndexedBy, type Item, type Items, indexOf, unique } from "./items.ts";
import { fits, type Kind } from "./kinds.ts";
import { idOfAddress, type Resource } from "./module.ts";
import { Sight } from "./sight.ts";

/**
 * What the expressions of a plan's configuration come to. The plan keeps of an expression only what it refers to, in the order
 * in which it is written; functions, conditions and the definitions of locals are gone. So what is known of the argument has
 * to decide: it takes ids of one kind, and often there is only one thing of that kind that could be meant.
 */

export class Expressions {
  readonly #configuration: Configuration;
  readonly #instances: Instances;
  readonly #sight: Sight;
  readonly #choice: Choice;
  /** By VPC that is there already: its default group. */
  readonly #defaultGroups: ReadonlyMap<string, string>;
  /** Ids of what is still to be made. */
  readonly #ids = new Map<Resource, string>();
  /** By module, reference and kinds: what it comes to. */
  readonly #followed = new Map<string, Items>();
  /** Expressions looked at for the argument at hand. */
  #steps = 0;

  constructor(
    configuration: Configuration,
    instances: Instances,
    defaultGroups: ReadonlyMap<string, string>,
  ) {
    this.#configuration = configuration;
    this.#instances = instances;
    this.#defaultGroups = defaultGroups;
    this.#choice = new Choice(instances);
    this.#sight = new Sight(configuration, instances, {
      idOf: (resource, depth) => this.idOf(resource, depth),
      read: (expression, from, wanted, depth) =>
        this.#alternatives({ expression, from, wanted, argument: "", depth })?.lists.map(
          ({ items }) => items,
        ),
    });
  }

  /** By place: what had to be assumed to give an expression its value. */
  get assumed(): ReadonlyMap<string, string> {
    return this.#choice.assumed;
  }

  /** Returns the one value of an argument that takes one of these kinds. */
  one(expression: unknown, from: From, wanted: readonly Kind[] | undefined, argument = ""): Found {
    this.#steps = 0;
    return this.#one({ expression, from, wanted, argument, depth: 0 });
  }

  /** Returns all values of an argument that takes a list; `length` is how long it is, where the plan says it. */
  many(
    expression: unknown,
    from: From,
    wanted: readonly Kind[] | undefined,
    length: number | undefined,
  ): Found {
    this.#steps = 0;
    const read = this.#alternatives({ expression, from, wanted, argument: "", depth: 0 });
    return read === undefined ? NOTHING : this.#choice.many(read, from, length);
  }

  idOf(resource: Resource, depth = 0): string {
    const { id } = resource.values;
    if (typeof id === "string" && id !== "") return id;
    const known = this.#ids.get(resource);
    if (known !== undefined) return known;
    const found = this.#newId(resource, depth);
    this.#ids.set(resource, found);
    return found;
  }

  #newId(resource: Resource, depth: number): string {
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
    return read === undefined ? NOTHING : this.#choice.one(read, asked.from, asked.argument);
  }

  /** Returns what the expression may choose from; undefined when a part of it is not known. */
  #alternatives(asked: Asked): Alternatives | undefined {
    const { expression, from, depth } = asked;
    const constants = constantsOf(record(expression).constant_value);
    if (constants.length > 0)
      return { lists: [{ text: "", items: constants }], by: undefined, isChoice: false };
    // modules that hand a value round in a circle, or double it at every step
    if (depth > MAX_DEPTH || this.#steps++ > MAX_STEPS) return undefined;
    const texts = referencesOf(expression);
    let by = indexOf(texts);
    const lists: List[] = [];
    let isChoice = false;
    for (const text of texts) {
      if (/^(count\.index|each\.key|path\.|terraform\.|self\.)/.test(text)) continue;
      if (text.startsWith("var.") && this.#configuration.isSwitch(text.slice(4), from.module)) {
        if (lists.length === 0) isChoice = true;
        continue;
      }
      const items = this.#fitting(text, asked, by);
      // `module.net.ids[each.value]`: what chooses is no id itself
      const isIndex = text === "each.value" && texts.length > 1 && (items?.length ?? 0) === 0;
      if (isIndex) by ??= "value";
      else if (items === undefined) return undefined;
      else if (items.length > 0) lists.push({ text, items });
    }
    return { lists, by, isChoice };
  }

  /** Returns what of it the argument can take. A reference to resources is followed once for all instances that refer. */
  #fitting(text: string, asked: Asked, by: IndexedBy): Items | undefined {
    const { from, wanted } = asked;
    const isOwn = !/^(local|var|each|module)\./.test(text);
    const key = `${from.module} ${text} ${wanted?.join()}`;
    const known = isOwn ? this.#followed.get(key) : undefined;
    if (known !== undefined) return known;
    const items = this.#follow(text, asked, by)?.filter(({ id }) => id !== "" && fits(wanted, id));
    if (isOwn && items !== undefined) this.#followed.set(key, items);
    return items;
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
    const chosen = lists.map(({ items }) => this.#choice.item(items, from, by, variable));
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
      (other) => !(other.startsWith("var.") && this.#configuration.isSwitch(other.slice(4), from.module)),
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
      // the key in `aws_vpc.a["x"]` is that of another resource's instances
      const isOther = source.includes("[");
      for (const { id, index } of followed)
        if (fits(wanted, id)) items.push({ id, index: isOther ? undefined : index });
    }
    if (unique(items).length <= 1) return items;
    const same = items.filter(({ index }) => index === from.index);
    if (same.length === 1) return same;
    return this.#choice.namedLike(items, from, text) ?? items;
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
    const items = this.#sight.of(module, wanted, OWNERS.has(argument), depth);
    if (items === undefined) return undefined;
    if (items.length === 1) {
      const place = module === "" ? text : `${module}.${text}`;
      const message = `it is taken for ${items[0].id}, the only ${wanted.join(" or ")} in sight: a plan does not say what locals are`;
      this.#choice.assume(place, message);
    }
    return items.length === 0 ? undefined : items;
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

const MAX_DEPTH = 64;
const MAX_STEPS = 100_000;

/** Attributes of something that is still to be made which are then the same as others. */
const SAME: ReadonlyMap<string, string> = new Map([
  ["main_route_table_id", "default_route_table_id"],
  ["propagation_default_route_table_id", "association_default_route_table_id"],
]);

/** Arguments of parts of something, which the module that makes the whole most likely makes for it. */
const OWNERS: ReadonlySet<string> = new Set([
  "security_group_id",
  "network_acl_id",
  "transit_gateway_route_table_id",
]);
