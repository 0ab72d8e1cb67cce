import {
  deadline,
  formatTime,
  isCrossRegion,
  isListedFor,
  listPeerings,
  type Network,
  nearest,
  ownerOf,
  type Peering,
  payersOf,
  type RelatedRoute,
  relatedRoutes,
  type Style,
} from "@twoway/sim";
import { EXIT } from "../exit.ts";
import { loadNetwork, type NetworkOptions, wrong } from "../input.ts";
import { print, styleFor, warn } from "../terminal.ts";

interface PeeringsOptions extends NetworkOptions {
  readonly format: "text" | "json";
  readonly color: boolean;
  readonly quiet: boolean;
  /** As this account lists them: without what it rejected, deleted or dismissed. */
  readonly account?: string;
  readonly region?: string;
}

/** Lists peerings with their state, cap and who pays, or tells all about one, with the routes of both sides. */
export function peerings(file: string, id: string | undefined, options: PeeringsOptions): number {
  const { network, warnings } = loadNetwork(file, options);
  warn(warnings, options);
  const listed = select(network, options);
  if (id !== undefined && !listed.some((peering) => peering.id === id)) {
    const message = `there is no peering ${id}${options.account === undefined ? "" : ` on ${options.account}'s list`}`;
    const near = nearest(
      id,
      listed.map((peering) => peering.id),
    );
    throw wrong("missing-reference", "<peering>", message, near);
  }
  const shown = id === undefined ? listed : listed.filter((peering) => peering.id === id);
  if (options.format === "json") {
    const body = shown.map((peering) => ({
      ...facts(network, peering),
      routes: routesJson(network, peering),
    }));
    print(JSON.stringify({ version: 1, profile: network.profile, peerings: body }, null, 2));
  } else {
    const style = styleFor(process.stdout, options);
    const lines = shown.map((peering) =>
      id === undefined ? summary(network, peering, style) : detail(network, peering, style),
    );
    print(lines.join("\n") || style.dim("no peering"));
  }
  return EXIT.yes;
}

/** Lists are per account and region (A41); whoever names neither sees the whole model. */
function select(network: Network, { account, region }: PeeringsOptions): readonly Peering[] {
  if (account !== undefined && region !== undefined) return listPeerings(network, account, region);
  return [...network.peerings.values()].filter(
    (peering) =>
      (account === undefined || isListedFor(peering, account)) &&
      (region === undefined || [peering.requester, peering.accepter].some((end) => end.region === region)),
  );
}

function facts(network: Network, peering: Peering): object {
  const { id, name, state, bandwidth, requested, requester, accepter } = peering;
  return {
    id,
    name,
    state,
    kind: isCrossRegion(peering) ? "cross-region" : "same-region",
    requester,
    accepter,
    bandwidth: bandwidth ?? null,
    paidBy: payersOf(network, peering),
    requested: formatTime(requested),
    expires: state === "PENDING" ? formatTime(deadline(network, peering)) : null,
  };
}

function routesJson(network: Network, peering: Peering): object[] {
  return relatedRoutes(network, peering).map(({ vpc, table, subnets, route }) => ({
    vpc: vpc.id,
    table: table.id,
    destination: `${route.destination}`,
    enabled: route.enabled,
    subnets: subnets.map((subnet) => subnet.id),
    source: route.source,
  }));
}

function summary(network: Network, peering: Peering, { bold, good, bad }: Style): string {
  const { id, state, requester, accepter } = peering;
  const ends = `${requester.vpc} - ${accepter.vpc}`;
  return `${bold(id)}  ${(state === "ACTIVE" ? good : bad)(state)}  ${ends}, ${terms(network, peering)}`;
}

/** The kind of the peering, its cap, and who pays (B5). */
function terms(network: Network, peering: Peering): string {
  if (!isCrossRegion(peering)) return "same-region, free";
  const cap = peering.bandwidth === undefined ? "no cap" : `${peering.bandwidth} Mbps`;
  return `cross-region, ${cap}, paid by ${payersOf(network, peering).join(" and ")}`;
}

function detail(network: Network, peering: Peering, style: Style): string {
  const { name, id, state, requested, requester, accepter } = peering;
  const lines = [summary(network, peering, style)];
  if (name !== id) lines.push(`  name       ${name}`);
  for (const [role, { vpc, region }] of [
    ["requester", requester],
    ["accepter ", accepter],
  ] as const)
    lines.push(`  ${role}  ${vpc} of account ${ownerOf(network, vpc)} in ${region}`);
  const until = state === "PENDING" ? `, expires ${formatTime(deadline(network, peering))}` : "";
  lines.push(`  requested  ${formatTime(requested)}${until}`);
  const routes = relatedRoutes(network, peering);
  for (const { vpc } of [requester, accepter]) {
    const own = routes.filter((route) => route.vpc.id === vpc);
    const none = network.vpcs.has(vpc) ? "no route: nothing is sent over it" : "not part of the input";
    lines.push(`  routes of ${vpc}${own.length === 0 ? `: ${style.bad(none)}` : ""}`);
    for (const route of own) lines.push(`    ${spell(route)}`);
  }
  return lines.join("\n");
}

function spell({ table, subnets, route }: RelatedRoute): string {
  const users = subnets.length === 0 ? "used by no subnet" : `for ${subnets.map(({ id }) => id).join(", ")}`;
  return `${table.id}: ${route.destination}${route.enabled ? "" : " (disabled)"}, ${users}`;
}
