import { BlockList } from "node:net";
import { type Columns, Fib, formatAddress, prefixAt, type Trie } from "@twoway/core";
import IPRouter from "ip-router";
import LongestPrefixMatch from "longest-prefix-match";
import { Reader } from "mmdb-lib";
import { writeMmdb } from "./mmdb-writer.ts";

/** Something that answers longest match for IPv4: fills `out` with values, Fib.NONE where there is none. */
export interface Contender {
  readonly name: string;
  /** Answers the first `count` addresses. Its time is what is measured. */
  readonly answer: (traffic: Traffic, out: Uint32Array, count: number) => void;
  /** Knows only whether there is a match: answers 0, or Fib.NONE. */
  readonly membership?: boolean;
  /** Bytes of its memory where they can be counted. */
  readonly bytes?: number;
  readonly buildMs?: number;
  /** Takes addresses as text, which is made before the time is taken. */
  readonly takesText?: boolean;
}

export interface Traffic {
  readonly name: string;
  readonly addresses: Uint32Array;
  /** The first addresses as text, as many as anybody asked for. */
  readonly texts: string[];
}

/** Makes sure that the first `count` addresses are there as text. */
export function spell({ addresses, texts }: Traffic, count: number): void {
  for (let i = texts.length; i < count; i++) texts.push(formatAddress(addresses[i] as never));
}

/** The forms of core: the trie, and the compiled table one by one and in batches. */
export function ours(columns: Columns, trie: Trie): Contender[] {
  const forms = (["typescript", "wasm"] as const).map((batch) => {
    const start = performance.now();
    const fib = Fib.fromColumns([columns], { batch });
    return { batch, fib, buildMs: performance.now() - start };
  });
  const [{ fib }] = forms;
  const batches = forms
    .filter(({ batch, fib }) => batch !== "wasm" || fib.usesKernel(4))
    .map(
      ({ batch, fib, buildMs }): Contender => ({
        name: `Fib batch, ${batch}`,
        answer: ({ addresses }, out, count) => fib.lookupMany(addresses.subarray(0, count), out),
        bytes: fib.bytes.compiled,
        buildMs,
      }),
    );
  return [
    ...batches,
    {
      name: "Fib one by one",
      answer: ({ addresses }, out, count) => {
        for (let i = 0; i < count; i++) out[i] = fib.lookup4(addresses[i]);
      },
      bytes: fib.bytes.compiled,
    },
    {
      name: "Trie",
      answer: ({ addresses }, out, count) => {
        for (let i = 0; i < count; i++) out[i] = trie.lookup4(addresses[i]);
      },
      bytes: trie.bytes,
    },
  ];
}

/** A plain scan of the columns: nothing to build, nothing to get wrong. */
export function scan({ words, bits, values }: Columns): Contender {
  return {
    name: "linear scan",
    bytes: words.byteLength + bits.byteLength + values.byteLength,
    answer: ({ addresses }, out, count) => {
      for (let i = 0; i < count; i++) {
        let best: number = Fib.NONE;
        let bestBits = -1;
        for (let row = 0; row < bits.length; row++) {
          const host = 32 - bits[row];
          // a shift by 32 does nothing, so /0 is a case of its own
          const inside = host === 32 || (addresses[i] ^ words[row]) >>> host === 0;
          if (inside && bits[row] > bestBits) {
            bestBits = bits[row];
            best = values[row];
          }
        }
        out[i] = best;
      }
    },
  };
}

/** A Map per length, asked from the longest down; lengths without a prefix are left out. */
export function maps({ words, bits, values }: Columns): Contender {
  const start = performance.now();
  const all = Array.from({ length: 33 }, () => new Map<number, number>());
  for (let row = 0; row < bits.length; row++) all[bits[row]].set(words[row], values[row]);
  const buildMs = performance.now() - start;
  const longestFirst = all
    .map((map, length) => ({ map, mask: length === 0 ? 0 : -1 << (32 - length) }))
    .filter(({ map }) => map.size > 0)
    .reverse();
  return {
    name: "33 Maps",
    buildMs,
    answer: ({ addresses }, out, count) => {
      for (let i = 0; i < count; i++) {
        let value: number | undefined;
        for (let k = 0; value === undefined && k < longestFirst.length; k++) {
          const { map, mask } = longestFirst[k];
          value = map.get((addresses[i] & mask) >>> 0);
        }
        out[i] = value ?? Fib.NONE;
      }
    },
  };
}

/** The packages that answer longest match, and Node's own list. All of them take text. */
export function packages(columns: Columns): Contender[] {
  const rows = columns.bits.length;
  const timed = <T>(build: () => T): { readonly it: T; readonly buildMs: number } => {
    const start = performance.now();
    const it = build();
    return { it, buildMs: performance.now() - start };
  };
  const mmdb = timed(() => writeMmdb(columns));
  const reader = new Reader(mmdb.it) as unknown as { get(address: string): number | null };
  const lpm = timed(() => {
    const table = new LongestPrefixMatch();
    for (let row = 0; row < rows; row++) table.addPrefix(`${prefixAt(columns, row)}`, columns.values[row]);
    return table;
  });
  const router = timed(() => {
    const table = new IPRouter();
    for (let row = 0; row < rows; row++) table.insert(`${prefixAt(columns, row)}`, columns.values[row]);
    return table;
  });
  const list = timed(() => {
    const table = new BlockList();
    for (let row = 0; row < rows; row++) {
      const { address, bits } = prefixAt(columns, row);
      table.addSubnet(formatAddress(address), bits, "ipv4");
    }
    return table;
  });
  const peer = (
    name: string,
    buildMs: number,
    ask: (text: string) => number | null | undefined,
  ): Contender => ({
    name,
    buildMs,
    takesText: true,
    answer: ({ texts }, out, count) => {
      for (let i = 0; i < count; i++) out[i] = ask(texts[i]) ?? Fib.NONE;
    },
  });
  return [
    { ...peer("mmdb-lib", mmdb.buildMs, (text) => reader.get(text)), bytes: mmdb.it.length },
    peer("longest-prefix-match", lpm.buildMs, (text) => lpm.it.getMatch(`${text}/32`)[0]),
    peer("ip-router", router.buildMs, (text) => router.it.route(`${text}/32`)),
    {
      ...peer("net.BlockList", list.buildMs, (text) => (list.it.check(text, "ipv4") ? 0 : null)),
      membership: true,
    },
  ];
}
