import type { Prefix } from "@twoway/core";
import type { Action } from "./action.ts";
import { deletePeering, hide, profileAt } from "./control-peering.ts";
import { displayNameProblem, nameProblem } from "./name.ts";
import {
  findTable,
  type Network,
  profileOf,
  type RouteTable,
  type Subnet,
  type Vpc,
  withVpc,
} from "./network.ts";
import { applied, type Event, notFound, type Outcome, refused, wrongOwner } from "./outcome.ts";
import { farEnd, isLive, type Peering, PROVIDER } from "./peering.ts";
import { refusesOneMore } from "./quota.ts";
import { Routes } from "./routes.ts";
import { peeringsBeside, refusesCidrOverRoutes, refusesOverlap, refusesSubnet, refusesVpc } from "./rules.ts";

/** The VPC part of the control plane: VPCs and their CIDRs, subnets, tables, and which subnet uses which table. */

type VpcAction = Extract<Action, { kind: "create-vpc" | "delete-vpc" | "add-cidr" | "remove-cidr" }>;

export function editVpc(network: Network, action: VpcAction, source: string): Outcome {
  if (action.kind === "create-vpc") return createVpc(network, action, source);
  const vpc = network.vpcs.get(action.vpc);
  if (vpc === undefined) return notFound(profileOf(network), "VPC", action.vpc);
  const closed = wrongOwner(vpc.profile, action, [vpc.account], `edit ${vpc.id}`) ?? editsClassic(vpc);
  if (closed !== undefined) return closed;
  switch (action.kind) {
    case "delete-vpc":
      return deleteVpc(network, vpc);
    case "add-cidr":
      return addCidr(network, vpc, action.cidr);
    case "remove-cidr":
      return removeCidr(network, vpc, action.cidr);
    default:
      return action satisfies never;
  }
}

function createVpc(
  network: Network,
  action: Extract<Action, { kind: "create-vpc" }>,
  source: string,
): Outcome {
  const profile = profileOf(network);
  const account = action.account ?? action.as ?? "self";
  const stranger = wrongOwner(profile, action, [account], `create ${action.vpc}`);
  if (stranger !== undefined) return stranger;
  if (account === PROVIDER) {
    return refused(profile, "malformed", `${PROVIDER} is nobody's account`, "Choose another account.");
  }
  const problem = newNameProblem(network, action.vpc);
  if (problem !== undefined) return refused(profile, problem.rule, problem.message, "Choose another id.");
  const waiting = [...network.peerings.values()].find(
    (peering) => mayBeLive(peering) && farEnd(peering, action.vpc) !== undefined,
  );
  if (waiting !== undefined) {
    const message = `${waiting.id} leads to a VPC ${action.vpc} that is not part of the input`;
    return refused(profile, "already-exists", message, "Choose another id.");
  }
  const mainTable = action.table ?? `${action.vpc}/main`;
  const named = action.table === undefined ? undefined : newNameProblem(network, action.table);
  if (named !== undefined || action.table === action.vpc) {
    const { rule, message } = named ?? {
      rule: "already-exists",
      message: `${action.vpc} is the VPC itself`,
    };
    return refused(profile, rule, message, "Choose another id for the main table.");
  }
  const name = action.name ?? action.vpc;
  const unnamed = displayNameProblem(name);
  if (unnamed !== undefined) return refused(profile, "malformed", unnamed, "Choose another name.");
  const vpc: Vpc = {
    id: action.vpc,
    name,
    account,
    region: action.region ?? "default",
    profile,
    cidrs: [action.cidr],
    secondary: [],
    subnets: new Map(),
    tables: new Map([[mainTable, { id: mainTable, vpc: action.vpc, routes: Routes.none, source }]]),
    mainTable,
    source,
  };
  const neighbours = [...network.vpcs.values()].filter(
    (other) => other.account === account && other.region === vpc.region && !other.classic,
  );
  const refusal =
    refusesVpc(vpc) ?? refusesOneMore(network, profile, "vpcs", `account ${account}`, neighbours.length);
  if (refusal !== undefined) return { kind: "refused", refusal };
  return done(withVpc(network, vpc), "vpc-created", vpc.id, `${vpc.id} (${action.cidr}) in ${vpc.region}`);
}

/**
 * Refuses while live peerings hang on the VPC, or takes them along, by profile (S12). Its gateways go with it, and so do
 * requests that could be renewed.
 */
function deleteVpc(network: Network, vpc: Vpc): Outcome {
  const live = livePeerings(network, vpc);
  if (live.length > 0 && vpc.profile.deletePeeredVpc === "refuse") {
    const message = `${vpc.id} is joined by ${live.map(({ id }) => id).join(", ")}`;
    return refused(vpc.profile, "vpc-in-use", message, "Delete its peerings first.");
  }
  const vpcs = new Map(network.vpcs);
  vpcs.delete(vpc.id);
  const gateways = new Map([...network.gateways].filter(([, gateway]) => gateway.vpc !== vpc.id));
  let next: Network = { ...network, vpcs, gateways };
  const events: Event[] = [{ kind: "vpc-deleted", subject: vpc.id, message: `${vpc.id} is deleted` }];
  for (const peering of network.peerings.values()) {
    if (!mayBeLive(peering) || farEnd(peering, vpc.id) === undefined) continue;
    const gone = deletePeering(next, hide(peering, vpc.account));
    next = gone.network;
    events.push(...gone.events);
  }
  return applied(next, events);
}

