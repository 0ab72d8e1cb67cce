import { fairShare } from "@twoway/sim";
import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { seeded, Tally } from "./generate.ts";
import { shares } from "./meter-twin.ts";

const test = suite("fair share");

type Wish = readonly [packets: number, size: number];

function share(capacity: number, wishes: readonly Wish[]): number[] {
  const passed = new Float64Array(wishes.length).fill(Number.NaN);
  fairShare(capacity, {
    lanes: Int32Array.from(wishes, (_, lane) => lane),
    packets: Float64Array.from(wishes, ([packets]) => packets),
    size: Float64Array.from(wishes, ([, size]) => size),
    passed,
    room: new Int32Array(wishes.length),
  });
  return [...passed];
}

for (const [what, capacity, wishes, expected] of [
  // Keshav, An Engineering Approach to Computer Networking, 9.4: demands 2, 2.6, 4 and 5 share 10
  [
    "the textbook's four demands",
    100,
    [
      [20, 1],
      [26, 1],
      [40, 1],
      [50, 1],
    ],
    [20, 26, 27, 27],
  ],
  [
    "everybody fits",
    100,
    [
      [40, 1],
      [60, 1],
    ],
    [40, 60],
  ],
  [
    "nobody asks",
    0,
    [
      [0, 1],
      [0, 7],
    ],
    [0, 0],
  ],
  [
    "nothing to give",
    0,
    [
      [3, 1],
      [1, 7],
    ],
    [0, 0],
  ],
  [
    "what cannot be divided goes out in order",
    11,
    [
      [9, 1],
      [9, 1],
      [9, 1],
    ],
    [4, 4, 3],
  ],
  [
    "one packet each, and no more",
    100,
    [
      [99, 3],
      [99, 40],
      [99, 1],
    ],
    [12, 0, 34],
  ],
  [
    "a packet that does not fit is passed over",
    8,
    [
      [5, 7],
      [5, 3],
    ],
    [0, 2],
  ],
  [
    "large and small packets get the same bytes",
    30_000,
    [
      [999, 1500],
      [999, 100],
    ],
    [10, 150],
  ],
] as const) {
  test(`${what}: ${wishes.map(([packets, size]) => `${packets} x ${size}`).join(", ")} of ${capacity}`, () => {
    assert.equal(share(capacity, wishes), expected);
  });
}

const wishes = fc.array(
  fc.tuple(
    fc.oneof(fc.nat({ max: 50 }), fc.nat({ max: 3_000_000 })),
    fc.constantFrom(64, 100, 576, 1500, 9001, 65_535),
  ),
  { minLength: 1, maxLength: 30 },
);

test("nobody gets more than asked, the capacity holds, and nobody could get more but from somebody who has less", () => {
  const tally = new Tally();
  fc.assert(
    fc.property(wishes, fc.double({ min: 0, max: 1.1, noNaN: true }), (asked, part) => {
      const total = asked.reduce((sum, [packets, size]) => sum + packets * size, 0);
      const capacity = Math.floor(total * part);
      const got = share(capacity, asked);
      const bytes = got.map((packets, i) => packets * asked[i][1]);
      const used = bytes.reduce((a, b) => a + b, 0);
      assert.ok(used <= capacity || total <= capacity);
      const short = asked.map((_, i) => i).filter((i) => got[i] < asked[i][0]);
      for (const [i, [packets]] of asked.entries())
        assert.ok(got[i] >= 0 && got[i] <= packets && Number.isInteger(got[i]));
      if (total <= capacity) assert.is(short.length, 0);
      // nothing is kept back that somebody who lost a packet could use
      if (short.length > 0)
        assert.ok(
          short.some((i) => capacity - used < asked[i][1]),
          `${capacity - used} bytes are left`,
        );
      // max-min: who is short has as much as anybody, but for a packet of each
      for (const i of short)
        for (const [j, all] of bytes.entries()) assert.ok(all < bytes[i] + asked[i][1] + asked[j][1]);
      tally.add(short.length === 0 ? "all fit" : "short");
      if (short.length > 0 && short.length < asked.filter(([packets]) => packets > 0).length)
        tally.add("some get all");
    }),
    seeded(2000),
  );
  tally.print("shares", ["all fit", "short", "some get all"]);
});

test("the level is the one that a search by halves finds", () => {
  fc.assert(
    fc.property(wishes, fc.double({ min: 0, max: 1.1, noNaN: true }), (asked, part) => {
      const total = asked.reduce((sum, [packets, size]) => sum + packets * size, 0);
      const capacity = Math.floor(total * part);
      const slow = shares(
        BigInt(capacity),
        asked.map(([count, size]) => ({ count: BigInt(count), size: BigInt(size) })),
      );
      assert.equal(share(capacity, asked).map(BigInt), slow);
    }),
    seeded(2000),
  );
});

test("demands that grow by halves need a round for each, and a thousand of them still end", () => {
  const asked = Array.from({ length: 1000 }, (_, i): Wish => [Math.floor(1.03 ** i) + 1, 1]);
  const total = asked.reduce((sum, [packets]) => sum + packets, 0);
  const got = share(Math.floor(total / 2), asked);
  assert.is(
    got.reduce((a, b) => a + b, 0),
    Math.floor(total / 2),
  );
});

test.run();
