// Writes packages/cli/test/vpc-models.json: the fields of the requests, responses and records of the VPC actions that the
// server speaks, as the official SDK declares them. Takes the SDK's `services/vpc/v20170312/vpc_models.d.ts`, which is in
// the package `tencentcloud-sdk-nodejs`, and its version: `node scripts/vpc-models.js vpc_models.d.ts 4.1.313`.

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const [file, version] = process.argv.slice(2);
const OUT = join(import.meta.dirname, "../packages/cli/test/vpc-models.json");

const ACTIONS = [
  ...["CreateVpc", "DeleteVpc", "DescribeVpcs"],
  ...["CreateAssistantCidr", "ModifyAssistantCidr", "DeleteAssistantCidr"],
  ...["CreateSubnet", "DeleteSubnet", "DescribeSubnets"],
  ...["CreateRouteTable", "DeleteRouteTable", "DescribeRouteTables", "ReplaceRouteTableAssociation"],
  ...["CreateRoutes", "ReplaceRoutes", "ResetRoutes", "DeleteRoutes", "EnableRoutes", "DisableRoutes"],
  ...["CreateVpcPeeringConnection", "ModifyVpcPeeringConnection", "DeleteVpcPeeringConnection"],
  ...["AcceptVpcPeeringConnection", "RejectVpcPeeringConnection", "DescribeVpcPeeringConnections"],
];

const text = readFileSync(file, "utf8").replace(/\/\*\*.*?\*\//gs, "");
const models = {};
const queue = ACTIONS.flatMap((action) => [`${action}Request`, `${action}Response`]);
for (let name = queue.shift(); name !== undefined; name = queue.shift()) {
  if (models[name] !== undefined) continue;
  const [, body] =
    new RegExp(`export (?:interface|declare type|type) ${name} (?:= )?\\{(.*?)\\n\\}`, "s").exec(text) ?? [];
  if (body === undefined) throw new Error(`the SDK has no ${name}`);
  models[name] = Object.fromEntries(
    [...body.matchAll(/^ +(\w+)(\??): (.+);$/gm)].map(([, field, optional, type]) => {
      queue.push(...[...type.matchAll(/[A-Z]\w+/g)].map(([word]) => word).filter((word) => word !== "Array"));
      return [field, `${type}${optional}`];
    }),
  );
}
const source = `tencentcloud-sdk-nodejs ${version} (Apache-2.0), vpc/v20170312`;
writeFileSync(OUT, `${JSON.stringify({ source, actions: ACTIONS, models }, null, 2)}\n`);
