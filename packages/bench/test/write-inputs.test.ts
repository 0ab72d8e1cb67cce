import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { answer, importNetworks, resolveEndpoint } from "@twoway/sim";
import { suite } from "uvu";
import * as assert from "uvu/assert";

const test = suite("generated inputs");
const MAIN = join(import.meta.dirname, "../main.js");
const folder = mkdtempSync(join(tmpdir(), "twoway-inputs-"));
test.after(() => rmSync(folder, { recursive: true }));

const KINDS: readonly (readonly [kind: string, count: string, vpcs: number])[] = [
  ["terraform", "200", 6],
  ["aws", "6", 6],
];
for (const [kind, count, vpcs] of KINDS) {
  test(`${kind}: the same bytes twice, read without a warning, and neighbours reach each other`, () => {
    const read = ["a", "b"].map((copy) => {
      const target = join(folder, `${kind}-${copy}`);
      execFileSync(process.execPath, [MAIN, "inputs", kind, count, target]);
      const files = kind === "aws" ? readdirSync(target).map((name) => join(target, name)) : [target];
      return files.map((name) => readFileSync(name, "utf8"));
    });
    assert.equal(read[0], read[1]);
    const { network, warnings } = importNetworks(
      read[0].map((text, i) => ({ name: `${i}.json`, text: () => text })),
    );
    assert.is(network.vpcs.size, vpcs);
    const subnets = [...network.vpcs.values()].map((vpc) => [...vpc.subnets.keys()][0]);
    const [a, b, c] = subnets.map((id) => resolveEndpoint(network, id, "test"));
    const port = kind === "aws" ? 8001 : 445;
    assert.is(answer(network, a, b, { protocol: "tcp", port }).verdict, "two-way");
    assert.is(answer(network, a, c, { protocol: "tcp", port }).verdict, "unreachable");
    assert.equal(warnings, []);
  });
}

test.run();
