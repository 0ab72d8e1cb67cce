import { SHARED } from "./fib-memory.ts";
import { Fib4 } from "./fib4.ts";
import { Fib6 } from "./fib6.ts";
import { NONE } from "./result-ids.ts";

// Both checks compile the trie anew and compare: a compiled form has one shape, whatever changes led to it.

/** Throws an Error that says what is wrong unless the compiled form is that of its trie and its memory adds up. */
export function checkFib4(fib: Fib4): void {
  const { memory, ids, users } = fib;
  const fresh = new Fib4(fib.radix, "typescript").memory;
  const owners = new Map<number, number>(); // block to how often something points at it
  const own = (leaf: number): void => {
    owners.set(leaf >>> 6, (owners.get(leaf >>> 6) ?? 0) + 1);
  };
  const tables = new Set<number>();
  const compare = (at: number, freshAt: number, where: string): void => {
    if ((memory.deep[at >>> 6] === SHARED) !== (fresh.deep[freshAt >>> 6] === SHARED)) {
      fail(`the block of ${where} is ${memory.deep[at >>> 6] === SHARED ? "" : "not "}shared`);
    }
    for (let i = 0; i < 64; i++) {
      const leaf = memory.leaves[at + i];
      const deep = leaf === memory.escape;
      if (deep !== (fresh.leaves[freshAt + i] === fresh.escape)) fail(`leaf ${i} of ${where} is ${leaf}`);
      if (deep) {
        const table = memory.deep[at >>> 6];
        tables.add(table);
        for (let k = 4 * i; k < 4 * i + 4; k++) {
          const part = memory.tables[256 * table + k];
          own(part);
          compare(part, fresh.tables[256 * fresh.deep[freshAt >>> 6] + k], `part ${k} of ${where}`);
        }
      } else if (memory.values[leaf] !== fresh.values[fresh.leaves[freshAt + i]]) {
        fail(`leaf ${i} of ${where} has the result ${memory.values[leaf]}`);
      } else if (leaf !== 0 && ids.idOf(memory.values[leaf]) !== leaf) {
        fail(`leaf ${i} of ${where} has the id ${leaf}, which is free`);
      }
    }
    if (
      memory.deep[at >>> 6] !== SHARED &&
      (memory.deep[at >>> 6] === 0) !== (fresh.deep[freshAt >>> 6] === 0)
    ) {
      fail(`${where} has the table ${memory.deep[at >>> 6]}`);
    }
  };
  memory.top.forEach((at, chunk) => {
    own(at);
    // the same shared block again needs no second look
    if (owners.get(at >>> 6) !== 1 && sameShared(memory.leaves[at], fresh.leaves[fresh.top[chunk]])) return;
    compare(at, fresh.top[chunk], `chunk ${chunk}`);
  });
  function sameShared(id: number, freshId: number): boolean {
    return memory.values[id] === fresh.values[freshId] && (id === 0) === (freshId === 0);
  }

  let free = 0;
  for (let block = fib.freeBlock; block !== 0; block = memory.deep[block]) {
    if (owners.has(block) || ++free > fib.blocks) fail(`block ${block} is free and used`);
  }
  owners.set(0, owners.get(0) ?? 0);
  if (owners.size + free !== fib.blocks) {
    fail(`of ${fib.blocks} blocks ${owners.size} are used and ${free} are free`);
  }
  for (const [block, count] of owners) {
    if (memory.deep[block] !== SHARED) {
      if (count !== 1) fail(`block ${block} is not shared and has ${count} users`);
      continue;
    }
    const id = memory.leaves[block << 6];
    if (users[id] !== count) fail(`block ${block} has ${count} users, but ${users[id]} are counted`);
    if (fib.shared[id] !== block) fail(`block ${block} is not the shared one of ${id}`);
  }
  free = 0;
  for (let table = fib.freeTable; table !== 0; table = memory.tables[256 * table]) {
    if (tables.has(table) || ++free > fib.tables) fail(`table ${table} is free and used`);
  }
  if (1 + tables.size + free !== fib.tables) {
    fail(`of ${fib.tables} tables ${1 + tables.size} are used and ${free} are free`);
  }
}

/** As `checkFib4`. */
export function checkFib6(fib: Fib6): void {
  const fresh = new Fib6(fib.radix);
  let used = ROOT_SIZE;
  const compare = (at: number, freshAt: number, size: number, childSize: number): void => {
    for (let i = 0; i < size; i++) {
      const entry = fib.nodes[at + i];
      const other = fresh.nodes[freshAt + i];
      if (entry < 0 && other < 0) {
        used += childSize;
        compare(entry & CHILD, other & CHILD, childSize, 16);
      } else if (entry >= TAIL && other >= TAIL) {
        used += 8;
        const [tail, other6] = [fib.nodes.subarray(entry & CHILD), fresh.nodes.subarray(other & CHILD)];
        const same = tail.subarray(0, 5).every((word, k) => word === other6[k]);
        const results = [5, 6].every((k) => fib.values[tail[k]] === fresh.values[other6[k]]);
        if (!same || !results) fail(`the tail at ${entry & CHILD} is not the one of its prefix`);
      } else if (
        entry < 0 ||
        other < 0 ||
        entry >= TAIL ||
        other >= TAIL ||
        fib.values[entry] !== fresh.values[other]
      ) {
        fail(`entry ${at + i} is ${entry}`);
      } else if (entry !== 0 && fib.ids.idOf(fib.values[entry]) !== entry) {
        fail(`entry ${at + i} has the id ${entry}, which is free`);
      } else if (fib.values[entry] === NONE && entry !== 0) {
        fail(`entry ${at + i} has no result`);
      }
    }
  };
  compare(0, 0, ROOT_SIZE, 256);
  for (const [first, size] of [
    [fib.free256, 256],
    [fib.free16, 16],
    [fib.freeTail, 8],
  ]) {
    for (let node = first; node !== 0; node = fib.nodes[node]) {
      used += size;
      if (used > fib.top) fail(`the free list of ${size} entries has no end`);
    }
  }
  if (used !== fib.top) fail(`${used} entries are used or free, but the top is ${fib.top}`);
}

const ROOT_SIZE = 2 ** 16;
const TAIL = 2 ** 30;
const CHILD = 0x3fffffff;

function fail(what: string): never {
  throw new Error(`broken compiled table: ${what}`);
}
