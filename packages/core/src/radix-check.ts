import { JUMP_ABOVE, JUMP_BELOW, makeJump } from "./jump-table.ts";
import {
  addressWord,
  BRANCH,
  bitsOf,
  blockSize,
  childSlot,
  HEADER,
  HOST,
  LEAF,
  ROOT,
  ROUTE,
  TOP,
} from "./node-arena.ts";
import type { Radix } from "./radix.ts";

/** Throws an Error that says what is wrong unless the trie is as its files describe. O(nodes log nodes). For tests. */
export function checkRadix(radix: Radix): void {
  const { words } = radix;
  const blocks: { at: number; size: number }[] = [];
  let routes = 0;
  const open: { ref: number; parent: number; side: number }[] = [{ ref: words[ROOT], parent: 0, side: 0 }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { ref, parent, side } = next;
    if (ref === 0) continue;
    const size = blockSize(ref & 3, (ref >>> 2) & 3);
    if (ref >>> 4 < HEADER || (ref >>> 4) + size > words[TOP]) fail(`node ${ref >>> 4} is out of bounds`);
    const name = radix.prefixOf(ref).toString();
    blocks.push({ at: ref >>> 4, size });
    checkBelow(radix, ref, parent, side);
    const kind = ref & 3;
    if ((kind === HOST) !== (bitsOf(words, ref) === (radix.family === 4 ? 32 : 128))) {
      fail(`${name} has kind ${kind}`);
    }
    if (kind !== BRANCH) routes++;
    if ((kind & LEAF) !== 0) continue;
    const children = [0, 1].map((i) => words[childSlot(ref) + i]);
    const missing = children.filter((child) => child === 0).length;
    if (missing > (kind === ROUTE ? 1 : 0)) fail(`${name} has kind ${kind} and ${2 - missing} children`);
    children.forEach((child, i) => {
      open.push({ ref: child, parent: ref, side: i });
    });
  }
  if (routes !== radix.size) fail(`there are ${routes} prefixes, but the count is ${radix.size}`);
  checkMemory(words, blocks);
  checkJump(radix);
}

/** A child is longer than its parent, has the parent's bits, and then the bit of its side. */
function checkBelow(radix: Radix, ref: number, parent: number, side: number): void {
  if (parent === 0) return;
  const outer = radix.prefixOf(parent);
  const inner = radix.prefixOf(ref);
  if (inner.bits <= outer.bits || !outer.covers(inner)) fail(`${inner} is below ${outer}`);
  const word = addressWord(radix.words, ref, outer.bits >> 5);
  if (((word >>> (31 - (outer.bits & 31))) & 1) !== side) fail(`${inner} is on the wrong side of ${outer}`);
}

/** Nodes and free blocks fill the array from the header to its top, without a gap and without an overlap. */
function checkMemory(words: Int32Array, blocks: { at: number; size: number }[]): void {
  for (let size = 2; size <= 7; size++) {
    for (let at = words[size]; at !== 0; at = words[at]) {
      blocks.push({ at, size });
      if (blocks.length > words.length) fail(`the free list of ${size} words has no end`);
    }
  }
  blocks.sort((a, b) => a.at - b.at);
  let end = HEADER;
  for (const { at, size } of blocks) {
    if (at !== end) fail(`the block at word ${at} should begin at ${end}`);
    end = at + size;
  }
  if (end !== words[TOP]) fail(`blocks end at word ${end}, but the top is ${words[TOP]}`);
}

function checkJump({ words, jump, size }: Radix): void {
  if (jump === undefined) {
    if (size > JUMP_ABOVE) fail(`${size} prefixes have no jump table`);
    return;
  }
  if (size < JUMP_BELOW) fail(`${size} prefixes have a jump table`);
  const fresh = makeJump(words, words[ROOT]);
  const wrong = jump.findIndex((ref, i) => ref !== fresh[i]);
  if (wrong >= 0) fail(`word ${wrong} of the jump table is ${jump[wrong]} instead of ${fresh[wrong]}`);
}

function fail(what: string): never {
  throw new Error(`broken trie: ${what}`);
}
