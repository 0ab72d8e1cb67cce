import fc from "fast-check";

/** The seed of every random test: TWOWAY_SEED, or one fixed number. */
export const SEED: number = Number(process.env.TWOWAY_SEED ?? 20_260_101);

console.log(`\nseed ${SEED}`);

/** Runs a property with the seed and prints how many of its cases were positive, which `check` reports with true. */
export function holds<T>(
  name: string,
  arbitrary: fc.Arbitrary<T>,
  check: (value: T) => boolean,
  runs = 300,
): void {
  let positive = 0;
  let cases = 0;
  fc.assert(
    fc.property(arbitrary, (value) => {
      cases++;
      if (check(value)) positive++;
    }),
    { seed: SEED, numRuns: runs, includeErrorInReport: true },
  );
  console.log(`\npositive ${positive} of ${cases}: ${name}`);
}

/** As `holds`, for a check that has to wait. */
export async function holdsAsync<T>(
  name: string,
  arbitrary: fc.Arbitrary<T>,
  check: (value: T) => Promise<boolean>,
  runs = 300,
): Promise<void> {
  let positive = 0;
  let cases = 0;
  const property = fc.asyncProperty(arbitrary, async (value) => {
    cases++;
    if (await check(value)) positive++;
  });
  await fc.assert(property, { seed: SEED, numRuns: runs, includeErrorInReport: true });
  console.log(`\npositive ${positive} of ${cases}: ${name}`);
}

/** Returns a function that draws integers from 0 to `below - 1`, the same ones for the same seed. */
export function drawFrom(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    // mulberry32
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}
