/**
 * Returns a scenario whose sweep is several jobs: a hub of peerings among VPCs whose hosts have a security group, and beside it a
 * transit gateway and a NAT gateway that would send packets there, so that all pairs are judged anew for each loss. 12 VPCs make 8 jobs of some 0.1 s, 20 make 39.
 */
export function judgedNetwork(count = 12): string {
  const vpcs = Array.from({ length: count }, (_, i) => i);
  const spokes = vpcs.slice(1);
  const vpc = (i: number): string => {
    const host = `hosts: { h: { address: 10.${i}.1.10, groups: g${i} } }`;
    const rest = i % 3 === 0 ? `, c: 10.${i}.3.0/24` : "";
    return `  v${i}: { cidr: 10.${i}.0.0/16, subnets: { a: { cidr: 10.${i}.1.0/24, ${host} }, b: 10.${i}.2.0/24${rest} } }`;
  };
  // some services only, and not the same ones everywhere
  const group = (i: number): string =>
    `  g${i}: { vpc: v${i}, ingress: [ allow ${i % 2 === 0 ? "tcp/443" : "all"} from any ], egress: [ allow all to any ] }`;
  return `
load: lenient
profile: aws
vpcs:
${vpcs.map(vpc).join("\n")}
hubs: { tgw: { kind: transit-gateway, attachments: { at-0: { vpc: v0 }, at-1: { vpc: v1 } } } }
gateways: { nat: { kind: nat, vpc: v1, subnet: b, address: 10.1.2.9, public: none } }
groups:
${vpcs.map(group).join("\n")}
peerings: { ${spokes.map((i) => `p${i}: v0 - v${i}`).join(", ")}, q: v1 - v2 }
routes:
  v0: [ ${spokes.map((i) => `10.${i}.0.0/16 -> p${i}`).join(", ")} ]
  v1: [ 10.0.0.0/8 -> tgw, 10.0.0.0/16 -> p1, 10.0.1.0/24 -> p1, 10.2.0.0/16 -> q ]
  v2: [ 10.0.0.0/16 -> p2, 10.1.0.0/16 -> q disabled ]
${spokes
  .slice(2)
  .map((i) => `  v${i}: [ 10.0.0.0/16 -> p${i}, 10.0.2.0/24 -> p${i} ]`)
  .join("\n")}
`;
}
