import type { Peering, RouteTable, Subnet, Vpc } from "@twoway/sim";
import { notFound } from "./error.ts";
import type { Scope } from "./operation.ts";

/**
 * Finds what an id stands for among the things of one account in one region: nothing else exists for a request (A41).
 * Each throws `ResourceNotFound`.
 */

export function vpcsOf({ network, account, region }: Scope): Vpc[] {
  return [...network.vpcs.values()].filter((vpc) => vpc.account === account && vpc.region === region);
}

export function vpcOf(scope: Scope, id: string): Vpc {
  const vpc = scope.network.vpcs.get(id);
  if (vpc?.account !== scope.account || vpc.region !== scope.region) throw notFound("VPC", id);
  return vpc;
}

/** A subnet goes by its id, or by `VPC/SUBNET` where several VPCs have one of that id. */
export function subnetOf(scope: Scope, id: string): { readonly vpc: Vpc; readonly subnet: Subnet } {
  const slash = id.indexOf("/");
  const [only, name] = slash < 0 ? [undefined, id] : [id.slice(0, slash), id.slice(slash + 1)];
  const found = vpcsOf(scope).flatMap((vpc) => {
    const subnet = only === undefined || only === vpc.id ? vpc.subnets.get(name) : undefined;
    return subnet === undefined ? [] : [{ vpc, subnet }];
  });
  if (found.length !== 1) throw notFound("subnet", id);
  return found[0];
}

export function tableOf(scope: Scope, id: string): { readonly vpc: Vpc; readonly table: RouteTable } {
  for (const vpc of vpcsOf(scope)) {
    const table = vpc.tables.get(id);
    if (table !== undefined) return { vpc, table };
  }
  throw notFound("route table", id);
}

/**
 * A peering is known in the regions of its ends. Who may do what to it is for the control plane to say; but who is an
 * end of it acts from the region of that end (A21).
 */
export function peeringOf({ network, account, region }: Scope, id: string): Peering {
  const peering = network.peerings.get(id);
  if (peering === undefined) throw notFound("peering", id);
  const ends = [peering.requester, peering.accepter];
  const own = ends.filter((end) => end.account === account);
  if (!(own.length > 0 ? own : ends).some((end) => end.region === region)) throw notFound("peering", id);
  if ((peering.hidden ?? []).includes(account)) throw notFound("peering", id);
  return peering;
}
