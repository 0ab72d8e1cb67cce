import {
  addressText,
  cidrText,
  type Estate,
  type EstateAclRule,
  type EstateHost,
  type EstateRoute,
  type EstateRule,
  type EstateTable,
  type EstateVpc,
  SERVICE_LIST,
} from "./cloud-estate.ts";

/**
 * Writes an estate as Terraform's provider hashicorp/aws keeps it: resources with everything that the provider reads back, one
 * state for each account. Arguments are those of the provider's documentation of each resource.
 */

export interface TfResource {
  readonly mode: "managed" | "data";
  readonly type: string;
  readonly key: string;
  /** The VPC to whose module it belongs. */
  readonly module: string | undefined;
  readonly values: Readonly<Record<string, unknown>>;
}

/** Which of the spellings that the provider has for one thing is used. */
export interface Spelling {
  readonly inlineRoutes: boolean;
  readonly rules: "inline" | "rules" | "each";
  readonly inlineAcls: boolean;
  readonly adoptsMain: boolean;
}

/** What no state of Terraform tells is left out: what is deleted, and what waits for somebody. */
export function asManaged(estate: Estate): Estate {
  return {
    ...estate,
    vpcs: estate.vpcs.map((vpc) => ({ ...vpc, former: undefined })),
    hidden: estate.hubs.length > 0 ? [] : estate.hidden,
    hubs: estate.hubs.map((hub) => {
      const attachments = hub.attachments.filter(({ state }) => state === "available");
      return { ...hub, attachments };
    }),
    hubPeerings: estate.hubPeerings.map((peering) => ({ ...peering, state: "available" })),
  };
}

/** What is still to be made: peerings are active or wait, everything belongs to one account, and nobody else has a part in it. */
export function asPlanned(estate: Estate): Estate {
  const [{ account, region }] = estate.vpcs;
  return {
    ...asManaged(estate),
    vpcs: asManaged(estate).vpcs.map((vpc) => ({ ...vpc, account, region })),
    hubs: asManaged(estate).hubs.map((hub) => ({ ...hub, account, region })),
    peerings: estate.peerings.map((one) => ({
      ...one,
      state: one.state === "active" ? one.state : "pending-acceptance",
    })),
    hidden: [],
  };
}

/** Returns the resources of each account. */
export function resourcesOf(estate: Estate, spelling: Spelling): Map<string, TfResource[]> {
  const states = new Map<string, TfResource[]>();
  const writerFor = (account: string): Put => {
    const list = states.get(account) ?? [];
    states.set(account, list);
    return (type, key, values, module) =>
      list.push({ mode: "managed", type, key, module, values: { id: key, ...values } });
  };
  for (const vpc of estate.vpcs) {
    if (estate.hidden.includes(vpc.account)) continue;
    const write = writerFor(vpc.account);
    const put: Put = (type, key, values) => write(type, key, values, vpc.id);
    putVpc(put, vpc, spelling);
    for (const table of vpc.tables) putTable(put, vpc, table, spelling);
    putAcls(put, vpc, spelling);
    putGroups(put, vpc, spelling);
    putEdges(put, vpc);
    if (estate.listsHosts) for (const host of vpc.hosts) putHost(put, vpc, host);
  }
  for (const account of [...states.keys()])
    for (const { id, cidrs } of estate.lists)
      if (id !== SERVICE_LIST)
        writerFor(account)(
          "aws_ec2_managed_prefix_list",
          id,
          { entry: cidrs.map((one) => ({ cidr: cidrText(one) })) },
          undefined,
        );
  for (const peering of estate.peerings) {
    const [requester, accepter] = [peering.requester, peering.accepter].map(
      (id) => estate.vpcs.find((vpc) => vpc.id === id)!,
    );
    const common = { id: peering.id, accept_status: peering.state };
    if (!estate.hidden.includes(requester.account))
      writerFor(requester.account)(
        "aws_vpc_peering_connection",
        peering.id,
        {
          ...common,
          vpc_id: requester.id,
          peer_vpc_id: accepter.id,
          peer_owner_id: accepter.account,
          peer_region: accepter.region,
        },
        undefined,
      );
    const isElsewhere = requester.account !== accepter.account || requester.region !== accepter.region;
    if (isElsewhere && !estate.hidden.includes(accepter.account))
      writerFor(accepter.account)(
        "aws_vpc_peering_connection_accepter",
        peering.id,
        {
          ...common,
          vpc_peering_connection_id: peering.id,
          vpc_id: accepter.id,
          peer_vpc_id: requester.id,
          peer_owner_id: requester.account,
          peer_region: requester.region,
        },
        undefined,
      );
  }
  putHubs(estate, writerFor);
  for (const list of states.values())
    for (const { id, cidrs } of estate.lists)
      if (id === SERVICE_LIST)
        list.push({
          mode: "data",
          type: "aws_prefix_list",
          key: id,
          module: undefined,
          values: { id, prefix_list_id: id, cidr_blocks: cidrs.map(cidrText) },
        });
  return states;
}

