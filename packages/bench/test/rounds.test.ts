import type { Contender } from "@twoway/bench/contenders";
import { checksum, median, type Runner, race, runner } from "@twoway/bench/rounds";
import { Fib } from "@twoway/core";
import { suite } from "uvu";
import * as assert from "uvu/assert";

const test = suite("rounds");

const EXPECTED = Uint32Array.from({ length: 100 }, (_, i) => (i % 10 === 0 ? Fib.NONE : i));
const TRAFFIC = {
  name: "made up",
  family: 4,
  count: 100,
  addresses: new Uint32Array(100),
  texts: [],
} as const;
const BUDGET_MS = 1e9; // nobody is so slow that he is asked for less

/** Answers everything as expected, but for what `change` does to it. */
const answering = (name: string, change: (out: Uint32Array) => void, membership = false): Contender => ({
  name,
  membership,
  answer: (_, out, count) => {
    out.set(EXPECTED.subarray(0, count));
    change(out);
  },
});
const runnerOf = (contender: Contender): Runner =>
  runner(contender, { ...TRAFFIC, texts: [] }, EXPECTED, BUDGET_MS);

test("a checksum depends on every answer, the last one too, and on their order", () => {
  const sum = checksum(EXPECTED, 100);
  for (let i = 0; i < 100; i++) {
    const wrong = EXPECTED.slice();
    wrong[i] ^= 1;
    assert.is.not(checksum(wrong, 100), sum, `answer ${i}`);
  }
  assert.is.not(checksum(EXPECTED.slice().reverse(), 100), sum);
  assert.is.not(checksum(EXPECTED, 99), sum);
});

test("who answers wrong has no time and is named; the others keep theirs", async () => {
  const { speeds, refused } = await race(
    [
      runnerOf(answering("right", () => {})),
      runnerOf(answering("first wrong", (out) => void out.fill(7, 0, 1))),
      runnerOf(answering("last wrong", (out) => void out.fill(7, 99))),
      runnerOf(answering("two swapped", (out) => void out.subarray(50, 52).reverse())),
      runnerOf(answering("no route invented", (out) => void out.fill(Fib.NONE, 11, 12))),
    ],
    2,
  );
  assert.equal(
    speeds.map(({ name, queries }) => [name, queries]),
    [["right", 100]],
  );
  assert.equal(refused, ["first wrong", "last wrong", "two swapped", "no route invented"]);
});

test("one wrong round is enough, be it the one that warms up or the last", async () => {
  const wrongIn = (round: number): Runner => {
    let runs = 0;
    return {
      name: `wrong in ${round}`,
      count: 100,
      right: 1,
      run: () => ({ ms: 1, checksum: runs++ === round ? 2 : 1 }),
    };
  };
  const { speeds, refused } = await race([wrongIn(0), wrongIn(1), wrongIn(3), wrongIn(4)], 3);
  assert.equal(refused, ["wrong in 0", "wrong in 1", "wrong in 3"]);
  assert.equal(
    speeds.map(({ name }) => name),
    ["wrong in 4"], // there is no such round
  );
});

test("speeds are of the rounds after the first, in million lookups per second", async () => {
  const times = [1000, 1, 4, 2];
  const each = { name: "each", count: 8000, right: 1, run: () => ({ ms: times.shift() ?? 0, checksum: 1 }) };
  const { speeds } = await race([each], 3);
  assert.equal(speeds, [{ name: "each", queries: 8000, mlps: 4, min: 2, max: 8 }]);
  assert.is(median([3, 1, 2]), 2);
  assert.is(median([4, 1, 3, 2]), 2.5);
});

test("who only knows whether there is a match is asked only that", async () => {
  const matches = (out: Uint32Array): void => {
    for (let i = 0; i < 100; i++) if (out[i] !== Fib.NONE) out[i] = 0;
  };
  const wrong = (out: Uint32Array): void => {
    matches(out);
    out[10] = 0;
  };
  const { refused } = await race(
    [runnerOf(answering("matches", matches, true)), runnerOf(answering("one too many", wrong, true))],
    1,
  );
  assert.equal(refused, ["one too many"]);
});

test("who is too slow for all addresses is asked the first ones, and judged by those", async () => {
  const slow = runner(
    answering("slow", (out) => void out.fill(7, 20, 21)),
    { ...TRAFFIC, texts: [] },
    EXPECTED,
    0,
  );
  assert.is(slow.count, 16);
  assert.equal((await race([slow], 1)).refused, []);
});

test.run();
