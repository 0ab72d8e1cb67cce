import { type Action, listPeerings, type Network, type Peering, relatedRoutes } from "@twoway/sim";
import * as z from "zod";
import { ApiError, missing, notFound } from "./error.ts";
import { displayName, doing, id, looking, type Operation, operation, type Scope } from "./operation.ts";
import { idList, page, pageShape, select } from "./page.ts";
import { peeringRecord, routeRecord, subnetIdOf } from "./records.ts";
import { peeringOf, vpcOf } from "./scope.ts";

/** Peerings, from the request to the end. What may be done to one, and by whom, is for the control plane to say. */

const ignored = z.unknown().optional();
const mbps = z.number().int().positive().max(999_999_999).optional();

interface PeeringRequest {
  readonly vpc: string;
  readonly peerVpc: string;
  readonly peerAccount: string;
  readonly peerRegion: string;
  readonly name: string;
  readonly bandwidth: number | undefined;
}

/** Returns the action that asks for a peering. The peer's account and region are given by hand (A18) and must be right. */
export function requestPeering(scope: Scope, peering: string, asked: PeeringRequest): Action {
  const requester = vpcOf(scope, asked.vpc);
  const accepter = scope.network.vpcs.get(asked.peerVpc);
  if (accepter?.account !== asked.peerAccount || accepter.region !== asked.peerRegion) {
    throw new ApiError(
      "ResourceNotFound",
      `account ${asked.peerAccount} has no VPC ${asked.peerVpc} in ${asked.peerRegion}`,
      "VPC",
    );
  }
  const { name, bandwidth } = asked;
  return {
    kind: "create-peering",
    peering,
    requester: requester.id,
    accepter: accepter.id,
    bandwidth,
    name,
    as: scope.account,
  };
}

type Move = "accept-peering" | "reject-peering" | "delete-peering" | "dismiss-peering" | "enable-peering";

export function movePeering(scope: Scope, kind: Move, peering: string): Action {
  return { kind, peering: peeringOf(scope, peering).id, as: scope.account };
}

function moving(kind: Move): Operation {
  return operation(z.strictObject({ PeeringConnectionId: id }), (scope, { PeeringConnectionId }) =>
    doing(movePeering(scope, kind, PeeringConnectionId)),
  );
}

/** Orders that a list of peerings may have; equal ones stay as they were made. */
export const ORDERS: Readonly<Record<string, (a: Peering, b: Peering) => number>> = {
  CreatedTime: (a, b) => a.requested - b.requested,
  PeeringConnectionName: (a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0),
};

const STATES: readonly string[] = ["PENDING", "ACTIVE", "EXPIRED", "REJECTED"];

export const peeringOperations: Readonly<Record<string, Operation>> = {
  CreateVpcPeeringConnection: operation(
    z.strictObject({
      SourceVpcId: id,
      PeeringConnectionName: displayName,
      DestinationVpcId: id,
      DestinationUin: z.union([id, z.number().transform(String)]),
      DestinationRegion: id,
      Bandwidth: mbps,
      Type: z.literal("VPC_PEER").optional(),
      ChargeType: ignored,
      QosLevel: ignored,
      Tags: ignored,
    }),
    (scope, params) => {
      const peering = scope.newId("pcx");
      const create = requestPeering(scope, peering, {
        vpc: params.SourceVpcId,
        peerVpc: params.DestinationVpcId,
        peerAccount: params.DestinationUin,
        peerRegion: params.DestinationRegion,
        name: params.PeeringConnectionName,
        bandwidth: params.Bandwidth,
      });
      return { actions: [create], reply: () => ({ PeeringConnectionId: peering }) };
    },
  ),

  ModifyVpcPeeringConnection: operation(
    z.strictObject({
      PeeringConnectionId: id,
      PeeringConnectionName: displayName.optional(),
      Bandwidth: mbps,
      ChargeType: ignored,
    }),
    (scope, { PeeringConnectionId, PeeringConnectionName: name, Bandwidth: bandwidth }) => {
      if (name === undefined && bandwidth === undefined) throw missing("PeeringConnectionName or Bandwidth");
      const peering = peeringOf(scope, PeeringConnectionId).id;
      return doing({ kind: "modify-peering", peering, name, bandwidth, as: scope.account });
    },
  ),

  AcceptVpcPeeringConnection: moving("accept-peering"),
  RejectVpcPeeringConnection: moving("reject-peering"),
  DeleteVpcPeeringConnection: moving("delete-peering"),
  DismissVpcPeeringConnection: moving("dismiss-peering"),

  DescribeVpcPeeringConnections: operation(
    z.strictObject({
      ...pageShape,
      PeeringConnectionIds: idList.optional(),
      OrderField: z.enum(["CreatedTime", "PeeringConnectionName"]).optional(),
      OrderDirection: z.enum(["ASC", "DESC"]).optional(),
    }),
    (scope, { PeeringConnectionIds, Filters, OrderField, OrderDirection, ...paging }) => {
      const odd = Filters?.find(({ Name }) => Name === "state")?.Values.find(
        (value) => !STATES.includes(value),
      );
      if (odd !== undefined) {
        throw new ApiError("InvalidParameterValue", `state is one of ${STATES.join(", ")}, not ${odd}`);
      }
      const found = select(
        listed(scope),
        { ids: PeeringConnectionIds, filters: Filters },
        (peering) => peering.id,
        {
          "vpc-id": ({ requester, accepter }, value) => requester.vpc === value || accepter.vpc === value,
          state: ({ state }, value) => state === value,
          "peering-connection-name": ({ name }, value) => name === value,
        },
      );
      found.sort(ORDERS[OrderField ?? "CreatedTime"]);
      if (OrderDirection === "DESC") found.reverse();
      return looking({ TotalCount: found.length, PeerConnectionSet: page(found, paging).map(peeringRecord) });
    },
  ),

  /** Ours: the routes of the own VPCs that lead over a peering, with their tables and subnets (A28). */
  DescribeVpcPeeringConnectionRoutes: operation(
    z.strictObject({ PeeringConnectionId: id }),
    (scope, { PeeringConnectionId }) => {
      const { network } = scope;
      const peering = listed(scope).find((one) => one.id === PeeringConnectionId);
      if (peering === undefined) throw notFound("peering", PeeringConnectionId);
      return looking({ RouteSet: routesOver(network, peering, scope.account) });
    },
  ),
};

function routesOver(network: Network, peering: Peering, account: string): object[] {
  return relatedRoutes(network, peering)
    .filter(({ vpc }) => vpc.account === account)
    .map(({ vpc, table, subnets, route }) => ({
      ...routeRecord(network, table, route),
      VpcId: vpc.id,
      SubnetIds: subnets.map((subnet) => subnetIdOf(network, subnet)),
    }));
}

/** Returns the peerings that the caller lists, in the order they were made. */
export function listed({ network, account, region }: Scope): Peering[] {
  return listPeerings(network, account, region);
}
