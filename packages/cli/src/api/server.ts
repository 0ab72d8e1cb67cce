import { randomUUID } from "node:crypto";
import type { AddressInfo } from "node:net";
import { createAdaptorServer, type ServerType } from "@hono/node-server";
import { type Context, Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { answer2, failure2 } from "./api2.ts";
import { answer3, type Noted } from "./api3.ts";
import type { Accounts } from "./caller.ts";
import { ApiError } from "./error.ts";
import type { Store } from "./store.ts";

/**
 * The server: on this machine only, and for programs on it. A web page elsewhere that a browser shows cannot reach it:
 * the Host must be this address (so no other name can be pointed here), a foreign Origin is refused, and no answer
 * allows another origin to read it.
 */

const MAX_BODY = 1024 * 1024;
/** How long open requests may take to end before their connections are cut. */
const GRACE_MS = 2000;

/** One line of the log. Never a secret, a signature or a parameter. */
interface LogLine extends Noted {
  readonly time: string;
  readonly requestId: string;
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly ms: number;
}

export interface Settings {
  readonly store: Store;
  readonly accounts: Accounts;
  readonly port: number;
  readonly log: (line: LogLine) => void;
}

export interface Running {
  /** `http://127.0.0.1:8080`. */
  readonly url: string;
  /** Takes no more requests and resolves when those that are open have ended. */
  readonly close: () => Promise<void>;
}

interface Env {
  Variables: { requestId: string; noted: Noted };
}

/** Starts listening. Rejects when it cannot: the port is taken, for example. */
export async function listen(settings: Settings): Promise<Running> {
  let port = settings.port;
  const app = routes(settings, () => port);
  const server = createAdaptorServer({ fetch: app.fetch });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  port = (server.address() as AddressInfo).port;
  return { url: `http://127.0.0.1:${port}`, close: () => close(server) };
}

function routes({ store, accounts, log }: Settings, port: () => number): Hono<Env> {
  const app = new Hono<Env>();
  app.use(async (c, next) => {
    const requestId = randomUUID();
    const noted: Noted = {};
    c.set("requestId", requestId);
    c.set("noted", noted);
    const started = performance.now();
    await next();
    log({
      time: new Date().toISOString(),
      requestId,
      method: c.req.method,
      path: c.req.path.slice(0, 100),
      ...noted,
      status: c.res.status,
      ms: Math.round((performance.now() - started) * 100) / 100,
    });
  });
  app.use(async (c, next) => {
    const hosts = [`127.0.0.1:${port()}`, `localhost:${port()}`];
    const host = c.req.header("host") ?? "";
    if (!hosts.includes(host))
      return failure(c, 403, "UnauthorizedOperation", "this Host is not served here");
    const origin = c.req.header("origin");
    if (origin !== undefined && origin !== `http://${host}`) {
      return failure(c, 403, "UnauthorizedOperation", "requests of other origins are not served");
    }
    return next();
  });
  app.use(
    bodyLimit({
      maxSize: MAX_BODY,
      onError: (c) => {
        c.header("connection", "close"); // what is left of the body is not read
        return failure(c, 413, "RequestSizeLimitExceeded", "a request has at most 1 MiB");
      },
    }),
  );
  app.post("/", async (c) => {
    const { method } = c.req;
    const body = await c.req.text();
    const signed = { method, headers: c.req.header(), body, time: Date.now() };
    const result = answer3(store, accounts, signed, c.get("noted"));
    return c.json({ Response: { ...result, RequestId: c.get("requestId") } });
  });
  app.on(["GET", "POST"], "/v2/index.php", async (c) => {
    const { method } = c.req;
    const text = method === "GET" ? new URL(c.req.url).search : await c.req.text();
    const host = c.req.header("host") ?? "";
    const request = { method, host, params: new URLSearchParams(text), time: Date.now() };
    try {
      const result = answer2({ store, accounts }, request, c.get("noted"));
      return c.json({ code: 0, codeDesc: "Success", message: "", ...result });
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      c.get("noted").code = error.code;
      return c.json(failure2(error));
    }
  });
  app.notFound((c) => failure(c, 404, "InvalidAction", "API 3.0 is POST /, and API 2.0 is /v2/index.php"));
  app.onError((error, c) => {
    // the API answers 200 to whatever it could read
    if (error instanceof ApiError) return failure(c, 200, error.code, error.message);
    c.get("noted").code = "InternalError";
    process.stderr.write(`${JSON.stringify({ fault: error.message, requestId: c.get("requestId") })}\n`);
    return failure(c, 500, "InternalError", "a fault of ours");
  });
  return app;
}

type Status = 200 | 403 | 404 | 413 | 500;

function failure(c: Context, status: Status, Code: string, Message: string): Response {
  c.get("noted").code = Code;
  return c.json({ Response: { Error: { Code, Message }, RequestId: c.get("requestId") } }, status);
}

function close(server: ServerType): Promise<void> {
  return new Promise((resolve) => {
    const cut = setTimeout(() => {
      if ("closeAllConnections" in server) server.closeAllConnections();
    }, GRACE_MS);
    server.close(() => {
      clearTimeout(cut);
      resolve();
    });
    if ("closeIdleConnections" in server) server.closeIdleConnections();
  });
}
