import { readFileSync } from "node:fs";
import { reach, readScenario } from "@twoway/sim";

// A process that reads a scenario from the file that is its argument and answers for all pairs, for the whole time and the
// whole memory that this takes. Prints one line of JSON.

const { scenario } = readScenario(readFileSync(process.argv[2], "utf8"), process.argv[2]);
const network = reach(scenario.network);
const packets = Number(network.count().packets);
const { rss } = process.memoryUsage();
console.log(JSON.stringify({ packets, rss, peak: process.resourceUsage().maxRSS * 1024 }));
