import type { Prefix } from "@twoway/core";
import { formatDuration, parseDuration } from "./clock.ts";
import { nearest } from "./issue.ts";
import { PEERING_STATES, type PeeringState } from "./peering.ts";
import { formatName, Words } from "./words.ts";

/**
 * One edit of a network, as data. Every action has one spelling, a line of text, shared by scenario steps, `--do` and
 * proposed fixes: `parseAction` and `formatAction` are inverse.
 */
export type Action = (
  | {
      readonly kind: "create-vpc";
      readonly vpc: string;
      readonly cidr: Prefix;
      readonly region: string | undefined;
      readonly account: string | undefined;
      /** Id of its main table; `VPC/main` unless given. */
      readonly table?: string;
      readonly name?: string;
    }
  | { readonly kind: "delete-vpc"; readonly vpc: string }
  /** Secondary CIDRs; the primary one stays as it is. */
  | { readonly kind: "add-cidr" | "remove-cidr"; readonly vpc: string; readonly cidr: Prefix }
  | {
      readonly kind: "create-subnet";
      readonly vpc: string;
      readonly subnet: string;
      readonly cidr: Prefix;
      readonly name?: string;
    }
  | { readonly kind: "delete-subnet"; readonly vpc: string; readonly subnet: string }
  | { readonly kind: "create-table"; readonly table: string; readonly vpc: string }
  | { readonly kind: "delete-table"; readonly table: string }
  | { readonly kind: "associate"; readonly vpc: string; readonly subnet: string; readonly table: string }
  | {
      readonly kind: "create-peering";
      readonly peering: string;
      /** Ids of VPCs. */
      readonly requester: string;
      readonly accepter: string;
      /** In Mbps. */
      readonly bandwidth: number | undefined;
      readonly name?: string;
    }
  | {
      readonly kind: "modify-peering";
      readonly peering: string;
      /** In Mbps; undefined leaves it as it is. */
      readonly bandwidth: number | undefined;
      readonly name: string | undefined;
    }
  | { readonly kind: PeeringMove; readonly peering: string }
  | { readonly kind: "dismiss-peering"; readonly peering: string }
  | ({ readonly kind: "add-route" } & NewRoute)
  /** The route keeps its destination and leads to another target. */
  | ({ readonly kind: "replace-route" } & NewRoute)
  | {
      readonly kind: RouteVerb;
      readonly table: string;
      readonly destination: Prefix;
      /** Which of several routes to this destination; undefined where there is one. */
      readonly target: string | undefined;
    }
  /** The table has these routes and no others, in this order. */
  | { readonly kind: "reset-routes"; readonly table: string; readonly routes: readonly RouteText[] }
  | { readonly kind: "advance-clock"; readonly ms: number }
) & {
  /** The account that acts; undefined means the party entitled to. */
  readonly as: string | undefined;
};

/** What changes the state of a peering. */
export type PeeringMove =
  | "accept-peering"
  | "reject-peering"
  | "enable-peering"
  | "delete-peering"
  | "isolate-peering"
  | "restore-peering";

interface NewRoute {
  readonly table: string;
  readonly destination: Prefix;
  readonly target: string;
}

type RouteVerb = "delete-route" | "enable-route" | "disable-route";
export type ActionKind = Action["kind"];

/** How each action is spelled. `as ACCOUNT` may follow any. A NAME with blanks stands in double quotes, as in JSON. */
export const ACTION_USAGE: Readonly<Record<ActionKind, string>> = {
  "create-peering": "create-peering ID VPC - VPC [bandwidth MBPS] [name NAME]",
  "modify-peering": "modify-peering ID [bandwidth MBPS] [name NAME]",
  "accept-peering": "accept-peering ID",
  "reject-peering": "reject-peering ID",
  "enable-peering": "enable-peering ID",
  "delete-peering": "delete-peering ID",
  "isolate-peering": "isolate-peering ID",
  "restore-peering": "restore-peering ID",
  "dismiss-peering": "dismiss-peering ID",
  "add-route": "add-route TABLE DESTINATION -> TARGET",
  "replace-route": "replace-route TABLE DESTINATION -> TARGET",
  "delete-route": "delete-route TABLE DESTINATION [-> TARGET]",
  "enable-route": "enable-route TABLE DESTINATION [-> TARGET]",
  "disable-route": "disable-route TABLE DESTINATION [-> TARGET]",
  "reset-routes": "reset-routes TABLE [DESTINATION -> TARGET [disabled] [and …]]",
  "create-vpc": "create-vpc ID CIDR [region REGION] [account ACCOUNT] [table TABLE] [name NAME]",
  "delete-vpc": "delete-vpc ID",
  "add-cidr": "add-cidr VPC CIDR",
  "remove-cidr": "remove-cidr VPC CIDR",
  "create-subnet": "create-subnet VPC/SUBNET CIDR [name NAME]",
  "delete-subnet": "delete-subnet VPC/SUBNET",
  "create-table": "create-table ID VPC",
  "delete-table": "delete-table ID",
  associate: "associate VPC/SUBNET TABLE",
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
      return { kind, peering, requester, accepter, bandwidth, ...optionalName(words) };
    }
    case "modify-peering": {
      const peering = words.take("the peering's id is missing");
      const bandwidth = words.skip("bandwidth") ? words.bandwidth() : undefined;
      const name = optionalName(words).name;
      return { kind, peering, bandwidth, name };
    }
    case "accept-peering":
    case "reject-peering":
    case "enable-peering":
    case "delete-peering":
    case "isolate-peering":
    case "restore-peering":
    case "dismiss-peering":
      return { kind, peering: words.take("the peering's id is missing") };
    case "create-vpc": {
      const vpc = words.take("the VPC's id is missing");
      const cidr = words.prefix("the CIDR is missing");
      const region = words.skip("region") ? words.take("the region is missing") : undefined;
      const account = words.skip("account") ? words.take("the account is missing") : undefined;
      const table = words.skip("table") ? { table: words.take("the table's id is missing") } : {};
      return { kind, vpc, cidr, region, account, ...table, ...optionalName(words) };
    }
    case "delete-vpc":
      return { kind, vpc: words.take("the VPC is missing") };
    case "add-cidr":
    case "remove-cidr":
      return { kind, vpc: words.take("the VPC is missing"), cidr: words.prefix("the CIDR is missing") };
    case "create-subnet":
      return {
        kind,
        ...words.subnet(),
        cidr: words.prefix("the CIDR is missing"),
        ...optionalName(words),
      };
    case "delete-subnet":
      return { kind, ...words.subnet() };
    case "create-table":
      return { kind, table: words.take("the table's id is missing"), vpc: words.take("the VPC is missing") };
    case "delete-table":
      return { kind, table: words.take("the route table is missing") };
    case "associate":
      return { kind, ...words.subnet(), table: words.take("the route table is missing") };
    case "add-route":
    case "replace-route": {
      const table = words.take("the route table is missing");
      const destination = words.prefix("the destination is missing");
      words.expect("->");
      return { kind, table, destination, target: words.take("the target is missing") };
    }
    case "delete-route":
    case "enable-route":
    case "disable-route": {
      const table = words.take("the route table is missing");
      const destination = words.prefix("the destination is missing");
      const target = words.skip("->") ? words.take("the target is missing") : undefined;
      return { kind, table, destination, target };
    }
    case "reset-routes": {
      const table = words.take("the route table is missing");
      const routes: RouteText[] = [];
      while (!words.isAt("as") && (routes.length === 0 ? !words.isAtEnd() : words.skip("and")))
        routes.push(routeText(words));
      return { kind, table, routes };
    }
    case "advance-clock":
      return { kind, ms: words.within(parseDuration, "the duration is missing") };
    default:
      return kind satisfies never;
  }
}

