import { availableParallelism } from "node:os";
import { setImmediate as turn } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import { address4, Fib, FibReader, Prefix, Trie } from "@twoway/core";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { drawFrom, SEED } from "./seed.ts";

const test = suite("shared fib");
const p = Prefix.parse;
const shared = (...texts: string[]): Fib =>
  Fib.from(Trie.from(texts.map((text, value) => ({ prefix: p(text), value }))), { shared: true });

/** Values say which prefix they belong to, so that every answer can be judged without knowing when it was given. */
const VERSIONS = 2 ** 16;
const CHURN_MS = 2500;

/** A reader thread: looks up random addresses of random prefixes and counts what no prefix of theirs ever said. */
const READER = `
const { workerData, parentPort } = require("node:worker_threads");
const { core, buffer, firsts, bits, seed, stop } = workerData;
import(core).then(({ FibReader }) => {
  let reader = new FibReader(buffer);
  parentPort.on("message", (next) => {
    reader.close();
    reader = new FibReader(next);
  });
  let state = seed;
  const draw = (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor(((state ^ (state >>> 15)) >>> 0) / 2 ** 32 * below);
  };
  const covers = (row, address) => bits[row] === 0 || (address ^ firsts[row]) >>> (32 - bits[row]) === 0;
  const addresses = new Uint32Array(512);
  const out = new Uint32Array(512);
  let reads = 0, wrong = 0;
  parentPort.postMessage("ready");
  const look = () => {
    for (let i = 0; i < 512; i++) {
      const row = draw(bits.length);
      addresses[i] = firsts[row] + draw(2 ** (32 - bits[row]));
    }
    reader.lookupMany(addresses, out);
    for (let i = 0; i < 512; i++) {
      if (out[i] >= bits.length * ${VERSIONS}) wrong++; // no route: there always is one
      else if (!covers(Math.floor(out[i] / ${VERSIONS}), addresses[i])) wrong++;
    }
    // what is read of a table that has moved counts for nothing, as it no longer changes
    if (!reader.moved) reads += 512;
  };
  const loop = () => {
    for (let i = 0; i < 50; i++) look();
    if (Atomics.load(stop, 0) === 0) return setImmediate(loop);
    reader.close();
    parentPort.postMessage({ reads, wrong });
    parentPort.close();
  };
  loop();
});`;

test("more readers than cores never see a value that was not in the table for that address", async () => {
  const draw = drawFrom(SEED);
  // few chunks, so that what one change gives back the next one takes
  const pool = Array.from({ length: 400 }, () =>
    Prefix.from(address4(0x0a000000 + draw(2 ** 17)), [15, 16, 18, 20, 22, 23, 24, 24, 25, 28, 32][draw(11)]),
  );
  const always = p("10.0.0.0/12"); // never changes, so that no answer can be right by being none
  const unique = [...new Map(pool.map((prefix) => [`${prefix}`, prefix])).values(), always];
  const fib = Fib.from(new Trie(), { shared: true });

  fib.insert(always, (unique.length - 1) * VERSIONS);

  const stop = new Int32Array(new SharedArrayBuffer(4));
  const workerData = {
    core: import.meta.resolve("@twoway/core"),
    buffer: fib.shared4,
    firsts: Uint32Array.from(unique, ({ address }) => Number(address)),
    bits: Uint8Array.from(unique, (prefix) => prefix.bits),
    stop,
  };
  const count = availableParallelism() + 2;
  const readers = Array.from({ length: count }, (_, i) => {
    const worker = new Worker(READER, { eval: true, workerData: { ...workerData, seed: SEED + i } });
    const next = () =>
      new Promise<unknown>((resolve, reject) => worker.once("message", resolve).once("error", reject));
    return { worker, ready: next(), next };
  });
  await Promise.all(readers.map(({ ready }) => ready));
  const done = Promise.all(readers.map(({ next }) => next()));

  const end = performance.now() + CHURN_MS;
  let changes = 0;
  let moves = 0;
  let sent = fib.shared4;
  try {
    while (performance.now() < end) {
      for (let i = 0; i < 500; i++, changes++) {
        const row = draw(unique.length - 1);
        if (draw(3) === 0) fib.delete(unique[row]);
        else fib.insert(unique[row], row * VERSIONS + draw(VERSIONS));
      }
      if (fib.shared4 !== sent) {
        // a reader that does not get its turn for long makes the table outgrow its memory
        sent = fib.shared4;
        moves++;
        for (const { worker } of readers) worker.postMessage(sent);
      }
      await turn();
    }
  } finally {
    Atomics.store(stop, 0, 1);
  }
  const answers = (await done) as { reads: number; wrong: number }[];
  const sum = (key: "reads" | "wrong") => answers.reduce((total, answer) => total + answer[key], 0);
  console.log(
    `\npositive ${sum("reads")}: lookups in a table that changed, by ${count} readers, over ${changes} changes and ${moves} moves`,
  );
  assert.is(sum("wrong"), 0);
  assert.ok(sum("reads") > 10_000 && changes > 1000);
  fib.insert(p("11.0.0.0/8"), 1); // gives back what waited for the readers
  fib.checkInvariants();
});

