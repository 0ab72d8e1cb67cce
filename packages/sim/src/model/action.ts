import { ParseError, Prefix } from "@twoway/core";
import { formatDuration, parseDuration } from "./clock.ts";
import { nearest } from "./issue.ts";
import { PEERING_STATES, type PeeringState } from "./peering.ts";

/**
 * One edit of a network, as data. Every action has one spelling, a line of text, shared by scenario steps, `--do` and
 * proposed fixes: `parseAction` and `formatAction` are inverse.
 */
export type Action = (
  | {
      readonly kind: "create-peering";
      readonly peering: string;
      /** Ids of VPCs. */
      readonly requester: string;
      readonly accepter: string;
      /** In Mbps. */
      readonly bandwidth: number | undefined;
    }
  | { readonly kind: PeeringVerb; readonly peering: string }
  | {
      readonly kind: "add-route";
      readonly table: string;
      readonly destination: Prefix;
      readonly target: string;
    }
  | {
      readonly kind: RouteVerb;
      readonly table: string;
      readonly destination: Prefix;
      /** Which of several routes to this destination; undefined where there is one. */
      readonly target: string | undefined;
    }
  | { readonly kind: "advance-clock"; readonly ms: number }
) & {
  /** The account that acts; undefined means the party entitled to. */
  readonly as: string | undefined;
};

export type PeeringVerb = "accept-peering" | "reject-peering" | "enable-peering" | "delete-peering";
type RouteVerb = "delete-route" | "enable-route" | "disable-route";
export type ActionKind = Action["kind"];

/** How each action is spelled. `as ACCOUNT` may follow any. */
export const ACTION_USAGE: Readonly<Record<ActionKind, string>> = {
  "create-peering": "create-peering ID VPC - VPC [bandwidth MBPS]",
  "accept-peering": "accept-peering ID",
  "reject-peering": "reject-peering ID",
  "enable-peering": "enable-peering ID",
  "delete-peering": "delete-peering ID",
  "add-route": "add-route TABLE DESTINATION -> TARGET",
  "delete-route": "delete-route TABLE DESTINATION [-> TARGET]",
  "enable-route": "enable-route TABLE DESTINATION [-> TARGET]",
  "disable-route": "disable-route TABLE DESTINATION [-> TARGET]",
  "advance-clock": "advance-clock DURATION",
};

const KINDS = Object.keys(ACTION_USAGE) as readonly ActionKind[];

/** Reads one line of the action grammar. Throws a ParseError that names the character and the spelling. */
export function parseAction(text: string): Action {
  const words = new Words(text);
  const verb = words.take("an action is missing");
  const kind = KINDS.find((known) => known === verb);
  if (kind === undefined) {
    throw words.error(
      `${JSON.stringify(verb)} is not an action`,
      nearest(verb, KINDS) ?? ACTION_USAGE["add-route"],
    );
  }
  words.usage = ACTION_USAGE[kind];
  const body = parseBody(kind, words);
  const as = words.skip("as") ? words.take("the acting account is missing") : undefined;
  words.end();
  return { ...body, as };
}

type Body<A = Action> = A extends Action ? Omit<A, "as"> : never;

function parseBody(kind: ActionKind, words: Words): Body {
  switch (kind) {
    case "create-peering": {
      const peering = words.take("the peering's id is missing");
      const requester = words.take("the requesting VPC is missing");
      words.expect("-");
      const accepter = words.take("the accepting VPC is missing");
      const bandwidth = words.skip("bandwidth") ? words.bandwidth() : undefined;
      return { kind, peering, requester, accepter, bandwidth };
    }
    case "accept-peering":
    case "reject-peering":
    case "enable-peering":
    case "delete-peering":
      return { kind, peering: words.take("the peering's id is missing") };
    case "add-route": {
      const table = words.take("the route table is missing");
      const destination = words.prefix();
      words.expect("->");
      return { kind, table, destination, target: words.take("the target is missing") };
    }
    case "delete-route":
    case "enable-route":
    case "disable-route": {
      const table = words.take("the route table is missing");
      const destination = words.prefix();
      const target = words.skip("->") ? words.take("the target is missing") : undefined;
      return { kind, table, destination, target };
    }
    case "advance-clock":
      return { kind, ms: words.within(parseDuration, "the duration is missing") };
    default:
      return kind satisfies never;
  }
}

export function formatAction(action: Action): string {
  return action.as === undefined ? formatBody(action) : `${formatBody(action)} as ${action.as}`;
}

