import {
  addressText,
  cidrText,
  type Estate,
  type EstateHost,
  type EstateRoute,
  type EstateRule,
  type EstateVpc,
  SERVICE_LIST,
} from "./cloud-generate.ts";

/**
 * Writes an estate as the AWS CLI describes it: a folder for each account and region, a file for each call. Shapes are those
 * of the EC2 API reference with `--output json`.
 */
export function awsFolder(estate: Estate): Record<string, unknown> {
  const files: Record<string, unknown> = {};
  const shown = estate.vpcs.filter(({ account }) => !estate.hidden.includes(account));
  const owned = [...shown, ...estate.hubs.filter(({ account }) => !estate.hidden.includes(account))];
  const places = new Map(owned.map(({ account, region }) => [`${account}/${region}`, { account, region }]));
  for (const [folder, { account, region }] of places) {
    const own = shown.filter((vpc) => vpc.account === account && vpc.region === region);
    const isEnd = (id: string): boolean => own.some((vpc) => vpc.id === id);
    const put = (call: string, key: string, records: readonly unknown[]): void => {
      files[`${folder}/${call}.json`] = { [key]: records };
    };
    put("describe-vpcs", "Vpcs", own.map(describeVpc));
    put(
      "describe-subnets",
      "Subnets",
      own.flatMap((vpc) =>
        vpc.subnets.map(({ id, cidr, zone }) => ({
          SubnetId: id,
          VpcId: vpc.id,
          OwnerId: account,
          CidrBlock: cidrText(cidr),
          AvailabilityZone: zone,
          State: "available",
          DefaultForAz: false,
        })),
      ),
    );
    put("describe-route-tables", "RouteTables", own.flatMap(describeTables));
    put(
      "describe-vpc-peering-connections",
      "VpcPeeringConnections",
      estate.peerings
        .filter(({ requester, accepter }) => isEnd(requester) || isEnd(accepter))
        .map(({ id, requester, accepter, state }) => ({
          VpcPeeringConnectionId: id,
          RequesterVpcInfo: describeEnd(estate, requester),
          AccepterVpcInfo: describeEnd(estate, accepter),
          Status: { Code: state, Message: state },
          Tags: [],
        })),
    );
    put("describe-network-acls", "NetworkAcls", own.flatMap(describeAcls));
    put("describe-security-groups", "SecurityGroups", own.flatMap(describeGroups));
    put(
      "describe-prefix-lists",
      "PrefixLists",
      estate.lists
        .filter(({ id }) => id === SERVICE_LIST)
        .map(({ id, cidrs }) => ({ PrefixListId: id, Cidrs: cidrs.map(cidrText) })),
    );
    // get-managed-prefix-list-entries does not repeat its question, so collectors put it beside the answer
    put(
      "get-managed-prefix-list-entries",
      "PrefixLists",
      estate.lists
        .filter(({ id }) => id !== SERVICE_LIST)
        .map(({ id, cidrs }) => ({
          PrefixListId: id,
          Entries: cidrs.map((one) => ({ Cidr: cidrText(one) })),
        })),
    );
    put(
      "describe-internet-gateways",
      "InternetGateways",
      own.flatMap(({ id, internet }) =>
        internet === undefined
          ? []
          : [
              {
                InternetGatewayId: internet,
                OwnerId: account,
                Attachments: [{ State: "available", VpcId: id }],
              },
            ],
      ),
    );
    put("describe-nat-gateways", "NatGateways", own.flatMap(describeNats));
    put(
      "describe-vpn-gateways",
      "VpnGateways",
      own.flatMap(({ id, vpn }) =>
        vpn === undefined
          ? []
          : [
              {
                VpnGatewayId: vpn.id,
                State: "available",
                Type: "ipsec.1",
                VpcAttachments: [{ State: "attached", VpcId: id }],
              },
            ],
      ),
    );
    put(
      "describe-vpn-connections",
      "VpnConnections",
      own.flatMap(({ vpn }) =>
        vpn === undefined
          ? []
          : [
              {
                VpnConnectionId: `vpn-of-${vpn.id}`,
                VpnGatewayId: vpn.id,
                State: "available",
                Options: { StaticRoutesOnly: vpn.routes !== undefined },
                Routes: (vpn.routes ?? []).map((one) => ({
                  DestinationCidrBlock: cidrText(one),
                  State: "available",
                })),
              },
            ],
      ),
    );
    put(
      "describe-vpc-endpoints",
      "VpcEndpoints",
      own.flatMap(({ id, endpoint, tables }) =>
        endpoint === undefined
          ? []
          : [
              {
                VpcEndpointId: endpoint,
                VpcEndpointType: "Gateway",
                VpcId: id,
                ServiceName: `com.amazonaws.${region}.s3`,
                State: "available",
                RouteTableIds: tables
                  .filter(({ routes }) => routes.some(({ target }) => target === endpoint))
                  .map((table) => table.id),
              },
            ],
      ),
    );
    if (estate.listsHosts) {
      put("describe-network-interfaces", "NetworkInterfaces", own.flatMap(describeInterfaces));
      put("describe-instances", "Reservations", own.flatMap(describeInstances));
    }
    writeHubs(estate, account, region, folder, files);
  }
  return files;
}

