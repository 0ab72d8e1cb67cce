import { answer, parseAction, readScenario, resolveEndpoint, WhatIf } from "@twoway/sim";
import { decodeLink, encodeLink } from "@twoway/web/state/link";
import * as assert from "uvu/assert";
import { browsing, drop, exported, painted, seriousFaults } from "./chromium.ts";
import { flips, openStory, textOf, trace, tryAction } from "./gestures.ts";
import { expectedFlips, largeNetwork, STORIES, storyCalled } from "./networks.ts";

/** The page in a browser, as `twoway serve` serves it and as `--export` writes it. */

const test = browsing("page in a browser");
const { browse } = test;

browse("every bundled scenario opens from the list and is painted", {}, async (page) => {
  for (const { name, text } of STORIES) {
    const title = readScenario(text, name).scenario.name;
    await page.getByRole("button", { name: title, exact: true }).click();
    await painted(page, title);
    await page.getByRole("button", { name: "twoway: to the start" }).click();
  }
});

browse(
  "a trace shows both paths with the verdict, the cause and the source place that sim gives",
  { story: "one-sided-route" },
  async (page) => {
    assert.match(await trace(page, "web", "db"), /forward-only/);
    const { network } = storyCalled("one-sided-route").scenario;
    const ends = ["web", "db"].map((end) => resolveEndpoint(network, end, ""));
    const { forward, return: back } = answer(network, ends[0], ends[1], { protocol: "any" }).shown;
    const hops = await page.$$eval(".hops li strong", (nodes) => nodes.map((node) => node.textContent));
    assert.equal(
      hops,
      [...forward.hops, ...back.hops].map(({ node }) => node),
    );
    const text = await textOf(page.locator(".trace"));
    assert.ok(text.includes(forward.hops[0].route?.source ?? "-"), "the source of the deciding route");
    assert.ok(back.cause !== null && text.includes(back.message) && text.includes(back.cause));
  },
);

browse(
  "a proposed fix is tried with one click, and the pair is two-way then",
  { story: "one-sided-route" },
  async (page) => {
    await trace(page, "web", "db");
    await page.getByRole("button", { name: "Try it" }).first().click();
    await page.waitForSelector(".outcome.two-way");
    assert.match(await textOf(page.locator(".outcome")), /two-way/);
  },
);

browse(
  "a change flips exactly the pairs that sim says, undo brings them back, redo takes them again",
  { story: "blast-radius" },
  async (page) => {
    const lines = ["delete-peering shared-mail", "delete-peering shared-bank"];
    for (const [i, line] of lines.entries()) {
      await tryAction(page, line);
      const wanted = expectedFlips(storyCalled("blast-radius").scenario.network, lines.slice(0, i + 1));
      assert.ok(wanted.length > 0);
      assert.equal(await flips(page), wanted);
    }
    await page.getByRole("button", { name: "Undo" }).click();
    await page.waitForFunction(() => document.querySelectorAll(".changes > li").length === 1);
    assert.equal(
      await flips(page),
      expectedFlips(storyCalled("blast-radius").scenario.network, lines.slice(0, 1)),
    );
    await page.keyboard.press("Control+z");
    await page.waitForFunction(() => document.querySelectorAll(".changes > li").length === 0);
    assert.equal(await flips(page), []);
    await page.keyboard.press("Control+Shift+z");
    await page.waitForSelector(".flips");
    assert.equal(
      await flips(page),
      expectedFlips(storyCalled("blast-radius").scenario.network, lines.slice(0, 1)),
    );
  },
);

browse(
  "what the cloud refuses is told with its code and its advice, and changes nothing",
  { story: "non-transitive" },
  async (page) => {
    await page.getByRole("tab", { name: "What-if" }).click();
    await page.getByLabel("Action", { exact: true }).first().fill("accept-peering pcx-12");
    await page.keyboard.press("Enter");
    const alert = page.getByRole("alert");
    await alert.waitFor();
    const { network } = storyCalled("non-transitive").scenario;
    const tried = new WhatIf(network).apply([parseAction("accept-peering pcx-12")]);
    assert.is(tried.kind, "refused");
    if (tried.kind === "refused") assert.ok((await textOf(alert)).includes(tried.refusal.code));
    assert.is(await page.locator(".changes > li").count(), 0);
  },
);

browse(
  "a link is the what-if: opened elsewhere it shows the same changes, ends and pairs",
  {},
  async (page) => {
    const line = "delete-peering shared-mail";
    const link = await encodeLink({
      source: { kind: "scenario", name: "blast-radius.yaml" },
      changes: [line],
      from: "shared/login",
      to: "mail/relay",
      protocol: "tcp",
      port: "443",
      panel: "what-if",
    });
    await page.goto(`${page.url()}#${link}`);
    await page.waitForSelector(".flips");
    assert.equal(await flips(page), expectedFlips(storyCalled("blast-radius").scenario.network, [line]));
    await page.getByRole("tab", { name: "Trace" }).click();
    await page.waitForSelector(".outcome.unreachable");
    assert.is(await page.getByLabel("Port").inputValue(), "443");
    // the address follows what is tried
    await tryAction(page, "delete-peering shared-bank");
    for (let tries = 0; tries < 200; tries++) {
      const now = await decodeLink(new URL(page.url()).hash);
      if (now?.changes.length === 2) break;
      await page.waitForTimeout(20);
    }
    const copy = await page.context().newPage();
    await copy.goto(page.url());
    await copy.waitForFunction(() => document.querySelectorAll(".changes > li").length === 2);
  },
);

