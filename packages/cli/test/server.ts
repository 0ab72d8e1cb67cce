import { type ChildProcess, type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { createHash, createHmac } from "node:crypto";
import { once } from "node:events";
import { join } from "node:path";
import { ROOT } from "./command.ts";

/** A server as a user starts it, and a plain client of both generations of the API. */

const COMMAND = join(ROOT, "packages/cli/bundle/twoway.js");

export interface Served {
  readonly url: string;
  readonly child: ChildProcess;
  /** What it printed on standard error so far. */
  readonly err: () => string;
  /** Its exit status, when it has ended. */
  readonly ended: Promise<number | null>;
  /** Ends it by the signal and returns its exit status. */
  readonly stop: (signal?: NodeJS.Signals) => Promise<number | null>;
}

const children = new Set<ChildProcess>();

/** Ends what a failed test left running. */
export function killAll(): void {
  for (const child of children) child.kill("SIGKILL");
}

/** Starts `twoway serve --api --port 0` with more arguments and waits for its address. */
export function serve(...args: readonly string[]): Promise<Served> {
  return ready(start(args));
}

/** Starts it and does not wait. `node` are arguments for node itself. */
export function start(
  args: readonly string[],
  { node = [], env = {} }: { readonly node?: readonly string[]; readonly env?: NodeJS.ProcessEnv } = {},
): ChildProcessWithoutNullStreams {
  return spawned([...node, COMMAND, "serve", "--api", "--port", "0", ...args], env);
}

/** Starts `twoway serve --port 0`, which serves the page. */
export function startPage(args: readonly string[]): ChildProcessWithoutNullStreams {
  return spawned([COMMAND, "serve", "--port", "0", ...args], {});
}

function spawned(all: readonly string[], env: NodeJS.ProcessEnv): ChildProcessWithoutNullStreams {
  const child = spawn(process.execPath, [...all], { cwd: ROOT, env: { ...process.env, ...env } });
  children.add(child);
  child.once("close", () => children.delete(child));
  return child;
}

/** Waits for the address that a server prints when it listens. */
export async function ready(child: ChildProcessWithoutNullStreams): Promise<Served> {
  let err = "";
  child.stderr.on("data", (chunk) => {
    err += chunk;
  });
  const ended = once(child, "close") as Promise<[number | null]>;
  const [line] = await Promise.race([once(child.stdout, "data"), ended.then(() => [""])]);
  const url = String(line).trim();
  if (url === "") throw new Error(`the server did not start: ${err}`);
  return {
    url,
    child,
    err: () => err,
    ended: ended.then(([status]) => status),
    stop: async (signal = "SIGTERM") => {
      child.kill(signal);
      return (await ended)[0];
    },
  };
}

// biome-ignore lint/suspicious/noExplicitAny: what a server answers is looked at field by field
export type Answer = any;

export interface Client {
  (action: string, params?: object): Promise<Answer>;
  /** Returns the code of the error, or `ok`. */
  code(action: string, params?: object): Promise<string>;
}

/** Returns a client of API 3.0 for an account in a region, unsigned unless a secret is given. */
export function client(url: string, account: string, region: string, secret?: string): Client {
  const call = async (action: string, params: object = {}): Promise<Answer> => {
    const body = JSON.stringify(params);
    const response = await fetch(url, {
      method: "POST",
      headers: headersOf(url, account, region, action, body, secret),
      body,
    });
    return ((await response.json()) as Answer).Response;
  };
  return Object.assign(call, {
    code: async (action: string, params?: object) => (await call(action, params)).Error?.Code ?? "ok",
  });
}

/** Returns a client of API 2.0, which sends a query or, by POST, a form. */
export function client2(
  url: string,
  SecretId: string,
  Region: string,
  method = "GET",
): (Action: string, more?: Readonly<Record<string, string>>) => Promise<Answer> {
  return async (Action, more = {}) => {
    const params = new URLSearchParams({ Action, Region, SecretId, Nonce: "1", Timestamp: "1", ...more });
    const path = `${url}/v2/index.php`;
    const sent = method === "GET" ? fetch(`${path}?${params}`) : fetch(path, { method, body: params });
    return (await sent).json();
  };
}

/** Signs as the documents say: https://cloud.tencent.com/document/api/215/30654. */
export function headersOf(
  url: string,
  id: string,
  region: string,
  action: string,
  body: string,
  secret?: string,
  time: number = Date.now(),
): Record<string, string> {
  const stamp = Math.floor(time / 1000);
  const date = new Date(stamp * 1000).toISOString().slice(0, 10);
  const host = new URL(url).host;
  const hash = (text: string): string => createHash("sha256").update(text).digest("hex");
  const canonical = `POST\n/\n\ncontent-type:application/json\nhost:${host}\n\ncontent-type;host\n${hash(body)}`;
  const text = `TC3-HMAC-SHA256\n${stamp}\n${date}/vpc/tc3_request\n${hash(canonical)}`;
  let key: Buffer | string = `TC3${secret}`;
  for (const part of [date, "vpc", "tc3_request"]) key = createHmac("sha256", key).update(part).digest();
  const signature =
    secret === undefined ? "0".repeat(64) : createHmac("sha256", key).update(text).digest("hex");
  return {
    "content-type": "application/json",
    "x-tc-action": action,
    "x-tc-version": "2017-03-12",
    "x-tc-timestamp": String(stamp),
    "x-tc-region": region,
    authorization: `TC3-HMAC-SHA256 Credential=${id}/${date}/vpc/tc3_request, SignedHeaders=content-type;host, Signature=${signature}`,
  };
}
