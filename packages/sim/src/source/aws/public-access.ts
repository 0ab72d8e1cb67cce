import type { Fields } from "../inventory/fields.ts";
import type { Inventory } from "../inventory/inventory.ts";
import { type AwsContext, idOfArn } from "./words.ts";

/** VPC block public access: what one account lets through the internet gateways of a region, whatever its routes say. */

/** The answer of `describe-vpc-block-public-access-options` has one record, and no list around it. */
export function readPublicAccess(record: Fields, inventory: Inventory, { region }: AwsContext): void {
  const mode = record.text("InternetGatewayBlockMode") ?? "off";
  if (mode === "off") return;
  inventory.publicBlocks.push({
    account: record.text("AwsAccountId"),
    region: record.text("AwsRegion") ?? region,
    all: mode === "block-bidirectional",
    place: record.here,
  });
}

export function readPublicExclusion(record: Fields, inventory: Inventory): void {
  const resource = record.need("ResourceArn");
  const isThere = !/^(delete|disable)-(complete|in-progress)$/.test(record.text("State") ?? "");
  if (resource !== undefined && isThere)
    inventory.publicExclusions.set(idOfArn(resource), {
      all: record.text("InternetGatewayExclusionMode") !== "allow-egress",
    });
}