function optionalName(words: Words): { readonly name?: string } {
  return words.skip("name") ? { name: words.name() } : {};
}

export function formatAction(action: Action): string {
  return action.as === undefined ? formatBody(action) : `${formatBody(action)} as ${action.as}`;
}

function formatBody(action: Action): string {
  switch (action.kind) {
    case "create-peering": {
      const cap = action.bandwidth === undefined ? "" : ` bandwidth ${action.bandwidth}`;
      return `create-peering ${action.peering} ${action.requester} - ${action.accepter}${cap}${nameSuffix(action)}`;
    }
    case "modify-peering": {
      const cap = action.bandwidth === undefined ? "" : ` bandwidth ${action.bandwidth}`;
      return `modify-peering ${action.peering}${cap}${nameSuffix(action)}`;
    }
    case "accept-peering":
    case "reject-peering":
    case "enable-peering":
    case "delete-peering":
    case "isolate-peering":
    case "restore-peering":
    case "dismiss-peering":
      return `${action.kind} ${action.peering}`;
    case "create-vpc": {
      const region = action.region === undefined ? "" : ` region ${action.region}`;
      const account = action.account === undefined ? "" : ` account ${action.account}`;
      const table = action.table === undefined ? "" : ` table ${action.table}`;
      return `create-vpc ${action.vpc} ${action.cidr}${region}${account}${table}${nameSuffix(action)}`;
    }
    case "delete-vpc":
      return `delete-vpc ${action.vpc}`;
    case "add-cidr":
    case "remove-cidr":
      return `${action.kind} ${action.vpc} ${action.cidr}`;
    case "create-subnet":
      return `create-subnet ${action.vpc}/${action.subnet} ${action.cidr}${nameSuffix(action)}`;
    case "delete-subnet":
      return `delete-subnet ${action.vpc}/${action.subnet}`;
    case "create-table":
      return `create-table ${action.table} ${action.vpc}`;
    case "delete-table":
      return `delete-table ${action.table}`;
    case "associate":
      return `associate ${action.vpc}/${action.subnet} ${action.table}`;
    case "add-route":
    case "replace-route":
    case "delete-route":
    case "enable-route":
    case "disable-route": {
      const target = action.target === undefined ? "" : ` -> ${action.target}`;
      return `${action.kind} ${action.table} ${action.destination}${target}`;
    }
    case "reset-routes": {
      const routes = action.routes.map(
        ({ destination, target, enabled }) => `${destination} -> ${target}${enabled ? "" : " disabled"}`,
      );
      return [`reset-routes ${action.table}`, routes.join(" and ")].join(" ").trimEnd();
    }
    case "advance-clock":
      return `advance-clock ${formatDuration(action.ms)}`;
    default:
      return action satisfies never;
  }
}

function nameSuffix({ name }: { readonly name?: string | undefined }): string {
  return name === undefined ? "" : ` name ${formatName(name)}`;
}

/** A route as people write it. */
export interface RouteText {
  readonly destination: Prefix;
  readonly target: string;
  readonly enabled: boolean;
}

/** Reads `10.0.1.0/24 -> pcx-1` or `10.0.1.0/24 -> pcx-1 disabled`. Throws a ParseError. */
export function parseRoute(text: string): RouteText {
  const words = new Words(text, "DESTINATION -> TARGET [disabled]");
  const route = routeText(words);
  words.end();
  return route;
}

function routeText(words: Words): RouteText {
  const destination = words.prefix("the destination is missing");
  words.expect("->");
  const target = words.take("the target is missing");
  return { destination, target, enabled: !words.skip("disabled") };
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
