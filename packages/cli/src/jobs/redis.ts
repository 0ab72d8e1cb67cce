import { Redis } from "ioredis";
import { wrong } from "../input.ts";

/** A connection to Redis: where it is, what goes wrong with it, and never a word about who we are to it. */

/** Where Redis is. `options` holds the credentials; `shown` is the address without them. */
export interface RedisAddress {
  readonly options: {
    readonly host: string;
    readonly port: number;
    readonly db: number;
    readonly username?: string;
    readonly password?: string;
    readonly tls?: object;
  };
  readonly shown: string;
}

const USAGE =
  "redis://127.0.0.1:6379, rediss:// for TLS; user:password@ before the host, /DATABASE behind it";

/** Reads `redis://user:password@host:port/database`. Throws an InputError, which does not repeat the text. */
export function parseRedisUrl(text: string): RedisAddress {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    throw wrong("bad-text", "--queue", "this is not a URL", USAGE);
  }
  const { protocol, hostname, port, pathname } = url;
  if (protocol !== "redis:" && protocol !== "rediss:")
    throw wrong("bad-text", "--queue", `${protocol}// is no protocol of a queue`, USAGE);
  if (hostname === "") throw wrong("bad-text", "--queue", "the URL names no host", USAGE);
  if (!/^(\/\d{0,4})?$/.test(pathname))
    throw wrong("bad-text", "--queue", "what stands behind the host is not the number of a database", USAGE);
  const db = Number(pathname.slice(1));
  const at = port === "" ? 6379 : Number(port);
  const credentials = {
    ...(url.username === "" ? {} : { username: decoded(url.username) }),
    ...(url.password === "" ? {} : { password: decoded(url.password) }),
  };
  return {
    // an IPv6 address stands in brackets in a URL alone
    options: {
      host: hostname.replace(/^\[|\]$/g, ""),
      port: at,
      db,
      ...credentials,
      ...(protocol === "rediss:" ? { tls: {} } : {}),
    },
    shown: `${protocol}//${hostname}:${at}${db === 0 ? "" : `/${db}`}`,
  };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw wrong(
      "bad-text",
      "--queue",
      "a % in the credentials is not followed by two hexadecimal digits",
      USAGE,
    );
  }
}

/** What is told of a connection that was there before. */
export interface ConnectionEvents {
  readonly onLost?: () => void;
  readonly onBack?: () => void;
}

/**
 * Connects, and throws an InputError when nobody answers there or does not want us. A connection that is lost later is
 * made again; after `patience` milliseconds without it, commands fail.
 */
export async function connect(
  { options, shown }: RedisAddress,
  patience: number,
  { onLost, onBack }: ConnectionEvents = {},
): Promise<Redis> {
  let isUp = false;
  let lostAt: number | undefined;
  let reason: Error | undefined;
  const redis = new Redis({
    ...options,
    lazyConnect: true,
    maxRetriesPerRequest: null, // commands wait for the connection as long as it is tried
    connectTimeout: FIRST_PATIENCE_MS,
    retryStrategy: (times: number) => {
      if (!isUp) return null;
      if (lostAt === undefined) onLost?.();
      lostAt ??= Date.now();
      return Date.now() - lostAt > patience ? null : Math.min(50 * 2 ** Math.min(times, 10), 2_000);
    },
  });
  // without a listener the process would end by it; commands say what is wrong
  redis.on("error", (error) => {
    reason = error;
  });
  redis.on("ready", () => {
    if (lostAt !== undefined) onBack?.();
    lostAt = undefined;
  });
  try {
    await redis.connect();
    await redis.ping();
  } catch (error) {
    redis.disconnect();
    throw refusal(shown, reason ?? (error as Error));
  }
  isUp = true;
  return redis;
}

const FIRST_PATIENCE_MS = 5_000;

/** Returns what is wrong with the connection as an input error. */
export function refusal(shown: string, error: Error): Error {
  const { code, message } = error as NodeJS.ErrnoException;
  if (/^(NOAUTH|WRONGPASS|NOPERM)|AUTH/.test(message))
    return wrong("unreadable", shown, "Redis does not accept the user name or the password");
  if (code === "ECONNREFUSED")
    return wrong(
      "unreadable",
      shown,
      "nobody listens there",
      "redis-server, or the address of the one that runs",
    );
  if (message === "Connection is closed.")
    return wrong("unreadable", shown, "Redis went away, and did not come back");
  return wrong("unreadable", shown, `Redis does not answer (${code ?? message})`);
}
