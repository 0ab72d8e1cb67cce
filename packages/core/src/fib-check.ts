import { SHARED } from "./fib-memory.ts";
import { Fib4 } from "./fib4.ts";
import { Fib6, TAIL_SIZE } from "./fib6.ts";
import { BUCKET, LONG, MASK, PLACE, ROOT_SIZE, SIZE } from "./fib6-memory.ts";
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
  const fresh = new Fib6(fib.radix).memory;
  const { nodes, values } = fib.memory;
  let used = ROOT_SIZE;
  const sameIds = (at: number, freshAt: number, count: number): boolean =>
    nodes
      .subarray(at, at + count)
      .every(
        (id, i) =>
          values[id] === fresh.values[fresh.nodes[freshAt + i]] &&
          (id === 0 || fib.ids.idOf(values[id]) === id) &&
          (id === 0 || values[id] !== NONE),
      );
  const same = (at: number, freshAt: number, count: number): boolean =>
    nodes.subarray(at, at + count).every((word, i) => word === fresh.nodes[freshAt + i]);
  const compare = (level: number, at: number, freshAt: number): void => {
    const one = nodes.subarray(at, at + MASK[level] + 1).every((entry) => entry === nodes[at]);
    if (level > 0 && one) fail(`the node at ${at} has one result`);
    for (let i = 0; i <= MASK[level]; i++) {
      const entry = nodes[at + i];
      const other = fresh.nodes[freshAt + i];
      const [place, freshPlace] = [entry & PLACE, other & PLACE];
      if (entry >>> 29 !== other >>> 29) fail(`entry ${at + i} is ${entry}`);
      if (entry < 0) {
        used += MASK[level + 1] + 1;
        compare(level + 1, place, freshPlace);
      } else if ((entry & BUCKET) === 0) {
        if (!sameIds(at + i, freshAt + i, 1)) fail(`entry ${at + i} has the id ${entry}`);
      } else if ((entry & LONG) === 0) {
        const count = 4 << (entry & SIZE);
        used += 2 * count;
        const right =
          (entry & ~PLACE) === (other & ~PLACE) &&
          same(place, freshPlace, count - 1) &&
          sameIds(place + count, freshPlace + count, count);
        if (!right) fail(`the bucket at ${place} is not the one of its prefixes`);
      } else {
        used += TAIL_SIZE;
        const right = same(place, freshPlace, 5) && sameIds(place + 5, freshPlace + 5, 2);
        if (!right) fail(`the tail at ${place} is not the one of its prefix`);
      }
    }
  };
  compare(0, 0, 0);
  fib.free.forEach((first, zeros) => {
    for (let place = first; place !== 0; place = nodes[place]) {
      used += 2 ** (31 - zeros);
      if (used > fib.top) fail(`the free list of ${2 ** (31 - zeros)} words has no end`);
    }
  });
  if (used !== fib.top) fail(`${used} words are used or free, but the top is ${fib.top}`);
}

function fail(what: string): never {
  throw new Error(`broken compiled table: ${what}`);
}