browse(
  "another link put into the address of an open page is followed",
  { story: "quickstart" },
  async (page) => {
    const source = { kind: "scenario", name: "blast-radius.yaml" } as const;
    const rest = { from: "", to: "", protocol: "any", port: "", panel: "what-if" };
    const link = await encodeLink({ ...rest, source, changes: ["delete-peering shared-mail"] });
    await page.evaluate((hash) => {
      location.hash = hash;
    }, link);
    await painted(page, storyCalled("blast-radius").title);
    await page.waitForSelector(".flips");
  },
);

browse("a damaged link says so and leaves the page usable", {}, async (page) => {
  await page.goto(`${page.url()}#1.AAAA`);
  await page.getByText("This link is damaged").waitFor();
  await page.getByRole("button", { name: storyCalled("quickstart").title, exact: true }).waitFor();
});

browse(
  "a malformed file that is dropped shows its fault with line and column, and what was open stays",
  { story: "quickstart" },
  async (page) => {
    await drop(page, [
      { name: "bad.yaml", text: "vpcs:\n  a: { cidr: 10.0.0.1/16 }\n  b: { cidr: 10.1.0.0/33 }\n" },
    ]);
    const alert = page.getByRole("alert");
    await alert.waitFor();
    const text = await textOf(alert);
    assert.match(text, /bad\.yaml:2:14/);
    assert.match(text, /bad\.yaml:3:23/);
    assert.match(text, /a: \{ cidr: 10\.0\.0\.1\/16 \}/);
    assert.is(await textOf(page.locator("h1")), storyCalled("quickstart").title);
    await drop(page, [
      {
        name: "good.yaml",
        text: "name: Dropped\nvpcs: { a: { cidr: 10.0.0.0/16, subnets: { x: 10.0.1.0/24 } } }\n",
      },
    ]);
    await painted(page, "Dropped");
    assert.is(await page.getByRole("alert").count(), 0);
  },
);

browse("a network without a VPC says so, and what makes one", {}, async (page) => {
  await drop(page, [{ name: "empty.yaml", text: "name: Nothing\nvpcs: {}\n" }]);
  await painted(page, "Nothing");
  await page.getByText("There is no VPC here yet").waitFor();
  await tryAction(page, "create-vpc first 10.0.0.0/16");
  await page.getByText("There is no VPC here yet").waitFor({ state: "detached" });
});

browse(
  "the keyboard steps through the picture, and the table twin has everything that is drawn",
  { story: "two-places-three-centres" },
  async (page) => {
    await page.locator("canvas").focus();
    await page.keyboard.press("n");
    await page.locator(".inspector").waitFor();
    const first = await textOf(page.locator(".inspector h2"));
    await page.keyboard.press("n");
    assert.is.not(await textOf(page.locator(".inspector h2")), first);
    await page.keyboard.press("Escape");
    assert.is(await page.locator(".inspector").count(), 0);
    await page.getByRole("button", { name: "As a table" }).click();
    const text = await textOf(page.locator(".twin"));
    const { network } = storyCalled("two-places-three-centres").scenario;
    for (const { id, subnets } of network.vpcs.values())
      for (const name of [id, ...subnets.keys()]) assert.ok(text.includes(name), name);
    for (const id of network.peerings.keys()) assert.ok(text.includes(id), id);
  },
);

browse(
  "a click on a peering in the picture offers what its state allows, and does it",
  { story: "one-sided-route" },
  async (page) => {
    const box = (await page.locator("canvas").boundingBox())!;
    // two VPCs side by side: the line between them crosses the middle
    await page.mouse.click(box.x + box.width / 2, box.y + box.height / 2);
    await page.locator(".inspector", { hasText: "shop-to-data" }).waitFor();
    await page.locator(".inspector").getByRole("button", { name: "Delete" }).click();
    await page.waitForFunction(
      () => document.querySelector(".changes code")?.textContent === "delete-peering shop-to-data",
    );
  },
);

