/** The commands that produce each input, as they are typed. */
export const SOURCES = `
Terraform, from the folder of the configuration:
  terraform show -json > state.json                                   what is there
  terraform plan -out plan.bin && terraform show -json plan.bin > plan.json    before and after
  terraform state pull > terraform.tfstate                            the raw state, version 4

AWS, once for each account and region (a folder named for the region tells it: VPCs do not):
  mkdir -p net/eu-west-1 && cd net/eu-west-1 && export AWS_REGION=eu-west-1
  for what in vpcs subnets route-tables vpc-peering-connections internet-gateways egress-only-internet-gateways \\
      nat-gateways vpn-gateways vpn-connections vpc-endpoints prefix-lists network-interfaces instances addresses \\
      security-groups network-acls transit-gateways transit-gateway-attachments transit-gateway-vpc-attachments \\
      transit-gateway-peering-attachments transit-gateway-route-tables vpc-block-public-access-options \\
      vpc-block-public-access-exclusions; do
    aws ec2 describe-$what --output json > $what.json
  done
  aws directconnect describe-virtual-interfaces --output json > virtual-interfaces.json
  for id in $(aws directconnect describe-direct-connect-gateways --query 'directConnectGateways[].directConnectGatewayId' --output text); do
    aws directconnect describe-direct-connect-gateway-associations --direct-connect-gateway-id $id --output json > dx-$id.json
  done
  for id in $(aws ec2 describe-transit-gateway-route-tables --query 'TransitGatewayRouteTables[].TransitGatewayRouteTableId' --output text); do
    aws ec2 search-transit-gateway-routes --transit-gateway-route-table-id $id --filters Name=state,Values=active,blackhole \\
      --output json | jq --arg id $id '. + {TransitGatewayRouteTableId: $id}' > routes-$id.json
    aws ec2 get-transit-gateway-route-table-propagations --transit-gateway-route-table-id $id \\
      --output json | jq --arg id $id '. + {TransitGatewayRouteTableId: $id}' > propagations-$id.json
  done
  for id in $(aws ec2 describe-managed-prefix-lists --query 'PrefixLists[].PrefixListId' --output text); do
    aws ec2 get-managed-prefix-list-entries --prefix-list-id $id --output json |
      jq --arg id $id '{PrefixLists: [{PrefixListId: $id, Entries}]}' > $id.json
  done

Tencent Cloud, once for each account and region:
  mkdir -p net/ap-guangzhou && cd net/ap-guangzhou
  for what in Vpcs Subnets RouteTables VpcPeeringConnections NatGateways VpnGateways DirectConnectGateways HaVips \\
      NetworkInterfaces Addresses Ccns CcnAttachedInstances SecurityGroups NetworkAcls AddressTemplates \\
      AddressTemplateGroups ServiceTemplates ServiceTemplateGroups NatGatewayDestinationIpPortTranslationNatRules; do
    tccli vpc Describe$what --region ap-guangzhou --Limit 100 > $what.json
  done
  tccli cvm DescribeInstances --region ap-guangzhou --Limit 100 > instances.json
  for id in $(jq -r '.SecurityGroupSet[].SecurityGroupId' SecurityGroups.json); do
    tccli vpc DescribeSecurityGroupPolicies --region ap-guangzhou --SecurityGroupId $id |
      jq --arg id $id '. + {SecurityGroupId: $id}' > $id.json
  done
  for id in $(jq -r '.CcnSet[].CcnId' Ccns.json); do
    tccli vpc DescribeCcnRoutes --region ap-guangzhou --CcnId $id --Limit 100 > $id.json
  done
  for id in $(jq -r '.NetworkAclSet[] | select(.NetworkAclType == "QUINTUPLE").NetworkAclId' NetworkAcls.json); do
    tccli vpc DescribeNetworkAclQuintupleEntries --region ap-guangzhou --NetworkAclId $id --Limit 100 > $id.json
  done

Then: twoway trace net A B, twoway import net > net.yaml. File names do not matter, but for answers that leave out what they were asked about: the
id beside them, or in the name of the file, says it. Further pages may lie beside the first.`;
