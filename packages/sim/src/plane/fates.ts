import type { FilterRule } from "../model/filter.ts";
import { PairMemo } from "../model/pair-memo.ts";
import { ServiceSets } from "../model/service-sets.ts";
import type { Services } from "../model/services.ts";
import { verdictOf } from "./round-trip.ts";
import {
  type Asked,
  answeredBy,
  compareReplies,
  ONE_ANSWERED,
  SOME_ANSWERED,
  SOME_REFUSED,
} from "./service.ts";
import type { Outcome } from "./trace.ts";
import { VERDICTS } from "./verdict-table.ts";

/**
 * Fates of packets that differ in their service only, by number: the services that are delivered, and those that may be.
 * Filters behind each other let pass what each of them does, so fates meet; a rule changes what the rules behind it say. Both
 * are remembered by number, and so is what a fate there and a fate back come to.
 */
export class Fates {
  static readonly CLOSED = 0;
  static readonly OPEN = 1;
  readonly sets = new ServiceSets();
  readonly #asked: Asked;
  readonly #delivered: number[] = [];
  readonly #possible: number[] = [];
  readonly #numbers = new PairMemo();
  readonly #met = new PairMemo();
  readonly #ruled = new PairMemo();
  readonly #trips = new PairMemo();
  readonly #answered = new Map<number, Services>();
  /** Sets that rules name; many rules share one. */
  readonly #known = new Map<Services, number>();

  constructor(asked: Asked) {
    this.#asked = asked;
    this.number(ServiceSets.NONE, ServiceSets.NONE);
    this.number(ServiceSets.ALL, ServiceSets.ALL);
  }

  /** Returns the fate by its two sets; what is delivered is possible too. */
  number(delivered: number, possible: number): number {
    let fate = this.#numbers.get(delivered, possible);
    if (fate < 0) {
      fate = this.#delivered.push(delivered) - 1;
      this.#possible.push(possible);
      this.#numbers.add(delivered, possible, fate);
    }
    return fate;
  }

  delivered(fate: number): Services {
    return this.sets.at(this.#delivered[fate]);
  }

  /** Returns the services all of whose replies are delivered, whichever port of a client they go to. */
  answered(back: number): Services {
    const replies = this.#delivered[back];
    let services = this.#answered.get(replies);
    if (services === undefined) {
      services = answeredBy(this.sets.at(replies), this.#asked.sourcePorts);
      this.#answered.set(replies, services);
    }
    return services;
  }

  /** Returns the fate of what passes both. */
  meet(a: number, b: number): number {
    if (a === b || b === Fates.OPEN) return a;
    if (a === Fates.OPEN) return b;
    if (a === Fates.CLOSED || b === Fates.CLOSED) return Fates.CLOSED;
    const [low, high] = a < b ? [a, b] : [b, a];
    let fate = this.#met.get(low, high);
    if (fate < 0) {
      fate = this.number(
        this.sets.intersect(this.#delivered[low], this.#delivered[high]),
        this.sets.intersect(this.#possible[low], this.#possible[high]),
      );
      this.#met.add(low, high, fate);
    }
    return fate;
  }

  /** Returns the fate of what may pass and is lost behind, as far as anybody can follow it. */
  doubt(fate: number): number {
    return this.number(ServiceSets.NONE, this.#possible[fate]);
  }

  /** Returns the number of what a rule does to the services that it matches. */
  ruling(action: FilterRule["action"], match: "yes" | "unknown", services: Services): number {
    let set = this.#known.get(services);
    if (set === undefined) {
      set = this.sets.number(services);
      this.#known.set(services, set);
    }
    return 4 * set + (action === "allow" ? 0 : 1) + (match === "yes" ? 0 : 2);
  }

  /** Returns the fate where the ruling stands before what `fate` says: the first rule that matches decides. */
  rule(ruling: number, fate: number): number {
    let ruled = this.#ruled.get(ruling, fate);
    if (ruled < 0) {
      ruled = this.#rule(ruling, fate);
      this.#ruled.add(ruling, fate, ruled);
    }
    return ruled;
  }

  #rule(ruling: number, fate: number): number {
    const { sets } = this;
    const set = ruling >> 2;
    const [delivered, possible] = [this.#delivered[fate], this.#possible[fate]];
    switch (ruling & 3) {
      case 0: // allows
        return this.number(sets.union(delivered, set), sets.union(possible, set));
      case 1: // denies
        return this.number(sets.subtract(delivered, set), sets.subtract(possible, set));
      case 2: // may allow
        return this.number(delivered, sets.union(possible, set));
      default: // may deny
        return this.number(sets.subtract(delivered, set), possible);
    }
  }

  /** Returns the fate where nobody knows what a whole filter says before the rest does. */
  missing(fate: number, mayRefuse: boolean): number {
    return this.number(mayRefuse ? ServiceSets.NONE : this.#delivered[fate], ServiceSets.ALL);
  }

  /**
   * Returns what a fate there and one back come to: bit n for the n-th of VERDICTS, and TWO_WAY_SOME where a service is
   * two-way from every port that clients use.
   */
  trip(there: number, back: number): number {
    let trip = this.#trips.get(there, back);
    if (trip < 0) {
      trip = this.#trip(there, back);
      this.#trips.add(there, back, trip);
    }
    return trip;
  }

  #trip(there: number, back: number): number {
    const { sets } = this;
    const [delivered, possible] = [this.#delivered[there], this.#possible[there]];
    const doubtful = sets.subtract(possible, delivered);
    return (
      this.#home("delivered", delivered, back) |
      (doubtful === ServiceSets.NONE ? 0 : this.#home("unknown", doubtful, back)) |
      this.#home("dropped", sets.subtract(ServiceSets.ALL, possible), back)
    );
  }

  /** What services with one outcome there and a fate back come to. */
  #home(outcome: Outcome, services: number, back: number): number {
    if (services === ServiceSets.NONE) return 0;
    const { sets } = this;
    const { sourcePorts } = this.#asked;
    const [delivered, possible] = [this.#delivered[back], this.#possible[back]];
    const asked = sets.at(services);
    const bits = BITS[outcome];
    const home = compareReplies(asked, sets.at(delivered), sourcePorts);
    let trip = (home & SOME_ANSWERED) !== 0 ? bits.delivered : 0;
    if ((home & ONE_ANSWERED) !== 0 && outcome === "delivered") trip |= TWO_WAY_SOME;
    let lost = home;
    if (possible !== delivered) {
      const doubtful = sets.at(sets.subtract(possible, delivered));
      if ((compareReplies(asked, doubtful, sourcePorts) & SOME_ANSWERED) !== 0) trip |= bits.unknown;
      lost = compareReplies(asked, sets.at(possible), sourcePorts);
    }
    return (lost & SOME_REFUSED) === 0 ? trip : trip | bits.dropped;
  }
}

/** Behind the bits of the verdicts. */
export const TWO_WAY_SOME = 1 << VERDICTS.length;
export const VERDICT_BITS = TWO_WAY_SOME - 1;

function bitsOf(there: Outcome): Readonly<Record<Outcome, number>> {
  const bit = (back: Outcome): number => 1 << VERDICTS.indexOf(verdictOf(there, back));
  return { delivered: bit("delivered"), unknown: bit("unknown"), dropped: bit("dropped") };
}

/** The bit of the verdict that an outcome there and one back come to. */
const BITS = { delivered: bitsOf("delivered"), unknown: bitsOf("unknown"), dropped: bitsOf("dropped") };
