import type { Hub, Network, Peering, PeeringState, Vpc } from "@twoway/sim";
import { formatTime } from "@twoway/sim";

/** What the page knows of a network to draw it and to name things in it: plain data that crosses from the worker. */
export interface NetworkView {
  readonly profile: string;
  /** As text: `2026-01-01T00:00:00Z`. */
  readonly now: string;
  readonly vpcs: readonly VpcView[];
  readonly peerings: readonly PeeringView[];
  readonly hubs: readonly HubView[];
}

export interface VpcView {
  readonly id: string;
  readonly name: string;
  readonly account: string;
  readonly region: string;
  readonly cidrs: readonly string[];
  readonly mainTable: string;
  readonly tables: readonly string[];
  readonly subnets: readonly SubnetView[];
  readonly gateways: readonly { readonly id: string; readonly kind: string }[];
}

export interface SubnetView {
  readonly id: string;
  readonly name: string;
  readonly cidr: string;
  readonly table: string;
}

export interface PeeringView {
  readonly id: string;
  readonly name: string;
  /** Ids of VPCs, which need not be part of the network. */
  readonly requester: string;
  readonly accepter: string;
  readonly accounts: readonly [string, string];
  readonly state: PeeringState;
  readonly bandwidth: number | undefined;
}

export interface HubView {
  readonly id: string;
  readonly kind: string;
  readonly region: string;
  readonly attachments: readonly AttachmentView[];
}

export interface AttachmentView {
  readonly id: string;
  readonly state: string;
  /** A VPC, another hub, or undefined for what leads out of the network. */
  readonly to: string | undefined;
}

/** Returns the picture of a network. O(VPCs + subnets + peerings); routes are asked for table by table. */
export function viewOf(network: Network): NetworkView {
  const gateways = new Map<string, { id: string; kind: string }[]>();
  for (const { id, kind, vpc } of network.gateways.values()) {
    const list = gateways.get(vpc);
    if (list === undefined) gateways.set(vpc, [{ id, kind }]);
    else list.push({ id, kind });
  }
  return {
    profile: network.profile,
    now: formatTime(network.now),
    vpcs: [...network.vpcs.values()].map((vpc) => vpcView(vpc, gateways.get(vpc.id) ?? [])),
    peerings: peeringViews(network),
    hubs: [...(network.hubs?.values() ?? [])].map(hubView),
  };
}

/** What differs between the pictures of two networks. */
export interface ViewChange {
  readonly now?: string;
  /** Peerings that are new or other than they were. */
  readonly peerings?: readonly PeeringView[];
  /** Ids of those that are gone. */
  readonly gone?: readonly string[];
  /** All of it anew, where VPCs, gateways or hubs differ. */
  readonly whole?: NetworkView;
}

/**
 * Returns what an edit changed in the picture, so that a click in a network of thousands of VPCs does not send all of
 * them. Networks share what an action did not touch. O(VPCs + peerings), without going into what is shared.
 */
export function viewChange(before: Network, after: Network): ViewChange {
  if (!looksAlike(before, after)) return { whole: viewOf(after) };
  const now = before.now === after.now ? {} : { now: formatTime(after.now) };
  if (before.peerings === after.peerings) return now;
  const peerings: PeeringView[] = [];
  const gone: string[] = [];
  for (const [id, peering] of after.peerings) {
    if (before.peerings.get(id) === peering) continue;
    if (isDrawn(peering)) peerings.push(peeringView(peering));
    else gone.push(id);
  }
  for (const id of before.peerings.keys()) if (!after.peerings.has(id)) gone.push(id);
  return { ...now, peerings, gone };
}

/** Returns the picture with what changed put into it. The same arrays where nothing of theirs did. */
export function changedView(
  view: NetworkView,
  { now, peerings = [], gone = [], whole }: ViewChange,
): NetworkView {
  if (whole !== undefined) return whole;
  const clock = now === undefined ? view : { ...view, now };
  if (peerings.length + gone.length === 0) return clock;
  const left = new Map(clock.peerings.map((peering) => [peering.id, peering]));
  for (const id of gone) left.delete(id);
  for (const peering of peerings) left.set(peering.id, peering);
  return { ...clock, peerings: [...left.values()] };
}

/** Reports whether VPCs, gateways and hubs are drawn the same in both; routes are not drawn. */
function looksAlike(before: Network, after: Network): boolean {
  if (before.gateways !== after.gateways || before.hubs !== after.hubs) return false;
  if (before.vpcs === after.vpcs) return true;
  if (before.vpcs.size !== after.vpcs.size) return false;
  for (const [id, vpc] of after.vpcs) {
    const old = before.vpcs.get(id);
    if (old === vpc) continue;
    if (old === undefined || old.subnets !== vpc.subnets || old.secondary !== vpc.secondary) return false;
    if (old.tables.size !== vpc.tables.size) return false;
  }
  return true;
}

function peeringViews(network: Network): PeeringView[] {
  return [...network.peerings.values()].filter(isDrawn).map(peeringView);
}

/** A deleted one is history, and joins nothing any more. */
function isDrawn({ state }: Peering): boolean {
  return state !== "DELETED";
}

function peeringView({ id, name, requester, accepter, state, bandwidth }: Peering): PeeringView {
  const accounts = [requester.account, accepter.account] as const;
  return { id, name, requester: requester.vpc, accepter: accepter.vpc, accounts, state, bandwidth };
}

function vpcView(vpc: Vpc, gateways: VpcView["gateways"]): VpcView {
  const { id, name, account, region, cidrs, secondary, mainTable, tables, subnets } = vpc;
  return {
    id,
    name,
    account,
    region,
    cidrs: [...cidrs, ...secondary].map(String),
    mainTable,
    tables: [...tables.keys()],
    subnets: [...subnets.values()].map((subnet) => ({
      id: subnet.id,
      name: subnet.name,
      cidr: subnet.cidrs.join(", "),
      table: subnet.table ?? mainTable,
    })),
    gateways,
  };
}

function hubView({ id, kind, region, attachments }: Hub): HubView {
  return {
    id,
    kind,
    region,
    attachments: [...attachments.values()].map(({ id, state, vpc, peer }) => ({
      id,
      state,
      to: vpc ?? peer?.hub,
    })),
  };
}