/** Reports whether the peering is live, or can be once more. */
function mayBeLive(peering: Peering): boolean {
  return isLive(peering) || peering.state === "EXPIRED";
}

/** No action of a VPC does anything to a classic network (B6). */
export function editsClassic(vpc: Vpc): Outcome | undefined {
  if (!vpc.classic) return undefined;
  const message = `${vpc.id} is a classic network, which has no routes, subnets or CIDRs to edit`;
  return refused(vpc.profile, "classic-network", message, "Move its servers into a VPC.");
}

/** A secondary CIDR takes part in every overlap rule at once (S2, S8), also for peers of peers. */
function addCidr(network: Network, vpc: Vpc, cidr: Prefix): Outcome {
  const grown: Vpc = { ...vpc, secondary: [...vpc.secondary, cidr] };
  const next = withVpc(network, grown);
  const refusal =
    refusesVpc(grown) ??
    refusesOneMore(network, vpc.profile, "cidrs", vpc.id, vpc.secondary.length) ??
    refusesCidrOverRoutes(vpc, cidr) ??
    livePeerings(network, vpc)
      .map((peering) => {
        const profile = profileAt(network, peering.requester.vpc);
        return refusesOverlap(next, profile, peering, peeringsBeside(next, peering));
      })
      .find((found) => found !== undefined);
  if (refusal !== undefined) return { kind: "refused", refusal };
  const shadowed = [...vpc.tables.values()].flatMap((table) =>
    [...(table.routes ?? [])]
      .filter(({ destination }) => cidr.covers(destination))
      .map(({ destination, target }): Event => {
        const message = `${table.id}: ${destination} -> ${target} decides nothing any more, because it lies inside ${cidr}`;
        return { kind: "route-shadowed", subject: table.id, message };
      }),
  );
  return applied(next, [
    { kind: "cidr-added", subject: vpc.id, message: `${vpc.id} has ${cidr} too` },
    ...shadowed,
  ]);
}

function removeCidr(network: Network, vpc: Vpc, cidr: Prefix): Outcome {
  if (!vpc.secondary.some((own) => own.equals(cidr))) {
    const primary = vpc.cidrs.some((own) => own.equals(cidr));
    const message = `${cidr} is ${primary ? "the primary" : "no secondary"} CIDR of ${vpc.id}`;
    return refused(vpc.profile, "not-found", message, "Name one of its secondary CIDRs.");
  }
  const user = [...vpc.subnets.values()].find((subnet) => subnet.cidrs.some((block) => cidr.covers(block)));
  if (user !== undefined) {
    const message = `subnet ${user.id} (${user.cidrs.join(", ")}) lies in ${cidr}`;
    return refused(vpc.profile, "subnet-in-use", message, "Delete the subnet first.");
  }
  const secondary = vpc.secondary.filter((own) => !own.equals(cidr));
  return done(
    withVpc(network, { ...vpc, secondary }),
    "cidr-removed",
    vpc.id,
    `${vpc.id} has ${cidr} no more`,
  );
}

type InsideAction = Extract<
  Action,
  { kind: "create-subnet" | "delete-subnet" | "create-table" | "delete-table" | "associate" }
>;

export function editInside(network: Network, action: InsideAction, source: string): Outcome {
  const found =
    action.kind === "delete-table" ? findTable(network, action.table)?.vpc : network.vpcs.get(action.vpc);
  if (found === undefined) {
    return action.kind === "delete-table"
      ? notFound(profileOf(network), "route table", action.table)
      : notFound(profileOf(network), "VPC", action.vpc);
  }
  const closed =
    wrongOwner(found.profile, action, [found.account], `edit ${found.id}`) ?? editsClassic(found);
  if (closed !== undefined) return closed;
  switch (action.kind) {
    case "create-subnet":
      return createSubnet(network, found, action, source);
    case "delete-subnet": {
      const subnets = new Map(found.subnets);
      if (!subnets.delete(action.subnet))
        return notFound(found.profile, "subnet", `${found.id}/${action.subnet}`);
      const name = `${found.id}/${action.subnet}`;
      return done(withVpc(network, { ...found, subnets }), "subnet-deleted", name, `${name} is deleted`);
    }
    case "create-table":
      return createTable(network, found, action.table, source);
    case "delete-table":
      return deleteTable(network, found, findTable(network, action.table)!.table);
    case "associate":
      return associate(network, found, action);
    default:
      return action satisfies never;
  }
}