function describeVpc({ id, account, cidrs, former }: EstateVpc): unknown {
  const associated = (text: string, State: string): unknown => ({
    AssociationId: `vpc-cidr-assoc-${text}`,
    CidrBlock: text,
    CidrBlockState: { State },
  });
  return {
    VpcId: id,
    OwnerId: account,
    CidrBlock: cidrText(cidrs[0]),
    State: "available",
    IsDefault: false,
    CidrBlockAssociationSet: [
      ...cidrs.map((one) => associated(cidrText(one), "associated")),
      ...(former === undefined ? [] : [associated(cidrText(former), "disassociated")]),
    ],
  };
}

function describeEnd({ vpcs }: Estate, id: string): unknown {
  const { account, region, cidrs } = vpcs.find((vpc) => vpc.id === id)!;
  return {
    VpcId: id,
    OwnerId: account,
    Region: region,
    CidrBlock: cidrText(cidrs[0]),
    CidrBlockSet: cidrs.map((one) => ({ CidrBlock: cidrText(one) })),
  };
}

const TARGET_KEYS = {
  peering: "VpcPeeringConnectionId",
  internet: "GatewayId",
  nat: "NatGatewayId",
  hub: "TransitGatewayId",
  vpn: "GatewayId",
  interface: "NetworkInterfaceId",
  instance: "InstanceId",
  endpoint: "GatewayId",
};

function describeTables({ id, account, cidrs, subnets, main, tables, hosts }: EstateVpc): unknown[] {
  const route = ({ to, kind, target, dead }: EstateRoute): unknown => {
    const host = kind === "interface" ? hosts.find((one) => one.id === target) : undefined;
    return {
      ...(typeof to === "string" ? { DestinationPrefixListId: to } : { DestinationCidrBlock: cidrText(to) }),
      // a route to an interface names the instance that has it, too
      ...(host === undefined ? {} : { InstanceId: host.instance, InstanceOwnerId: account }),
      [TARGET_KEYS[kind]]: target,
      Origin: "CreateRoute",
      State: dead ? "blackhole" : "active",
    };
  };
  const replaced = (table: (typeof tables)[number], text: string): boolean =>
    table.routes.some(({ to }) => typeof to !== "string" && cidrText(to) === text);
  return tables.map((table) => ({
    RouteTableId: table.id,
    VpcId: id,
    OwnerId: account,
    Associations: [
      ...(table.id === main
        ? [
            {
              Main: true,
              RouteTableAssociationId: `rtbassoc-${table.id}`,
              RouteTableId: table.id,
              AssociationState: { State: "associated" },
            },
          ]
        : []),
      ...subnets
        .filter((subnet) => subnet.table === table.id)
        .map((subnet) => ({
          Main: false,
          RouteTableAssociationId: `rtbassoc-${subnet.id}`,
          RouteTableId: table.id,
          SubnetId: subnet.id,
          AssociationState: { State: "associated" },
        })),
    ],
    PropagatingVgws: [],
    Routes: [
      ...cidrs
        .map(cidrText)
        .filter((text) => !replaced(table, text))
        .map((text) => ({
          DestinationCidrBlock: text,
          GatewayId: "local",
          Origin: "CreateRouteTable",
          State: "active",
        })),
      ...table.routes.map(route),
    ],
  }));
}

function describeAcls({ id, account, subnets, acls }: EstateVpc): unknown[] {
  return acls.map((acl) => ({
    NetworkAclId: acl.id,
    VpcId: id,
    OwnerId: account,
    IsDefault: acl.isDefault,
    Associations: subnets
      .filter((subnet) => subnet.acl === acl.id)
      .map((subnet) => ({
        NetworkAclAssociationId: `aclassoc-${subnet.id}`,
        NetworkAclId: acl.id,
        SubnetId: subnet.id,
      })),
    Entries: [
      ...acl.rules.map(({ number, allow, egress, protocol, from, to, cidr }) => ({
        RuleNumber: number,
        RuleAction: allow ? "allow" : "deny",
        Egress: egress,
        Protocol: `${protocol}`,
        CidrBlock: cidrText(cidr),
        ...(protocol === 1 ? { IcmpTypeCode: { Type: from, Code: to } } : {}),
        ...(protocol === 6 || protocol === 17 ? { PortRange: { From: from, To: to } } : {}),
      })),
      ...[true, false].map((Egress) => ({
        RuleNumber: 32767,
        RuleAction: "deny",
        Egress,
        Protocol: "-1",
        CidrBlock: "0.0.0.0/0",
      })),
    ],
  }));
}

