import { ParseError } from "@twoway/core";
import { Services } from "@twoway/sim";
import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { seeded } from "./generate.ts";

const test = suite("services");

for (const [text, written] of [
  ["all", "all"],
  ["tcp", "tcp"],
  ["tcp/443", "tcp/443"],
  ["udp/1000-2000", "udp/1000-2000"],
  ["tcp/81, tcp/80", "tcp/80-81"], // neighbours become one range
  ["icmp/8", "icmp/8"],
  ["icmp/3/4", "icmp/3/4"], // a type with its code
  ["icmp/3/255, icmp/4-5, icmp/6/0", "icmp/3/255, icmp/4-5, icmp/6/0"],
  ["icmpv6/128-129", "icmpv6/128-129"],
  ["proto/47", "proto/47"],
  ["proto/6", "tcp"],
  ["tcp, all", "all"],
] as const) {
  test(`${text} is written ${written}`, () => {
    assert.is(`${Services.parse(text)}`, written);
    assert.ok(Services.parse(written).equals(Services.parse(text)));
  });
}

for (const [text, offset] of [
  ["", 0],
  ["tcp/443 ftp", 8],
  ["tcp/65536", 0],
  ["tcp/9-8", 0],
  ["tcp/80/1", 0],
  ["icmp/256", 0],
  ["icmp/3-4/1", 0],
  ["proto/256", 0],
] as const) {
  test(`${JSON.stringify(text)} is refused at character ${offset}`, () => {
    try {
      Services.parse(text);
    } catch (error) {
      assert.instance(error, ParseError);
      assert.is((error as ParseError).offset, offset);
      return;
    }
    assert.unreachable(text);
  });
}

const END = 256 * 65536 - 1;

/** Ranges near each other, so that they touch and overlap often. */
const sets = fc
  .array(
    fc.tuple(
      fc.integer({ min: 0, max: 250 }),
      fc.integer({ min: 0, max: 40 }),
      fc.constantFrom(0, 1, 17, 255),
    ),
    {
      maxLength: 6,
    },
  )
  .map((parts) =>
    Services.union(
      parts.map(([at, length, protocol]) =>
        Services.of(protocol, 65280 + at, Math.min(65535, 65280 + at + length)),
      ),
    ),
  );

test("union, intersection and difference hold point by point, and the written form is read back", () => {
  let inside = 0;
  fc.assert(
    fc.property(sets, sets, fc.infiniteStream(fc.nat({ max: END })), (a, b, random) => {
      const edges = [...a.ranges, ...b.ranges].flatMap((point) => [point - 1, point, point + 1]);
      const points = [0, END, random.next().value!, ...edges].filter((point) => point >= 0 && point <= END);
      for (const point of points) {
        const [inA, inB] = [a, b].map(({ ranges }) =>
          ranges.some((first, i) => i % 2 === 0 && first <= point && point <= ranges[i + 1]),
        );
        if (inA && inB) inside++;
        assert.is(a.has(point), inA);
        assert.is(a.union(b).has(point), inA || inB);
        assert.is(a.intersect(b).has(point), inA && inB);
        assert.is(a.subtract(b).has(point), inA && !inB);
      }
      if (!a.isEmpty) assert.ok(Services.parse(`${a}`).equals(a), `${a}`);
      assert.ok(a.subtract(b).union(a.intersect(b)).equals(a));
    }),
    seeded(2000),
  );
  console.log(`\npositive points in both sets: ${inside}`);
  assert.ok(inside > 0);
});

test.run();
