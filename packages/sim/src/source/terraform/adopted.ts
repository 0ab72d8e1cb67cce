/** Resources that adopt what the VPC brings along: their id is that of the thing, not one of their own. */
export const ADOPTED: ReadonlyMap<string, Adoption> = new Map<string, Adoption>([
  ["aws_default_route_table", { key: "default_route_table_id", id: (own) => own }],
  ["aws_default_network_acl", { key: "default_network_acl_id", id: (own) => own }],
  [
    "aws_default_security_group",
    {
      key: "vpc_id",
      id: (own, groups) => groups.get(own) ?? `${own}.default_security_group_id`,
    },
  ],
]);

interface Adoption {
  readonly key: string;
  readonly id: (own: string, groups: ReadonlyMap<string, string>) => string;
}
