import { Fields, isRecord } from "../inventory/fields.ts";
import type { Inventory } from "../inventory/inventory.ts";
import { readAcl, readGroup, readGroupRule } from "./filters.ts";
import {
  readDirectConnectAssociation,
  readEndpoint,
  readInternetGateway,
  readNatGateway,
  readPrefixList,
  readPrefixListEntries,
  readVirtualInterface,
  readVpnConnection,
  readVpnGateway,
} from "./gateways.ts";
import { readAddress, readInterface, readReservation } from "./hosts.ts";
import { readHub, readHubAnswer, readHubAttachment, readHubPrefixList, readHubTable } from "./hubs.ts";
import { readPublicAccess, readPublicExclusion } from "./public-access.ts";
import { readPeering, readSubnet, readTable, readVpc } from "./vpc.ts";
import type { AwsContext } from "./words.ts";

/**
 * What `aws ec2 describe-…` and its neighbours print, recognised by the key that holds the records: one call to a file,
 * pages in one list, or everything in one file. Shapes are those of the EC2 API reference, as `--output json` prints them.
 */

type Section = (record: Fields, inventory: Inventory, context: AwsContext) => void;

/** By the key that holds the records. */
const SECTIONS: ReadonlyMap<string, Section> = new Map<string, Section>([
  ["Vpcs", readVpc],
  ["Subnets", readSubnet],
  ["RouteTables", readTable],
  ["VpcPeeringConnections", readPeering],
  ["InternetGateways", readInternetGateway],
  ["EgressOnlyInternetGateways", readInternetGateway],
  ["NatGateways", readNatGateway],
  ["VpnGateways", readVpnGateway],
  ["VpnConnections", readVpnConnection],
  ["VpcBlockPublicAccessOptions", readPublicAccess],
  ["VpcBlockPublicAccessExclusions", readPublicExclusion],
  ["directConnectGatewayAssociations", readDirectConnectAssociation],
  ["DirectConnectGatewayAssociations", readDirectConnectAssociation],
  ["virtualInterfaces", readVirtualInterface],
  ["VirtualInterfaces", readVirtualInterface],
  ["VpcEndpoints", readEndpoint],
  ["PrefixLists", readPrefixList],
  ["NetworkInterfaces", readInterface],
  ["Reservations", readReservation],
  ["Addresses", readAddress],
  ["SecurityGroups", readGroup],
  ["SecurityGroupRules", readGroupRule],
  ["NetworkAcls", readAcl],
  ["TransitGateways", readHub],
  ["TransitGatewayAttachments", readHubAttachment],
  ["TransitGatewayVpcAttachments", readHubAttachment],
  ["TransitGatewayPeeringAttachments", readHubAttachment],
  ["TransitGatewayRouteTables", readHubTable],
  ["TransitGatewayPrefixListReferences", readHubPrefixList],
]);

/** What may stand in the path of a packet and is not modelled: the key of its records, and that of their ids. */
const UNMODELLED: ReadonlyMap<string, string> = new Map([
  ["CarrierGateways", "CarrierGatewayId"],
  ["LocalGateways", "LocalGatewayId"],
  ["ClientVpnEndpoints", "ClientVpnEndpointId"],
  ["CoreNetworks", "CoreNetworkId"],
  ["directConnectGateways", "directConnectGatewayId"],
  ["DirectConnectGateways", "DirectConnectGatewayId"],
  ["Firewalls", "FirewallName"],
  ["TransitGatewayConnects", "TransitGatewayAttachmentId"],
]);

/** Answers that may lie beside the others and say nothing about packets. */
const SILENT: ReadonlySet<string> = new Set([
  "AvailabilityZones",
  "CustomerGateways",
  "DBInstances",
  "DhcpOptions",
  "DomainStatusList",
  "ElasticsearchDomains",
  "KeyPairs",
  "Listeners",
  "LoadBalancerAttributes",
  "LoadBalancerListeners",
  "LoadBalancers",
  "LoadBalancerTargetHealth",
  "RdsInstances",
  "Regions",
  "ServiceDetails",
  "TargetGroups",
  "VpcEndpointServices",
  "Tags",
  "Volumes",
  // read as a whole: the table stands beside the records
  "Routes",
  "TransitGatewayRouteTablePropagations",
  "TransitGatewayPropagations",
  "TransitGatewayStaticRoutes",
]);

/** Reports whether the value is an answer of the AWS CLI, or a list of such answers. */
export function isAws(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(isAws);
  if (!isRecord(value)) return false;
  return Object.keys(value).some((key) => {
    const listed = value[key];
    if (!Array.isArray(listed)) return key === "VpcBlockPublicAccessOptions";
    const sign = PARTS.get(key);
    return isSection(key) || (sign !== undefined && listed.some((one) => isRecord(one) && sign in one));
  });
}

/** Keys that other programs use too, of answers about one thing that they do not name: what a record of each has. */
const PARTS: ReadonlyMap<string, string> = new Map([
  ["Associations", "TransitGatewayAttachmentId"],
  ["Entries", "Cidr"],
]);

function isSection(key: string): boolean {
  return SECTIONS.has(key) || UNMODELLED.has(key) || SILENT.has(key);
}

/** Adds everything that the answer says. `region` is what the folder's name says. O(records). */
export function readAws(inventory: Inventory, value: unknown, file: string, region?: string): void {
  const pages = (Array.isArray(value) ? value : [value]).filter(isRecord);
  for (const [i, page] of pages.entries()) {
    const path = pages.length > 1 ? `[${i}]` : "";
    const answer = new Fields(page, { source: file, path }, inventory.problems);
    const isCut = answer.raw("NextToken") !== undefined && pages.length === 1;
    if (isCut) {
      const message = "this is one page of several: NextToken says that another one follows";
      inventory.problems.warning("missing-reference", message, answer);
    }
    const context: AwsContext = { region, file };
    for (const key of Object.keys(page)) {
      const read = SECTIONS.get(key);
      const id = UNMODELLED.get(key);
      if (read !== undefined) for (const record of answer.list(key)) read(record, inventory, context);
      else if (id !== undefined)
        for (const record of answer.list(key)) inventory.unmodelled.add(record.text(id) ?? key);
    }
    if (Array.isArray(page.NetworkInterfaces) && !isCut) inventory.listsInterfaces = true;
    readHubAnswer(answer, inventory, file);
    readPrefixListEntries(answer, inventory, file);
  }
}
