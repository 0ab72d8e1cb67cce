import type { Family } from "./address.ts";
import { ColumnBuffer } from "./column-buffer.ts";
import type { Columns } from "./columns.ts";
import { addressWord, BRANCH, bitsOf, childSlot, ROOT } from "./node-arena.ts";
import type { Radix } from "./radix.ts";

/** Reports whether an address belongs to the result, given whether it belongs to each of the operands: 0 or 1. */
export type SetRule = (inA: 0 | 1, inB: 0 | 1) => 0 | 1;

/**
 * Returns the fewest prefixes that cover exactly the addresses the rule chooses, sorted, each with the value 0. An
 * address belongs to an operand when some prefix of it covers the address; a missing operand has none. The rule must
 * choose nothing from nothing. O(bits of an address) per prefix.
 */
export function combineSets(
  family: Family,
  a: Radix | undefined,
  b: Radix | undefined,
  rule: SetRule,
): Columns {
  const walk = new SetWalk(family, a, b, rule);
  const root = (radix: Radix | undefined): number => (radix === undefined ? NOTHING : radix.words[ROOT]);
  walk.close(walk.halve(root(a), root(b), 0), 0);
  return walk.rows.sorted();
}

/** What a set holds below a point of the address space: nothing, everything, or what is below a node of its trie. */
const NOTHING = 0;
const EVERYTHING = -1;
/** What `halve` returns when it has added rows of its own. */
const SOME = 1;

/**
 * Goes down both tries together, a bit at a time. A half of the space that is covered throughout adds no row: only when
 * the half beside it is not, the row is added. The left row is added first, and taken back when the right half is
 * covered as well, as nothing can have been added meanwhile.
 */
class SetWalk {
  readonly rows: ColumnBuffer;
  private readonly a: Radix | undefined;
  private readonly b: Radix | undefined;
  private readonly rule: SetRule;
  /** The bits on the way to where the walk is. */
  private readonly key = new Uint32Array(4);

  constructor(family: Family, a: Radix | undefined, b: Radix | undefined, rule: SetRule) {
    this.rows = new ColumnBuffer(family);
    this.a = a;
    this.b = b;
    this.rule = rule;
  }

  /** Returns NOTHING, EVERYTHING or SOME for the block of `bits` length at `key`, where the sets hold `a` and `b`. */
  halve(a: number, b: number, bits: number): number {
    a = covered(this.a, a, bits);
    b = covered(this.b, b, bits);
    if ((a === NOTHING || a === EVERYTHING) && (b === NOTHING || b === EVERYTHING)) {
      return this.rule(a === EVERYTHING ? 1 : 0, b === EVERYTHING ? 1 : 0) === 1 ? EVERYTHING : NOTHING;
    }
    const word = bits >> 5;
    const bit = 1 << (31 - (bits & 31));
    const left = this.halve(half(this.a, a, bits, 0), half(this.b, b, bits, 0), bits + 1);
    this.close(left, bits + 1);
    this.key[word] |= bit;
    const right = this.halve(half(this.a, a, bits, 1), half(this.b, b, bits, 1), bits + 1);
    if (left !== EVERYTHING || right !== EVERYTHING) this.close(right, bits + 1);
    this.key[word] &= ~bit;
    if (left === right && left !== SOME) {
      if (left === EVERYTHING) this.rows.length--;
      return left;
    }
    return SOME;
  }

  /** Adds the row of a block that is covered throughout. */
  close(state: number, bits: number): void {
    if (state === EVERYTHING) this.rows.add(this.key, bits, 0);
  }
}

/** Returns EVERYTHING in the place of a node that is a prefix of its trie and has been reached. */
function covered(radix: Radix | undefined, at: number, bits: number): number {
  if (radix === undefined || at === NOTHING || at === EVERYTHING) return at;
  return (at & 3) !== BRANCH && bitsOf(radix.words, at) === bits ? EVERYTHING : at;
}

/** Returns what is in one half of the block. */
function half(radix: Radix | undefined, at: number, bits: number, side: number): number {
  if (radix === undefined || at === NOTHING || at === EVERYTHING) return at;
  const { words } = radix;
  if (bitsOf(words, at) === bits) return words[childSlot(at) + side];
  return ((addressWord(words, at, bits >> 5) >>> (31 - (bits & 31))) & 1) === side ? at : NOTHING;
}
