import { type Address, type Address4, Prefix, readWords, writeWords } from "@twoway/core";

/**
 * The routes of one table, as columns: one object per table, not one per route, so that a million routes cost tens of
 * bytes each. Immutable, and canonical: rows stand in the order of `Prefix.compare` (IPv4 first, a block before what
 * is inside it), rows of one destination in the order they were written. Tables with the same routes list them in the
 * same order, whatever the order of the edits that led there.
 *
 *   row      0 … size4-1      size4 … size-1
 *   address  u32              -                   IPv4 destinations
 *   words    -                4 × u32 per row     IPv6 destinations, most significant word first
 *   bits     prefix length
 *   target   index into `targets`
 *   enabled  1 or 0; disabled rows are skipped by every match
 *   place    where the row was written: an offset into the file that `places` describes, or -1 - index into `named`
 */
export class Routes {
  readonly size: number;
  readonly size4: number;
  readonly address: Uint32Array;
  readonly words: Uint32Array;
  readonly bits: Uint8Array;
  readonly target: Uint32Array;
  readonly enabled: Uint8Array;
  readonly place: Int32Array;
  /** Ids of what routes lead to, each once. An id without a match in the network is a dead next hop. */
  readonly targets: readonly string[];
  readonly places: Places;

  private constructor(columns: RouteColumns, targets: readonly string[], places: Places) {
    this.size = columns.bits.length;
    this.size4 = columns.address.length;
    this.address = columns.address;
    this.words = columns.words;
    this.bits = columns.bits;
    this.target = columns.target;
    this.enabled = columns.enabled;
    this.place = columns.place;
    this.targets = targets;
    this.places = places;
  }

  static readonly none: Routes = new Routes(columnsOf([]), [], {
    file: "",
    lineStarts: new Uint32Array(),
    named: [],
  });

  /** Makes the columns from routes in the order they were written. O(n log n). */
  static from(routes: readonly WrittenRoute[], text?: TextPlaces): Routes {
    const ids = new Map<string, number>();
    const named: string[] = [];
    const entries = routes.map(({ destination, target, enabled, source }) => {
      const known = ids.get(target) ?? ids.size;
      ids.set(target, known);
      const place = typeof source === "number" ? source : -named.push(source);
      return { destination, target: known, enabled: enabled ? 1 : 0, place };
    });
    entries.sort((a, b) => Prefix.compare(a.destination, b.destination));
    return new Routes(columnsOf(entries), [...ids.keys()], { ...(text ?? Routes.none.places), named });
  }

  /** Takes columns that are in order already, each row's place an offset into the text. O(1); the caller keeps his hands off them. */
  static fromColumns(columns: RouteColumns, targets: readonly string[], text: TextPlaces): Routes {
    return new Routes(columns, targets, { ...text, named: [] });
  }

  destination(row: number): Prefix {
    return Prefix.from(this.#addressOf(row), this.bits[row]);
  }

  /** Returns a view of one row, made on demand. */
  at(row: number): Route {
    return {
      row,
      destination: this.destination(row),
      target: this.targets[this.target[row]],
      enabled: this.enabled[row] === 1,
      source: locate(this.places, this.place[row]),
    };
  }

  *[Symbol.iterator](): Generator<Route> {
    for (let row = 0; row < this.size; row++) yield this.at(row);
  }

  /** Returns the rows of exactly this destination, in the order they were written. O(log n). */
  rowsOf(destination: Prefix): number[] {
    let low = 0;
    let high = this.size;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (Prefix.compare(this.destination(middle), destination) < 0) low = middle + 1;
      else high = middle;
    }
    const rows: number[] = [];
    while (low < this.size && this.destination(low).equals(destination)) rows.push(low++);
    return rows;
  }