function createSubnet(
  network: Network,
  vpc: Vpc,
  action: Extract<Action, { kind: "create-subnet" }>,
  source: string,
): Outcome {
  const { profile } = vpc;
  const { subnet: id, cidr } = action;
  const name = `${vpc.id}/${id}`;
  const problem = nameProblem(id);
  if (problem !== undefined)
    return refused(profile, "malformed", `${JSON.stringify(id)}: ${problem}`, "Choose another id.");
  if (vpc.subnets.has(id))
    return refused(profile, "already-exists", `${name} exists already`, "Choose another id.");
  const display = action.name ?? id;
  const unnamed = displayNameProblem(display);
  if (unnamed !== undefined) return refused(profile, "malformed", unnamed, "Choose another name.");
  const subnet: Subnet = {
    id,
    name: display,
    vpc: vpc.id,
    cidrs: [cidr],
    table: undefined,
    hosts: undefined,
    source,
  };
  const full = refusesOneMore(network, profile, "subnets", vpc.id, vpc.subnets.size);
  const clash = (block: Prefix): { readonly id: string; readonly cidr: Prefix } | undefined => {
    for (const other of vpc.subnets.values()) {
      const clash = other.cidrs.find((theirs) => theirs.overlaps(block));
      if (clash !== undefined) return { id: other.id, cidr: clash };
    }
    return undefined;
  };
  const refusal = refusesSubnet(vpc, subnet, clash) ?? full;
  if (refusal !== undefined) return { kind: "refused", refusal };
  const subnets = new Map(vpc.subnets).set(id, subnet);
  return done(withVpc(network, { ...vpc, subnets }), "subnet-created", name, `${name} (${cidr})`);
}

function createTable(network: Network, vpc: Vpc, id: string, source: string): Outcome {
  const problem = newNameProblem(network, id);
  if (problem !== undefined) return refused(vpc.profile, problem.rule, problem.message, "Choose another id.");
  const refusal = refusesOneMore(network, vpc.profile, "tables", vpc.id, vpc.tables.size);
  if (refusal !== undefined) return { kind: "refused", refusal };
  const tables = new Map(vpc.tables).set(id, { id, vpc: vpc.id, routes: Routes.none, source });
  return done(
    withVpc(network, { ...vpc, tables }),
    "table-created",
    id,
    `${id} of ${vpc.id}, used by no subnet yet`,
  );
}

function deleteTable(network: Network, vpc: Vpc, table: RouteTable): Outcome {
  if (table.id === vpc.mainTable) {
    const message = `${table.id} is the main table of ${vpc.id}`;
    return refused(vpc.profile, "main-table", message, "A main table goes with its VPC only.");
  }
  const users = [...vpc.subnets.values()].filter((subnet) => subnet.table === table.id).map(({ id }) => id);
  if (users.length > 0) {
    const message = `${table.id} is used by ${users.join(", ")}`;
    return refused(vpc.profile, "table-in-use", message, "Associate these subnets with another table first.");
  }
  const tables = new Map(vpc.tables);
  tables.delete(table.id);
  return done(withVpc(network, { ...vpc, tables }), "table-deleted", table.id, `${table.id} is deleted`);
}

function associate(network: Network, vpc: Vpc, action: Extract<Action, { kind: "associate" }>): Outcome {
  const subnet = vpc.subnets.get(action.subnet);
  const name = `${vpc.id}/${action.subnet}`;
  if (subnet === undefined) return notFound(vpc.profile, "subnet", name);
  const found = findTable(network, action.table);
  if (found === undefined) return notFound(vpc.profile, "route table", action.table);
  if (found.vpc.id !== vpc.id) {
    const message = `${found.table.id} belongs to ${found.vpc.id}, and ${name} does not`;
    return refused(vpc.profile, "vpc-mismatch", message, `Choose a table of ${vpc.id}.`);
  }
  const table = found.table.id === vpc.mainTable ? undefined : found.table.id;
  const subnets = new Map(vpc.subnets).set(subnet.id, { ...subnet, table });
  return done(
    withVpc(network, { ...vpc, subnets }),
    "subnet-associated",
    name,
    `${name} uses ${found.table.id} now`,
  );
}

function livePeerings(network: Network, vpc: Vpc): Peering[] {
  return [...network.peerings.values()].filter(
    (peering) => isLive(peering) && farEnd(peering, vpc.id) !== undefined,
  );
}

/** VPCs and tables share their names: a VPC's name where a table is expected means its main table. */
function newNameProblem(
  network: Network,
  id: string,
): { readonly rule: "malformed" | "already-exists"; readonly message: string } | undefined {
  const problem = nameProblem(id);
  if (problem !== undefined) return { rule: "malformed", message: `${JSON.stringify(id)}: ${problem}` };
  if (findTable(network, id) === undefined) return undefined;
  return { rule: "already-exists", message: `a VPC or a route table ${id} exists already` };
}

function done(network: Network, kind: Event["kind"], subject: string, message: string): Outcome {
  return applied(network, [{ kind, subject, message }]);
}
