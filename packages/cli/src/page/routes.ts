import { Hono } from "hono";
import { pageFiles } from "./files.ts";
import type { PageInput } from "./input.ts";

/**
 * What the page may do: run the scripts that lie beside it, and ask this server for the network. Nothing else of the
 * network or the machine, and nobody may show it inside a page of his own.
 */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src data:",
  "connect-src 'self'",
  "worker-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

const HEADERS: Readonly<Record<string, string>> = {
  "content-security-policy": POLICY,
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  // a newer version of the command serves a newer page at the same address
  "cache-control": "no-store",
};

/** Serves the page, and at `/network` what it begins with, as it is at the time of the request. */
export function pageRoutes(input: () => PageInput): Hono {
  const app = new Hono();
  for (const [path, { type, bytes }] of pageFiles()) {
    app.get(path, (c) => c.body(bytes, 200, { ...HEADERS, "content-type": type }));
  }
  app.get("/network", (c) => c.json(input(), 200, HEADERS));
  return app;
}
