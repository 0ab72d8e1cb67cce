import { ParseError, Prefix } from "@twoway/core";
import type { Action } from "@twoway/sim";
import * as z from "zod";
import { ApiError, missing } from "./error.ts";
import { displayName, doing, id, looking, type Operation, operation } from "./operation.ts";
import { idList, page, pageShape, select } from "./page.ts";
import { assistantCidrs, subnetIdOf, subnetRecord, vpcRecord, zoneOf } from "./records.ts";
import { subnetOf, vpcOf, vpcsOf } from "./scope.ts";

/** VPCs, their secondary CIDRs, and subnets. */

const text = z.string().min(1);
/** Zones, tags and the like describe nothing that packets obey; they are taken and left. */
const ignored = z.unknown().optional();
const cidrs = z.array(text).min(1).max(10);

export function readCidr(name: string, text: string): Prefix {
  try {
    return Prefix.parse(text);
  } catch (error) {
    if (!(error instanceof ParseError)) throw error;
    throw new ApiError("InvalidParameterValue.Malformed", `${name}: ${error.message}`);
  }
}

export const vpcOperations: Readonly<Record<string, Operation>> = {
  CreateVpc: operation(
    z.strictObject({
      VpcName: displayName,
      CidrBlock: text,
      EnableMulticast: ignored,
      DnsServers: ignored,
      DomainName: ignored,
      Tags: ignored,
      EnableRouteVpcPublish: ignored,
      EnableRouteVpcPublishIpv6: ignored,
    }),
    (scope, { VpcName, CidrBlock }) => {
      const vpc = scope.newId("vpc");
      const { account, region } = scope;
      const create: Action = {
        kind: "create-vpc",
        vpc,
        cidr: readCidr("CidrBlock", CidrBlock),
        region,
        account,
        table: scope.newId("rtb"),
        name: VpcName,
        as: account,
      };
      return { actions: [create], reply: (after) => ({ Vpc: vpcRecord(after, after.vpcs.get(vpc)!) }) };
    },
  ),

  DeleteVpc: operation(z.strictObject({ VpcId: id }), (scope, { VpcId }) =>
    doing({ kind: "delete-vpc", vpc: vpcOf(scope, VpcId).id, as: scope.account }),
  ),

  DescribeVpcs: operation(
    z.strictObject({ ...pageShape, VpcIds: idList.optional() }),
    (scope, { VpcIds, Filters, ...paging }) => {
      const found = select(vpcsOf(scope), { ids: VpcIds, filters: Filters }, (vpc) => vpc.id, {
        "vpc-id": (vpc, value) => vpc.id === value,
        "vpc-name": (vpc, value) => vpc.name.includes(value), // part of a name will do, as in the documents
        "cidr-block": (vpc, value) => vpc.cidrs.some((cidr) => cidr.toString() === value),
        "is-default": (_, value) => value === "false",
      });
      return looking({
        TotalCount: found.length,
        VpcSet: page(found, paging).map((vpc) => vpcRecord(scope.network, vpc)),
      });
    },
  ),

  CreateAssistantCidr: operation(
    z.strictObject({ VpcId: id, CidrBlocks: cidrs }),
    (scope, { VpcId, CidrBlocks }) => {
      const { id: vpc } = vpcOf(scope, VpcId);
      return {
        actions: CidrBlocks.map((block) => ({
          kind: "add-cidr",
          vpc,
          cidr: readCidr("CidrBlocks", block),
          as: scope.account,
        })),
        reply: (after) => ({ AssistantCidrSet: assistantCidrs(after, after.vpcs.get(vpc)!) }),
      };
    },
  ),

  DeleteAssistantCidr: operation(
    z.strictObject({ VpcId: id, CidrBlocks: cidrs }),
    (scope, { VpcId, CidrBlocks }) => {
      const { id: vpc } = vpcOf(scope, VpcId);
      const as = scope.account;
      return doing(
        ...CidrBlocks.map(
          (block): Action => ({ kind: "remove-cidr", vpc, cidr: readCidr("CidrBlocks", block), as }),
        ),
      );
    },
  ),

  ModifyAssistantCidr: operation(
    z.strictObject({ VpcId: id, NewCidrBlocks: cidrs.optional(), OldCidrBlocks: cidrs.optional() }),
    (scope, { VpcId, NewCidrBlocks, OldCidrBlocks }) => {
      if (NewCidrBlocks === undefined && OldCidrBlocks === undefined) throw missing("NewCidrBlocks");
      const { id: vpc } = vpcOf(scope, VpcId);
      const as = scope.account;
      const edits = (
        kind: "remove-cidr" | "add-cidr",
        name: string,
        blocks: readonly string[] = [],
      ): Action[] => blocks.map((block) => ({ kind, vpc, cidr: readCidr(name, block), as }));
      return {
        // old ones make room for new ones
        actions: [
          ...edits("remove-cidr", "OldCidrBlocks", OldCidrBlocks),
          ...edits("add-cidr", "NewCidrBlocks", NewCidrBlocks),
        ],
        reply: (after) => ({ AssistantCidrSet: assistantCidrs(after, after.vpcs.get(vpc)!) }),
      };
    },
  ),

  CreateSubnet: operation(
    z.strictObject({
      VpcId: id,
      SubnetName: displayName,
      CidrBlock: text,
      Zone: text,
      Tags: ignored,
      CdcId: ignored,
    }),
    (scope, { VpcId, SubnetName, CidrBlock }) => {
      const { id: vpc } = vpcOf(scope, VpcId);
      const subnet = scope.newId("subnet");
      const create: Action = {
        kind: "create-subnet",
        vpc,
        subnet,
        cidr: readCidr("CidrBlock", CidrBlock),
        name: SubnetName,
        as: scope.account,
      };
      return {
        actions: [create],
        reply: (after) => {
          const owner = after.vpcs.get(vpc)!;
          return { Subnet: subnetRecord(after, owner, owner.subnets.get(subnet)!) };
        },
      };
    },
  ),

  DeleteSubnet: operation(z.strictObject({ SubnetId: id }), (scope, { SubnetId }) => {
    const { vpc, subnet } = subnetOf(scope, SubnetId);
    return doing({ kind: "delete-subnet", vpc: vpc.id, subnet: subnet.id, as: scope.account });
  }),

  DescribeSubnets: operation(
    z.strictObject({
      ...pageShape,
      SubnetIds: idList.optional(),
      MaxResults: pageShape.Limit,
      NextToken: z
        .string()
        .regex(/^\d{0,7}$/)
        .optional(),
    }),
    (scope, { SubnetIds, Filters, MaxResults, NextToken, ...paging }) => {
      const { network } = scope;
      const all = vpcsOf(scope).flatMap((vpc) =>
        [...vpc.subnets.values()].map((subnet) => ({ vpc, subnet })),
      );
      const found = select(
        all,
        { ids: SubnetIds, filters: Filters },
        ({ subnet }) => subnetIdOf(network, subnet),
        {
          "subnet-id": ({ subnet }, value) => subnetIdOf(network, subnet) === value,
          "vpc-id": ({ vpc }, value) => vpc.id === value,
          "cidr-block": ({ subnet }, value) => subnet.cidrs.some((cidr) => cidr.toString() === value),
          "subnet-name": ({ subnet }, value) => subnet.name === value,
          "route-table-id": ({ vpc, subnet }, value) => (subnet.table ?? vpc.mainTable) === value,
          zone: ({ vpc }, value) => zoneOf(vpc) === value,
          "is-default": (_, value) => value === "false",
        },
      );
      // pages by a token, too: it is where the next one begins
      const Offset = NextToken ? Number(NextToken) : (paging.Offset ?? 0);
      const set = page(found, { Offset, Limit: MaxResults ?? paging.Limit });
      const next = Offset + set.length;
      return looking({
        TotalCount: found.length,
        SubnetSet: set.map(({ vpc, subnet }) => subnetRecord(network, vpc, subnet)),
        NextToken: set.length > 0 && next < found.length ? String(next) : "",
      });
    },
  ),
};
