import { address4, address6, Prefix } from "@twoway/core";
import { Routes, readScenario, type WrittenRoute } from "@twoway/sim";
import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { seeded, Tally } from "./generate.ts";

const test = suite("routes");
const p = Prefix.parse;

type Named = WrittenRoute & { readonly source: string };

/** The slow twin: an array, sorted anew after every edit. Sorting is stable, so equal destinations keep their order. */
class PlainRoutes {
  rows: Named[];

  constructor(rows: readonly Named[]) {
    this.rows = [...rows].sort((a, b) => Prefix.compare(a.destination, b.destination));
  }

  lines(): string[] {
    return this.rows.map(
      ({ destination, target, enabled, source }) => `${destination} ${target} ${enabled} ${source}`,
    );
  }
}

const linesOf = (routes: Routes): string[] =>
  [...routes].map(
    ({ destination, target, enabled, source }) => `${destination} ${target} ${enabled} ${source}`,
  );

// few addresses and all lengths, so that destinations meet
const destination = fc.oneof(
  fc
    .tuple(fc.constantFrom(0, 0x0a000000, 0x0a000001, 0x0affffff, 0xffffffff), fc.nat({ max: 32 }))
    .map(([at, bits]) => Prefix.from(address4(at), bits)),
  fc
    .tuple(
      fc.constantFrom(0n, 1n, 0xfdn << 120n, (0xfdn << 120n) + (1n << 64n), (1n << 128n) - 1n),
      fc.nat({ max: 128 }),
    )
    .map(([at, bits]) => Prefix.from(address6(at), bits)),
);
const route: fc.Arbitrary<Named> = fc.record({
  destination,
  target: fc.constantFrom("p1", "p2", "nat", "gone"),
  enabled: fc.boolean(),
  source: fc.nat({ max: 999 }).map((n) => `place ${n}`),
});
const edit = fc.oneof(
  fc.record({ kind: fc.constant("add" as const), route }),
  fc.record({ kind: fc.constant("without" as const), target: fc.constantFrom("p1", "p2", "nat", "nobody") }),
  fc.record({ kind: fc.constant("enable" as const), row: fc.nat(), on: fc.boolean() }),
);

test("routes equal a sorted array after any edits, in both families, and old routes stay as they were", () => {
  const tally = new Tally();
  fc.assert(
    fc.property(fc.array(route, { maxLength: 12 }), fc.array(edit, { maxLength: 20 }), (written, edits) => {
      let routes = Routes.from(written);
      const plain = new PlainRoutes(written);
      assert.equal(linesOf(routes), plain.lines());
      for (const step of edits) {
        const before = linesOf(routes);
        const old = routes;
        if (step.kind === "add") {
          routes = routes.add(step.route);
          plain.rows = new PlainRoutes([...plain.rows, step.route]).rows;
          tally.add("add");
        } else if (step.kind === "without") {
          routes = routes.without(({ target }) => target === step.target);
          const kept = plain.rows.filter(({ target }) => target !== step.target);
          assert.is(routes === old, kept.length === plain.rows.length);
          tally.add(routes === old ? "without nothing" : "without");
          plain.rows = kept;
        } else if (routes.size > 0) {
          const row = step.row % routes.size;
          routes = routes.withEnabled(row, step.on);
          assert.is(routes === old, plain.rows[row].enabled === step.on);
          tally.add(routes === old ? "enable nothing" : "enable");
          plain.rows[row] = { ...plain.rows[row], enabled: step.on };
        }
        assert.equal(linesOf(old), before);
        assert.equal(linesOf(routes), plain.lines());
        assert.is(routes.size, plain.rows.length);
        assert.is(routes.size4, plain.rows.filter((row) => row.destination.family === 4).length);
      }
      for (const { destination } of [...plain.rows, ...written]) {
        const rows = plain.rows.flatMap((row, i) => (row.destination.equals(destination) ? [i] : []));
        assert.equal(routes.rowsOf(destination), rows);
        tally.add(rows.length > 1 ? "rows of several" : "rows of one or none");
      }
    }),
    seeded(500),
  );
  tally.print("edits", ["add", "without", "without nothing", "enable", "enable nothing", "rows of several"]);
});

test("the same routes stand in the same order, whatever the order of the edits", () => {
  const texts = ["10.0.0.0/8", "10.0.0.0/16", "10.1.0.0/16", "0.0.0.0/0", "::/0", "fd00::/8"];
  const orders = [texts, [...texts].reverse(), [...texts].sort()];
  const listed = orders.map((order) => {
    const routes = order.reduce(
      (all, text) => all.add({ destination: p(text), target: text, enabled: true, source: text }),
      Routes.none,
    );
    return linesOf(routes).join("; ");
  });
  assert.is(new Set(listed).size, 1);
  assert.match(
    listed[0],
    /^0\.0\.0\.0\/0 .*; 10\.0\.0\.0\/8 .*; 10\.0\.0\.0\/16 .*; 10\.1\.0\.0\/16 .*; ::\/0 .*; fd00::\/8 /,
  );
});

test("targets are kept once, and a route knows its row", () => {
  const one = { destination: p("10.0.0.0/8"), target: "p", enabled: true, source: "x" };
  const routes = Routes.from([one, { ...one, destination: p("10.1.0.0/16") }, { ...one, target: "q" }]);
  assert.equal(routes.targets, ["p", "q"]);
  assert.equal(
    [...routes].map(({ row, target }) => `${row} ${target}`),
    ["0 p", "1 q", "2 p"],
  );
  assert.is(routes.add(one).targets.length, 2);
});

test("a route that was read knows its line and column, and keeps it beside routes that were added", () => {
  const text =
    "vpcs: { a: { cidr: 10.1.0.0/16 }, b: { cidr: 10.2.0.0/16 } }\npeerings: { p: a - b }\nroutes:\n  a:\n    - 10.2.1.0/24 -> p\n    - 10.2.0.0/16 -> p\n";
  for (const [file, ends] of [
    [text, "\n"],
    [text.replaceAll("\n", "\r\n"), "\r\n"],
  ]) {
    const { scenario } = readScenario(file, "r.yaml");
    const routes = scenario.network.vpcs.get("a")!.tables.get("a/main")!.routes!;
    const sources = (of: Routes): string[] =>
      [...of].map(({ destination, source }) => `${destination} ${source}`);
    assert.equal(sources(routes), ["10.2.0.0/16 r.yaml:6:7", "10.2.1.0/24 r.yaml:5:7"], JSON.stringify(ends));
    const more = routes.add({ destination: p("10.2.0.0/24"), target: "p", enabled: true, source: "--do 1" });
    assert.equal(sources(more), ["10.2.0.0/16 r.yaml:6:7", "10.2.0.0/24 --do 1", "10.2.1.0/24 r.yaml:5:7"]);
    assert.equal(sources(more.without(({ row }) => row === 0)), sources(more).slice(1));
  }
});

test.run();
