import { type Action, apply, type Network } from "@twoway/sim";
import { refusalError } from "./error.ts";
import type { Monitor } from "./monitor.ts";
import type { Operation, Scope } from "./operation.ts";

/** What one request made of the network. */
export interface Entry {
  readonly actions: readonly Action[];
  /** Number of the task that it was, where the API calls it one. */
  readonly task?: number | undefined;
}

/** Where accepted requests go before anybody is told. */
export interface Journal {
  /** Writes the entry down, all or nothing, so that it survives a crash; throws when it cannot. */
  append(entry: Entry): void;
}

/** A request that was accepted as a task. */
interface Task {
  readonly account: string;
  readonly peering: string;
}

/** How many tasks can be asked for; older ones are forgotten. */
const MAX_TASKS = 10_000;

/** The one network that a server has, the number of the last id it gave out, and its tasks. */
export class Store {
  network: Network;
  #lastId = 0;
  #lastTask = 0;
  readonly #tasks = new Map<string, Task>();
  readonly #journal: Journal | undefined;
  readonly #monitor: Monitor | undefined;

  /** `past` is what made the network so far: no id is given out twice, and its tasks are known. */
  constructor(network: Network, past: Iterable<Entry> = [], journal?: Journal, monitor?: Monitor) {
    this.network = network;
    this.#monitor = monitor;
    this.#journal = journal;
    for (const { actions, task } of past) {
      this.#lastId = Math.max(this.#lastId, lastIdOf(actions));
      if (task !== undefined) this.#keep(task, actions);
    }
  }

  /**
   * Runs one operation to its end before the next begins: nothing here waits. All of its actions are applied, written
   * down and only then seen and answered, or none is.
   */
  run(op: Operation, caller: Pick<Scope, "account" | "region">, params: unknown): object {
    return this.#run(op, caller, params, undefined);
  }

  /** Runs one operation as a task, and returns the task's number. It has ended well by then, or it throws. */
  runTask(op: Operation, caller: Pick<Scope, "account" | "region">, params: unknown): number {
    this.#run(op, caller, params, this.#lastTask + 1);
    return this.#lastTask;
  }

  taskOf(number: string): Task | undefined {
    return this.#tasks.get(number);
  }

  #keep(task: number, actions: readonly Action[]): void {
    const [action] = actions;
    if (!("peering" in action) || action.as === undefined) return;
    this.#lastTask = Math.max(this.#lastTask, task);
    this.#tasks.set(String(task), { account: action.as, peering: action.peering });
    if (this.#tasks.size <= MAX_TASKS) return;
    const [oldest] = this.#tasks.keys();
    this.#tasks.delete(oldest);
  }

  #run(
    op: Operation,
    caller: Pick<Scope, "account" | "region">,
    params: unknown,
    task: number | undefined,
  ): object {
    let last = this.#lastId;
    const newId = (prefix: string): string => {
      for (;;) {
        last++;
        const id = idOf(prefix, last);
        if (!isTaken(this.network, id)) return id;
      }
    };
    const { actions, reply } = op.plan(
      { network: this.network, monitor: this.#monitor, newId, ...caller },
      params,
    );
    let next = this.network;
    for (const action of actions) {
      const outcome = apply(next, action, "api");
      if (outcome.kind === "refused") throw refusalError(outcome.refusal);
      next = outcome.network;
    }
    const answer = reply(next);
    if (actions.length > 0) {
      this.#journal?.append({ actions, task });
      this.network = next;
      this.#monitor?.changed(next);
      this.#lastId = last;
      if (task !== undefined) this.#keep(task, actions);
    }
    return answer;
  }
}

/** Returns an id in the documented format: eight digits of base 36. */
function idOf(prefix: string, number: number): string {
  return `${prefix}-${number.toString(36).padStart(8, "0")}`;
}

/** Returns the number of the last id that the actions gave out, 0 where none of them did. */
function lastIdOf(actions: readonly Action[]): number {
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
