import type { Scope } from "./configuration.ts";
import type { Instances } from "./instances.ts";
import { byName, type IndexedBy, type Item, type Items, unique } from "./items.ts";
import type { Resource } from "./module.ts";

/**
 * Which of the things that an expression refers to is meant: the one of the same key or place as the instance that asks, or
 * named like it. What the plan does not say for sure is noted as assumed; what it leaves open stays a list of candidates.
 */

/** What an expression comes to. */
export interface Found {
  /** What it is; none when that is not known. */
  readonly ids: readonly string[];
  /** Where it is not known and has to be one of few: these. */
  readonly candidates: readonly string[];
}

/** What asks: an instance of a resource, or of a module. */
export type From = Resource | Scope;

/** A reference, and what it may come to. */
export interface List {
  readonly text: string;
  readonly items: Items;
}

export interface Alternatives {
  /** By reference: what it may come to, at least one thing. */
  readonly lists: readonly List[];
  readonly by: IndexedBy;
  /** A variable that stands before all of them may choose between them. */
  readonly isChoice: boolean;
}

export const NOTHING: Found = { ids: [], candidates: [] };

export class Choice {
  readonly #instances: Instances;
  readonly #named = new Map<string, ReadonlyMap<Scope["index"], Items> | undefined>();
  /** By place: what had to be assumed to give an expression its value. */
  readonly assumed = new Map<string, string>();

  constructor(instances: Instances) {
    this.#instances = instances;
  }

  /** Returns the one value of an argument. */
  one({ lists, by, isChoice }: Alternatives, from: From, argument: string): Found {
    const all = unique(joinedOf(lists));
    if (all.length <= 1) return { ids: all, candidates: [] };
    const chosen = lists.map(({ items }) => this.item(items, from, by, argument));
    const different = unique(chosen.filter((item) => item !== undefined));
    const isComplete = chosen.every((item) => item !== undefined);
    if (isComplete && different.length === 1) return { ids: different, candidates: [] };
    const joined = isComplete ? undefined : this.item(joinedOf(lists), from, by, argument);
    if (joined !== undefined) return { ids: [joined.id], candidates: [] };
    const [first] = chosen;
    const areOwn = lists.every(({ text }) => !/^(var|local|each)\./.test(text));
    if (first !== undefined && isComplete && areOwn && !isChoice) {
      const others = lists.slice(1).map(({ text }) => text);
      const message = `${argument} is taken for ${first.id}: of ${lists[0].text} and ${others.join(", ")}, which it refers to, the first is there`;
      this.assume(placeOf(from, argument), message);
      return { ids: [first.id], candidates: [] };
    }
    return { ids: [], candidates: isComplete ? different : all };
  }

  /** Returns all values of a list; `length` is how long it is, where the plan says it. */
  many({ lists, by }: Alternatives, from: From, length: number | undefined): Found {
    if (by !== undefined && length === lists.length) {
      const chosen = lists.map(({ items }) => this.item(items, from, by, ""));
      if (chosen.every((item) => item !== undefined)) return { ids: unique(chosen), candidates: [] };
    }
    const ids = unique(joinedOf(lists));
    const hasLocal = lists.some(({ text }) => text.startsWith("local."));
    return length === ids.length || (length === undefined && !hasLocal)
      ? { ids, candidates: [] }
      : { ids: [], candidates: ids };
  }

  /** Returns the item that is meant; undefined when the plan does not tell. */
  item(items: Items, from: From, by: IndexedBy, argument: string): Item | undefined {
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
    this.assume(placeOf(from, argument), message);
    return items[index];
  }

  /** Returns the items that are named for the key, when each key of the resource has its own and they share none. */
  namedLike(items: Items, from: Resource, text: string): Items | undefined {
    const place = `${from.module} ${from.type}.${from.name} ${text} ${items.length}`;
    if (!this.#named.has(place)) this.#named.set(place, byName(items, this.#instances.siblings(from)));
    const own = this.#named.get(place)?.get(from.index);
    if (own === undefined) return undefined;
    const message = `${text} is taken for ${own.map(({ id }) => id).join(", ")}, which is named like its key ${JSON.stringify(from.index)}`;
    this.assume(placeOf(from, text), message);
    return own;
  }

  /** Notes what a value rests on that the plan does not say. */
  assume(place: string, message: string): void {
    this.assumed.set(place, message);
  }
}

function joinedOf(lists: readonly List[]): Items {
  return lists.length === 1 ? lists[0].items : lists.flatMap(({ items }) => items);
}

function placeOf(from: From, argument: string): string {
  const place = "address" in from ? from.address : from.module;
  return `${place}${argument === "" ? "" : `.${argument}`}`;
}
