import type { PeeringState } from "../../model/peering.ts";
import type { Services } from "../../model/services.ts";
import type { Place, Problems } from "./problems.ts";
import type {
  AttachmentRecord,
  CcnRouteRecord,
  EndRecord,
  Entity,
  FilterRecord,
  GatewayRecord,
  HostRecord,
  HubRecord,
  HubRouteRecord,
  HubTableRecord,
  PeeringRecord,
  PublicAccessBlock,
  RouteRecord,
  RuleRecord,
  SubnetRecord,
  TableRecord,
  VpcRecord,
} from "./records.ts";

/**
 * What an import says, before it is put together: records in the words of the model, with ids and CIDRs still text, and
 * each with its place. Readers of every provider and format fill it; `assemble` makes a network of it.
 */
export class Inventory {
  readonly problems: Problems;
  readonly vpcs = new Map<string, VpcRecord>();
  readonly subnets = new Map<string, SubnetRecord>();
  readonly tables = new Map<string, TableRecord>();
  readonly peerings = new Map<string, PeeringRecord>();
  readonly gateways = new Map<string, GatewayRecord>();
  readonly hosts = new Map<string, HostRecord>();
  readonly groups = new Map<string, FilterRecord>();
  readonly acls = new Map<string, FilterRecord>();
  readonly hubs = new Map<string, HubRecord>();
  /** By id; by the hub's id and its own where the hub is known, for the two hubs of a peering share its attachment. */
  readonly attachments = new Map<string, AttachmentRecord>();
  readonly hubTables = new Map<string, HubTableRecord>();
  /** By table of a hub: how searches for its routes end, where more of them follow, or were left out. */
  readonly hubSearches = new Map<string, Set<"whole" | "page" | "cut">>();
  /** Routes that stand outside their table's record. They are what is true where the record says otherwise. */
  readonly looseRoutes: { readonly table: string; readonly route: RouteRecord }[] = [];
  /** Routes that stand in one of these tables, nobody knows which. */
  readonly looseRoutesOfOne: { readonly tables: readonly string[]; readonly route: RouteRecord }[] = [];
  /** By id of a table that is one of several, nobody knows which: those. */
  readonly tablesOfOne = new Map<string, readonly string[]>();
  /** By subnet: the table that an association of its own gives it. */
  readonly associations = new Map<string, string>();
  /** By VPC: the table that was made its main one later. */
  readonly mains = new Map<string, string>();
  /** Rules that stand outside their group or ACL. */
  readonly looseRules: { readonly filter: string; readonly egress: boolean; readonly rule: RuleRecord }[] =
    [];
  /** Rules that stand in one of these groups or ACLs, or in any of them, nobody knows which. */
  readonly looseRulesOfOne: {
    readonly filters: readonly string[] | undefined;
    readonly egress: boolean;
    readonly rule: RuleRecord;
  }[] = [];
  /** Filters all of whose rules stand outside them: one without any in a direction denies everything there. */
  readonly ruleLists = new Set<string>();
  /** By subnet: the ACL that it is associated with. */
  readonly subnetAcls = new Map<string, string>();
  /** By transit gateway: the tables that its attachments come to by themselves. */
  readonly hubDefaults = new Map<
    string,
    { readonly association: string | undefined; readonly propagation: string | undefined }
  >();
  /** Attachments, and whether they come to those tables. */
  readonly hubMembers: {
    readonly hub: string;
    readonly attachment: string;
    readonly associates: boolean;
    readonly propagates: boolean;
  }[] = [];
  readonly hubAssociations: { readonly attachment: string; readonly table: string }[] = [];
  readonly hubPropagations: { readonly attachment: string; readonly table: string }[] = [];
  readonly hubRoutes: { readonly table: string; readonly route: HubRouteRecord }[] = [];
  /** The input lists every route of the hub tables that it has. */
  listsHubRoutes = false;
  /** Ids of what a plan takes away. */
  readonly removed = new Set<string>();
  /** Instances whose interfaces, where they are listed too, say the same in more detail. */
  readonly instances = new Map<string, HostRecord>();
  /** By table and route item: index of a loose route; and switches that something else than the route sets. */
  readonly routeItems = new Map<string, number>();
  readonly routeSwitches: { readonly item: string; readonly enabled: boolean }[] = [];
  /** Peerings that do not tell their state, and what the accepting side did. */
  readonly stateless = new Set<string>();
  readonly decisions = new Map<string, "ACTIVE" | "REJECTED">();
  /** By key of an answer: how many records there are in all its pages, and how many it claims to have. */
  readonly counts = new Map<
    string,
    { readonly count: number; readonly total: number; readonly place: Place }
  >();
  /** CIDRs that a VPC was given later. */
  readonly secondary: { readonly vpc: string; readonly cidr: string }[] = [];
  /** Tables into which a VPN gateway writes what it learns. */
  readonly propagations: { readonly table: string; readonly gateway: string; readonly place: Place }[] = [];
  /** VPN connections with static routes, and their gateways. */
  readonly connections: { readonly connection: string; readonly gateway: string }[] = [];
  /** By gateway endpoint: its prefix list. */
  readonly endpointLists = new Map<string, string>();
  /** Routes that gateway endpoints bring along. */
  readonly endpointRoutes: { readonly table: string; readonly endpoint: string; readonly place: Place }[] =
    [];
  /** By interface: the instance that it is attached to. */
  readonly interfaceOwners = new Map<string, { readonly instance: string; readonly primary: boolean }>();
  /** Security groups that something else than the host itself gives it. */
  readonly groupAttachments: { readonly host: string; readonly group: string }[] = [];
  /** By instance: its name for people. */
  readonly instanceNames = new Map<string, string>();
  /** Public addresses that something else than the host itself tells of. */
  readonly elastic: { readonly host: string; readonly own: string | undefined; readonly outside: string }[] =
    [];
  /** By VPC: its default group, and its main table where the VPC is new and so brings along both as AWS makes them. */
  readonly defaults = new Map<
    string,
    { readonly group: string; readonly newTable: string | undefined; readonly place: Place }
  >();
  /** By ACL: the VPC whose default one it is. */
  readonly defaultAcls = new Map<string, string>();
  /** By VPC: what its subnets may be associated with, for all that is known. */
  readonly possibleAcls = new Map<string, string>();
  /** By attachment of a hub: the VPN connection that it stands for. */
  readonly resources = new Map<string, string>();
  /** By gateway or VPN connection: prefixes that it is known to lead to. */
  readonly advertised = new Map<string, string[]>();
  /** VPN gateways with a connection of static routes, and those with a line that learns by BGP what nothing lists. */
  readonly staticLines = new Set<string>();
  readonly learningLines = new Set<string>();
  /** By gateway: the table that takes what comes in by it. */
  readonly edgeTables = new Map<string, string>();
  /** Gateways behind which nothing else lies than `advertised`. */
  readonly leadsOnly = new Set<string>();
  /** By id of a template of services: those that it lists. */
  readonly serviceTemplates = new Map<string, Services>();
  /** By id of a group of templates, of addresses or of services: its members. */
  readonly templateGroups = new Map<string, readonly string[]>();
  /** By id of the prefix list: its CIDRs. */
  readonly prefixLists = new Map<string, readonly string[]>();
  /** Reads what somebody looked up, once all that is told at first hand is there. */
  readonly lookedUp: (() => void)[] = [];
  /** VPCs of which more subnets may be there than the input has. */
  readonly partialVpcs = new Set<string>();
  /** Routes that a CCN is known to have; without its id where only the member tells of it. */
  readonly ccnRoutes: CcnRouteRecord[] = [];
  /** By CCN: the route tables of its own that its members use. */
  readonly ccnTables = new Map<string, Set<string>>();
  /** Gateways with rules, which are not followed, that let in some packets from the internet. */
  readonly forwarding = new Set<string>();
  /** Accounts that block public access, and by VPC or subnet what is excluded from that. */
  readonly publicBlocks: PublicAccessBlock[] = [];
  readonly publicExclusions = new Map<string, { readonly all: boolean }>();
  /** What is there, may carry traffic, and has no counterpart in the model. */
  readonly unmodelled = new Set<string>();
  /** Latest time that the input mentions as past, in milliseconds since 1970. */
  latest: number | undefined;
  /** The input lists every interface, so an address that it does not list has nobody. */
  listsInterfaces = false;

