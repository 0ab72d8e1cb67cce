import { mkdtempSync, readFileSync } from "node:fs";
import { request } from "node:http";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { readScenario } from "@twoway/sim";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type * as ServerModule from "../src/api/server.ts";
import type * as StoreModule from "../src/api/store.ts";
import { type Answer, client, headersOf, killAll, type Served, serve } from "./server.ts";

/** What is not an API call in good order: other Hosts and Origins, floods, slow clients, bytes that are no HTTP. */

const test = suite("http");

const GZ = "ap-guangzhou";
let server: Served;
test.before(async () => {
  server = await serve();
});
test.after(killAll);

/** Sends a request whose Host is given by hand, which fetch does not allow. */
function raw(
  headers: Record<string, string>,
  body: string,
): Promise<{ status: number; code: string; headers: string[] }> {
  return new Promise((resolve, reject) => {
    const all = { ...headersOf(server.url, "1", GZ, "DescribeVpcs", body), ...headers };
    const sent = request(server.url, { method: "POST", headers: all }, (response) => {
      let text = "";
      response.on("data", (chunk) => {
        text += chunk;
      });
      response.on("end", () => {
        const { Error: error } = JSON.parse(text).Response;
        resolve({
          status: response.statusCode ?? 0,
          code: error?.Code ?? "ok",
          headers: response.rawHeaders,
        });
      });
    });
    sent.on("error", reject);
    sent.end(body);
  });
}

test("another Host or Origin is refused, and no answer opens itself to other origins", async () => {
  const { host, port } = new URL(server.url);
  for (const [headers, status] of [
    [{ host }, 200],
    [{ host: `localhost:${port}` }, 200],
    [{ host: "example.com" }, 403],
    [{ host: `evil.example:${port}` }, 403],
    [{ host: "127.0.0.1" }, 403],
    [{ origin: `http://${host}` }, 200],
    [{ origin: "http://example.com" }, 403],
    [{ origin: "null" }, 403],
  ] as const) {
    const answer = await raw(headers, "{}");
    assert.is(answer.status, status, JSON.stringify(headers));
    assert.not(answer.headers.some((name) => /^access-control/i.test(name)));
  }
});

test("a body above 1 MiB, one that is no JSON and one that is no object are refused", async () => {
  assert.equal((await raw({}, "x".repeat(1024 * 1024 + 1))).status, 413);
  assert.equal((await raw({ "transfer-encoding": "chunked" }, "x".repeat(1024 * 1024 + 1))).status, 413);
  assert.is((await raw({}, "{")).code, "InvalidParameter");
  assert.is((await raw({}, "[]")).code, "InvalidParameter");
  assert.is((await raw({}, "")).code, "ok");
  assert.is((await raw({}, '{"__proto__": {"Limit": 1}}')).code, "UnknownParameter");
});

test("headers that are missing or of another version are refused by name", async () => {
  const good = headersOf(server.url, "1", GZ, "DescribeVpcs", "{}");
  for (const [header, value, code] of [
    ["x-tc-action", "", "MissingParameter"],
    ["x-tc-region", "", "MissingParameter"],
    ["x-tc-region", "a b", "UnsupportedRegion"],
    ["x-tc-version", "2016-01-01", "NoSuchVersion"],
    ["authorization", "Basic eDp5", "AuthFailure.InvalidAuthorization"],
  ] as const) {
    const response = await fetch(server.url, {
      method: "POST",
      headers: { ...good, [header]: value },
      body: "{}",
    });
    assert.is(((await response.json()) as Answer).Response.Error.Code, code, header);
  }
  assert.is((await fetch(`${server.url}/nothing`)).status, 404);
});

