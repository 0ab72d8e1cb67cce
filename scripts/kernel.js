// Compiles packages/core/assembly/kernel.ts to WebAssembly and writes its bytes as a module of core, which is not
// committed. Does nothing when that module was made from the same source by the same compiler.

import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const CORE = join(import.meta.dirname, "../packages/core");
const OUT = join(CORE, "src/kernel-bytes.ts");
const OPTIONS = [
  "-O3",
  "--enable",
  "simd",
  "--runtime",
  "stub",
  "--importMemory",
  "--noAssert",
  "--zeroFilledMemory",
];

const source = readFileSync(join(CORE, "assembly/kernel.ts"), "utf8");
const compiler = join(CORE, "node_modules/assemblyscript");
const { version } = JSON.parse(readFileSync(join(compiler, "package.json"), "utf8"));
const stamp = createHash("sha256")
  .update(`${version} ${OPTIONS.join(" ")}\n${source}`)
  .digest("hex")
  .slice(0, 16);

if (!existsSync(OUT) || !readFileSync(OUT, "utf8").includes(stamp)) {
  const { default: asc } = await import(pathToFileURL(join(compiler, "dist/asc.js")).href);
  let wasm;
  const { error, stderr } = await asc.main(["kernel.ts", "--outFile", "kernel.wasm", ...OPTIONS], {
    readFile: (name) => (name === "kernel.ts" ? source : null),
    writeFile: (name, contents) => {
      if (name === "kernel.wasm") wasm = contents;
    },
    listFiles: () => [],
  });
  if (error !== null) {
    console.error(stderr.toString());
    throw error;
  }
  const text = `// made by scripts/kernel.js from assembly/kernel.ts, ${stamp}\nexport const KERNEL: Uint8Array<ArrayBuffer> = Uint8Array.of(${Array.from(wasm).join(",")});\n`;
  writeFileSync(OUT, text);
  console.log(`kernel: ${wasm.length} bytes of WebAssembly`);
}
