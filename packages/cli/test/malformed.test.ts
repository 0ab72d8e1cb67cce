import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { twoway } from "./command.ts";

const test = suite("malformed input");
const folder = mkdtempSync(join(tmpdir(), "twoway-bad-"));
test.after(() => rmSync(folder, { recursive: true, force: true }));

const MIB = 1024 * 1024;
const BOMB = [
  "a: &a [x, x, x, x, x, x, x, x, x]",
  ..."bcdefghi".split("").map((name, i) => {
    const before = "abcdefgh"[i];
    return `${name}: &${name} [${Array.from({ length: 9 }, () => `*${before}`).join(", ")}]`;
  }),
].join("\n");

// name of the file, its content, and a piece of what is said about it
const rows: readonly [label: string, name: string, content: () => string | Buffer, err: RegExp][] = [
  [
    "truncated YAML",
    "cut.yaml",
    () => "vpcs:\n  a: { cidr: 10.0.0.0/16, subnets: { x: 10.0",
    /cut.yaml:2:\d+ {2}syntax/,
  ],
  ["truncated JSON", "cut.json", () => '{"vpcs": {"a": {"cidr": "10.0.0.0/16"', /cut.json:1:\d+ {2}syntax/],
  ["an empty file", "empty.yaml", () => "", /empty.yaml:1:1 {2}wrong-type/],
  ["a lone word", "word.yaml", () => "hello\n", /word.yaml:1:1 {2}wrong-type/],
  ["a list", "list.yaml", () => "- 1\n- 2\n", /list.yaml:1:1 {2}wrong-type/],
  ["two documents", "two.yaml", () => "vpcs: {}\n---\nvpcs: {}\n", /two.yaml:2:1 {2}syntax/],
  ["wrong types", "types.yaml", () => "vpcs: 7\n", /types.yaml:1:7 {2}wrong-type {2}this should be a map/],
  [
    "a missing key",
    "missing.yaml",
    () => "vpcs:\n  a: { region: x }\n",
    /missing.yaml:2:6 {2}missing-key {2}the key "cidr" is missing/,
  ],
  [
    "an unknown key, with the nearest",
    "key.yaml",
    () => "vpcs: {}\npeering: {}\n",
    /key.yaml:2:1 {2}unknown-key[\s\S]*try {2}peerings/,
  ],
  [
    "an id that stands twice",
    "twice.yaml",
    () => "vpcs:\n  a: { cidr: 10.0.0.0/16 }\n  a: { cidr: 10.1.0.0/16 }\n",
    /twice.yaml:3:3 {2}duplicate/,
  ],
  [
    "host bits, with the block that was meant",
    "host.yaml",
    () => "vpcs:\n  a: { cidr: 10.0.0.1/24 }\n",
    /host.yaml:2:14 {2}bad-prefix[\s\S]*try {2}10.0.0.0\/24/,
  ],
  [
    "a route to a missing peering, with the nearest",
    "route.yaml",
    () =>
      "vpcs: { a: { cidr: 10.0.0.0/16 }, b: { cidr: 10.1.0.0/16 } }\npeerings: { pcx-1: a - b }\nroutes: { a: [ 10.1.0.0/16 -> pcx-2 ] }\n",
    /route.yaml:3:16 {2}missing-reference[\s\S]*try {2}pcx-1/,
  ],
  ["a YAML alias bomb", "bomb.yaml", () => `${BOMB}\nvpcs: *i\n`, /bomb.yaml:1:1 {2}too-large {2}aliases/],
  [
    "a __proto__ key",
    "proto.yaml",
    () => "vpcs:\n  __proto__: { cidr: 10.0.0.0/16 }\n",
    /proto.yaml:2:3 {2}bad-name/,
  ],
  [
    "a __proto__ key in JSON",
    "proto.json",
    () => '{"vpcs": {"__proto__": {"cidr": "10.0.0.0/16"}}}',
    /proto.json:1:11 {2}bad-name/,
  ],
  [
    "a YAML file of 50 MB",
    "large.yaml",
    () => `# ${"x".repeat(50 * MIB)}\n`,
    /large.yaml {2}too-large {2}50 MiB/,
  ],
  [
    "a JSON file of 50 MB that is not JSON",
    "large.json",
    () => `{"vpcs": ${"x".repeat(50 * MIB)}`,
    /large.json:1:10 {2}syntax {2}a value is missing/,
  ],
  ["100,000 brackets", "deep.yaml", () => "[".repeat(100_000), /deep.yaml:1:\d+ {2}too-large {2}nested/],
  [
    "2,000 nested blocks",
    "blocks.yaml",
    () => Array.from({ length: 2000 }, (_, i) => `${" ".repeat(i)}a:`).join("\n"),
    /blocks.yaml:\d+:\d+ {2}too-large {2}nested/,
  ],
  [
    "bytes that are no text",
    "bytes.yaml",
    () => Buffer.from([0xff, 0xfe, 0x00, 0xc3, 0x28]),
    /bytes.yaml {2}unreadable {2}this is not text in UTF-8/,
  ],
  [
    "control characters, which never reach the terminal",
    "escape.yaml",
    () => 'vpcs: { "\\e[31mred": { cidr: 10.0.0.0/16 } }\n',
    /escape.yaml:1:10 {2}bad-name/,
  ],
  ["a tab for indentation", "tab.yaml", () => "vpcs:\n\ta: 1\n", /tab.yaml:2:1 {2}syntax/],
  ["an unknown tag", "tag.yaml", () => "vpcs: !!js/function 'x'\n", /tag.yaml:1:7 {2}syntax/],
];

for (const [label, name, content, err] of rows) {
  test(`${label} is refused with a place, a rule and status 2`, async () => {
    const path = join(folder, name);
    writeFileSync(path, content());
    const ended = await twoway(["validate", path]);
    assert.match(ended.err, err);
    assert.is(ended.status, 2);
    assert.is(ended.out, "");
    assert.not.match(ended.err, /^\s+at .*:\d+:\d+/m, "no stack trace");
    assert.not.match(ended.err, /\p{Cc}(?<![\n])/u, "no control character");
  });
}

test.run();