test("a body that nests deeply, is compressed or is no text is refused like any other", async () => {
  const deep = "[".repeat(500_000);
  assert.is((await raw({}, deep)).code, "InvalidParameter");
  assert.is((await raw({}, `${deep}${"]".repeat(500_000)}`)).code, "InvalidParameter");
  assert.is((await raw({}, `{"Offset": ${deep}${"]".repeat(500_000)}}`)).code, "InvalidParameterValue");
  assert.is((await raw({ "content-encoding": "gzip" }, "\x1f\x8b\b")).code, "InvalidParameter");
  assert.is((await raw({ "x-tc-action": "DescribeVpcs, DescribeVpcs" }, "{}")).code, "InvalidAction");
  assert.is((await raw({}, `{"Limit": 1, "Limit": 100, "Offset": -0}`)).code, "ok");
});

/** Sends bytes as they are, and returns everything that comes back until the server hangs up. */
function bytes(url: string, text: string): Promise<string> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname, () => socket.write(text));
    let heard = "";
    socket.on("data", (chunk) => {
      heard += chunk;
    });
    socket.on("error", reject);
    socket.on("close", () => resolve(heard));
  });
}

const { listen } = (await import(new URL("../api/server.js", import.meta.url).href)) as typeof ServerModule;
const { Store } = (await import(new URL("../api/store.js", import.meta.url).href)) as typeof StoreModule;

// what is sent, where HOST is the server's | status | code in the log
for (const [what, text, status, code] of [
  ["no HTTP", "hello\r\n\r\n", 400, "HPE_INVALID_METHOD"],
  ["TLS", "\x16\x03\x01\x02\x00\r\n\r\n", 400, "HPE_INVALID_METHOD"],
  [
    "a flood of headers",
    `POST / HTTP/1.1\r\nHOST${"x-header: value\r\n".repeat(5000)}\r\n`,
    431,
    "HPE_HEADER_OVERFLOW",
  ],
  [
    "one endless header",
    `POST / HTTP/1.1\r\nHOSTx: ${"y".repeat(20_000)}\r\n\r\n`,
    431,
    "HPE_HEADER_OVERFLOW",
  ],
  [
    "two lengths",
    "POST / HTTP/1.1\r\nHOSTContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    400,
    "HPE_INVALID_TRANSFER_ENCODING",
  ],
  ["headers that never end", "POST / HTTP/1.1\r\nHOST", 408, "ERR_HTTP_REQUEST_TIMEOUT"],
  ["no byte after the first", "P", 408, "ERR_HTTP_REQUEST_TIMEOUT"],
  ["a body that never ends", "POST / HTTP/1.1\r\nHOSTContent-Length: 9\r\n\r\n{", 408, "RequestCanceled"],
  ["no Host", "POST / HTTP/1.1\r\n\r\n", 403, "UnauthorizedOperation"],
  ["HTTP/1.0", "POST / HTTP/1.0\r\n\r\n", 403, "UnauthorizedOperation"],
  ["a Host that is none", "POST / HTTP/1.1\r\nHost: [\r\n\r\n", 403, "UnauthorizedOperation"],
  ["two Hosts", "POST / HTTP/1.1\r\nHOSTHost: evil.example\r\n\r\n", 403, "UnauthorizedOperation"],
  [
    "a preflight",
    "OPTIONS / HTTP/1.1\r\nHOSTOrigin: http://evil.example\r\n\r\n",
    403,
    "UnauthorizedOperation",
  ],
  ["another path", "GET /etc/passwd HTTP/1.1\r\nHOSTConnection: close\r\n\r\n", 404, "InvalidAction"],
  [
    "a broken query",
    "GET /v2/index.php?%&Action=%E0 HTTP/1.1\r\nHOSTConnection: close\r\n\r\n",
    200,
    "MissingParameter",
  ],
] as const) {
  test(`${what} is answered with ${status} and one line in the log, and the connection ends`, async () => {
    const lines: { readonly code?: string }[] = [];
    const log = (line: { readonly code?: string }): void => void lines.push(line);
    const store = new Store(readScenario("vpcs: {}", "net").scenario.network);
    const patience = { headers: 100, request: 200 };
    const { url, close } = await listen({ api: { store, accounts: undefined }, port: 0, log, patience });
    try {
      const heard = await bytes(url, text.replace("HOST", `Host: ${new URL(url).host}\r\n`));
      assert.is(heard.slice(0, 12), `HTTP/1.1 ${status}`);
      assert.not.match(heard, /access-control/i);
      while (lines.length === 0) await setImmediate();
    } finally {
      await close();
    }
    assert.equal(
      lines.map(({ code }) => code),
      [code],
    );
  });
}