const NAMES = new Map([
  [6, "tcp"],
  [17, "udp"],
  [1, "icmp"],
  [-1, "-1"],
]);

function describeGroups({ id, account, groups }: EstateVpc): unknown[] {
  const permission = ({ protocol, from, to, cidrs, groups: members, lists }: EstateRule): unknown => ({
    IpProtocol: NAMES.get(protocol),
    ...(protocol === -1 ? {} : { FromPort: from, ToPort: to }),
    IpRanges: cidrs.map((one) => ({ CidrIp: cidrText(one) })),
    Ipv6Ranges: [],
    PrefixListIds: lists.map((PrefixListId) => ({ PrefixListId })),
    UserIdGroupPairs: members.map((GroupId) => ({ GroupId, UserId: account })),
  });
  return groups.map((group) => ({
    GroupId: group.id,
    GroupName: group.id,
    VpcId: id,
    OwnerId: account,
    IpPermissions: group.ingress.map(permission),
    IpPermissionsEgress: group.egress.map(permission),
  }));
}

function describeNats({ id, nats }: EstateVpc): unknown[] {
  return nats.map(({ id: nat, subnet, address, public: outside, isDeleted }) => ({
    NatGatewayId: nat,
    VpcId: id,
    SubnetId: subnet,
    State: isDeleted ? "deleted" : "available",
    ConnectivityType: outside === undefined ? "private" : "public",
    NatGatewayAddresses: [
      {
        PrivateIp: addressText(address),
        NetworkInterfaceId: `eni-of-${nat}`,
        IsPrimary: true,
        ...(outside === undefined ? {} : { PublicIp: addressText(outside), AllocationId: `eipalloc-${nat}` }),
      },
    ],
  }));
}

function describeInterface(vpc: EstateVpc, host: EstateHost): Record<string, unknown> {
  const association =
    host.public === undefined ? {} : { Association: { PublicIp: addressText(host.public) } };
  return {
    NetworkInterfaceId: host.id,
    InterfaceType: "interface",
    VpcId: vpc.id,
    SubnetId: host.subnet,
    OwnerId: vpc.account,
    Status: "in-use",
    PrivateIpAddress: addressText(host.addresses[0]),
    PrivateIpAddresses: host.addresses.map((address, n) => ({
      Primary: n === 0,
      PrivateIpAddress: addressText(address),
      ...(n === 0 ? association : {}),
    })),
    ...association,
    SourceDestCheck: host.checked,
    Groups: host.groups.map((GroupId) => ({ GroupId, GroupName: GroupId })),
  };
}

function describeInterfaces(vpc: EstateVpc): unknown[] {
  const hosts = vpc.hosts.map((host) => ({
    ...describeInterface(vpc, host),
    Attachment: {
      AttachmentId: `eni-attach-${host.id}`,
      DeviceIndex: host.device,
      InstanceId: host.instance,
      Status: "attached",
    },
  }));
  const nats = vpc.nats
    .filter(({ isDeleted }) => !isDeleted)
    .map(({ id, subnet, address }) => ({
      NetworkInterfaceId: `eni-of-${id}`,
      InterfaceType: "nat_gateway",
      VpcId: vpc.id,
      SubnetId: subnet,
      OwnerId: vpc.account,
      PrivateIpAddress: addressText(address),
      PrivateIpAddresses: [{ Primary: true, PrivateIpAddress: addressText(address) }],
      SourceDestCheck: false,
      Groups: [],
    }));
  return [...hosts, ...nats];
}

function describeInstances(vpc: EstateVpc): unknown[] {
  const ids = [...new Set(vpc.hosts.map(({ instance }) => instance))];
  return ids.map((id) => ({
    ReservationId: `r-${id}`,
    OwnerId: vpc.account,
    Instances: [
      {
        InstanceId: id,
        VpcId: vpc.id,
        State: { Code: 16, Name: "running" },
        NetworkInterfaces: vpc.hosts
          .filter(({ instance }) => instance === id)
          .map((host) => ({
            ...describeInterface(vpc, host),
            Attachment: { DeviceIndex: host.device, Status: "attached" },
          })),
      },
    ],
  }));
}

