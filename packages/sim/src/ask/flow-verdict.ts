import { hasPorts, TCP } from "../model/services.ts";
import { type Verdict, verdictOf } from "../plane/round-trip.ts";
import type { Conversation } from "./conversation.ts";
import { ACTION } from "./flow-records.ts";
import type { Leg, Stopped } from "./leg.ts";

/**
 * What a change does to a recorded flow. A record is one direction of a conversation; its own packets are the request or
 * the reply, and it counts how far these and the answer to them get: not at all, one way, or both ways.
 */
export type FlowClass =
  /** Both ways, before and after. */
  | "passes"
  /** It gets less far than it did. */
  | "breaks"
  /** It gets farther than it did. */
  | "heals"
  /** Its packets arrive and are not answered, before and after. */
  | "one-way"
  /** Its packets do not arrive, before and after. */
  | "never"
  /** The cloud refused it, and the change does not let it pass. */
  | "rejected"
  /** The input does not say enough. */
  | "unknown"
  /** Not a flow between ends of which the network has one. */
  | "outside"
  /** A row that says that nothing was recorded. */
  | "skipped";

export const FLOW_CLASSES: readonly FlowClass[] = [
  "breaks",
  "heals",
  "passes",
  "one-way",
  "never",
  "rejected",
  "unknown",
  "outside",
  "skipped",
];

/** How a record contradicts the network as it is said to have been. */
export type Disagreement =
  /** ACCEPT, and its packets cannot have got to where they were recorded. */
  | "accepted"
  /** The same, of a record that does not say where it was taken: at the sender it would only say that it set out. */
  | "accepted-somewhere"
  /** REJECT, and nothing stops it. */
  | "rejected";

/** Where a record was taken, seen from its own packets. */
export type Seen = "sender" | "receiver" | "between" | "unsaid";

/** Which end asked: the record's own packets are the request, or the reply. */
export type Role = "request" | "reply";

export interface FlowVerdict {
  readonly class: FlowClass;
  readonly disagrees?: Disagreement;
  readonly role?: Role;
  /** Of the conversation, from the end that asked. */
  readonly before?: Verdict;
  readonly after?: Verdict;
  /** What decided: after the change for what breaks, before it for the rest. */
  readonly reason?: Reason;
}

export interface Reason extends Stopped {
  /** Of the conversation: the way of the request, or of the reply. */
  readonly path?: "forward" | "return";
}

/** A conversation in both networks; they are the same one where nothing was changed. */
export interface Comparison {
  readonly before: Conversation;
  readonly after: Conversation;
}

/** Who may have asked, the likelier first; where it is `sure`, the second is there only to explain a contradiction. */
export interface Roles {
  readonly roles: readonly Role[];
  readonly sure: boolean;
}

/** By the number that `roleCode` returns. */
export const ROLES: readonly Roles[] = [
  { roles: ["request", "reply"], sure: false },
  { roles: ["request"], sure: true },
  { roles: ["reply"], sure: true },
  { roles: ["request", "reply"], sure: true },
  { roles: ["reply", "request"], sure: true },
];

/**
 * Says who asked, as an index in ROLES. TCP flags tell it where the record has a SYN: a batch of packets has the flags of
 * all of them, and ACK is told with SYN only. Else it is the end with a port of the upper of these ranges: 0 to 1023, to
 * 32767, and above.
 */
export function roleCode(protocol: number, tcpFlags: number, sourcePort: number, port: number): number {
  if (protocol === TCP && (tcpFlags & SYN) !== 0) return (tcpFlags & ACK) === 0 ? 1 : 2;
  if (!hasPorts(protocol)) return 0;
  const from = sourcePort < FIRST_USER_PORT ? 0 : sourcePort < FIRST_CLIENT_PORT ? 1 : 2;
  const to = port < FIRST_USER_PORT ? 0 : port < FIRST_CLIENT_PORT ? 1 : 2;
  return from === to ? 0 : to < from ? 3 : 4;
}

const SYN = 2;
const ACK = 16;
/** Servers that need no account of an administrator are above this one. */
const FIRST_USER_PORT = 1024;
/** Clients ask from the ports above this one, on every system that is in use. */
const FIRST_CLIENT_PORT = 32768;

