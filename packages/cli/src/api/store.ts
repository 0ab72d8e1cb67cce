import { type Action, apply, type Network } from "@twoway/sim";
import { refusalError } from "./error.ts";
import type { Operation, Scope } from "./operation.ts";

/** Where accepted actions go before anybody is told. */
export interface Journal {
  /** Writes the actions down, all or none, so that they survive a crash; throws when it cannot. */
  append(actions: readonly Action[]): void;
}

/** The one network that a server has, and the number of the last id it gave out. */
export class Store {
  network: Network;
  #lastId: number;
  readonly #journal: Journal | undefined;

  constructor(network: Network, lastId: number, journal: Journal | undefined) {
    this.network = network;
    this.#lastId = lastId;
    this.#journal = journal;
  }

  /**
   * Runs one operation to its end before the next begins: nothing here waits. All of its actions are applied, written
   * down and only then seen and answered, or none is.
   */
  run(op: Operation, caller: Pick<Scope, "account" | "region">, params: unknown): object {
    let last = this.#lastId;
    const newId = (prefix: string): string => {
      for (;;) {
        last++;
        const id = idOf(prefix, last);
        if (!isTaken(this.network, id)) return id;
      }
    };
    const { actions, reply } = op.plan({ network: this.network, newId, ...caller }, params);
    let next = this.network;
    for (const action of actions) {
      const outcome = apply(next, action, "api");
      if (outcome.kind === "refused") throw refusalError(outcome.refusal);
      next = outcome.network;
    }
    const answer = reply(next);
    if (actions.length > 0) {
      this.#journal?.append(actions);
      this.network = next;
      this.#lastId = last;
    }
    return answer;
  }
}

/** Returns an id in the documented format: eight digits of base 36. */
function idOf(prefix: string, number: number): string {
  return `${prefix}-${number.toString(36).padStart(8, "0")}`;
}

/** Returns the number of the last id that the actions gave out, 0 where none of them did. */
export function lastIdOf(actions: Iterable<Action>): number {
  let last = 0;
  for (const action of actions) {
    const made =
      action.kind === "create-vpc"
        ? [action.vpc, action.table]
        : action.kind === "create-subnet"
          ? [action.subnet]
          : action.kind === "create-table"
            ? [action.table]
            : action.kind === "create-peering"
              ? [action.peering]
              : [];
    for (const id of made) {
      const [, digits] = /^(?:vpc|subnet|rtb|pcx)-([0-9a-z]{8})$/.exec(id ?? "") ?? [];
      if (digits !== undefined) last = Math.max(last, Number.parseInt(digits, 36));
    }
  }
  return last;
}

function isTaken({ vpcs, peerings, gateways }: Network, id: string): boolean {
  if (vpcs.has(id) || peerings.has(id) || gateways.has(id)) return true;
  for (const { subnets, tables } of vpcs.values()) if (subnets.has(id) || tables.has(id)) return true;
  return false;
}