  constructor(problems: Problems) {
    this.problems = problems;
  }

  /**
   * Adds a record, or joins it with the one of the same id: pages, accounts and regions overlap, and so do Terraform
   * resources for the two sides of one thing. What only one of them says is kept, and of two opinions the first.
   */
  add<T extends Entity>(map: Map<string, T>, record: T): void {
    const known = map.get(record.id);
    if (known === undefined) {
      map.set(record.id, record);
      return;
    }
    const joined: Record<string, unknown> = { ...(known as object) };
    for (const [key, value] of Object.entries(record)) joined[key] ??= value;
    map.set(record.id, joined as unknown as T);
  }

  /** Adds a record of which there may be no second opinion: packets cannot be judged by two contradicting ones. */
  addUnique<T extends Entity>(map: Map<string, T>, record: T): void {
    const known = map.get(record.id);
    for (const [key, value] of known === undefined ? [] : Object.entries(record)) {
      const other = known?.[key as keyof T];
      if (value === undefined || other === undefined || key === "place" || key === "name") continue;
      if (other === value || canonical(other) === canonical(value)) continue;
      const message = `${record.id} is described twice, with a different ${key}`;
      this.problems.error("duplicate", message, record.place);
    }
    this.add(map, record);
  }

  /** Adds a part of a hub's table: pages, and searches of static or of propagated routes, each tell some of them. */
  addHubTable(record: HubTableRecord): void {
    const known = this.hubTables.get(record.id);
    const joined = <T>(a: readonly T[] | undefined, b: readonly T[] | undefined): readonly T[] | undefined =>
      a === undefined || b === undefined ? (a ?? b) : [...a, ...b];
    this.hubTables.set(record.id, {
      ...known,
      ...record,
      hub: known?.hub ?? record.hub,
      routes: joined(known?.routes, record.routes),
      propagates: joined(known?.propagates, record.propagates),
    });
  }

