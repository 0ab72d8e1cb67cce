import type { Attachment, Hub, HubTable } from "../model/hub.ts";
import type { Network } from "../model/network.ts";
import type { Routes } from "../model/routes.ts";
import { routesOf, silentLine } from "./hub.ts";
import { type Line, lineOf } from "./line.ts";
import type { Part } from "./part.ts";

/** What leads to no attachment, or to several; and a table that is not part of the input. */
export const GONE = -1;
export const NOT_KNOWN = -2;
export const DIVIDED = -3;

/** A table of a hub, compiled. */
export interface KnownTable {
  readonly hub: Hub;
  /** Undefined when they are not part of the input. */
  readonly routes: Routes | undefined;
  /** What each target of the routes is; undefined for one that does not exist. */
  readonly exits: readonly (Attachment | undefined)[];
  /** For each part; its turns are exits, or GONE or DIVIDED. Made when first asked for. */
  readonly lines: (Line | undefined)[];
  /** Some line writes into the table what the input does not tell. */
  readonly isSilent: boolean;
  /** By the zone that packets come from. */
  readonly entries: Map<string | undefined, number>;
}

/** The tables of all hubs, each compiled when a packet first comes to it. */
export class HubTables {
  readonly #network: Network;
  readonly #parts: readonly Part[];
  readonly #tables: KnownTable[] = [];
  readonly #tableIndex = new Map<HubTable, number>();

  constructor(network: Network, parts: readonly Part[]) {
    this.#network = network;
    this.#parts = parts;
  }

  get size(): number {
    return this.#tables.length;
  }

  at(table: number): KnownTable {
    return this.#tables[table];
  }

  /**
   * Returns the number of the table that takes on what comes into the hub by the attachment, GONE or NOT_KNOWN: what
   * `switchAtHub` does before it looks anything up.
   */
  enter(hub: Hub, { state, table: id }: Attachment): number {
    if (state !== "available" || id === undefined) return GONE;
    const table = hub.tables.get(id);
    if (table === undefined) return NOT_KNOWN;
    let index = this.#tableIndex.get(table);
    if (index === undefined) {
      const routes = routesOf(this.#network, hub, table);
      const exits = routes?.targets.map((target) => hub.attachments.get(target)) ?? [];
      const isSilent = silentLine(hub, table) !== undefined;
      index = this.#tables.push({ hub, routes, exits, lines: [], isSilent, entries: new Map() }) - 1;
      this.#tableIndex.set(table, index);
    }
    return index;
  }

  /** A table of a hub as a line. O(routes) once. */
  line(p: number, { exits, lines, isSilent }: KnownTable, routes: Routes): Line {
    // a dead next hop decides before the others, unless nobody knows what else is in the table
    const join = (a: number, b: number): number =>
      a === b ? a : !isSilent && (a === GONE || b === GONE) ? GONE : DIVIDED;
    lines[p] ??= lineOf(
      routes,
      this.#parts[p].axis,
      exits.map((exit, i) => (exit === undefined ? GONE : i)),
      GONE,
      join,
    );
    return lines[p];
  }
}