test("the log has one line for each request, and no parameter, secret id or signature in it", async () => {
  const own = await serve();
  await client(own.url, "AKIDhidden", GZ)("CreateVpc", { VpcName: "hidden name", CidrBlock: "10.1.0.0/16" });
  await client(own.url, "AKIDhidden", GZ)("NoSuchAction\u0041", { VpcName: "hidden name" });
  await fetch(`${own.url}/v2/index.php?Action=X&SecretId=AKIDhidden&Signature=hidden`);
  await fetch(own.url, { method: "POST", headers: { authorization: "hidden\t{}" }, body: "hidden" });
  assert.is(await own.stop(), 143);
  const lines = own.err().trim().split("\n");
  assert.is(lines.length, 4);
  for (const [i, [action, code, path]] of [
    ["CreateVpc", undefined, "/"],
    [undefined, "InvalidAction", "/"],
    [undefined, "InvalidAction", "/v2/index.php"],
    [undefined, "MissingParameter", "/"],
  ].entries()) {
    const line = JSON.parse(lines[i]);
    assert.equal([line.action, line.code, line.path], [action, code, path]);
    assert.match(line.time, /^\d{4}-\d\d-\d\dT/);
    assert.match(line.requestId, /^[0-9a-f-]{36}$/);
    assert.type(line.ms, "number");
    assert.not.match(lines[i].replace('"account":"AKIDhidden"', ""), /hidden/);
  }
});

test("told to stop, it answers the request that is under way, and takes no other", async () => {
  const journal = join(mkdtempSync(join(tmpdir(), "twoway-http-")), "journal.yaml");
  const own = await serve("--journal", journal);
  const body = JSON.stringify({ VpcName: "late", CidrBlock: "10.1.0.0/16" });
  const answered = new Promise<Answer>((resolve, reject) => {
    const headers = { ...headersOf(own.url, "1", GZ, "CreateVpc", body), "content-length": body.length };
    const sent = request(own.url, { method: "POST", headers }, (response) => {
      let text = "";
      response.on("data", (chunk) => {
        text += chunk;
      });
      response.on("end", () => resolve(JSON.parse(text).Response));
    });
    sent.on("error", reject);
    sent.write(body.slice(0, 5));
    sent.flushHeaders();
    // the server has seen its beginning when it has answered another one
    void client(
      own.url,
      "1",
      GZ,
    )("DescribeVpcs").then(async () => {
      own.child.kill("SIGTERM");
      while (
        await fetch(own.url)
          .then(() => true)
          .catch(() => false)
      );
      sent.end(body.slice(5));
    }, reject);
  });
  assert.is((await answered).Vpc.VpcName, "late");
  assert.is(await own.ended, 143);
  assert.match(readFileSync(journal, "utf8"), /name late/);
});

test("told to stop, it does not wait for a client that never ends its request", async () => {
  const own = await serve();
  const { host } = new URL(own.url);
  const cut = bytes(own.url, `POST / HTTP/1.1\r\nHost: ${host}\r\nContent-Length: 9\r\n\r\n{`).catch(
    () => "cut",
  );
  await client(own.url, "1", GZ)("DescribeVpcs");
  assert.is(await own.stop("SIGINT"), 130);
  await cut;
  assert.match(own.err(), /RequestCanceled/);
});

test.run();