  /** Reports whether searches left out some of the table's routes. */
  isCutHubTable(id: string): boolean {
    const ends = this.hubSearches.get(id) ?? new Set();
    return ends.has("cut") || (ends.has("page") && !ends.has("whole"));
  }

  /** Adds a peering, which each of its sides may describe in its own way and at its own time. */
  addPeering(record: PeeringRecord): void {
    const known = this.peerings.get(record.id);
    if (known === undefined) {
      this.peerings.set(record.id, record);
      return;
    }
    for (const side of ["requester", "accepter"] as const) {
      const [a, b] = [known[side].vpc, record[side].vpc];
      if (a === undefined || b === undefined || a === b) continue;
      const message = `${record.id} is described twice, with ${a} and ${b} as ${side}`;
      this.problems.error("duplicate", message, record.place);
    }
    this.peerings.set(record.id, {
      ...known,
      name: known.name ?? record.name,
      requester: joinEnds(known.requester, record.requester),
      accepter: joinEnds(known.accepter, record.accepter),
      // of two records read at different times the later one holds
      state: LIFE.indexOf(record.state) > LIFE.indexOf(known.state) ? record.state : known.state,
      bandwidth: known.bandwidth ?? record.bandwidth,
      requested: known.requested ?? record.requested,
    });
  }

  /** Gives the subnet a table of its own; it has one at most. */
  associate(subnet: string, table: string, place: Place): void {
    const other = this.associations.get(subnet);
    if (other !== undefined && other !== table)
      this.problems.error(
        "duplicate",
        `${subnet} uses ${other} and ${table}, and a subnet has one table`,
        place,
      );
    this.associations.set(subnet, table);
  }

  addAttachment(key: string, record: AttachmentRecord): void {
    const known = this.attachments.get(key);
    const joined = Object.entries(record).filter(([, value]) => value !== undefined);
    this.attachments.set(key, known === undefined ? record : { ...known, ...Object.fromEntries(joined) });
  }

  /** A CCN has one table, in which every member's ranges appear by themselves. */
  attachToCcn(
    hub: string,
    instance: string,
    type: string | undefined,
    state: string | undefined,
    place: Place,
  ): void {
    const kind =
      type === undefined || type === "VPC"
        ? "vpc"
        : type === "VPNGW"
          ? "vpn"
          : type === "DIRECTCONNECT"
            ? "direct-connect"
            : "other";
    const table = `${hub}.routes`;
    const id = `${hub}.${instance}`;
    if (!this.hubs.has(hub))
      this.hubs.set(hub, {
        id: hub,
        kind: "ccn",
        account: undefined,
        region: undefined,
        groupReferences: undefined,
        place,
      });
    this.addAttachment(`${hub} ${id}`, {
      id,
      hub,
      kind,
      state: state === undefined || state === "ACTIVE" ? "available" : state,
      table,
      vpc: kind === "vpc" ? instance : undefined,
      subnets: undefined,
      peer: undefined,
      place,
    });
    const known = this.hubTables.get(table);
    this.hubTables.set(table, {
      id: table,
      hub,
      routes: [],
      propagates: [...(known?.propagates ?? []), id],
      place,
    });
  }

  advertise(id: string, cidrs: readonly string[]): void {
    this.advertised.set(id, [...(this.advertised.get(id) ?? []), ...cidrs]);
  }

  mentionTime(time: number | undefined): void {
    if (time !== undefined && (this.latest === undefined || time > this.latest)) this.latest = time;
  }
}

/** How far a peering's life has come. */
const LIFE: readonly PeeringState[] = [
  "PENDING",
  "ACTIVE",
  "ISOLATED",
  "EXPIRED",
  "REJECTED",
  "FAILED",
  "DELETED",
];

function joinEnds(a: EndRecord, b: EndRecord): EndRecord {
  return { vpc: a.vpc ?? b.vpc, account: a.account ?? b.account, region: a.region ?? b.region };
}

/** Lists of CIDRs come in any order. */
function canonical(value: unknown): string {
  return JSON.stringify(
    Array.isArray(value) && value.every((v) => typeof v === "string") ? [...value].sort() : value,
    (key, inner) => (key === "place" ? undefined : inner),
  );
}

/** Returns the records in the order of their ids, whatever the order of files and pages. */
export function sorted<T extends { readonly id: string }>(records: Iterable<T>): T[] {
  return [...records].sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0));
}

export function grouped<K, T>(values: Iterable<T>, key: (value: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>();
  for (const value of values) {
    const group = groups.get(key(value));
    if (group === undefined) groups.set(key(value), [value]);
    else group.push(value);
  }
  return groups;
}