type Put = (type: string, key: string, values: Readonly<Record<string, unknown>>, module?: string) => void;

function putVpc(put: Put, vpc: EstateVpc, { adoptsMain }: Spelling): void {
  const [first, ...more] = vpc.cidrs.map(cidrText);
  const acl = vpc.acls.find(({ isDefault }) => isDefault)!.id;
  put("aws_vpc", vpc.id, {
    arn: `arn:aws:ec2:${vpc.region}:${vpc.account}:vpc/${vpc.id}`,
    owner_id: vpc.account,
    cidr_block: first,
    main_route_table_id: vpc.main,
    default_route_table_id: adoptsMain ? vpc.main : `rtb-first-${vpc.id}`,
    default_network_acl_id: acl,
    default_security_group_id: `sg-first-${vpc.id}`,
    ipv6_cidr_block: "",
  });
  for (const text of more)
    put("aws_vpc_ipv4_cidr_block_association", `${vpc.id}-${text}`, { vpc_id: vpc.id, cidr_block: text });
  for (const subnet of vpc.subnets) {
    put("aws_subnet", subnet.id, {
      arn: `arn:aws:ec2:${vpc.region}:${vpc.account}:subnet/${subnet.id}`,
      owner_id: vpc.account,
      vpc_id: vpc.id,
      cidr_block: cidrText(subnet.cidr),
      availability_zone: subnet.zone,
      ipv6_cidr_block: "",
    });
    if (subnet.table !== undefined)
      put("aws_route_table_association", `rtbassoc-${subnet.id}`, {
        subnet_id: subnet.id,
        route_table_id: subnet.table,
        gateway_id: "",
      });
  }
  if (!adoptsMain)
    put("aws_main_route_table_association", `main-${vpc.id}`, { vpc_id: vpc.id, route_table_id: vpc.main });
}

const TARGETS = {
  peering: "vpc_peering_connection_id",
  internet: "gateway_id",
  nat: "nat_gateway_id",
  hub: "transit_gateway_id",
  vpn: "gateway_id",
  interface: "network_interface_id",
  instance: "network_interface_id",
  endpoint: "vpc_endpoint_id",
};

function putTable(
  put: Put,
  vpc: EstateVpc,
  table: EstateTable,
  { inlineRoutes, adoptsMain }: Spelling,
): void {
  // the provider leaves routes of gateway endpoints to the endpoint
  const routes = table.routes.filter(({ kind }) => kind !== "endpoint");
  const target = ({ kind, target: id }: EstateRoute): Record<string, string> => ({
    ...Object.fromEntries(Object.values(TARGETS).map((key) => [key, ""])),
    [TARGETS[kind]]: id,
  });
  // a list inside a table does not say which of its routes are dead
  const isInline = inlineRoutes && !routes.some(({ dead, kind }) => dead && kind !== "peering");
  const block = (route: EstateRoute): Record<string, string> => ({
    cidr_block: typeof route.to === "string" ? "" : cidrText(route.to),
    ipv6_cidr_block: "",
    destination_prefix_list_id: typeof route.to === "string" ? route.to : "",
    ...target(route),
  });
  const isAdopted = adoptsMain && table.id === vpc.main;
  put(isAdopted ? "aws_default_route_table" : "aws_route_table", table.id, {
    vpc_id: vpc.id,
    owner_id: vpc.account,
    ...(isAdopted ? { default_route_table_id: table.id } : {}),
    propagating_vgws: [],
    // separate routes show up in the list too once the table is read again
    route: isInline ? routes.map(block) : routes.filter(({ dead }) => !dead).map(block),
  });
  if (isInline) return;
  for (const [n, route] of routes.entries())
    put("aws_route", `r-${table.id}-${n}`, {
      route_table_id: table.id,
      destination_cidr_block: typeof route.to === "string" ? "" : cidrText(route.to),
      destination_prefix_list_id: typeof route.to === "string" ? route.to : "",
      destination_ipv6_cidr_block: "",
      origin: "CreateRoute",
      state: route.dead ? "blackhole" : "active",
      ...target(route),
    });
}

