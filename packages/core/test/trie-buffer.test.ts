import { address4, type Entry, Prefix, Trie, TrieBufferError } from "@twoway/core";
import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { anyPrefix, anyTable, anyValue } from "./arbitraries.ts";
import { holds } from "./seed.ts";

const test = suite("trie buffer");
const show = (trie: Trie): string[] => [...trie.entries()].map(({ prefix, value }) => `${prefix} ${value}`);
const small = (): Uint8Array =>
  new Uint8Array(
    Trie.from(
      ["0.0.0.0/0", "10.0.0.0/8", "10.1.2.3/32", "2001:db8::/32"].map((text, value) => ({
        prefix: Prefix.parse(text),
        value,
      })),
    ).toBuffer(),
  );

/** Returns the message of the refusal; anything but a TrieBufferError is a failure. */
function refusal(bytes: Uint8Array): string {
  try {
    Trie.fromBuffer(bytes);
  } catch (error) {
    if (error instanceof TrieBufferError) return error.message;
    throw error;
  }
  return assert.unreachable("the bytes were taken") as never;
}

test("a table comes back from its bytes, also from the middle of a larger buffer", () => {
  holds("tables of both families", anyTable, (table) => {
    const trie = Trie.from(table);
    const buffer = trie.toBuffer();
    const again = Trie.fromBuffer(buffer);
    again.checkInvariants();
    assert.equal(show(again), show(trie));
    const wide = new Uint8Array(buffer.byteLength + 7);
    wide.set(new Uint8Array(buffer), 3);
    assert.equal(show(Trie.fromBuffer(wide.subarray(3, 3 + buffer.byteLength))), show(trie));
    return trie.columns(4).bits.length > 0 && trie.columns(6).bits.length > 0;
  });
});

test("the format is what the file says, byte for byte", () => {
  const hex = Array.from(small(), (byte) => byte.toString(16).padStart(2, "0")).join("");
  assert.is(hex.slice(0, 16), "54574c5001000000");
  assert.is(hex.slice(24, 40), "0300000001000000");
  assert.is(hex.slice(40, 64), "000000000000000a0302010a");
  assert.is(small().length, 20 + 3 * 9 + 21);
});

test("bytes cut anywhere are refused", () => {
  const bytes = small();
  for (let length = 0; length < bytes.length; length++) {
    assert.match(refusal(bytes.subarray(0, length)), /not a table|ends early|its header says/);
  }
  assert.match(refusal(Uint8Array.of(...bytes, 0)), /has 69 bytes, but its header says 68/);
});

test("every flipped bit is noticed", () => {
  const bytes = small();
  for (let bit = 0; bit < 8 * bytes.length; bit++) {
    bytes[bit >> 3] ^= 1 << (bit & 7);
    assert.match(refusal(bytes), /not a table|version|its header says|checksum/);
    bytes[bit >> 3] ^= 1 << (bit & 7);
  }
});

test("foreign bytes and other versions are refused with the reason", () => {
  assert.match(refusal(new TextEncoder().encode("10.0.0.0/8 192.0.2.1\n")), /do not begin with TWLP/);
  const bytes = small();
  bytes[4] = 2;
  assert.match(refusal(bytes), /version 2, not 1/);
  holds("garbage that is refused", fc.uint8Array({ maxLength: 200 }), (garbage) => refusal(garbage) !== "");
});

test("a right checksum does not make a wrong table right", () => {
  const good = small();
  for (const [at, byte, reason] of [
    [24, 1, /not sorted or not canonical: row 1: host bits/], // 10.0.0.0/8 becomes 10.0.0.1/8
    [64, 33, /row 0: prefix length 33 is above 32/],
    [67, 129, /IPv6 table .* above 128/],
  ] as const) {
    const bytes = good.slice();
    bytes[at] = byte;
    reseal(bytes);
    assert.match(refusal(bytes), reason);
  }
});

/** Writes the checksum that belongs to the bytes, found bit by bit. */
function reseal(bytes: Uint8Array): void {
  let crc = 0xffffffff;
  for (const byte of bytes.subarray(12)) {
    crc ^= byte;
    for (let k = 0; k < 8; k++) crc = (crc & 1) === 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  new DataView(bytes.buffer).setUint32(8, ~crc >>> 0, true);
}

test("a clone equals the trie and shares nothing with it", () => {
  const change = fc.tuple(anyPrefix, anyValue);
  holds("tables that are not empty", fc.tuple(anyTable, fc.array(change)), ([table, changes]) => {
    const trie = Trie.from(table);
    const before = show(trie);
    const clone = trie.clone();
    for (const [prefix, value] of changes) clone.insert(prefix, value);
    for (const { prefix } of table as Entry[]) clone.delete(prefix);
    clone.checkInvariants();
    trie.checkInvariants();
    assert.equal(show(trie), before);
    const second = trie.clone();
    for (const { prefix } of table) trie.delete(prefix);
    second.checkInvariants();
    assert.equal(show(second), before);
    return table.length > 0;
  });
});

test("a clone of a large trie has a jump table of its own", () => {
  const trie = new Trie();
  for (let i = 0; i < 70_000; i++) trie.insert(Prefix.from(address4((i * 60_013 * 256) % 2 ** 32), 24), i);
  const clone = trie.clone();
  clone.checkInvariants();
  for (const { prefix } of trie.entries()) if (prefix.bits === 24) clone.delete(prefix);
  assert.is(clone.size, 0);
  trie.checkInvariants();
});

test.run();
