import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import * as z from "zod";
import { ApiError, missing } from "./error.ts";

/** Who sent a request: the account behind its secret id, and proof of it where the account has a secret here. */

const accountsShape = z.record(
  z.string().min(1),
  z.strictObject({
    account: z.union([z.string().min(1), z.number().transform(String)]),
    secret: z.string().min(1).optional(),
  }),
);

interface Credential {
  readonly account: string;
  /** Signatures are verified only where there is one. */
  readonly secret?: string | undefined;
}

/** Credentials by secret id; undefined when none are configured, and then a secret id is the account itself. */
export type Accounts = ReadonlyMap<string, Credential> | undefined;

/** Reads the accounts file: `{"AKID…": {"account": "100001", "secret": "…"}}`. Throws an Error that says what is wrong. */
export function readAccounts(text: string): Accounts {
  const result = accountsShape.safeParse(JSON.parse(text));
  if (result.success) return new Map(Object.entries(result.data));
  const [{ path, message }] = result.error.issues;
  throw new Error(`${path.join(".") || "accounts"}: ${message}`);
}

/** A request, as far as a signature covers it. Names of headers are in lower case. */
export interface Signed {
  readonly method: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: string;
  /** The wall clock, in milliseconds. */
  readonly time: number;
}

const AUTHORIZATION =
  /^TC3-HMAC-SHA256 +Credential=([^/,\s]+)\/(\d{4}-\d{2}-\d{2})\/([^/,\s]+)\/tc3_request, *SignedHeaders=([a-z0-9;-]+), *Signature=([0-9a-f]{64})$/;

/** Returns the account that a TC3-HMAC-SHA256 header names, verified where it has a secret. */
export function callerOf(accounts: Accounts, request: Signed): string {
  const header = request.headers.authorization;
  if (header === undefined) {
    throw new ApiError("AuthFailure.InvalidAuthorization", "the header Authorization is missing");
  }
  const [, secretId, date, service, signed, signature] = AUTHORIZATION.exec(header) ?? [];
  if (secretId === undefined) {
    throw new ApiError(
      "AuthFailure.InvalidAuthorization",
      "Authorization is TC3-HMAC-SHA256 Credential=ID/DATE/SERVICE/tc3_request, SignedHeaders=…, Signature=…",
    );
  }
  const { account, secret } = credentialOf(accounts, secretId);
  if (secret === undefined) return account;
  const stamp = request.headers["x-tc-timestamp"] ?? "";
  const seconds = /^\d{1,11}$/.test(stamp) ? Number(stamp) : Number.NaN;
  if (!(Math.abs(request.time / 1000 - seconds) <= MAX_AGE_SECONDS)) {
    throw new ApiError("AuthFailure.SignatureExpire", "X-TC-Timestamp is more than five minutes off");
  }
  const names = signed.split(";");
  const isGood =
    names.includes("content-type") &&
    names.includes("host") &&
    new Date(seconds * 1000).toISOString().slice(0, 10) === date &&
    spellings(names, request.headers).some((headers) =>
      isSame(tc3Signature(secret, { date, service, names: signed, stamp, headers }, request), signature),
    );
  if (!isGood) throw new ApiError("AuthFailure.SignatureFailure", "the signature does not match");
  return account;
}

const MAX_AGE_SECONDS = 300;

/** A request of API 2.0: everything stands in its parameters. */
export interface Signed2 {
  readonly method: string;
  readonly host: string;
  readonly params: URLSearchParams;
  /** The wall clock, in milliseconds. */
  readonly time: number;
}

/** Returns the account that `SecretId` names, verified where it has a secret. A repeated Nonce is not looked for. */
export function callerOf2(accounts: Accounts, request: Signed2): string {
  const { params, host } = request;
  const secretId = params.get("SecretId");
  if (secretId === null) throw missing("SecretId");
  const { account, secret } = credentialOf(accounts, secretId);
  if (secret === undefined) return account;
  const stamp = params.get("Timestamp") ?? "";
  const seconds = /^\d{1,11}$/.test(stamp) ? Number(stamp) : Number.NaN;
  if (!(Math.abs(request.time / 1000 - seconds) <= MAX_AGE_SECONDS_2)) {
    throw new ApiError("AuthFailure.SignatureExpire", "Timestamp is more than two hours off");
  }
  // as with API 3.0, not every client signs the port
  const isGood = [host, host.replace(/:\d+$/, "")].some((spelled) =>
    isSame(signature2(secret, { ...request, host: spelled }), params.get("Signature") ?? ""),
  );
  if (!isGood) throw new ApiError("AuthFailure.SignatureFailure", "the signature does not match");
  return account;
}

const MAX_AGE_SECONDS_2 = 7200;

/** Returns the signature of API 2.0: HmacSHA1, unless `SignatureMethod` asks for HmacSHA256. */
export function signature2(
  secret: string,
  { method, host, params }: Pick<Signed2, "method" | "host" | "params">,
): string {
  const signed = [...params].filter(([name]) => name !== "Signature").sort(([a], [b]) => (a < b ? -1 : 1));
  const query = signed.map(([name, value]) => `${name.replaceAll("_", ".")}=${value}`).join("&");
  const hash = params.get("SignatureMethod") === "HmacSHA256" ? "sha256" : "sha1";
  return createHmac(hash, secret).update(`${method}${host}/v2/index.php?${query}`).digest("base64");
}

function credentialOf(accounts: Accounts, secretId: string): Credential {
  const known = accounts === undefined ? { account: secretId } : accounts.get(secretId);
  if (known === undefined) {
    throw new ApiError("AuthFailure.SecretIdNotFound", "no account has this secret id");
  }
  // an account stands in actions, which are words
  if (!/^[\p{L}\p{N}_.-]{1,128}$/u.test(known.account)) {
    throw new ApiError("AuthFailure.SecretIdNotFound", "an account is one word of letters and digits");
  }
  return known;
}

/** Reports whether two texts are the same, in a time that does not depend on where they differ. */
function isSame(a: string, b: string): boolean {
  const digest = (text: string): Buffer => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}

/**
 * Returns the lines of headers that clients sign for the same request: the documents want values in lower case, which
 * not every client does, and the official Node SDK signs a host without its port.
 */
function spellings(names: readonly string[], headers: Signed["headers"]): string[] {
  const values = names.map((name) => (headers[name] ?? "").trim());
  const lines = (spell: (value: string, name: string) => string): string =>
    names.map((name, i) => `${name}:${spell(values[i], name)}\n`).join("");
  const bare = (value: string, name: string): string =>
    name === "host" ? value.replace(/:\d+$/, "") : value;
  return [
    lines((value) => value.toLowerCase()),
    lines((value) => value),
    lines((value, name) => bare(value, name).toLowerCase()),
    lines(bare),
  ];
}

function tc3Signature(
  secret: string,
  scope: {
    readonly date: string;
    readonly service: string;
    readonly names: string;
    readonly stamp: string;
    readonly headers: string;
  },
  { method, body }: Signed,
): string {
  const { date, service, names, stamp, headers } = scope;
  const canonical = [method, "/", "", headers, names, sha256(body)].join("\n");
  const credential = `${date}/${service}/tc3_request`;
  const text = ["TC3-HMAC-SHA256", stamp, credential, sha256(canonical)].join("\n");
  const key = [date, service, "tc3_request"].reduce<Buffer | string>(hmac, `TC3${secret}`);
  return hmac(key, text).toString("hex");
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

function hmac(key: Buffer | string, text: string): Buffer {
  return createHmac("sha256", key).update(text).digest();
}