function putAcls(put: Put, vpc: EstateVpc, { inlineAcls }: Spelling): void {
  const common = ({ allow, protocol, from, to, cidr }: EstateAclRule): Record<string, unknown> => ({
    protocol: `${protocol}`,
    cidr_block: cidrText(cidr),
    ipv6_cidr_block: "",
    from_port: protocol === 6 || protocol === 17 ? from : 0,
    to_port: protocol === 6 || protocol === 17 ? to : 0,
    icmp_type: protocol === 1 ? from : 0,
    icmp_code: protocol === 1 ? to : 0,
    action: allow ? "allow" : "deny",
  });
  for (const acl of vpc.acls) {
    const side = (egress: boolean): unknown[] =>
      acl.rules
        .filter((rule) => rule.egress === egress)
        .map((rule) => ({ ...common(rule), rule_no: rule.number }));
    const used = vpc.subnets.filter((subnet) => subnet.acl === acl.id).map(({ id }) => id);
    const isInline = inlineAcls || acl.isDefault;
    put(acl.isDefault ? "aws_default_network_acl" : "aws_network_acl", acl.id, {
      vpc_id: vpc.id,
      owner_id: vpc.account,
      ...(acl.isDefault ? { default_network_acl_id: acl.id } : {}),
      subnet_ids: isInline ? used : [],
      ingress: isInline ? side(false) : [],
      egress: isInline ? side(true) : [],
    });
    if (isInline) continue;
    for (const subnet of used)
      put("aws_network_acl_association", `aclassoc-${subnet}`, { network_acl_id: acl.id, subnet_id: subnet });
    for (const [n, rule] of acl.rules.entries()) {
      const { action, ...rest } = common(rule);
      put("aws_network_acl_rule", `nacl-${acl.id}-${n}`, {
        ...rest,
        network_acl_id: acl.id,
        egress: rule.egress,
        rule_number: rule.number,
        rule_action: action,
      });
    }
  }
}

const NAMES = new Map([
  [6, "tcp"],
  [17, "udp"],
  [1, "icmp"],
  [-1, "-1"],
]);

function putGroups(put: Put, vpc: EstateVpc, { rules }: Spelling): void {
  for (const group of vpc.groups) {
    const block = ({ protocol, from, to, cidrs, groups, lists }: EstateRule): Record<string, unknown> => ({
      protocol: NAMES.get(protocol),
      from_port: protocol === -1 ? 0 : from,
      to_port: protocol === -1 ? 0 : to,
      cidr_blocks: cidrs.map(cidrText),
      ipv6_cidr_blocks: [],
      prefix_list_ids: lists,
      security_groups: groups.filter((id) => id !== group.id),
      self: groups.includes(group.id),
      description: "",
    });
    // rules of their own show up in the group too once it is read again
    put("aws_security_group", group.id, {
      name: group.id,
      vpc_id: vpc.id,
      owner_id: vpc.account,
      arn: `arn:aws:ec2:${vpc.region}:${vpc.account}:security-group/${group.id}`,
      ingress: rules === "each" ? [] : group.ingress.map(block),
      egress: rules === "each" ? [] : group.egress.map(block),
    });
    if (rules === "inline") continue;
    for (const way of ["ingress", "egress"] as const)
      for (const [n, rule] of group[way].entries()) {
        const id = `sgr-${group.id}-${way}-${n}`;
        const [source] = rule.groups;
        if (rules === "rules") {
          const { security_groups: _, self, ...rest } = block(rule);
          put("aws_security_group_rule", id, {
            ...rest,
            type: way,
            security_group_id: group.id,
            self,
            source_security_group_id: self === true || source === undefined ? null : source,
          });
        } else
          put(`aws_vpc_security_group_${way}_rule`, id, {
            security_group_id: group.id,
            ip_protocol: NAMES.get(rule.protocol),
            from_port: rule.protocol === -1 ? null : rule.from,
            to_port: rule.protocol === -1 ? null : rule.to,
            cidr_ipv4: rule.cidrs.length > 0 ? cidrText(rule.cidrs[0]) : null,
            cidr_ipv6: null,
            prefix_list_id: rule.lists[0] ?? null,
            referenced_security_group_id: source ?? null,
          });
      }
  }
}

function putEdges(put: Put, { id, tables, internet, vpn, nats, endpoint }: EstateVpc): void {
  if (internet !== undefined) put("aws_internet_gateway", internet, { vpc_id: id });
  for (const { id: nat, subnet, address, public: outside, isDeleted } of nats)
    if (!isDeleted)
      put("aws_nat_gateway", nat, {
        subnet_id: subnet,
        connectivity_type: outside === undefined ? "private" : "public",
        private_ip: addressText(address),
        public_ip: outside === undefined ? "" : addressText(outside),
      });
  if (vpn !== undefined) {
    put("aws_vpn_gateway", vpn.id, { vpc_id: id });
    put("aws_vpn_connection", `vpn-of-${vpn.id}`, {
      vpn_gateway_id: vpn.id,
      transit_gateway_id: "",
      static_routes_only: vpn.routes !== undefined,
    });
    for (const one of vpn.routes ?? [])
      put("aws_vpn_connection_route", `${vpn.id}-${cidrText(one)}`, {
        vpn_connection_id: `vpn-of-${vpn.id}`,
        destination_cidr_block: cidrText(one),
      });
  }
  if (endpoint !== undefined)
    put("aws_vpc_endpoint", endpoint, {
      vpc_id: id,
      vpc_endpoint_type: "Gateway",
      prefix_list_id: SERVICE_LIST,
      route_table_ids: tables
        .filter(({ routes }) => routes.some(({ target }) => target === endpoint))
        .map((table) => table.id),
    });
}