test("a reader sees changes at once", () => {
  const fib = shared("10.0.0.0/8", "10.1.0.0/16");
  const reader = new FibReader(fib.shared4);
  assert.is(reader.lookup4(0x0a010001), 1);
  fib.delete(p("10.1.0.0/16"));
  assert.is(reader.lookup4(0x0a010001), 0);
  fib.insert(p("10.1.0.1/32"), 7);
  fib.insert(p("0.0.0.0/0"), 9);
  const out = new Uint32Array(3);
  reader.lookupMany(Uint32Array.of(0x0a010001, 0x0a010002, 0x0b000000), out);
  assert.equal([...out], [7, 0, 9]);
  reader.close();
});

/** Looks up as a reader does that read the word of a chunk a while ago, by the layout in `fib-memory.ts`. */
function stoppedReader(buffer: SharedArrayBuffer, chunk: number) {
  const header = new Uint32Array(buffer, 0, 80);
  const [width, blocks, tableCount, ids] = header;
  const words = new Uint32Array(buffer, 320, (buffer.byteLength - 320) >> 2);
  const [top, deep] = [ids, ids + 2 ** 18];
  const tables = deep + blocks;
  const leavesAt = 320 + 4 * (tables + 256 * tableCount);
  const leaves = width === 1 ? new Uint8Array(buffer, leavesAt) : new Uint16Array(buffer, leavesAt);
  const at = words[top + chunk];
  const enter = (): void => void Atomics.store(header, 16, header[4]);
  const leave = (): void => void Atomics.store(header, 16, 1);
  const answer = (address: number): number => {
    let id = leaves[at + ((address >>> 8) & 63)];
    if (id === (width === 1 ? 0xff : 0xffff)) {
      const table = words[deep + (at >>> 6)];
      id = leaves[words[tables + 256 * table + ((address >>> 6) & 255)] + (address & 63)];
    }
    return words[id];
  };
  return { enter, leave, answer };
}

test("what a reader in the middle of a call looks at stays as it was, and is used again when the reader is done", () => {
  const draw = drawFrom(SEED);
  const inside = [20, 22, 24, 24, 26, 28, 32];
  let changes = 0;
  for (let round = 0; round < 200; round++) {
    const fib = shared(
      "10.0.0.0/8",
      "10.0.4.0/24",
      "10.0.5.16/28",
      "10.0.6.0/23",
      "10.0.9.9/32",
      "10.0.16.0/20",
    );
    // others in other chunks, whose room is what may be taken too early
    for (let i = 1; i < 40; i++) fib.insert(Prefix.from(address4(0x0a000000 + i * 2 ** 14), 24), 100);
    const before = fib.shared4;
    const addresses = Array.from({ length: 300 }, () => 0x0a000000 + draw(2 ** 14));
    const reader = stoppedReader(before, 0x0a000000 >>> 14);
    reader.enter();
    const expected = addresses.map(reader.answer);
    assert.equal(
      expected,
      addresses.map((address) => fib.lookup4(address)),
    );
    for (let i = 0; i < 12 && fib.shared4 === before; i++, changes++) {
      const prefix = Prefix.from(address4(0x0a000000 + draw(2 ** 14)), inside[draw(inside.length)]);
      if (draw(3) === 0) fib.delete(prefix);
      else fib.insert(prefix, 200 + draw(50));
      assert.equal(addresses.map(reader.answer), expected, `${prefix}`);
    }
    reader.leave();
    fib.insert(p("10.200.0.0/24"), 7);
    fib.checkInvariants();
  }
  console.log(`\npositive ${changes}: changes while a reader was in the middle of a call`);

  // without readers in the middle of calls, what is replaced is used again and the table never moves
  const fib = shared("10.0.0.0/8", "10.0.4.0/24", "10.0.5.16/28");
  const { shared4 } = fib;
  for (let i = 0; i < 5000; i++) fib.insert(p(i % 2 === 0 ? "10.0.4.0/24" : "10.0.5.16/28"), i);
  assert.is(fib.shared4, shared4);
});

test("a shared table that begins empty can be read from the beginning", () => {
  const fib = shared();
  const reader = new FibReader(fib.shared4);
  assert.is(reader.lookup4(0x0a000001), -1);
  fib.insert(p("10.0.0.0/8"), 5);
  assert.is(reader.lookup4(0x0a000001), 5);
});

test("a table that outgrows its memory moves; readers of the old one keep its answers and are told", () => {
  const fib = shared("10.0.0.0/8");
  const before = fib.shared4;
  const reader = new FibReader(before);
  const draw = drawFrom(SEED);
  for (let i = 0; !reader.moved; i++) {
    assert.is(reader.lookup4(0x0a000001), 0);
    fib.insert(Prefix.from(address4(0x0b000000 + draw(2 ** 24)), 28), i);
  }
  assert.is(reader.lookup4(0x0a000001), 0);
  assert.is.not(fib.shared4, before);
  fib.insert(p("10.0.0.0/9"), 2);
  assert.is(reader.lookup4(0x0a000001), 0);
  assert.is(new FibReader(fib.shared4).lookup4(0x0a000001), 2);
  fib.checkInvariants();
});

test("there are places for 64 readers, and a closed one makes room", () => {
  const { shared4 } = shared("10.0.0.0/8");
  const readers = Array.from({ length: 64 }, () => new FibReader(shared4));
  assert.throws(() => new FibReader(shared4), /at most 64 readers/);
  readers[10].close();
  assert.is(new FibReader(shared4).lookup4(0x0a000001), 0);
});

test("a table that is not shared has no shared memory", () => {
  assert.throws(() => Fib.from(new Trie()).shared4, /the table is not shared/);
});

test.run();
