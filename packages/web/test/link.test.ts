import { deflateRawSync } from "node:zlib";
import { decodeLink, encodeLink, type LinkState, MAX_LINK } from "@twoway/web/state/link";
import { suite } from "uvu";
import * as assert from "uvu/assert";

const test = suite("link");

const plain: LinkState = {
  source: { kind: "scenario", name: "one-sided-route.yaml" },
  changes: ["add-route customer-data 10.1.1.0/24 -> shop-to-data", 'modify-peering p name "ü 中"'],
  from: "web",
  to: "db",
  protocol: "tcp",
  port: "443",
  panel: "what-if",
};

test("a link brings back what it was made of, and is made of letters that need no escape", async () => {
  const files = [{ name: "ü.yaml", text: "vpcs: {}\n# 中文 </script>\n" }];
  for (const state of [
    plain,
    { ...plain, source: { kind: "files", files } as const },
    { ...plain, changes: [] },
    { ...plain, stage: "matrix", step: 3 },
  ]) {
    const text = await encodeLink(state);
    assert.match(text, /^1\.[\w-]+$/);
    assert.equal(await decodeLink(`#${text}`), state);
  }
});

test("a network that is too large for a link is named in its place, and the changes stay", async () => {
  // what no compression makes small
  let seed = 1;
  const noise = Array.from({ length: 60_000 }, () => {
    seed = (seed * 48271) % 2147483647;
    return String.fromCharCode(33 + (seed % 90));
  }).join("");
  const text = await encodeLink({
    ...plain,
    source: { kind: "files", files: [{ name: "big.yaml", text: noise }] },
  });
  assert.ok(text.length < MAX_LINK);
  assert.equal(await decodeLink(text), { ...plain, source: { kind: "missing", name: "big.yaml" } });
});

test("a damaged, foreign or hostile link is none", async () => {
  const packed = (value: unknown): string =>
    `1.${deflateRawSync(JSON.stringify(value)).toString("base64url")}`;
  const bomb = packed({ source: { kind: "first" }, changes: [], from: " ".repeat(64_000_000) });
  const whole = await encodeLink(plain);
  const rows: readonly (readonly [string, string])[] = [
    ["nothing", ""],
    ["another version", whole.replace("1.", "2.")],
    ["cut", whole.slice(0, -20)],
    ["no base64", "1.%%%"],
    ["no deflate", "1.AAAA"],
    ["no JSON", `1.${deflateRawSync("hello").toString("base64url")}`],
    ["a list", packed([])],
    ["null", packed(null)],
    ["no source", packed({ changes: [] })],
    ["a source of no kind", packed({ source: { kind: "url", name: "http://x" }, changes: [] })],
    ["changes that are no texts", packed({ source: { kind: "first" }, changes: [1] })],
    ["files that are no list", packed({ source: { kind: "files", files: "x" }, changes: [] })],
    ["64 MB of blanks", bomb],
  ];
  for (const [name, hash] of rows) assert.is(await decodeLink(hash), undefined, name);
  // what it may leave out is empty
  const short = await decodeLink(packed({ source: { kind: "first" }, changes: [], from: 7 }));
  assert.equal(short, {
    source: { kind: "first" },
    changes: [],
    from: "",
    to: "",
    protocol: "",
    port: "",
    panel: "",
  });
});

test.run();
