import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Redis } from "ioredis";

/** A Redis of a test's own, on a free port of 127.0.0.1, with its data in memory and its files in a folder that goes. */
export interface OwnRedis {
  readonly url: string;
  readonly port: number;
  /** A connection to look into it. */
  readonly client: Redis;
  /** Kills it and starts it on the same port, with nothing in it. */
  restart(): Promise<void>;
  kill(): Promise<void>;
  stop(): Promise<void>;
}

/** Reports whether there is a redis-server to start. */
export function hasRedis(): boolean {
  try {
    execFileSync("redis-server", ["--version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

export async function startRedis(password = ""): Promise<OwnRedis> {
  const folder = mkdtempSync(join(tmpdir(), "twoway-redis-"));
  const port = await freePort();
  let child = launch(port, folder, password);
  const options = { host: "127.0.0.1", port, maxRetriesPerRequest: null, retryStrategy: () => 50 };
  const client = new Redis(password === "" ? options : { ...options, password });
  client.on("error", () => {}); // it is not there yet, or just restarted
  await client.ping();
  const kill = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill("SIGKILL");
    await once(child, "exit");
  };
  return {
    url: `redis://${password === "" ? "" : `:${password}@`}127.0.0.1:${port}`,
    port,
    client,
    kill,
    restart: async () => {
      await kill();
      child = launch(port, folder, password);
    },
    stop: async () => {
      client.disconnect();
      await kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function launch(port: number, folder: string, password: string): ChildProcess {
  const settings = [
    "--port",
    String(port),
    "--bind",
    "127.0.0.1",
    "--save",
    "",
    "--appendonly",
    "no",
    "--dir",
    folder,
  ];
  const secret = password === "" ? [] : ["--requirepass", password];
  return spawn("redis-server", [...settings, ...secret], { stdio: "ignore" });
}

/** Returns a port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("there is no port");
  return address.port;
}
