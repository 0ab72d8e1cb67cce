import { Fields, isRecord } from "../inventory/fields.ts";
import type { Inventory } from "../inventory/inventory.ts";
import { readAcl, readGroup, readGroupRule } from "./filters.ts";
import {
  readEndpoint,
  readInternetGateway,
  readNatGateway,
  readPrefixList,
  readVirtualInterface,
  readVpnConnection,
  readVpnGateway,
} from "./gateways.ts";
import { readAddress, readInterface, readReservation } from "./hosts.ts";
import { readHub, readHubAnswer, readHubAttachment, readHubTable } from "./hubs.ts";
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
  "DhcpOptions",
  "DirectConnectGatewayAssociations",
  "directConnectGatewayAssociations",
  "DomainStatusList",
  "KeyPairs",
  "LoadBalancers",
  "ManagedPrefixLists",
  "Regions",
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
  return isRecord(value) && Object.keys(value).some((key) => isSection(key) && Array.isArray(value[key]));
}

function isSection(key: string): boolean {
  return SECTIONS.has(key) || UNMODELLED.has(key) || SILENT.has(key);
}

/** Adds everything that the answer says. `region` is what the folder's name says. O(records). */
export function readAws(inventory: Inventory, value: unknown, file: string, region?: string): void {
  const pages = (Array.isArray(value) ? value : [value]).filter(isRecord);
  for (const [i, page] of pages.entries()) {
    const path = pages.length > 1 ? `[${i}]` : "";
    const answer = new Fields(page, { source: file, path }, inventory.problems);
    if (answer.raw("NextToken") !== undefined && pages.length === 1) {
      const message = "this is one page of several: NextToken says that another one follows";
      inventory.problems.warning("missing-reference", message, answer);
    }
    const context: AwsContext = { region };
    for (const key of Object.keys(page)) {
      const read = SECTIONS.get(key);
      const id = UNMODELLED.get(key);
      if (read !== undefined) for (const record of answer.list(key)) read(record, inventory, context);
      else if (id !== undefined)
        for (const record of answer.list(key)) inventory.unmodelled.add(record.text(id) ?? key);
    }
    if (Array.isArray(page.NetworkInterfaces)) inventory.listsInterfaces = true;
    readHubAnswer(answer, inventory);
  }
}
