import type { Place, Problems } from "./problems.ts";

/**
 * One object of a dump, read by hand: a schema library costs a third of the parsing over a million small records. Every
 * reader checks the type of what it finds and says where it is wrong. `null`, "" and a missing key are all "not there":
 * clouds and Terraform write them as they like. No key is ever looked up on a prototype.
 */
export class Fields implements Place {
  readonly value: Readonly<Record<string, unknown>>;
  /** Where this object stands; keeps nothing of the object itself. */
  readonly here: Place;
  readonly problems: Problems;

  constructor(value: Readonly<Record<string, unknown>>, here: Place, problems: Problems) {
    this.value = value;
    this.here = here;
    this.problems = problems;
  }

  /** Returns the value, or undefined when there is none. */
  raw(key: string): unknown {
    if (!Object.hasOwn(this.value, key)) return undefined;
    const value = this.value[key];
    return value === null || value === "" ? undefined : value;
  }

  /** A whole number counts as text: account ids are written either way. */
  text(key: string): string | undefined {
    const value = this.raw(key);
    if (value === undefined || typeof value === "string") return value;
    if (typeof value === "number" && Number.isSafeInteger(value)) return String(value);
    return this.#wrong(key, "text");
  }

  /** Returns the text; says that it is missing when it is. */
  need(key: string): string | undefined {
    const text = this.text(key);
    if (text === undefined && this.raw(key) === undefined)
      this.problems.error("missing-key", `the key ${JSON.stringify(key)} is missing`, this);
    return text;
  }

  /** Tencent Cloud and old states write numbers as text too. */
  number(key: string): number | undefined {
    const value = this.raw(key);
    if (value === undefined || typeof value === "number") return value;
    if (typeof value === "string" && /^-?\d{1,15}$/.test(value)) return Number(value);
    return this.#wrong(key, "a number");
  }

  flag(key: string): boolean | undefined {
    const value = this.raw(key);
    if (value === undefined || typeof value === "boolean") return value;
    if (value === "true" || value === "false") return value === "true";
    return this.#wrong(key, "true or false");
  }

  /** Returns the objects of the list; none when there is no list. One object alone counts as a list of one. */
  list(key: string): Fields[] {
    const value = this.raw(key);
    if (value === undefined) return [];
    if (isRecord(value)) return [new Fields(value, this.place(key), this.problems)];
    if (!Array.isArray(value)) {
      this.#wrong(key, "a list");
      return [];
    }
    const entries: Fields[] = [];
    for (const [i, entry] of value.entries()) {
      const place = new ListPlace(this.here, key, i);
      if (isRecord(entry)) entries.push(new Fields(entry, place, this.problems));
      else this.problems.error("wrong-type", "this should be an object", place);
    }
    return entries;
  }

  texts(key: string): string[] {
    const value = this.raw(key);
    if (value === undefined) return [];
    if (typeof value === "string") return [value];
    if (!Array.isArray(value)) {
      this.#wrong(key, "a list");
      return [];
    }
    return value.flatMap((entry, i) => {
      if (typeof entry === "string") return [entry];
      if (entry !== null)
        this.problems.error("wrong-type", "this should be text", this.place(`${key}[${i}]`));
      return [];
    });
  }

  one(key: string): Fields | undefined {
    return this.list(key)[0];
  }

  get source(): string {
    return this.here.source;
  }

  get path(): string {
    return this.here.path;
  }

  place(key: string): Place {
    return { source: this.source, path: this.path === "" ? key : `${this.path}.${key}` };
  }

  #wrong(key: string, wanted: string): undefined {
    this.problems.error("wrong-type", `this should be ${wanted}`, this.place(key));
    return undefined;
  }
}

/** A place inside a list, spelled out when somebody asks: a million routes have one each. */
class ListPlace implements Place {
  readonly #list: Place;
  readonly #key: string;
  readonly #index: number;

  constructor(list: Place, key: string, index: number) {
    this.#list = list;
    this.#key = key;
    this.#index = index;
  }

  get source(): string {
    return this.#list.source;
  }

  get path(): string {
    const { path } = this.#list;
    return `${path === "" ? "" : `${path}.`}${this.#key}[${this.#index}]`;
  }
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
