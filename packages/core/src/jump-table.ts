import { BRANCH, bitsOf, LEAF } from "./node-arena.ts";

/**
 * The jump table of a large trie: where a walk may begin when the first 16 bits of an address are known. For each of
 * the 65,536 values c of those bits (a chunk),
 *
 *     jump[2c]      reference of the topmost node of 16 bits or more in the chunk, 0 when there is none
 *     jump[2c + 1]  reference of the longest prefix of fewer than 16 bits that covers the chunk, 0 when there is none
 *
 * It is only a shortcut into the trie and can be painted from it at any time.
 */
export const JUMP_BITS = 16;
const CHUNKS = 1 << JUMP_BITS;

/** Prefixes that a trie must hold before the table (512 KiB) is worth having, and those below which it goes again. */
export const JUMP_ABOVE = 65_536;
export const JUMP_BELOW = 32_768;

export function makeJump(words: Int32Array, root: number): Int32Array {
  const jump = new Int32Array(2 * CHUNKS);
  paint(words, jump, root, 0, CHUNKS - 1, 0);
  return jump;
}

/** Paints the chunks that a prefix of length `bits` overlaps; `first` is the first word of its address. */
export function repaint(
  words: Int32Array,
  jump: Int32Array,
  root: number,
  first: number,
  bits: number,
): void {
  const span = bits >= JUMP_BITS ? 1 : CHUNKS >>> bits;
  const lo = (first >>> 16) & -span;
  paint(words, jump, root, lo, lo + span - 1, 0);
}

/** Paints chunks `lo` to `hi` from the node `ref` down; `best` is the longest route above it. */
function paint(words: Int32Array, jump: Int32Array, ref: number, lo: number, hi: number, best: number): void {
  if (lo > hi) return;
  if (ref === 0) {
    fill(jump, lo, hi, best);
    return;
  }
  const bits = bitsOf(words, ref);
  const key = words[ref >>> 4];
  if (bits >= JUMP_BITS) {
    fill(jump, lo, hi, best);
    const chunk = key >>> 16; // the mark, if it is in this word, is in the lower half
    if (lo <= chunk && chunk <= hi) jump[2 * chunk] = ref;
    return;
  }
  const half = CHUNKS >>> (bits + 1);
  const first = (key & (key - 1)) >>> 16;
  const last = first + 2 * half - 1;
  fill(jump, lo, Math.min(hi, first - 1), best);
  fill(jump, Math.max(lo, last + 1), hi, best);
  lo = Math.max(lo, first);
  hi = Math.min(hi, last);
  const kind = ref & 3;
  if (kind !== BRANCH) best = ref;
  if (kind === LEAF) {
    fill(jump, lo, hi, best);
    return;
  }
  const child = (ref >>> 4) + 1; // fewer than 16 bits: one key word
  paint(words, jump, words[child], lo, Math.min(hi, first + half - 1), best);
  paint(words, jump, words[child + 1], Math.max(lo, first + half), hi, best);
}

function fill(jump: Int32Array, lo: number, hi: number, best: number): void {
  for (let chunk = lo; chunk <= hi; chunk++) {
    jump[2 * chunk] = 0;
    jump[2 * chunk + 1] = best;
  }
}