for (const kind of ["hub", "gateway"] as const) {
  browse(
    `a ${kind} shows the routes that lead to it, and what can be done to each is done`,
    { story: kind === "hub" ? "hub-isolated-spokes" : "edge-to-edge" },
    async (page) => {
      const { network } = storyCalled(kind === "hub" ? "hub-isolated-spokes" : "edge-to-edge").scenario;
      const [target] = (kind === "hub" ? network.hubs! : network.gateways).keys();
      const routes = [...network.vpcs.values()]
        .flatMap((vpc) => [...vpc.tables.values()])
        .flatMap(({ id, routes }) => [...(routes ?? [])].map((route) => ({ table: id, route })))
        .filter(({ route }) => route.target === target)
        .map(({ table, route }) => ({ table, destination: `${route.destination}` }));
      assert.ok(routes.length > 0);
      await page.getByRole("button", { name: "As a table" }).click();
      await page.locator(".twin").getByRole("button", { name: target, exact: true }).click();
      const rows = page.locator(".inspector .routes tr");
      await rows.first().waitFor();
      assert.is(await rows.count(), routes.length);
      const text = await textOf(page.locator(".inspector"));
      for (const { table, destination } of routes) assert.ok(text.includes(`${table}: ${destination}`), text);
      const [{ table, destination }] = routes;
      await rows.first().getByRole("button", { name: "Delete" }).click();
      await page.waitForFunction(
        (line) => document.querySelector(".changes code")?.textContent === line,
        `delete-route ${table} ${destination} -> ${target}`,
      );
      await page.waitForFunction(
        (count) => document.querySelectorAll(".inspector .routes tr").length === count,
        routes.length - 1,
      );
      const line = page.getByLabel("Action", { exact: true }).first();
      await page.locator(".inspector").getByRole("button", { name: "Add a route of" }).first().click();
      assert.match(await line.inputValue(), new RegExp(`^add-route \\S+ 0.0.0.0/0 -> ${target}$`));
    },
  );
}

browse(
  "readers who want no motion see the packet where it ends, at once",
  { story: "one-sided-route", reducedMotion: "reduce" },
  async (page) => {
    await trace(page, "web", "db");
    assert.is(await page.locator("canvas[data-moving]").count(), 0);
  },
);

for (const colorScheme of ["light", "dark"] as const) {
  browse(`axe-core finds nothing serious in the ${colorScheme} theme`, { colorScheme }, async (page) => {
    const check = async (where: string): Promise<void> => assert.equal(await seriousFaults(page), [], where);
    await page.getByRole("button", { name: storyCalled("quickstart").title, exact: true }).waitFor();
    await check("start");
    await openStory(page, "blast-radius");
    await trace(page, "login", "relay");
    await check("trace");
    await tryAction(page, "delete-peering shared-mail");
    await page.waitForSelector(".flips");
    await check("what-if");
    await page.getByRole("button", { name: "As a table" }).click();
    await page.getByRole("button", { name: "shared-shop" }).click();
    await check("table");
  });
}

browse(
  "on a phone's width everything can be read without scrolling sideways",
  { story: "blast-radius", viewport: { width: 390, height: 844 } },
  async (page) => {
    await trace(page, "login", "relay");
    const [wide, screen] = await page.evaluate(() => [
      document.documentElement.scrollWidth,
      window.innerWidth,
    ]);
    assert.ok(wide <= screen, `${wide} on ${screen}`);
  },
);

browse(
  "the exported file works from disk: it traces, tries changes, and asks nobody for anything",
  () => ({ file: exported("one-sided-route") }),
  async (page) => {
    const { title, scenario } = storyCalled("one-sided-route");
    await painted(page, title);
    assert.match(await trace(page, "web", "db"), /forward-only/);
    await tryAction(page, "delete-peering shop-to-data");
    assert.equal(await flips(page), expectedFlips(scenario.network, ["delete-peering shop-to-data"]));
  },
);

let large: ReturnType<typeof largeNetwork>;

browse(
  "2,000 VPCs open folded, unfold, pan, and answer a click",
  () => {
    large = largeNetwork(2000);
    return { serve: [large.file], patience: 60_000 };
  },
  async (page) => {
    await page.waitForFunction(() => Number(document.querySelector("canvas")?.dataset.painted ?? 0) > 0);
    const first = await page.evaluate(() => performance.now());
    await page.getByRole("button", { name: "Unfold all groups" }).click();
    await page.getByRole("button", { name: "Fold all groups" }).waitFor();
    await page.waitForTimeout(500);
    const frames = await page.evaluate(async () => {
      const canvas = document.querySelector("canvas")!;
      canvas.focus();
      const times: number[] = [];
      let last = performance.now();
      for (let i = 0; i < 40; i++) {
        canvas.dispatchEvent(
          new KeyboardEvent("keydown", { key: i % 2 ? "ArrowLeft" : "ArrowDown", bubbles: true }),
        );
        await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
        times.push(performance.now() - last);
        last = performance.now();
      }
      return times.sort((a, b) => a - b);
    });
    const { network } = large;
    const [peering] = network.peerings.keys();
    const clicked = performance.now();
    await tryAction(page, `delete-peering ${peering}`);
    await page.waitForSelector(".flips");
    const took = performance.now() - clicked;
    const session = new WhatIf(network);
    const tried = session.apply([parseAction(`delete-peering ${peering}`)]);
    assert.is(tried.kind, "applied");
    if (tried.kind === "applied")
      assert.match(
        await textOf(page.locator(".panel")),
        new RegExp(`${tried.change.pairs.length} ordered pairs`),
      );
    console.log(
      `\nnote 2,000 VPCs: first picture ${Math.round(first)} ms, two frames while panning ${Math.round(frames[20])} ms (median), ` +
        `a change typed and shown ${Math.round(took)} ms`,
    );
  },
);

test.run();
