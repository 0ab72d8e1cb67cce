import { type FilterRule, isMember } from "../model/filter.ts";
import type { Network, Vpc } from "../model/network.ts";
import { PairMemo } from "../model/pair-memo.ts";
import type { Axis } from "./axis.ts";
import { Fates } from "./fates.ts";
import { type Check, mayRefuse, seesGroups } from "./filter.ts";
import { indexOf } from "./segments.ts";

/**
 * The filters before hosts, compiled. What they let pass depends on the far end alone: on its address, and where a rule
 * names a group on the groups there. So a view from a gate is a line of addresses cut into stretches, each with a stance:
 * the fates of what goes out and of what comes in, and of replies, which groups let pass unseen.
 */
export interface View {
  /** The first place of each stretch, ascending from 0; the last one goes on to the end. */
  readonly starts: Uint32Array;
  /** Its stance. */
  readonly stances: Int32Array;
}

/** Who stands behind a gate, or at the far end. */
export interface Party {
  readonly vpc: Vpc;
  /** Undefined when the input names none. */
  readonly groups: readonly string[] | undefined;
}

/** All gates of a network in one family of addresses. Hosts with the same filters share one. */
export class Gates {
  readonly #network: Network;
  readonly #axis: Axis;
  readonly #fates: Fates;
  readonly #gates = new Map<string, Gate>();
  readonly #stances: Stances;

  constructor(network: Network, axis: Axis, fates: Fates, stances: Stances) {
    this.#network = network;
    this.#axis = axis;
    this.#fates = fates;
    this.#stances = stances;
  }

  /** Returns the gate of hosts. Gates of two VPCs differ only where rules name groups, or a filter is missing. */
  of({ vpc, groups = [] }: Party, acl: string | undefined): Gate {
    const key = `${acl ?? ""}|${groups.join(" ")}|${vpc.profile.name}`;
    let gate = this.#gates.get(key);
    if (gate === undefined) {
      gate = { acl, groups, namesGroups: this.#namesGroups(groups), blind: undefined, views: new Map() };
      this.#gates.set(key, gate);
    }
    return gate;
  }

  /**
   * Returns what the gate of one party says about the addresses of another; made once for all that it treats alike. What
   * comes from there shows the groups of its sender or does not.
   */
  view(gate: Gate, near: Party, far: Party, shows: boolean): View {
    const sees = (direction: Check["direction"]): boolean =>
      gate.namesGroups && seesGroups(this.#network, near.vpc, far.vpc.id, direction);
    const seen = { groups: far.groups };
    const target = sees("egress") ? seen : undefined;
    const source = shows && sees("ingress") ? seen : undefined;
    if (target === undefined && source === undefined) {
      gate.blind ??= this.#compile(gate, near.vpc, undefined, undefined);
      return gate.blind;
    }
    const key = `${target !== undefined} ${source !== undefined} ${far.groups?.join(" ")}`;
    let view = gate.views.get(key);
    if (view === undefined) {
      view = this.#compile(gate, near.vpc, target, source);
      gate.views.set(key, view);
    }
    return view;
  }

  #namesGroups(groups: readonly string[]): boolean {
    return groups.some((id) => {
      const group = this.#network.groups?.get(id);
      return [...(group?.ingress ?? []), ...(group?.egress ?? [])].some(
        ({ remote }) => remote.kind === "group",
      );
    });
  }

  /** O(rules × stretches). */
  #compile(gate: Gate, vpc: Vpc, target: Seen | undefined, source: Seen | undefined): View {
    const fates = this.#fates;
    const { acls, groups } = this.#network;
    const acl = gate.acl === undefined ? [] : [acls?.get(gate.acl)];
    const lists = gate.groups.map((id) => groups?.get(id));
    const starts = this.#startsOf([...acl, ...lists].flatMap((filter) => filter ?? []));
    const line = (kind: Check["kind"], direction: Check["direction"]): Uint32Array => {
      const filters = kind === "network-acl" ? acl : lists;
      const found = new Uint32Array(starts.length).fill(filters.length === 0 ? Fates.OPEN : Fates.CLOSED);
      // from the last rule to the first: each one overrides what stands behind it
      for (const filter of filters.toReversed()) {
        if (filter === undefined) {
          const refuses = mayRefuse({ kind, vpc });
          for (let i = 0; i < found.length; i++) found[i] = fates.missing(found[i], refuses);
          continue;
        }
        const rules = filter[direction];
        const far = direction === "egress" ? target : source;
        for (let r = rules.length - 1; r >= 0; r--) this.#paint(rules[r], far, starts, found);
      }
      return found;
    };
    const [aclOut, aclIn] = [line("network-acl", "egress"), line("network-acl", "ingress")];
    const [out, into] = [line("security-group", "egress"), line("security-group", "ingress")];
    const kept: number[] = [];
    const stances: number[] = [];
    for (let i = 0; i < starts.length; i++) {
      const stance = this.#stances.number(
        fates.meet(aclOut[i], out[i]),
        fates.meet(aclIn[i], into[i]),
        aclOut[i],
        aclIn[i],
        into[i],
      );
      if (stances.length > 0 && stances[stances.length - 1] === stance) continue;
      kept.push(starts[i]);
      stances.push(stance);
    }
    return { starts: Uint32Array.from(kept), stances: Int32Array.from(stances) };
  }

  /** Puts a rule before what stands in the stretches that it matches. */
  #paint(
    { action, remote, services }: FilterRule,
    far: Seen | undefined,
    starts: Uint32Array,
    found: Uint32Array,
  ): void {
    const fates = this.#fates;
    const over = (match: "yes" | "unknown", from: number, to: number): void => {
      const ruling = fates.ruling(action, match, services);
      for (let i = from; i < to; i++) found[i] = fates.rule(ruling, found[i]);
    };
    switch (remote.kind) {
      case "cidrs": {
        const axis = this.#axis;
        // an address that two of them hold matches once all the same
        for (const { family, address, last } of remote.cidrs)
          if (family === axis.family)
            over("yes", indexOf(starts, axis.first(address)), endOf(starts, axis.last(last)));
        return;
      }
      case "unknown":
        over("unknown", 0, found.length);
        return;
      case "group": {
        if (far === undefined) return;
        const member = far.groups === undefined ? "unknown" : isMember(far.groups, remote.group);
        if (member !== "no") over(member, 0, found.length);
        return;
      }
      default:
        remote satisfies never;
    }
  }

  /** Returns where a stretch may begin: at the ends of all ranges that rules name. */
  #startsOf(
    filters: readonly { readonly ingress: readonly FilterRule[]; readonly egress: readonly FilterRule[] }[],
  ): Uint32Array {
    const axis = this.#axis;
    const cuts: number[] = [0];
    for (const filter of filters) {
      for (const rules of [filter.ingress, filter.egress]) {
        for (const { remote } of rules) {
          if (remote.kind !== "cidrs") continue;
          for (const { family, address, last } of remote.cidrs) {
            if (family !== axis.family) continue;
            cuts.push(axis.first(address));
            const next = axis.last(last) + 1;
            if (next < 2 ** 32) cuts.push(next);
          }
        }
      }
    }
    const sorted = new Uint32Array(cuts).sort();
    let n = 1;
    for (let i = 1; i < sorted.length; i++) if (sorted[i] !== sorted[n - 1]) sorted[n++] = sorted[i];
    return sorted.slice(0, n);
  }
}

