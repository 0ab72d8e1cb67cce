/** What the exit status says (CLI.md). */
export const EXIT = {
  /** Two-way, every expectation holds, nothing changed. */
  yes: 0,
  /** The answer is no. */
  no: 1,
  /** The input or the usage is wrong. */
  wrong: 2,
  /** The input does not say enough to decide. */
  undetermined: 3,
  /** A fault of ours. */
  fault: 70,
} as const;
