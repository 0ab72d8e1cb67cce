// Takes the pictures of the README from the real page: serves bundled scenarios, opens each by a link, and writes
// docs/page-*.png. Needs Chromium (TWOWAY_CHROMIUM, or /usr/bin/chromium) and a built project.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const ROOT = join(import.meta.dirname, "..");
const WEB = join(ROOT, "packages/web");
const { chromium } = createRequire(join(WEB, "package.json"))("playwright-core");
const { encodeLink } = await import(pathToFileURL(join(WEB, "dist/state/link.js")).href);

/** What is seen on each: a scenario, the panel, the ends and the changes; the step of the story and the large picture. */
const PICTURES = {
  "one-sided": { scenario: "one-sided-route", panel: "trace", from: "web", to: "db" },
  "non-transitive": {
    scenario: "non-transitive",
    panel: "trace",
    from: "b",
    to: "c",
  },
  "what-if": { scenario: "blast-radius", panel: "what-if", changes: ["delete-peering shared-mail"] },
  matrix: { scenario: "blast-radius", panel: "story", stage: "matrix", step: 3 },
  traffic: { scenario: "cross-region-congestion", panel: "story", stage: "traffic", step: 2 },
};

/** What is there when a panel or a large picture is. */
const SHOWN = {
  trace: ".outcome",
  "what-if": ".flips",
  story: ".steps",
  topology: "canvas[data-painted]",
  matrix: ".heat-canvas",
  traffic: ".uplot canvas",
};

const server = spawn(process.execPath, ["packages/cli/bundle/twoway.js", "serve", "--port", "0"], {
  cwd: ROOT,
});
server.stderr.resume();
const [line] = await once(server.stdout, "data");
const browser = await chromium.launch({
  executablePath: process.env.TWOWAY_CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"],
});
try {
  for (const [name, picture] of Object.entries(PICTURES)) {
    const { scenario, panel, from = "", to = "", changes = [], stage = "topology", step = 0 } = picture;
    const source = { kind: "scenario", name: `${scenario}.yaml` };
    const link = await encodeLink({
      source,
      panel,
      from,
      to,
      changes,
      stage,
      step,
      protocol: "any",
      port: "",
    });
    const page = await browser.newPage({ viewport: { width: 1280, height: 720 }, reducedMotion: "reduce" });
    await page.goto(`${String(line).trim()}/#${link}`);
    await page.waitForSelector(SHOWN[panel]);
    await page.waitForSelector(SHOWN[stage]);
    await page.waitForTimeout(1000); // the fixes come behind the trace
    await page.screenshot({ path: join(ROOT, "docs", `page-${name}.png`) });
    await page.close();
    console.log(`docs/page-${name}.png`);
  }
} finally {
  await browser.close();
  server.kill();
}
