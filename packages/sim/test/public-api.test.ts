import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";

const test = suite("public API");
// compiled, this file is packages/sim/dist/test/public-api.test.js
const SCRIPT = join(import.meta.dirname, "../../../../scripts/public-api.js");

test("the API of core and sim is the one that is committed", () => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [SCRIPT], { encoding: "utf8" });
  assert.is(status, 0, `${stdout}${stderr}`);
});

test.run();
