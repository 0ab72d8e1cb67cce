import { closeSync, openSync, writeSync } from "node:fs";
import { FlowRecords } from "@twoway/sim";
import { fabricOf } from "../reach/fabric.ts";
import { FAMILY_NAMES } from "../reach/families.ts";
import { FlowSource, FlowText } from "./flows.ts";

// Writes a generated flow log for a network of `npm run bench -- fabric`: `npm run bench -- flows FAMILY VPCS RECORDS FILE`.
// It streams: 100 million records are 10 GB on the disk and a few megabytes in memory.

const [name, vpcs, count, file] = process.argv.slice(3);
const family = FAMILY_NAMES.find((known) => known === name);
if (
  family === undefined ||
  !/^[1-9]\d{0,4}$/.test(vpcs ?? "") ||
  !/^[1-9]\d{0,10}$/.test(count ?? "") ||
  file === undefined
) {
  console.error(`usage: flows FAMILY VPCS RECORDS FILE, where FAMILY is one of ${FAMILY_NAMES.join(", ")}`);
  process.exit(2);
}
const source = new FlowSource(fabricOf(family, Number(vpcs), 1), 1);
const records = new FlowRecords(8192);
const text = new FlowText(8192 * 160);
const descriptor = openSync(file, "w");
let bytes = 0;
for (let left = Number(count); left > 0; left -= records.length) {
  source.fill(records);
  records.length = Math.min(records.length, left);
  text.length = 0;
  text.add(records);
  for (let at = 0; at < text.length; ) at += writeSync(descriptor, text.bytes, at, text.length - at);
  bytes += text.length;
}
closeSync(descriptor);
console.log(`${file}: ${count} records, ${bytes} bytes`);
