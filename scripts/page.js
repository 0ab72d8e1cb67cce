// Builds the page of packages/web twice into packages/web/dist/page: as files that `twoway serve` serves, and as one file
// that `twoway serve --export` fills with a network. The one file carries its style, its script and its workers, and its
// policy names them by their hashes, so that nothing else can run in it.

import { createHash } from "node:crypto";
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join, relative } from "node:path";
import { build as bundle } from "esbuild";
import { build } from "vite";

const ROOT = join(import.meta.dirname, "..");
const WEB = join(ROOT, "packages/web");
const OUT = join(WEB, "dist/page");
const WORK = join(WEB, "dist/single");
const TARGET = ["chrome111", "firefox114", "safari16.4"];
/** Sizes are tested by the first load (bundle.test.ts); the one file is large by its nature. */
const WARN_KB = 4000;
const elk = createRequire(join(WEB, "package.json")).resolve("elkjs/lib/elk-worker.min.js");

/** Files that went into the page, from the root of the repository: whose licences it falls under. */
const inputs = new Set([relative(ROOT, elk)]);
const note = {
  name: "note-inputs",
  generateBundle() {
    for (const id of this.getModuleIds())
      if (!id.startsWith("\0")) inputs.add(relative(ROOT, id.split("?")[0]));
  },
};

const shared = {
  root: WEB,
  plugins: [note],
  configFile: false,
  logLevel: "warn",
  base: "./",
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
};

rmSync(OUT, { recursive: true, force: true });
await build({
  ...shared,
  build: {
    outDir: OUT,
    emptyOutDir: false,
    target: TARGET,
    chunkSizeWarningLimit: WARN_KB,
    manifest: "manifest.json",
    modulePreload: false,
  },
});
// the engine's worker in parts: what is loaded at once, and what is loaded when it is asked for
await build({
  ...shared,
  build: {
    outDir: join(OUT, "assets"),
    emptyOutDir: false,
    target: TARGET,
    minify: true,
    modulePreload: false,
    chunkSizeWarningLimit: WARN_KB,
    manifest: "engine.json",
    rolldownOptions: {
      input: { "engine-worker": join(WEB, "src/engine/worker.ts") },
      output: { entryFileNames: "[name].js", chunkFileNames: "engine-[name]-[hash].js" },
    },
  },
});
// elk as its authors built it, without the loaders of module systems that no browser has
const layoutWorker = join(OUT, "assets/layout-worker.js");
await bundle({
  entryPoints: [elk],
  outfile: layoutWorker,
  bundle: true,
  minify: true,
  format: "iife",
  target: TARGET,
});

await build({
  ...shared,
  build: {
    outDir: WORK,
    emptyOutDir: true,
    target: TARGET,
    chunkSizeWarningLimit: WARN_KB,
    cssCodeSplit: false,
    modulePreload: false,
    rolldownOptions: {
      output: { codeSplitting: false, entryFileNames: "page.js", assetFileNames: "page[extname]" },
    },
  },
});
// a page on disk may start classic workers only, and those load no parts
await bundle({
  entryPoints: [join(WEB, "dist/engine/worker.js")],
  outfile: join(WORK, "engine-worker.js"),
  bundle: true,
  minify: true,
  format: "iife",
  target: TARGET,
});
cpSync(layoutWorker, join(WORK, "layout-worker.js"));
mkdirSync(OUT, { recursive: true });
writeFileSync(join(OUT, "single.html"), single());
rmSync(WORK, { recursive: true });
writeFileSync(join(WEB, "dist/inputs.json"), JSON.stringify([...inputs]));

/** Returns the whole page as one file; a network is put in the place of `<!--network-->`. */
function single() {
  const script = inert(readFileSync(join(WORK, "page.js"), "utf8"));
  const style = readFileSync(join(WORK, "page.css"), "utf8");
  const workers = ["engine", "layout"].map((name) => {
    const text = inert(readFileSync(join(WORK, `${name}-worker.js`), "utf8"));
    return `<script type="text/plain" id="${name}-worker">${text}</script>`;
  });
  const policy = [
    "default-src 'none'",
    `script-src ${hash(script)}`,
    `style-src ${hash(style)}`,
    "img-src data:",
    "worker-src blob:",
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
  const html = readFileSync(join(WORK, "index.html"), "utf8");
  const head = html
    .slice(html.indexOf("<head>"), html.indexOf("</head>"))
    .replace(/<script[^>]*><\/script>|<link rel="(stylesheet|modulepreload)"[^>]*>/g, "")
    .replace(
      '<meta charset="utf-8" />',
      `<meta charset="utf-8" />\n    <meta http-equiv="content-security-policy" content="${policy}" />`,
    )
    .trimEnd();
  return `<!doctype html>
<html lang="en">
  ${head}
    <style>${style}</style>
  </head>
  <body>
    <div id="app"></div>
    <!--network-->
    ${workers.join("\n    ")}
    <script type="module">${script}</script>
  </body>
</html>
`;
}

/** Keeps the end of a script, and a comment of HTML, out of a script's text: both stand in strings and patterns only. */
function inert(script) {
  return script.replaceAll("</script", "<\\/script").replaceAll("<!--", "<\\!--");
}

function hash(text) {
  return `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
}
