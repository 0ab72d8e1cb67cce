import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { suite } from "uvu";
import * as assert from "uvu/assert";

const test = suite("api load");
// compiled, this file is packages/bench/dist/test/api-load.test.js
const MAIN = join(import.meta.dirname, "../api-load.js");
const run = promisify(execFile);

test("the server under load answers every request, with a journal and without", async () => {
  const { stdout } = await run(process.execPath, [MAIN, "--seconds", "0.2"]);
  assert.match(stdout, /^without a journal: [\d,]+ requests\/s, half of them in [\d.]+ ms/m);
  assert.match(stdout, /^with a journal: [\d,]+ requests\/s, half of them in [\d.]+ ms/m);
});

test("an unknown argument is refused", async () => {
  for (const args of [["--fast"], ["--seconds"], ["--seconds", "none"]]) {
    await run(process.execPath, [MAIN, ...args]).then(
      () => assert.unreachable(),
      ({ code, stderr }: { code: number; stderr: string }) => {
        assert.is(code, 2);
        assert.match(stderr, /only --seconds/);
      },
    );
  }
});

test.run();
