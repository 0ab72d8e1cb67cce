import {
  answer,
  coverageOf,
  type Imported,
  type ImportOptions,
  importNetworks,
  type Network,
  readScenario,
  resolveEndpoint,
  type Service,
  scenarioJsonText,
  scenarioText,
} from "@twoway/sim";
import * as assert from "uvu/assert";

/** Imports the values as files of these names, as `JSON.stringify` writes them; text as it stands. */
export function imported(files: Readonly<Record<string, unknown>>, options: ImportOptions = {}): Imported {
  const read = Object.entries(files).map(([name, value]) => ({
    name,
    text: () => (typeof value === "string" ? value : JSON.stringify(value)),
  }));
  return importNetworks(read, options);
}

/**
 * Returns the verdict of a pair and, behind it, the causes of both ways: `forward-only delivered/no-route`. The network is
 * written as a scenario, in YAML and in JSON, and read again: it has to come to the same.
 */
export function verdict(
  network: Network,
  from: string,
  to: string,
  service: Service = { protocol: "any" },
): string {
  const [source, destination] = [from, to].map((text) => resolveEndpoint(network, text, "test"));
  const found = [network, ...again(network)].map((one) => {
    const { verdict, shown } = answer(one, source, destination, service);
    return `${verdict} ${shown.forward.cause ?? "delivered"}/${shown.return.cause ?? "delivered"}`;
  });
  for (const other of found) assert.is(other, found[0], "written and read again");
  return found[0];
}

const copies = new WeakMap<Network, readonly Network[]>();

function again(network: Network): readonly Network[] {
  let read = copies.get(network);
  if (read === undefined) {
    const texts = [scenarioText(network, "copy"), scenarioJsonText(network, "copy")];
    read = texts.map((text) => readScenario(text, "copy").scenario.network);
    for (const copy of read) assert.is(coverageOf(copy).unknown.length, coverageOf(network).unknown.length);
    copies.set(network, read);
  }
  return read;
}

export interface ResourceValues {
  readonly [argument: string]: unknown;
}

/** Returns a resource as `terraform show -json` writes it: `aws_vpc.a`, `aws_vpc.a[0]`, `aws_vpc.a["x"]`. */
export function resource(address: string, values: ResourceValues): object {
  const [, type, name, key] = /(?:^|\.)(?!module\.)(\w+)\.([\w-]+)(?:\[([^\]]+)\])?$/.exec(address) ?? [];
  const index = key === undefined ? {} : { index: JSON.parse(key) };
  return { address, mode: "managed", type, name, ...index, values };
}

/** Returns `terraform show -json` of a state. */
export function state(resources: readonly object[], childModules: readonly object[] = []): object {
  return {
    format_version: "1.0",
    terraform_version: "1.9.8",
    values: { root_module: { resources, child_modules: childModules } },
  };
}

/** Returns a VPC of hashicorp/aws as a state has it. */
export function awsVpc(name: string, cidr: string): object {
  return resource(`aws_vpc.${name}`, {
    id: `vpc-${name}`,
    arn: `arn:aws:ec2:eu-west-1:111122223333:vpc/vpc-${name}`,
    cidr_block: cidr,
    owner_id: "111122223333",
    main_route_table_id: `rtb-${name}-main`,
    default_route_table_id: `rtb-${name}-main`,
    tags: { Name: `The ${name}` },
  });
}

export function awsSubnet(name: string, vpc: string, cidr: string): object {
  return resource(`aws_subnet.${name}`, {
    id: `subnet-${name}`,
    vpc_id: `vpc-${vpc}`,
    cidr_block: cidr,
    availability_zone: "eu-west-1a",
  });
}

export function awsTable(name: string, vpc: string, route: readonly ResourceValues[]): object {
  return resource(`aws_route_table.${name}`, { id: `rtb-${name}`, vpc_id: `vpc-${vpc}`, route });
}

/** Two VPCs with a subnet each and a peering between them; the tables are the caller's. */
export const PAIR: readonly object[] = [
  awsVpc("a", "10.1.0.0/16"),
  awsVpc("b", "10.2.0.0/16"),
  awsSubnet("a1", "a", "10.1.1.0/24"),
  awsSubnet("b1", "b", "10.2.1.0/24"),
  resource("aws_vpc_peering_connection.ab", {
    id: "pcx-ab",
    vpc_id: "vpc-a",
    peer_vpc_id: "vpc-b",
    peer_owner_id: "111122223333",
    accept_status: "active",
  }),
];
