import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type * as WebhookModule from "../src/api/webhook.ts";
import { twoway } from "./command.ts";
import { type Answer, client, headersOf, killAll, type Served, serve } from "./server.ts";

const { webhookUrl } = (await import(
  new URL("../api/webhook.js", import.meta.url).href
)) as typeof WebhookModule;

// Traffic, figures and alarms of `twoway serve`.
const test = suite("monitor");
test.after(killAll);

const SCENARIO = "scenarios/disaster-failover.yaml";
const GZ = "ap-guangzhou";

/** A client of Cloud Monitor, which has a version of its own. */
async function monitorData(url: string, params: object): Promise<Answer> {
  const body = JSON.stringify(params);
  const headers = { ...headersOf(url, "self", GZ, "GetMonitorData", body), "x-tc-version": "2018-07-24" };
  return ((await (await fetch(url, { method: "POST", headers, body })).json()) as Answer).Response;
}

const asked = (peering: string, MetricName: string, more: object = {}): object => ({
  Namespace: "QCE/PCX",
  MetricName,
  Instances: [{ Dimensions: [{ Name: "peeringConnectionId", Value: peering }] }],
  Period: 60,
  StartTime: "2026-01-01T10:00:00Z",
  ...more,
});

/** Plays the story of the scenario by the API: ten minutes, the wrong delete, five minutes. */
async function disaster(url: string): Promise<void> {
  const call = client(url, "self", GZ);
  await call("AdvanceClock", { Duration: "10m" });
  assert.is(await call.code("DeleteVpcPeeringConnection", { PeeringConnectionId: "primary" }), "ok");
  await call("AdvanceClock", { Duration: "5m" });
}

test("the figures are those of the story, and there are none of what is not metered yet", async () => {
  const { url, stop } = await serve(SCENARIO);
  assert.equal((await monitorData(url, asked("backup", "PkgDrop"))).DataPoints[0].Values, []);
  await disaster(url);
  const { Period, MetricName, DataPoints, StartTime, EndTime } = await monitorData(
    url,
    asked("backup", "PkgDrop"),
  );
  assert.equal(
    [Period, MetricName, StartTime, EndTime],
    [60, "PkgDrop", "2026-01-01T10:00:00Z", "2026-01-01T10:15:00Z"],
  );
  assert.equal(DataPoints[0].Values, [...Array(12).fill(0), 41.667, 41.667, 41.667]);
  assert.is(DataPoints[0].Timestamps[12], Date.parse("2026-01-01T10:12:00Z") / 1000);
  // five minutes are the documented default, and the day's first second the documented start
  const coarse = await monitorData(
    url,
    asked("backup", "OutBandwidth", { Period: undefined, StartTime: undefined }),
  );
  assert.equal(coarse.DataPoints[0].Values, [20_000_000, 20_000_000, 38_000_000]);
  await stop();
});

test("what cannot be asked has the documented codes", async () => {
  const { url, stop } = await serve(SCENARIO);
  const code = async (params: object): Promise<string> =>
    (await monitorData(url, params)).Error?.Code ?? "ok";
  assert.is(await code(asked("backup", "PkgDrop")), "ok");
  assert.is(await code(asked("nobody", "PkgDrop")), "ResourceNotFound");
  assert.is(await code(asked("backup", "Loss")), "InvalidParameterValue");
  assert.is(await code({ ...asked("backup", "PkgDrop"), Namespace: "QCE/CVM" }), "InvalidParameterValue");
  assert.is(await code(asked("backup", "PkgDrop", { StartTime: "yesterday" })), "InvalidParameterValue");
  assert.is(
    await code(asked("backup", "PkgDrop", { EndTime: "2026-01-01T09:00:00Z" })),
    "InvalidParameterValue",
  );
  assert.is(await code(asked("backup", "PkgDrop", { StartTime: "2025-12-01T00:00:00Z" })), "LimitExceeded");
  const call = client(url, "self", GZ);
  assert.is(await call.code("GetMonitorData", asked("backup", "PkgDrop")), "NoSuchVersion");
  await stop();
});

/** A receiver on this machine that answers with the status. */
async function receiver(status: number): Promise<{ server: Server; url: string; got: Answer[] }> {
  const got: Answer[] = [];
  const server = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += chunk;
    got.push(JSON.parse(body));
    response.writeHead(status, { location: "http://127.0.0.1:1/" }).end();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/alarms`, got };
}

/** Waits until something is the case; the test's own time limit ends it otherwise. */
async function until(isSo: () => boolean): Promise<void> {
  for (let i = 0; i < 400 && !isSo(); i++) await new Promise((resolve) => setTimeout(resolve, 25));
  assert.ok(isSo());
}

test("a program on this machine hears of every alarm once, and the log has a line for it", async () => {
  const { server, url: hook, got } = await receiver(204);
  const { url, stop, err } = await serve(SCENARIO, "--webhook", hook);
  await disaster(url);
  await until(() => got.length === 1);
  assert.equal(got[0], {
    version: 1,
    at: "2026-01-01T10:15:00Z",
    alarm: "drops",
    peering: "backup",
    to: "ALARM",
    value: 5000 / 120,
    receivers: ["network-duty", "shop-owner"],
    message: "2026-01-01T10:15:00Z drops on backup: ALARM, PkgDrop is 41.667% (PkgDrop > 5%)",
  });
  await client(
    url,
    "self",
    GZ,
  )("ModifyVpcPeeringConnection", { PeeringConnectionId: "backup", Bandwidth: 100 });
  await client(url, "self", GZ)("AdvanceClock", { Duration: "2m" });
  await until(() => got.length === 2);
  assert.equal([got[1].to, got[1].at], ["OK", "2026-01-01T10:16:00Z"]);
  assert.match(err(), /"alarm":"drops","peering":"backup","to":"ALARM","at":"2026-01-01T10:15:00Z"/);
  assert.is(await stop(), 143);
  server.close();
});

test("a receiver that fails, sends elsewhere or is not there costs a line in the log and nothing else", async () => {
  const gone = await receiver(200);
  gone.server.close();
  for (const [hook, reason] of [
    [await receiver(500), /"webhook":"drops on backup: the answer is 500"/],
    [await receiver(302), /"webhook":"drops on backup: /],
    [gone, /"webhook":"drops on backup: ECONNREFUSED"/],
  ] as const) {
    const { url, stop, err }: Served = await serve(SCENARIO, "--webhook", hook.url);
    await disaster(url);
    await until(() => reason.test(err()));
    assert.is(await client(url, "self", GZ).code("AdvanceClock", { Duration: "1m" }), "ok");
    await stop();
    hook.server.close();
  }
});

test("messages go to this machine only, and only where there is something to tell", async () => {
  assert.is(webhookUrl("http://127.0.0.1:9000/alarms")?.href, "http://127.0.0.1:9000/alarms");
  for (const url of [
    "http://example.com/",
    "https://127.0.0.1:9000/",
    "http://127.0.0.1.example.com/",
    "http://user:secret@127.0.0.1/",
    "http://localhost:9000/",
    "127.0.0.1:9000",
    "file:///etc/passwd",
  ])
    assert.is(webhookUrl(url), undefined, url);
  const args = ["serve", "--api", "--port", "0"];
  const away = await twoway([...args, SCENARIO, "--webhook", "http://example.com/"]);
  assert.is(away.status, 2);
  assert.match(away.err, /is not plain HTTP on this machine/);
  const still = await twoway([...args, "--webhook", "http://127.0.0.1:9000/"]);
  assert.is(still.status, 2);
  assert.match(still.err, /alarms need a scenario with `traffic` and `alarms`/);
});

test.run();
