/**
 * A job is a piece of a large question: plain JSON in, plain JSON out, the same whoever does it, and however often. How a
 * question is cut into jobs depends on its input alone, and results are merged in the order of the jobs, so that the answer
 * is the same byte for byte with any number of workers.
 *
 * A kind of job is a module with three functions: one that cuts, `run…Job`, and one that merges.
 */
export interface JobOf<Kind extends string> {
  readonly kind: Kind;
  /** Its place among the jobs of its question, from 0. */
  readonly index: number;
  /** How much there is to do, in any unit that is the same for all jobs of a question: changes, bytes. */
  readonly size: number;
}

/** Is told how much of a job's `size` is done. */
export type Tick = (done: number) => void;
