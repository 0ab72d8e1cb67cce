import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { ROOT, twoway } from "./command.ts";
import { type Answer, client, killAll, ready, startPage } from "./server.ts";

/** The page as it leaves the command: over HTTP, and as one file. What it does in a browser is tested in packages/web. */

const test = suite("page");
const FOLDER = mkdtempSync(join(tmpdir(), "twoway-page-"));
const SCENARIO = "scenarios/one-sided-route.yaml";

test.after(() => killAll());

test("the page is served with its scripts, a policy that lets nothing else in, and the network as it was read", async () => {
  const server = await ready(startPage([SCENARIO]));
  const page = await fetch(server.url);
  assert.is(page.status, 200);
  const policy = page.headers.get("content-security-policy") ?? "";
  assert.match(policy, /^default-src 'none'; script-src 'self';/);
  assert.not.match(policy, /unsafe|blob:|https?:|\*/);
  assert.match(policy, /frame-ancestors 'none'/);
  const html = await page.text();
  const scripts = [...html.matchAll(/(?:src|href)="\.\/(assets\/[^"]+)"/g)].map(([, path]) => path);
  assert.ok(scripts.length >= 2, "a script and a style");
  for (const path of [...scripts, "assets/engine-worker.js", "assets/layout-worker.js"]) {
    const file = await fetch(`${server.url}/${path}`);
    assert.is(file.status, 200, path);
    assert.is(file.headers.get("x-content-type-options"), "nosniff");
    assert.match(file.headers.get("content-type") ?? "", /^text\/(javascript|css)/);
  }
  const { files } = (await (await fetch(`${server.url}/network`)).json()) as Answer;
  assert.equal(files, [{ name: SCENARIO, text: readFileSync(join(ROOT, SCENARIO), "utf8") }]);
  // no API unless it is asked for, and nothing beside the page
  assert.is((await fetch(server.url, { method: "POST", body: "{}" })).status, 404);
  for (const path of ["/assets/", "/assets/..%2f..%2ftwoway.js", "/single.html", "/manifest.json"])
    assert.is((await fetch(`${server.url}${path}`)).status, 404, path);
  assert.is(await server.stop(), 143);
});

test("a page of another origin gets nothing, the network least of all", async () => {
  const server = await ready(startPage([SCENARIO]));
  for (const path of ["/", "/network"]) {
    const foreign = await fetch(`${server.url}${path}`, { headers: { origin: "http://example.com" } });
    assert.is(foreign.status, 403);
    const own = await fetch(`${server.url}${path}`, { headers: { origin: server.url } });
    assert.is(own.status, 200);
    assert.is(own.headers.get("access-control-allow-origin"), null);
    assert.is(own.headers.get("cross-origin-resource-policy"), "same-origin");
  }
  await server.stop();
});

test("with --api the page shows what the API made of the network by then", async () => {
  const server = await ready(startPage(["--api"]));
  const files = async (): Promise<string> =>
    ((await (await fetch(`${server.url}/network`)).json()) as Answer).files[0].text;
  assert.not.match(await files(), /10\.9\.0\.0/);
  const one = client(server.url, "100001", "ap-guangzhou");
  assert.is(await one.code("CreateVpc", { VpcName: "v", CidrBlock: "10.9.0.0/16" }), "ok");
  assert.match(await files(), /10\.9\.0\.0/);
  await server.stop();
});

test("--export writes one file that carries all, with a policy of the hashes of what is in it", async () => {
  const file = join(FOLDER, "page.html");
  const { status } = await twoway(["serve", SCENARIO, "--export", file]);
  assert.is(status, 0);
  const html = readFileSync(file, "utf8");
  const [, policy] = /content-security-policy" content="([^"]+)"/.exec(html) ?? [];
  assert.match(policy, /^default-src 'none'/);
  assert.not.match(policy, /'self'|https?:|unsafe|connect-src/);
  const run = [...html.matchAll(/<script type="module">([\s\S]*?)<\/script>/g)];
  assert.is(run.length, 1);
  for (const [text, rule] of [
    [run[0][1], "script-src"],
    [/<style>([\s\S]*?)<\/style>/.exec(html)?.[1] ?? "", "style-src"],
  ])
    assert.ok(
      policy.includes(`${rule} 'sha256-${createHash("sha256").update(text).digest("base64")}'`),
      rule,
    );
  assert.not.match(html.slice(0, 4000), /src="|rel="(stylesheet|modulepreload)"/);
  const [, json] = /<script type="application\/json" id="network">([^<]*)<\/script>/.exec(html) ?? [];
  assert.is(JSON.parse(json).files[0].text, readFileSync(join(ROOT, SCENARIO), "utf8"));
  assert.equal(readdirSync(FOLDER), ["page.html"], "nothing is left beside it");
});

test("text of a network cannot end its block in the exported file, and survives as it is", async () => {
  const [network, file] = [join(FOLDER, "bad.yaml"), join(FOLDER, "bad.html")];
  const text = 'name: "</script><script>alert(1)</script><!--"\nvpcs: { a: { cidr: 10.0.0.0/16 } }\n';
  writeFileSync(network, text);
  assert.is((await twoway(["serve", network, "--export", file])).status, 0);
  const html = readFileSync(file, "utf8");
  assert.not.match(html, /alert\(1\)<\/script>/);
  const [, json] = /id="network">([^<]*)<\/script>/.exec(html) ?? [];
  assert.is(JSON.parse(json).files[0].text, text);
});

test("what is wrong with the network or the place is said before anything is served or written", async () => {
  const [network, file] = [join(FOLDER, "broken.yaml"), join(FOLDER, "none.html")];
  writeFileSync(network, "vpcs: { a: { cidr: 10.0.0.1/16 } }\n");
  const broken = await twoway(["serve", network, "--export", file]);
  assert.is(broken.status, 2);
  assert.match(broken.err, /broken\.yaml:1:20/);
  assert.not.ok(existsSync(file));
  const nowhere = await twoway(["serve", SCENARIO, "--export", join(FOLDER, "no", "such.html")]);
  assert.is(nowhere.status, 2);
  assert.is((await twoway(["serve", "--api", "--export", file])).status, 2);
  assert.is((await twoway(["serve", "--journal", file])).status, 2);
  assert.not.ok(existsSync(file));
});

test.run();
