import { ParseError, Prefix } from "@twoway/core";
import type { Action } from "@twoway/sim";
import * as z from "zod";
import { ApiError } from "./error.ts";
import { displayName, doing, id, looking, type Operation, operation } from "./operation.ts";
import { idList, page, pageShape, select } from "./page.ts";
import { assistantCidrs, subnetIdOf, subnetRecord, vpcRecord } from "./records.ts";
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
      return { actions: [create], reply: (after) => ({ Vpc: vpcRecord(after.vpcs.get(vpc)!) }) };
    },
  ),

  DeleteVpc: operation(z.strictObject({ VpcId: id }), (scope, { VpcId }) =>
    doing({ kind: "delete-vpc", vpc: vpcOf(scope, VpcId).id, as: scope.account }),
  ),

  DescribeVpcs: operation(
    z.strictObject({ ...pageShape, VpcIds: idList.optional() }),
    (scope, { VpcIds, Filters, ...paging }) => {
      const found = select(vpcsOf(scope), { ids: VpcIds, filters: Filters }, (vpc) => vpc.id, {
        "vpc-id": (vpc) => [vpc.id],
        "vpc-name": (vpc) => [vpc.name],
        "cidr-block": (vpc) => vpc.cidrs.map(String),
      });
      return looking({ TotalCount: found.length, VpcSet: page(found, paging).map(vpcRecord) });
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
        reply: (after) => ({ AssistantCidrSet: assistantCidrs(after.vpcs.get(vpc)!) }),
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
    z.strictObject({ ...pageShape, SubnetIds: idList.optional() }),
    (scope, { SubnetIds, Filters, ...paging }) => {
      const { network } = scope;
      const all = vpcsOf(scope).flatMap((vpc) =>
        [...vpc.subnets.values()].map((subnet) => ({ vpc, subnet })),
      );
      const found = select(
        all,
        { ids: SubnetIds, filters: Filters },
        ({ subnet }) => subnetIdOf(network, subnet),
        {
          "subnet-id": ({ subnet }) => [subnetIdOf(network, subnet)],
          "vpc-id": ({ vpc }) => [vpc.id],
          "cidr-block": ({ subnet }) => subnet.cidrs.map(String),
          "subnet-name": ({ subnet }) => [subnet.name],
          "route-table-id": ({ vpc, subnet }) => [subnet.table ?? vpc.mainTable],
        },
      );
      const SubnetSet = page(found, paging).map(({ vpc, subnet }) => subnetRecord(network, vpc, subnet));
      return looking({ TotalCount: found.length, SubnetSet });
    },
  ),
};