function putHost(put: Put, { id: vpc }: EstateVpc, host: EstateHost): void {
  const [first, ...more] = host.addresses.map(addressText);
  if (host.device > 0) {
    put("aws_network_interface", host.id, {
      subnet_id: host.subnet,
      private_ip: first,
      private_ips: [first, ...more],
      security_groups: host.groups,
      source_dest_check: host.checked,
      attachment: [
        { instance: host.instance, device_index: host.device, attachment_id: `eni-attach-${host.id}` },
      ],
    });
    return;
  }
  put("aws_instance", host.instance, {
    subnet_id: host.subnet,
    private_ip: first,
    secondary_private_ips: more,
    public_ip: host.public === undefined ? "" : addressText(host.public),
    vpc_security_group_ids: host.groups,
    security_groups: [],
    source_dest_check: host.checked,
    primary_network_interface_id: host.id,
    instance_state: "running",
    network_interface: [],
    ipv6_addresses: [],
  });
  if (host.public !== undefined)
    put("aws_eip", `eipalloc-${host.instance}`, {
      domain: "vpc",
      vpc,
      instance: host.instance,
      network_interface: host.id,
      private_ip: first,
      public_ip: addressText(host.public),
    });
}

function putHubs({ hubs, hubPeerings, vpcs }: Estate, writerFor: (account: string) => Put): void {
  const enabled = (flag: boolean): string => (flag ? "enable" : "disable");
  for (const hub of hubs) {
    const put = writerFor(hub.account);
    put("aws_ec2_transit_gateway", hub.id, {
      arn: `arn:aws:ec2:${hub.region}:${hub.account}:transit-gateway/${hub.id}`,
      owner_id: hub.account,
      default_route_table_association: "disable",
      default_route_table_propagation: "disable",
      security_group_referencing_support: enabled(hub.refers),
    });
    for (const { id, vpc, subnets, table, refers } of hub.attachments) {
      const owner = vpcs.find((one) => one.id === vpc)!.account;
      writerFor(owner)("aws_ec2_transit_gateway_vpc_attachment", id, {
        transit_gateway_id: hub.id,
        vpc_id: vpc,
        vpc_owner_id: owner,
        subnet_ids: subnets,
        transit_gateway_default_route_table_association: owner !== hub.account,
        transit_gateway_default_route_table_propagation: owner !== hub.account,
        security_group_referencing_support: enabled(refers),
      });
      if (table !== undefined)
        put("aws_ec2_transit_gateway_route_table_association", `${table}_${id}`, {
          transit_gateway_attachment_id: id,
          transit_gateway_route_table_id: table,
        });
    }
    for (const { id, routes, propagates } of hub.tables) {
      put("aws_ec2_transit_gateway_route_table", id, { transit_gateway_id: hub.id });
      for (const attachment of propagates)
        put("aws_ec2_transit_gateway_route_table_propagation", `${id}_${attachment}`, {
          transit_gateway_attachment_id: attachment,
          transit_gateway_route_table_id: id,
        });
      for (const { to, via } of routes)
        put("aws_ec2_transit_gateway_route", `${id}_${cidrText(to)}`, {
          transit_gateway_route_table_id: id,
          destination_cidr_block: cidrText(to),
          blackhole: via === "blackhole",
          transit_gateway_attachment_id: via === "blackhole" ? "" : via,
        });
    }
  }
  for (const { id, ends } of hubPeerings) {
    const [near, far] = ends.map(({ hub }) => hubs.find((one) => one.id === hub)!);
    writerFor(near.account)("aws_ec2_transit_gateway_peering_attachment", id, {
      transit_gateway_id: near.id,
      peer_transit_gateway_id: far.id,
      peer_region: far.region,
      peer_account_id: far.account,
      state: "available",
    });
    writerFor(far.account)("aws_ec2_transit_gateway_peering_attachment_accepter", id, {
      transit_gateway_attachment_id: id,
      transit_gateway_id: far.id,
      peer_transit_gateway_id: near.id,
    });
    for (const { hub, table } of ends)
      if (table !== undefined)
        writerFor(hubs.find((one) => one.id === hub)!.account)(
          "aws_ec2_transit_gateway_route_table_association",
          `${table}_${id}`,
          {
            transit_gateway_attachment_id: id,
            transit_gateway_route_table_id: table,
          },
        );
  }
}
