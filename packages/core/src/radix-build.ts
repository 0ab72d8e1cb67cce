import { wordsPer } from "./address.ts";
import { type Columns, checkSorted } from "./columns.ts";
import { JUMP_ABOVE, makeJump } from "./jump-table.ts";
import { BRANCH, COUNT, childSlot, HOST, LEAF, ROOT, ROUTE, TOP, valueSlot } from "./node-arena.ts";
import { Radix } from "./radix.ts";

/**
 * Builds the trie of sorted columns in one pass, O(rows). Throws a RangeError as `checkSorted` does.
 *
 * The stack holds the nodes from the root to the row before, each with its left and right child so far. A new row
 * shares its first c bits with the row before; whatever is longer than c is complete and is written out, the children
 * before their parent, so that a subtree lies together in memory.
 */
export function buildRadix(columns: Columns): Radix {
  checkSorted(columns);
  const { family, words, bits, values } = columns;
  const per = wordsPer(family);
  const width = 32 * per;
  const radix = new Radix(family);
  if (bits.length === 0) return radix;
  radix.reserve(radix.words.length + bits.length * (per === 1 ? 5 : 8));

  // a path has at most one node of each length from 0 to the width
  const keyRow = new Uint32Array(width + 1); // a row whose first bits are the node's
  const length = new Uint8Array(width + 1);
  const routed = new Uint8Array(width + 1); // 1: the node has the value of its row
  const left = new Int32Array(width + 1);
  const right = new Int32Array(width + 1);
  let depth = 0;

  const push = (row: number, nodeBits: number, hasRoute: 0 | 1, child: number): void => {
    keyRow[depth] = row;
    length[depth] = nodeBits;
    routed[depth] = hasRoute;
    left[depth] = child;
    right[depth] = 0;
    depth++;
  };
  const write = (): number => {
    depth--;
    const row = keyRow[depth];
    const childless = left[depth] === 0 && right[depth] === 0;
    const kind = !childless ? (routed[depth] ? ROUTE : BRANCH) : length[depth] === width ? HOST : LEAF;
    const ref = radix.makeNode(kind, words, row * per, length[depth]);
    if (!childless) {
      const slot = childSlot(ref);
      radix.words[slot] = left[depth];
      radix.words[slot + 1] = right[depth];
    }
    if (kind !== BRANCH) radix.words[valueSlot(ref)] = values[row];
    return ref;
  };
  /** Writes out every node longer than `shared` bits; what is left on the stack covers the next row. */
  const close = (shared: number): void => {
    while (depth > 0 && length[depth - 1] > shared) {
      const row = keyRow[depth - 1];
      const ref = write();
      if (depth === 0 || length[depth - 1] < shared) {
        push(row, shared, 0, ref); // the next row goes to the right of it
      } else {
        const n = length[depth - 1];
        const side = (words[row * per + (n >> 5)] >>> (31 - (n & 31))) & 1;
        if (side === 0) left[depth - 1] = ref;
        else right[depth - 1] = ref;
      }
    }
  };

  for (let row = 0; row < bits.length; row++) {
    if (row > 0) close(sharedBits(words, per, row - 1, row));
    push(row, bits[row], 1, 0);
  }
  while (depth > 1) close(length[depth - 2]);
  const root = write(); // may replace `words`, so it stands on a line of its own
  radix.words[ROOT] = root;
  radix.words[COUNT] = bits.length;
  radix.words = radix.words.slice(0, radix.words[TOP]);
  if (bits.length > JUMP_ABOVE) radix.jump = makeJump(radix.words, radix.words[ROOT]);
  return radix;
}

/** Returns on how many leading bits the addresses of two rows agree. */
function sharedBits(words: Uint32Array, per: number, a: number, b: number): number {
  for (let i = 0; i < per; i++) {
    const differ = words[a * per + i] ^ words[b * per + i];
    if (differ !== 0) return 32 * i + Math.clz32(differ);
  }
  return 32 * per;
}