/** The owner of a hub sees all of it; the owner of a VPC, its own attachment. */
function writeHubs(
  { hubs, hubPeerings, vpcs }: Estate,
  account: string,
  region: string,
  folder: string,
  files: Record<string, unknown>,
): void {
  const own = hubs.filter((hub) => hub.account === account && hub.region === region);
  if (own.length === 0) return;
  const enabled = (flag: boolean): string => (flag ? "enable" : "disable");
  files[`${folder}/describe-transit-gateways.json`] = {
    TransitGateways: own.map((hub) => ({
      TransitGatewayId: hub.id,
      TransitGatewayArn: `arn:aws:ec2:${region}:${account}:transit-gateway/${hub.id}`,
      OwnerId: account,
      State: "available",
      Options: { SecurityGroupReferencingSupport: enabled(hub.refers) },
    })),
  };
  files[`${folder}/describe-transit-gateway-vpc-attachments.json`] = {
    TransitGatewayVpcAttachments: own.flatMap((hub) =>
      hub.attachments.map(({ id, vpc, subnets, state, refers }) => ({
        TransitGatewayAttachmentId: id,
        TransitGatewayId: hub.id,
        VpcId: vpc,
        VpcOwnerId: vpcs.find((one) => one.id === vpc)!.account,
        State: state,
        SubnetIds: subnets,
        Options: { SecurityGroupReferencingSupport: enabled(refers) },
      })),
    ),
  };
  const joins = hubPeerings.flatMap((peering) =>
    peering.ends.flatMap(({ hub, table }) =>
      own.some(({ id }) => id === hub) ? [{ ...peering, hub, table }] : [],
    ),
  );
  files[`${folder}/describe-transit-gateway-attachments.json`] = {
    TransitGatewayAttachments: [
      ...own.flatMap((hub) =>
        hub.attachments.map(({ id, vpc, state, table }) => ({
          TransitGatewayAttachmentId: id,
          TransitGatewayId: hub.id,
          ResourceType: "vpc",
          ResourceId: vpc,
          State: state,
          ...(table === undefined
            ? {}
            : { Association: { TransitGatewayRouteTableId: table, State: "associated" } }),
        })),
      ),
      ...joins.map(({ id, hub, table, state, ends }) => ({
        TransitGatewayAttachmentId: id,
        TransitGatewayId: hub,
        ResourceType: "peering",
        ResourceId: ends.find((end) => end.hub !== hub)!.hub,
        State: state,
        ...(table === undefined
          ? {}
          : { Association: { TransitGatewayRouteTableId: table, State: "associated" } }),
      })),
    ],
  };
  files[`${folder}/describe-transit-gateway-peering-attachments.json`] = {
    TransitGatewayPeeringAttachments: joins.map(({ id, state, ends }) => ({
      TransitGatewayAttachmentId: id,
      RequesterTgwInfo: { TransitGatewayId: ends[0].hub },
      AccepterTgwInfo: { TransitGatewayId: ends[1].hub },
      State: state,
    })),
  };
  files[`${folder}/describe-transit-gateway-route-tables.json`] = {
    TransitGatewayRouteTables: own.flatMap((hub) =>
      hub.tables.map(({ id }) => ({
        TransitGatewayRouteTableId: id,
        TransitGatewayId: hub.id,
        State: "available",
      })),
    ),
  };
  for (const hub of own)
    for (const { id, routes, propagates } of hub.tables) {
      files[`${folder}/get-transit-gateway-route-table-propagations-${id}.json`] = {
        TransitGatewayRouteTableId: id,
        TransitGatewayRouteTablePropagations: propagates.map((attachment) => ({
          TransitGatewayAttachmentId: attachment,
          ResourceType: "vpc",
          State: "enabled",
        })),
      };
      const learnt = propagates.flatMap((via) => {
        const { vpc } = hub.attachments.find((one) => one.id === via)!;
        return vpcs.find((one) => one.id === vpc)!.cidrs.map((to) => ({ to, via }));
      });
      const isStatic = (text: string): boolean => routes.some(({ to }) => cidrText(to) === text);
      files[`${folder}/search-transit-gateway-routes-${id}.json`] = {
        TransitGatewayRouteTableId: id,
        Routes: [
          ...routes.map(({ to, via }) => ({
            DestinationCidrBlock: cidrText(to),
            Type: "static",
            ...(via === "blackhole"
              ? { State: "blackhole" }
              : { State: "active", TransitGatewayAttachments: [{ TransitGatewayAttachmentId: via }] }),
          })),
          ...learnt
            .filter(({ to }) => !isStatic(cidrText(to)))
            .map(({ to, via }) => ({
              DestinationCidrBlock: cidrText(to),
              Type: "propagated",
              State: "active",
              TransitGatewayAttachments: [{ TransitGatewayAttachmentId: via }],
            })),
        ],
        AdditionalRoutesAvailable: false,
      };
    }
}
