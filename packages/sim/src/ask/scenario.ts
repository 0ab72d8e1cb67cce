import { ParseError } from "@twoway/core";
import type { Action } from "../model/action.ts";
import { CAUSE_NAMES, type Cause } from "../model/cause.ts";
import { nearest } from "../model/issue.ts";
import type { Network } from "../model/network.ts";
import { protocolNumber } from "../model/services.ts";
import type { Verdict } from "../plane/round-trip.ts";
import type { Alarm, AlarmExpectation } from "./alarm.ts";
import type { Policy } from "./policy.ts";
import type { Service } from "./service.ts";
import type { Traffic } from "./traffic.ts";

/** A what-if story: a network, and steps that change it and say what must hold. */
export interface Scenario {
  readonly name: string;
  readonly description: string;
  readonly network: Network;
  /** What must hold after every step; before any, where there is none. */
  readonly policies: readonly Policy[];
  /** What hosts would like to send while the story goes on. */
  readonly traffic?: Traffic;
  readonly alarms: readonly Alarm[];
  readonly steps: readonly Step[];
}

/** Time passes, then the actions run, then the expectations are looked at. */
export interface Step {
  readonly source: string;
  readonly note: string;
  /** Milliseconds that pass before anything else. */
  readonly after: number;
  readonly actions: readonly StepAction[];
  /** The error code with which every action of the step must be refused. */
  readonly refused: string | undefined;
  /** Names of the policies that are violated after the step. */
  readonly violates: readonly string[];
  readonly expectations: readonly Expectation[];
  /** What must be the case of alarms by then. */
  readonly alarms: readonly AlarmExpectation[];
}

export interface StepAction {
  readonly action: Action;
  /** As it was written. */
  readonly text: string;
  readonly source: string;
}

/** What a pair's answer must be. A cause that is left out may be any. */
export interface Expectation {
  /** As it was written. */
  readonly text: string;
  readonly source: string;
  readonly from: string;
  readonly to: string;
  /** What the packet carries; every service unless the text names one. */
  readonly service: Service;
  readonly verdict: Verdict;
  readonly forward: Cause | undefined;
  readonly return: Cause | undefined;
}

const ARROWS: Readonly<Record<string, Verdict>> = {
  "<->": "two-way",
  "->": "forward-only",
  "<-": "return-only",
  "-x-": "unreachable",
  "??": "unknown",
};

const USAGE =
  "A <-> B, A -> B: CAUSE, A <- B: CAUSE, A -x- B: CAUSE / CAUSE or A ?? B; a service may follow B: tcp/443";

/** Reads an expectation; `source` is not part of the text. Throws a ParseError. */
export function parseExpectation(text: string): Omit<Expectation, "source"> {
  // a colon ends the far end, unless it is the second of an IPv6 address like 2001:db8::
  const match =
    /^(\s*)(\S+)\s+(<->|->|<-|-x-|\?\?)\s+(\S+?)(?:\s+([a-z\d]+)(?:\/(\d{1,5}))?)?(?::\s+(\S.*?)|(?<!:):)?\s*$/.exec(
      text,
    );
  if (match === null) {
    const arrow = /\s(<->|->|<-|-x-|\?\?)(\s|$)/.test(text);
    const rule = arrow
      ? "an expectation is two ends and an arrow between them"
      : "no arrow stands between two ends";
    throw new ParseError(text, rule, 0, USAGE);
  }
  const [, , from, arrow, to, protocol = "any", port, tail] = match;
  if (protocol !== "any" && protocolNumber(protocol) === undefined) {
    const rule = `${JSON.stringify(protocol)} is not a protocol`;
    throw new ParseError(
      text,
      rule,
      text.indexOf(protocol, text.indexOf(arrow) + arrow.length + to.length),
      "tcp/443",
    );
  }
  const service = port === undefined ? { protocol } : { protocol, port: Number(port) };
  const verdict = ARROWS[arrow];
  const causes = (tail ?? "").split("/").map((word) => word.trim());
  const at = tail === undefined ? text.length : text.lastIndexOf(tail);
  const cause = (word: string, from = 0): Cause | undefined => {
    if (word === "") return undefined;
    const known = CAUSE_NAMES.find((name) => name === word);
    if (known !== undefined) return known;
    throw new ParseError(
      text,
      `${JSON.stringify(word)} is not a cause`,
      at + tail!.indexOf(word, from),
      nearest(word, CAUSE_NAMES),
    );
  };
  const [first = "", second = "", ...more] = causes;
  const allowed = { "two-way": 0, "forward-only": 1, "return-only": 1, unreachable: 2, unknown: 0 }[verdict];
  if (more.length > 0 || (second !== "" && allowed < 2) || (first !== "" && allowed === 0)) {
    const rule = ["no cause", "one cause", "at most two causes"][allowed];
    throw new ParseError(text, `${JSON.stringify(arrow)} takes ${rule}`, at, USAGE);
  }
  const base = { text: text.trim(), from, to, service, verdict };
  if (verdict === "forward-only") return { ...base, forward: undefined, return: cause(first) };
  return { ...base, forward: cause(first), return: cause(second, (tail ?? "").indexOf("/") + 1) };
}
