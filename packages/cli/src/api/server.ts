import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { getRequestListener } from "@hono/node-server";
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
/** How long a client may take to send its headers, and the whole request, in milliseconds. */
const HEADERS_MS = 10_000;
const REQUEST_MS = 30_000;
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
  /** What the API works on; without it there is no API. */
  readonly api?: { readonly store: Store; readonly accounts: Accounts };
  /** What is served besides it: the page. */
  readonly page?: Hono;
  readonly port: number;
  readonly log: (line: LogLine) => void;
  /** How long a client may take, in milliseconds: 10 s for its headers and 30 s in all unless given. */
  readonly patience?: { readonly headers: number; readonly request: number };
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
  const { headers, request } = settings.patience ?? { headers: HEADERS_MS, request: REQUEST_MS };
  const answer = getRequestListener(routes(settings).fetch);
  const busy = new WeakSet<Socket>();
  const server = createServer(
    {
      headersTimeout: headers,
      requestTimeout: request,
      connectionsCheckingInterval: Math.min(headers, 1000),
      requireHostHeader: false, // looked at below
    },
    (incoming, outgoing) => {
      busy.add(incoming.socket);
      outgoing.once("close", () => busy.delete(incoming.socket));
      if (isForHere(incoming, port)) answer(incoming, outgoing);
      else turnAway(incoming, outgoing, settings.log);
    },
  );
  server.on("clientError", (error: NodeJS.ErrnoException, socket: Socket) => {
    const line = hangUp(error, socket);
    // a request that was cut short is logged as one
    if (line !== undefined && !busy.has(socket)) settings.log(line);
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  port = (server.address() as AddressInfo).port;
  return { url: `http://127.0.0.1:${port}`, close: () => close(server) };
}

/** Reports whether the request names this address, once, and comes from no page of another origin. */
function isForHere({ headers, headersDistinct }: IncomingMessage, port: number): boolean {
  const [host, ...more] = headersDistinct.host ?? [];
  if (more.length > 0 || (host !== `127.0.0.1:${port}` && host !== `localhost:${port}`)) return false;
  return headers.origin === undefined || headers.origin === `http://${host}`;
}

function turnAway(
  { method = "", url = "", socket }: IncomingMessage,
  response: ServerResponse,
  log: Settings["log"],
): void {
  const Code = "UnauthorizedOperation";
  const Message = "this Host is not served here, nor are pages of another Origin";
  const RequestId = randomUUID();
  const [status, path] = [403, url.split("?")[0].slice(0, 100)];
  // what is left of the request is not read
  response.writeHead(status, { "content-type": "application/json", connection: "close" });
  response.end(JSON.stringify({ Response: { Error: { Code, Message }, RequestId } }), () =>
    socket.destroySoon(),
  );
  log({ time: new Date().toISOString(), requestId: RequestId, method, path, code: Code, status, ms: 0 });
}

/** Answers what is not HTTP, too large to be a request or too slow; returns its line. */
function hangUp({ code = "" }: NodeJS.ErrnoException, socket: Socket): LogLine | undefined {
  if (!socket.writable || code === "ECONNRESET") return undefined;
  const [status, reason] =
    code === "HPE_HEADER_OVERFLOW"
      ? [431, "Request Header Fields Too Large"]
      : code === "ERR_HTTP_REQUEST_TIMEOUT"
        ? [408, "Request Timeout"]
        : [400, "Bad Request"];
  socket.end(`HTTP/1.1 ${status} ${reason}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`);
  const time = new Date().toISOString();
  return { time, requestId: randomUUID(), method: "", path: "", code, status, ms: 0 };
}

function routes({ api, page, log }: Settings): Hono<Env> {
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
  const tooLarge = (c: Context): Response => {
    c.header("connection", "close"); // what is left of the body is not read
    return failure(c, 413, "RequestSizeLimitExceeded", "a request has at most 1 MiB");
  };
  const counted = bodyLimit({ maxSize: MAX_BODY, onError: tooLarge });
  app.use((c, next) => {
    if (c.req.header("transfer-encoding") !== undefined) return counted(c, next);
    // a length that is given is kept to by the parser; to count as well would cost a fifth of the time
    return Number(c.req.header("content-length") ?? 0) > MAX_BODY ? Promise.resolve(tooLarge(c)) : next();
  });
  if (page !== undefined) app.route("/", page);
  if (api !== undefined) apiRoutes(app, api);
  const actions =
    api === undefined ? "there is no API here" : "API 3.0 is POST /, and API 2.0 is /v2/index.php";
  app.notFound((c) => failure(c, 404, "InvalidAction", actions));
  app.onError((error, c) => {
    // the API answers 200 to whatever it could read
    if (error instanceof ApiError) return failure(c, 200, error.code, error.message);
    if ((error as NodeJS.ErrnoException).code === "ECONNRESET") {
      return failure(c, 400, "RequestCanceled", "the request was not sent to its end"); // nobody reads this, but the log
    }
    c.get("noted").code = "InternalError";
    process.stderr.write(`${JSON.stringify({ fault: error.message, requestId: c.get("requestId") })}\n`);
    return failure(c, 500, "InternalError", "a fault of ours");
  });
  return app;
}

/** Adds both generations of the API. */
function apiRoutes(app: Hono<Env>, { store, accounts }: NonNullable<Settings["api"]>): void {
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
}

type Status = 200 | 400 | 404 | 413 | 500;

function failure(c: Context, status: Status, Code: string, Message: string): Response {
  c.get("noted").code = Code;
  return c.json({ Response: { Error: { Code, Message }, RequestId: c.get("requestId") } }, status);
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const cut = setTimeout(() => {
      server.closeAllConnections();
    }, GRACE_MS);
    server.close(() => {
      clearTimeout(cut);
      resolve();
    });
    server.closeIdleConnections();
  });
}
