import type { Scope } from "./configuration.ts";
import { arrayOf } from "./module.ts";

/** What references come to, in the order in which Terraform has it, and how expressions choose of it. */

/** One value that an expression may have, and the key or place of what it comes from among its like. */
export interface Item {
  readonly id: string;
  readonly index: Scope["index"];
}

export type Items = readonly Item[];

/** What an expression chooses an instance by: the key or the place of what it stands in, a value nobody knows; or nothing. */
export type IndexedBy = "key" | "count" | "value" | undefined;

/** Returns what the references say an instance is chosen by. Beside a local nobody knows what a place is the place of. */
export function indexOf(texts: readonly string[]): IndexedBy {
  const hasLocal = texts.some((text) => text.startsWith("local."));
  if (texts.some((text) => text.startsWith("each.key"))) return hasLocal ? "value" : "key";
  if (texts.includes("count.index")) return hasLocal ? "value" : "count";
  return undefined;
}

const distinct = new WeakMap<Items, readonly string[]>();

/** Returns the ids, each once; kept for the list. */
export function unique(items: Items): readonly string[] {
  let ids = distinct.get(items);
  if (ids === undefined) {
    ids = [...new Set(items.map(({ id }) => id))];
    distinct.set(items, ids);
  }
  return ids;
}

/** Returns those of the key as a reference spells it; all when it spells none. */
export function byKey<T extends Scope>(all: readonly T[], key: string | undefined): readonly T[] {
  if (key === undefined) return all;
  const wanted = key.replace(/^"|"$/g, "");
  return all.filter(({ index }) => String(index) === wanted);
}

/** Returns the texts of a constant: one, or a list of them. */
export function constantsOf(value: unknown): Items {
  if (typeof value === "string") return value === "" ? [] : [{ id: value, index: undefined }];
  return arrayOf(value).flatMap((id, index) => (typeof id === "string" ? [{ id, index }] : []));
}

/** Returns by key what is named like it; undefined when two keys name the same thing. O(items + keys). */
export function byName(
  items: Items,
  scopes: readonly Scope[],
): ReadonlyMap<Scope["index"], Items> | undefined {
  const byWord = new Map<string, Item[]>();
  for (const item of items)
    for (const word of new Set(item.id.split("."))) {
      const known = byWord.get(word);
      if (known === undefined) byWord.set(word, [item]);
      else known.push(item);
    }
  const found = new Map<Scope["index"], Items>();
  const taken = new Set<Item>();
  for (const { index } of scopes) {
    const named = byWord.get(String(index));
    if (named === undefined) continue;
    if (named.some((item) => taken.has(item))) return undefined;
    for (const item of named) taken.add(item);
    found.set(index, named);
  }
  return found;
}
