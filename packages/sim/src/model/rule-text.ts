import { ParseError, Prefix } from "@twoway/core";
import type { Remote } from "./filter.ts";
import { nameProblem } from "./name.ts";
import { Services } from "./services.ts";

/** How people write one rule of a filter: `allow tcp/443 from 10.1.0.0/16`, `100 deny all to any`. */
export interface RuleText {
  /** The number in front, where there is one. */
  readonly number?: number;
  readonly action: "allow" | "deny";
  readonly services: Services;
  readonly remote: Remote;
}

const RULE_USAGE =
  "[NUMBER] allow|deny SERVICES from|to REMOTE, where REMOTE is any, CIDRs, a group, or unknown";

/** Every address of both families. */
const ANYWHERE: readonly Prefix[] = [Prefix.parse("0.0.0.0/0"), Prefix.parse("::/0")];

/** Reads a rule; `direction` says whether its far end stands behind `from` or `to`. Throws a ParseError. */
export function parseRule(text: string, direction: "ingress" | "egress"): RuleText {
  const words = [...text.matchAll(/\S+/g)].map(({ 0: word, index }) => ({ word, index }));
  const isNumbered = /^\d{1,5}$/.test(words[0]?.word ?? "");
  const [action, ...rest] = isNumbered ? words.slice(1) : words;
  const at = rest.findIndex(({ word }) => word === "from" || word === "to");
  if (action === undefined || at < 1 || at === rest.length - 1)
    throw new ParseError(text, "this is not a rule", 0, RULE_USAGE);
  if (action.word !== "allow" && action.word !== "deny")
    throw new ParseError(
      text,
      `${JSON.stringify(action.word)} is not allow or deny`,
      action.index,
      RULE_USAGE,
    );
  const wanted = direction === "ingress" ? "from" : "to";
  if (rest[at].word !== wanted)
    throw new ParseError(
      text,
      `${direction} rules say ${JSON.stringify(wanted)}`,
      rest[at].index,
      RULE_USAGE,
    );
  const rule = {
    action: action.word,
    services: within(text, rest[0].index, rest[at].index, Services.parse),
    remote: within(text, rest[at + 1].index, text.length, parseRemote),
  } as const;
  return isNumbered ? { number: Number(words[0].word), ...rule } : rule;
}

/** Reads the far end: `any`, CIDRs, the id of a group, or `unknown`. Throws a ParseError. */
export function parseRemote(text: string): Remote {
  if (text === "any") return { kind: "cidrs", cidrs: ANYWHERE };
  if (text === "unknown") return { kind: "unknown", reason: "the input does not say for whom the rule is" };
  const words = [...text.matchAll(/[^\s,]+/g)];
  if (words.length === 1 && nameProblem(text) === undefined) return { kind: "group", group: text };
  const cidrs = words.map(({ 0: word, index }) => within(text, index, index + word.length, Prefix.parse));
  return { kind: "cidrs", cidrs };
}

/** Writes the far end as `parseRemote` reads it; what is unknown loses its reason. */
export function formatRemote(remote: Remote): string {
  switch (remote.kind) {
    case "cidrs":
      return remote.cidrs.length === 2 && remote.cidrs.every((cidr, i) => cidr.equals(ANYWHERE[i]))
        ? "any"
        : remote.cidrs.join(", ");
    case "group":
      return remote.group;
    case "unknown":
      return "unknown";
    default:
      return remote satisfies never;
  }
}

/** Reads a part of the text; an error says where it stands in the whole. */
function within<T>(text: string, from: number, to: number, parse: (part: string) => T): T {
  try {
    return parse(text.slice(from, to).trimEnd());
  } catch (error) {
    if (!(error instanceof ParseError)) throw error;
    throw new ParseError(text, error.rule, from + error.offset, error.suggestion);
  }
}
