import type { Action } from "../model/action.ts";
import { apply } from "../model/control.ts";
import type { Network } from "../model/network.ts";
import type { Event } from "../model/outcome.ts";
import type { Refusal } from "../model/refusal.ts";
import { isDirect } from "../plane/detour.ts";
import { PARTIAL, VERDICTS } from "../plane/verdict-table.ts";
import { type Change, compare, PairChange } from "./change.ts";
import { type PairVerdict, Reach } from "./reach.ts";
import { type Edit, editsBetween, editTouching, makeEdits, opensGroups, type Touched } from "./transition.ts";

/** What became of actions in a session: the pairs that changed, or the action that was refused and why. */
export type Tried =
  | { readonly kind: "applied"; readonly change: Change; readonly events: readonly Event[] }
  | { readonly kind: "refused"; readonly action: Action; readonly refusal: Refusal };

/**
 * A network to try actions on: the one mutable thing. Routes and states of peerings are edited in the compiled arrays,
 * at a cost that follows the edit and not the network; what changes their layout (a VPC, a subnet, a table, a range, a
 * new peering) compiles the network anew, and so does any edit of a hub, of a table where one stands, or beside other
 * detours. Beside filters and hubs the pairs that an edit touches are judged anew. The rules are those of `control.apply`, and so is the network that results.
 */
export class WhatIf {
  #reach: Reach;
  #network: Network;
  readonly #past: Step[] = [];

  constructor(network: Network) {
    this.#network = network;
    this.#reach = new Reach(network);
  }

  get network(): Network {
    return this.#network;
  }

  /** All pairs of the network as it is now. Ask again after every `apply` and `undo`. */
  get reach(): Reach {
    return this.#reach;
  }

  /** How many `apply` can be undone. */
  get depth(): number {
    return this.#past.length;
  }

  /**
   * Applies the actions in turn, strictly (S4). One that is refused leaves all as it was. `source` is where the actions
   * are written; what they create remembers that place.
   */
  apply(actions: readonly Action[], source = ""): Tried {
    let network = this.#network;
    const events: Event[] = [];
    for (const action of actions) {
      const outcome = apply(network, action, source);
      if (outcome.kind === "refused") return { kind: "refused", action, refusal: outcome.refusal };
      network = outcome.network;
      events.push(...outcome.events);
    }
    return { kind: "applied", change: this.#move(network), events };
  }

  /** Takes the last `apply` back. Throws a RangeError when there is none. */
  undo(): void {
    const step = this.#past.pop();
    if (step === undefined) throw new RangeError("there is nothing to undo");
    this.#network = step.network;
    this.#reach = step.reach;
    makeEdits(step.reach.compiled, step.edits, () => {});
    step.reach.settle(step.network);
  }

  #move(after: Network): Change {
    const before = this.#network;
    const reach = this.#reach;
    this.#network = after;
    // what detours inside a VPC make of an edit the arrays do not know
    const edits = reach.direct && isDirect(after) ? editsBetween(reach.compiled, before, after) : undefined;
    if (edits === undefined || (!reach.plain && opensGroups(after, edits))) {
      this.#past.push({ network: before, reach, edits: [] });
      this.#reach = new Reach(after);
      return compare(reach, this.#reach);
    }
    if (!reach.plain) return this.#moveFiltered(before, after, edits);
    // a pair may flip more than once; what counts is the first verdict and the last
    const flips = new Map<number, { from: number; to: number; before: number; after: number }>();
    const count = reach.subnets.length;
    const undo = makeEdits(reach.compiled, edits, (from, to, was, is) => {
      const flip = flips.get(from * count + to);
      if (flip === undefined) flips.set(from * count + to, { from, to, before: was, after: is });
      else flip.after = is;
    });
    reach.settle(after);
    this.#past.push({ network: before, reach, edits: undo });
    const pairs = [...flips.values()]
      .sort((a, b) => a.from - b.from || a.to - b.to)
      .map(({ from, to, ...flip }) => {
        const [was, is] = [verdictOf(flip.before), verdictOf(flip.after)];
        return new PairChange(reach.subnets[from], reach.subnets[to], was, is, [before, after]);
      })
      // several edits may come to nothing
      .filter((pair) => edits.length === 1 || pair.isReal());
    return { pairs, added: [], removed: [] };
  }

  /** Judges the pairs that the edits touch, before and after: services may fare otherwise where the arrays say the same. */
  #moveFiltered(before: Network, after: Network, edits: readonly Edit[]): Change {
    const reach = this.#reach;
    const { undo, touched } = editTouching(reach, edits, after);
    const now = touched.map((pair) => said(reach, pair));
    const again = makeEdits(reach.compiled, undo, () => {});
    reach.settle(before);
    const old = touched.map((pair) => said(reach, pair));
    const back = makeEdits(reach.compiled, again, () => {});
    reach.settle(after);
    this.#past.push({ network: before, reach, edits: back });
    const pairs = touched.flatMap(({ from, to }, i) => {
      const [was, is] = [old[i], now[i]];
      if (was.verdict === is.verdict && was.partial === is.partial && was.through === is.through) return [];
      const { through: _, ...former } = was;
      const { through: __, ...latter } = is;
      return [new PairChange(reach.subnets[from], reach.subnets[to], former, latter, [before, after])];
    });
    return { pairs, added: [], removed: [] };
  }
}

/** Returns the verdict, and which packets get through where not all of them fare alike, or some cannot be followed. */
function said(reach: Reach, { from, to }: Touched): PairVerdict & { readonly through: string } {
  const verdict = reach.verdict(from, to);
  const isMixed = verdict.partial || verdict.verdict === "unknown";
  return { ...verdict, through: isMixed ? reach.through(from, to) : "" };
}

interface Step {
  readonly network: Network;
  readonly reach: Reach;
  /** What takes the arrays of `reach` back to `network`. */
  readonly edits: readonly Edit[];
}

function verdictOf(code: number): PairVerdict {
  return { verdict: VERDICTS[code & ~PARTIAL], partial: code >= PARTIAL };
}