/**
 * Judges a record. Of the roles it may have, the first with which the network as it was agrees with what the cloud did is
 * taken: b:443 to a:50000 is the reply to a, which stateful filters let pass. If none agrees, the record disagrees. Where
 * nothing says who asked, several roles agree, and they come to different ends, the class is unknown.
 */
export function verdictOn(
  record: {
    readonly action: number;
    readonly seen: Seen;
    readonly roles: readonly Role[];
    readonly sure: boolean;
  },
  compare: (role: Role) => Comparison,
): FlowVerdict {
  const { action, seen, roles, sure } = record;
  const fits = (role: Role): boolean => agrees(action, seen, role, compare(role).before);
  const first = roles.findIndex(fits);
  if (first < 0) {
    const disagrees =
      action === ACTION.rejected ? "rejected" : seen === "unsaid" ? "accepted-somewhere" : "accepted";
    return { ...classified(action, roles[0], compare(roles[0])), disagrees };
  }
  const verdict = classified(action, roles[first], compare(roles[first]));
  const others = sure ? [] : roles.slice(first + 1).filter(fits);
  return others.every((role) => classified(action, role, compare(role)).class === verdict.class)
    ? verdict
    : { class: "unknown", reason: { cause: "asker-unknown" } };
}

/** Reports whether the network allows what the cloud did with the record's own packets where it was taken. */
function agrees(action: number, seen: Seen, role: Role, conversation: Conversation): boolean {
  const [own] = legsOf(role, conversation);
  switch (action) {
    case ACTION.accepted:
      if (seen === "between") return true;
      // what a sender let out may be lost farther on
      return seen === "sender" ? own.outcome !== "dropped" || own.leaves() : own.outcome !== "dropped";
    case ACTION.rejected:
      return reachOf(role, conversation).least < 2;
    default:
      return true;
  }
}

function classified(action: number, role: Role, { before, after }: Comparison): FlowVerdict {
  const [was, is] = [reachOf(role, before), reachOf(role, after)];
  const verdicts = {
    role,
    before: verdictOf(before.forward.outcome, before.back.outcome),
    after: verdictOf(after.forward.outcome, after.back.outcome),
  };
  const because = (conversation: Conversation): { readonly reason?: Reason } => {
    const reason = reasonOf(role, conversation);
    return reason === undefined ? {} : { reason };
  };
  if (was.most < is.least) return { class: "heals", ...verdicts, ...because(before) };
  if (action === ACTION.rejected) return { class: "rejected", ...verdicts, ...because(before) };
  if (is.most < was.least) return { class: "breaks", ...verdicts, ...because(after) };
  if (was.least < was.most || is.least < is.most) {
    const doubtful = was.least < was.most ? before : after;
    const reason = reasonOf(role, doubtful, ["unknown"]);
    return { class: "unknown", ...verdicts, ...(reason === undefined ? {} : { reason }) };
  }
  const same = (["never", "one-way", "passes"] as const)[was.least];
  return { class: same, ...verdicts, ...because(before) };
}

/** The leg of the record's own packets, and the other one. */
function legsOf(role: Role, { forward, back }: Conversation): readonly [Leg, Leg] {
  return role === "request" ? [forward, back] : [back, forward];
}

/** How far it gets at least and at most: 0 not at all, 1 the record's own packets arrive, 2 the others too. */
function reachOf(role: Role, conversation: Conversation): { readonly least: number; readonly most: number } {
  const [own, other] = legsOf(role, conversation);
  const count = (passes: (leg: Leg) => boolean): number => (passes(own) ? (passes(other) ? 2 : 1) : 0);
  return {
    least: count(({ outcome }) => outcome === "delivered"),
    most: count(({ outcome }) => outcome !== "dropped"),
  };
}

/** The first leg that stops, the record's own before the other: one that is proven to, else one that cannot be followed. */
function reasonOf(
  role: Role,
  conversation: Conversation,
  outcomes: readonly Leg["outcome"][] = ["dropped", "unknown"],
): Reason | undefined {
  const legs = legsOf(role, conversation);
  const [leg] = outcomes.flatMap((wanted) => legs.filter(({ outcome }) => outcome === wanted));
  if (leg?.stopped === undefined) return undefined;
  return { path: leg === conversation.forward ? "forward" : "return", ...leg.stopped };
}
