import { join } from "node:path";
import vm from "node:vm";
import { build } from "esbuild";
import { suite } from "uvu";
import * as assert from "uvu/assert";

const test = suite("browser");

test("the bundle runs where there is neither Buffer nor process", async () => {
  const { outputFiles } = await build({
    entryPoints: [join(import.meta.dirname, "../index.js")],
    bundle: true,
    write: false,
    format: "iife",
    globalName: "core",
    platform: "browser",
    target: "es2023",
  });
  const context = vm.createContext({});
  vm.runInContext(outputFiles[0].text, context);
  const answer: unknown = vm.runInContext(
    `
    if (typeof Buffer !== "undefined" || typeof process !== "undefined") throw new Error("not a bare context");
    const trie = new core.Trie();
    trie.insert(core.Prefix.parse("10.0.0.0/8"), 1);
    trie.insert(core.Prefix.parse("10.1.0.0/16"), 4294967295);
    trie.insert(core.Prefix.parse("2001:db8::/32"), 3);
    const out = new Uint32Array(5);
    const fib = core.Fib.from(trie.difference(new core.Trie()), { batch: "wasm" });
    fib.insert(core.Prefix.parse("10.1.0.0/30"), 9);
    fib.lookupMany(Uint32Array.of(0x0a010000, 0x0a010004, 0x0b000000, 0, 0x0affffff), out);
    const ranges = core.Ranges.from(trie.columns(4));
    const text = (x) => core.parseAddress(x);
    JSON.stringify([
      trie.lookup(text("10.2.0.1")),
      trie.lookup4(text("10.1.0.1")),
      trie.lookup(text("2001:db8::1")),
      String(trie.lookup(text("11.0.0.0"))),
      [...trie.entries()].map((entry) => entry.prefix.toString()),
      ranges.length,
      fib.usesKernel(4),
      [...out],
      ranges.value(ranges.find(text("10.1.255.255"))),
    ]);
    `,
    context,
  );
  assert.is(
    answer,
    JSON.stringify([
      1,
      4294967295,
      3,
      "undefined",
      ["10.0.0.0/8", "10.1.0.0/16", "2001:db8::/32"],
      3,
      true,
      [9, 0, 4294967295, 4294967295, 0],
      4294967295,
    ]),
  );
});

test.run();