function formatBody(action: Action): string {
  switch (action.kind) {
    case "create-peering": {
      const cap = action.bandwidth === undefined ? "" : ` bandwidth ${action.bandwidth}`;
      return `create-peering ${action.peering} ${action.requester} - ${action.accepter}${cap}`;
    }
    case "accept-peering":
    case "reject-peering":
    case "enable-peering":
    case "delete-peering":
      return `${action.kind} ${action.peering}`;
    case "add-route":
    case "delete-route":
    case "enable-route":
    case "disable-route": {
      const target = action.target === undefined ? "" : ` -> ${action.target}`;
      return `${action.kind} ${action.table} ${action.destination}${target}`;
    }
    case "advance-clock":
      return `advance-clock ${formatDuration(action.ms)}`;
    default:
      return action satisfies never;
  }
}

/** A route as people write it, and where its parts begin. */
export interface RouteText {
  readonly destination: Prefix;
  readonly target: string;
  readonly enabled: boolean;
}

/** Reads `10.0.1.0/24 -> pcx-1` or `10.0.1.0/24 -> pcx-1 disabled`. Throws a ParseError. */
export function parseRoute(text: string): RouteText {
  const words = new Words(text, "DESTINATION -> TARGET [disabled]");
  const destination = words.prefix();
  words.expect("->");
  const target = words.take("the target is missing");
  const enabled = !words.skip("disabled");
  words.end();
  return { destination, target, enabled };
}

/** A peering as people write it. */
export interface PeeringText {
  readonly requester: string;
  readonly accepter: string;
  readonly bandwidth: number | undefined;
  readonly state: PeeringState | undefined;
}

/** Reads `vpc1 - vpc2`, `vpc1 - vpc2 bandwidth 100` or `vpc1 - vpc2 PENDING`. Throws a ParseError. */
export function parsePeering(text: string): PeeringText {
  const words = new Words(text, "VPC - VPC [bandwidth MBPS] [STATE]");
  const requester = words.take("the requesting VPC is missing");
  words.expect("-");
  const accepter = words.take("the accepting VPC is missing");
  const bandwidth = words.skip("bandwidth") ? words.bandwidth() : undefined;
  const state = PEERING_STATES.find((name) => words.skip(name));
  words.end();
  return { requester, accepter, bandwidth, state };
}

/** Blank-separated words of one line, with the offset of each for errors. */
class Words {
  readonly text: string;
  usage: string | undefined;
  readonly #words: { readonly word: string; readonly offset: number }[];
  #next = 0;

  constructor(text: string, usage?: string) {
    this.text = text;
    this.usage = usage;
    this.#words = [...text.matchAll(/\S+/g)].map(({ 0: word, index }) => ({ word, offset: index }));
  }

  take(missing: string): string {
    const next = this.#words[this.#next];
    if (next === undefined) throw new ParseError(this.text, missing, this.text.length, this.usage);
    this.#next++;
    return next.word;
  }

  /** Takes the word if it comes next. */
  skip(word: string): boolean {
    if (this.#words[this.#next]?.word !== word) return false;
    this.#next++;
    return true;
  }

  expect(word: string): void {
    const found = this.take(`${JSON.stringify(word)} is missing`);
    if (found !== word)
      throw this.error(`${JSON.stringify(word)} should stand before ${JSON.stringify(found)}`, this.usage);
  }

  end(): void {
    const extra = this.#words[this.#next];
    if (extra === undefined) return;
    throw new ParseError(this.text, `${JSON.stringify(extra.word)} is too much`, extra.offset, this.usage);
  }

  /** Reads one word by another grammar; offsets of its errors become offsets in the whole line. */
  within<T>(parse: (word: string) => T, missing: string): T {
    const word = this.take(missing);
    try {
      return parse(word);
    } catch (error) {
      if (!(error instanceof ParseError)) throw error;
      const { offset } = this.#words[this.#next - 1];
      const fixed =
        error.suggestion &&
        this.text.slice(0, offset) + error.suggestion + this.text.slice(offset + word.length);
      throw new ParseError(this.text, `${JSON.stringify(word)}: ${error.rule}`, offset + error.offset, fixed);
    }
  }

  prefix(): Prefix {
    return this.within((word) => Prefix.parse(word), "the destination is missing");
  }

  bandwidth(): number {
    return this.within((word) => {
      const [, digits] = /^(\d{1,9})(?:Mbps)?$/.exec(word) ?? [];
      if (digits === undefined || Number(digits) === 0)
        throw new ParseError(word, "bandwidth is a whole number of Mbps", 0, "100");
      return Number(digits);
    }, "the bandwidth is missing");
  }

  /** Returns an error at the word taken last. */
  error(rule: string, suggestion?: string): ParseError {
    return new ParseError(this.text, rule, this.#words[this.#next - 1].offset, suggestion);
  }
}
