import { closeSync, openSync, writeSync } from "node:fs";
import { fabricOf } from "./fabric.ts";
import { FAMILY_NAMES } from "./families.ts";
import { scenarioStream } from "./scenario-stream.ts";

// Writes a generated network as a scenario in JSON: `npm run bench -- fabric FAMILY VPCS FILE`.

const [name, vpcs, file] = process.argv.slice(3);
const family = FAMILY_NAMES.find((known) => known === name);
if (family === undefined || !/^[1-9]\d{0,4}$/.test(vpcs ?? "") || file === undefined) {
  console.error(`usage: fabric FAMILY VPCS FILE, where FAMILY is one of ${FAMILY_NAMES.join(", ")}`);
  process.exit(2);
}
const fabric = fabricOf(family, Number(vpcs), 1);
const descriptor = openSync(file, "w");
for (const piece of scenarioStream(fabric)) writeSync(descriptor, piece);
closeSync(descriptor);
console.log(`${file}: ${vpcs} VPCs, ${fabric.subVpc.length} subnets, ${fabric.routeLo.length} routes`);