  /** Returns the routes with one more, behind others of the same destination. O(n). */
  add(route: WrittenRoute & { readonly source: string }): Routes {
    const known = this.targets.indexOf(route.target);
    const targets = known < 0 ? [...this.targets, route.target] : this.targets;
    const named = [...this.places.named, route.source];
    const entries = this.#entries();
    const added = {
      destination: route.destination,
      target: known < 0 ? targets.length - 1 : known,
      enabled: route.enabled ? 1 : 0,
      place: -named.length,
    };
    const at = entries.findIndex((entry) => Prefix.compare(entry.destination, route.destination) > 0);
    entries.splice(at < 0 ? entries.length : at, 0, added);
    return new Routes(columnsOf(entries), targets, { ...this.places, named });
  }

  /** Returns the routes without the rows that `drop` picks; `this` when it picks none. O(n). */
  without(drop: (route: Route) => boolean): Routes {
    const kept = this.#entries().filter((_, row) => !drop(this.at(row)));
    return kept.length === this.size ? this : new Routes(columnsOf(kept), this.targets, this.places);
  }

  /** Returns the routes with one row switched on or off; `this` when it already is. O(n). */
  withEnabled(row: number, enabled: boolean): Routes {
    if ((this.enabled[row] === 1) === enabled) return this;
    const entries = this.#entries();
    entries[row] = { ...entries[row], enabled: enabled ? 1 : 0 };
    return new Routes(columnsOf(entries), this.targets, this.places);
  }

  #entries(): Entry[] {
    return Array.from({ length: this.size }, (_, row) => ({
      destination: this.destination(row),
      target: this.target[row],
      enabled: this.enabled[row],
      place: this.place[row],
    }));
  }

  #addressOf(row: number): Address {
    if (row < this.size4) return this.address[row] as Address4;
    return readWords(6, this.words, 4 * (row - this.size4));
  }
}

/** The columns by themselves, laid out and ordered as those of `Routes`. */
export type RouteColumns = Pick<Routes, "address" | "words" | "bits" | "target" | "enabled" | "place">;

/** One route, as a reader hands it in. `source` is an offset into the text of the file, or a place by name. */
export interface WrittenRoute {
  readonly destination: Prefix;
  readonly target: string;
  readonly enabled: boolean;
  readonly source: number | string;
}

/** One route, as the rest of the code sees it. */
export interface Route {
  readonly row: number;
  readonly destination: Prefix;
  readonly target: string;
  readonly enabled: boolean;
  readonly source: string;
}

/** The file that offsets point into. */
export interface TextPlaces {
  readonly file: string;
  /** Offset of the first character of each line, ascending, beginning with 0. */
  readonly lineStarts: Uint32Array;
}

interface Places extends TextPlaces {
  readonly named: readonly string[];
}

interface Entry {
  readonly destination: Prefix;
  readonly target: number;
  readonly enabled: number;
  readonly place: number;
}

/** Returns the columns of entries that are in order. */
function columnsOf(entries: readonly Entry[]): RouteColumns {
  const size6 = entries.filter(({ destination }) => destination.family === 6).length;
  const size4 = entries.length - size6;
  const columns = {
    address: new Uint32Array(size4),
    words: new Uint32Array(4 * size6),
    bits: new Uint8Array(entries.length),
    target: new Uint32Array(entries.length),
    enabled: new Uint8Array(entries.length),
    place: new Int32Array(entries.length),
  };
  for (const [row, { destination, target, enabled, place }] of entries.entries()) {
    const { address, bits } = destination;
    if (row < size4) writeWords(address, columns.address, row);
    else writeWords(address, columns.words, 4 * (row - size4));
    columns.bits[row] = bits;
    columns.target[row] = target;
    columns.enabled[row] = enabled;
    columns.place[row] = place;
  }
  return columns;
}

/** Returns `file:line:column` for an offset into a text, both counted from 1. O(log lines). */
export function textPlace({ file, lineStarts }: TextPlaces, offset: number): string {
  let low = 0;
  let high = lineStarts.length;
  while (low + 1 < high) {
    const middle = (low + high) >>> 1;
    if (lineStarts[middle] <= offset) low = middle;
    else high = middle;
  }
  return `${file}:${low + 1}:${offset - (lineStarts[low] ?? 0) + 1}`;
}

function locate(places: Places, place: number): string {
  return place < 0 ? places.named[-1 - place] : textPlace(places, place);
}