/** The filters of hosts that have the same. */
export interface Gate {
  readonly acl: string | undefined;
  readonly groups: readonly string[];
  /** A rule names a group, so that the groups of the far end count. */
  readonly namesGroups: boolean;
  /** What it says to those whose groups it does not see. */
  blind: View | undefined;
  /** What it says to the others, by their groups. */
  readonly views: Map<string, View>;
}

/** A far end whose groups rules may ask for. */
interface Seen {
  readonly groups: readonly string[] | undefined;
}

/**
 * Fates by one number: of packets out and in, and of replies out and in. `inside` is that of packets in which the ACL has no
 * say. `entry` is what the door of a hub says to whatever comes in, which has been asked in the others that come in too.
 */
export class Stances {
  readonly out: number[] = [];
  readonly into: number[] = [];
  readonly replyOut: number[] = [];
  readonly replyInto: number[] = [];
  readonly inside: number[] = [];
  readonly entry: number[] = [];
  readonly #fates: Fates;
  readonly #packets = new PairMemo();
  readonly #replies = new PairMemo();
  readonly #stances = new PairMemo();
  readonly #entered = new PairMemo();
  readonly #left = new PairMemo();
  #pairs = 0;

  constructor(fates: Fates) {
    this.#fates = fates;
  }

  /** Returns the stance where the door of a hub lets in what has this fate there, before anything else looks at it. */
  entering(stance: number, fate: number): number {
    if (fate === Fates.OPEN) return stance;
    let entered = this.#entered.get(stance, fate);
    if (entered < 0) {
      const into = this.#fates.meet(this.into[stance], fate);
      const replyInto = this.#fates.meet(this.replyInto[stance], fate);
      const inside = this.#fates.meet(this.inside[stance], fate);
      entered = this.#add(this.out[stance], into, this.replyOut[stance], replyInto, inside, fate);
      this.#entered.add(stance, fate, entered);
    }
    return entered;
  }

  /** Returns the stance where the door of a hub lets out what has this fate there, behind everything else. */
  leaving(stance: number, fate: number): number {
    if (fate === Fates.OPEN) return stance;
    let left = this.#left.get(stance, fate);
    if (left < 0) {
      const out = this.#fates.meet(this.out[stance], fate);
      const replyOut = this.#fates.meet(this.replyOut[stance], fate);
      const { into, replyInto, inside, entry } = this;
      left = this.#add(out, into[stance], replyOut, replyInto[stance], inside[stance], entry[stance]);
      this.#left.add(stance, fate, left);
    }
    return left;
  }

  #add(
    out: number,
    into: number,
    replyOut: number,
    replyInto: number,
    inside: number,
    entry: number,
  ): number {
    this.into.push(into);
    this.replyOut.push(replyOut);
    this.replyInto.push(replyInto);
    this.inside.push(inside);
    this.entry.push(entry);
    return this.out.push(out) - 1;
  }

  number(out: number, into: number, replyOut: number, replyInto: number, inside: number): number {
    const [packets, replies] = [
      this.#pair(this.#packets, this.#pair(this.#packets, out, into), inside),
      this.#pair(this.#replies, replyOut, replyInto),
    ];
    let stance = this.#stances.get(packets, replies);
    if (stance < 0) {
      stance = this.#add(out, into, replyOut, replyInto, inside, Fates.OPEN);
      this.#stances.add(packets, replies, stance);
    }
    return stance;
  }

  #pair(memo: PairMemo, a: number, b: number): number {
    let pair = memo.get(a, b);
    if (pair < 0) {
      pair = this.#pairs++;
      memo.add(a, b, pair);
    }
    return pair;
  }
}

/** Returns the index behind the stretch that holds the place. */
function endOf(starts: Uint32Array, place: number): number {
  return indexOf(starts, place) + 1;
}
