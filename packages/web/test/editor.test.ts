import { readScenario, scenarioJsonSchema, scenarioText } from "@twoway/sim";
import { aboutKey, optionsFor, type Schema, schemasAt } from "@twoway/web/editor/schema";
import { contextAt } from "@twoway/web/editor/yaml-context";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { isPair, isSeq, type Node, type Pair, parseDocument, visit } from "yaml";
import { STORIES } from "./networks.ts";

const test = suite("editor");

type Path = (string | undefined)[];

/** Returns the place of every key and every plain value of a document, as a parser of YAML has it. */
function places(text: string): { offset: number; role: "key" | "value" | "item"; path: Path }[] {
  const found: { offset: number; role: "key" | "value" | "item"; path: Path }[] = [];
  visit(parseDocument(text), {
    Scalar(key, node, ancestors) {
      const range = (node as Node).range;
      if (!range || node.type === "BLOCK_FOLDED" || node.type === "BLOCK_LITERAL") return;
      if (range[0] === range[1]) return; // nothing is written
      const path: Path = [];
      for (const one of ancestors) {
        if (isPair(one)) path.push(String(((one as Pair).key as { value: unknown }).value));
        else if (isSeq(one)) path.push(undefined);
      }
      const role = key === "key" ? "key" : typeof key === "number" ? "item" : "value";
      // a key stands in its pair already
      if (role === "key") path.pop();
      const quoted = /["']/.test(text[range[0]]) ? 1 : 0;
      found.push({ offset: range[0] + quoted, role, path });
    },
  });
  return found;
}

test("in every bundled scenario each key and value stands where a parser finds it", () => {
  let checked = 0;
  for (const { name, text } of STORIES) {
    for (const written of [text, scenarioText(readScenario(text, name).scenario.network, name)]) {
      for (const { offset, role, path } of places(written)) {
        const place = contextAt(written, offset);
        const line = `${name}:${written.slice(0, offset).split("\n").length}`;
        assert.ok(place !== undefined, line);
        assert.equal(place.path, path, line);
        // a key that begins an item may still become a value
        assert.ok(place.role === role || (role === "key" && place.role === "item"), `${line}: ${place.role}`);
        checked++;
      }
    }
  }
  console.log(`\npositive: ${checked} keys and values`);
  assert.ok(checked > 5000);
});

/** The cursor is where the bar stands. */
function at(text: string): ReturnType<typeof contextAt> {
  return contextAt(text, text.indexOf("|"));
}

test("half a line is enough to know what is being written", () => {
  for (const [text, role, path, word] of [
    ["na|", "key", [], "na"],
    ["|", "key", [], ""],
    ["profile: |", "value", ["profile"], ""],
    ["profile:|", "value", ["profile"], ""],
    ["profile: te|", "value", ["profile"], "te"],
    ["vpcs:\n  a: { |", "key", ["vpcs", "a"], ""],
    ["vpcs:\n  a: { cidr: 10.0.0.0/8, re|", "key", ["vpcs", "a"], "re"],
    ["vpcs:\n  a: { subnets: { x: 10.0.0.0/8 }, |", "key", ["vpcs", "a"], ""],
    ["vpcs:\n  a:\n    cidr: 10.0.0.0/8\n    |", "key", ["vpcs", "a"], ""],
    ["vpcs:\n  a: {}\n|", "key", [], ""],
    ["steps:\n  - |", "item", ["steps", undefined], ""],
    ["steps:\n  - do: x\n    ex|", "key", ["steps", undefined], "ex"],
    ["steps:\n- do: x\n  ex|", "key", ["steps", undefined], "ex"],
    ["steps:\n  - do:\n      - |", "item", ["steps", undefined, "do", undefined], ""],
    ["steps:\n  - do: [ a, |", "item", ["steps", undefined, "do", undefined], ""],
    ["routes:\n  a: [\n    x,\n    |", "item", ["routes", "a", undefined], ""],
    ["vpcs: { a: { cidr: x }, b: { |", "key", ["vpcs", "b"], ""],
    ["a#b:c: |", "value", ["a#b:c"], ""],
    ['"quoted: key": { |', "key", ["quoted: key"], ""],
    ["a: 'it: {' \nb: |", "value", ["b"], ""],
    // brackets that nobody closed end where the indentation does
    ["vpcs:\n  a: { re\nprofile: |", "value", ["profile"], ""],
    ["vpcs:\n  a: { cidr: [\n  b: { |", "key", ["vpcs", "b"], ""],
  ] as const) {
    const place = at(text);
    assert.equal([place?.role, place?.path, place?.word], [role, path, word], text);
  }
});

test("nothing is offered inside comments and texts of several lines", () => {
  for (const text of [
    "# na|",
    "name: x # pro|",
    "vpcs: { a: 1 } # |",
    "description: >\n  na|",
    "description: |-\n  a\n\n  na|".replace("|-", "⎸-"),
  ]) {
    const bar = text.lastIndexOf("|");
    assert.is(contextAt(text.replace("⎸", "|"), bar), undefined, text);
  }
});

test("keys that the mapping has are not offered again", () => {
  assert.equal(at("vpcs:\n  a: { cidr: x, region: y, |")?.taken, ["cidr", "region"]);
  assert.equal(at("vpcs:\n  a:\n    cidr: x\n    b|")?.taken, ["cidr"]);
  assert.equal(at("vpcs:\n  a: 1\n  b: { |")?.taken, []);
});

const SCHEMA = scenarioJsonSchema() as Schema;

/** What is offered at the bar. */
function offered(text: string): string[] {
  const place = at(text);
  return place === undefined ? [] : optionsFor(SCHEMA, place).map(({ label }) => label);
}

test("the schema's keys and closed lists are offered where they may stand", () => {
  assert.equal(offered("|"), Object.keys(SCHEMA.properties ?? {}));
  assert.ok(offered("name: x\n|").every((label) => label !== "name"));
  assert.equal(offered("profile: |"), SCHEMA.properties?.profile.enum);
  assert.equal(offered("load: |"), ["strict", "lenient"]);
  const vpc = SCHEMA.properties?.vpcs.additionalProperties as Schema;
  assert.equal(offered("vpcs:\n  a: { |"), Object.keys(vpc.properties ?? {}));
  assert.ok(offered("vpcs:\n  a: { subnets: { x: { |").includes("hosts"), "an alternative of several shapes");
  assert.ok(offered("steps:\n  - |").includes("expect"));
  assert.equal(offered("name: |"), []);
  assert.equal(offered("nothing:\n  like: { |"), []);
});

test("every place of every bundled scenario is one that the schema knows", () => {
  let checked = 0;
  for (const { text } of STORIES) {
    for (const { role, path, offset } of places(text)) {
      if (role !== "key") continue;
      assert.ok(schemasAt(SCHEMA, path).length > 0, `${path} at ${offset}`);
      checked++;
    }
  }
  assert.ok(checked > 1000);
});

test("a key is explained by what the schema says of it", () => {
  assert.is(aboutKey(SCHEMA, ["profile"]), SCHEMA.properties?.profile.description);
  assert.match(aboutKey(SCHEMA, ["vpcs", "any", "region"]), /cross-region/);
  assert.is(aboutKey(SCHEMA, ["nothing"]), "");
});

test.run();
