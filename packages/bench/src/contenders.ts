import { BlockList } from "node:net";
import {
  type Columns,
  type Family,
  Fib,
  formatAddress,
  prefixAt,
  readWords,
  type Trie,
  widthOf,
  wordsPer,
} from "@twoway/core";
import IPRouter from "ip-router";
import LongestPrefixMatch from "longest-prefix-match";
import { Reader } from "mmdb-lib";
import { writeMmdb } from "./mmdb-writer.ts";

/** Something that answers longest match for one family: fills `out` with values, Fib.NONE where there is none. */
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
  readonly family: Family;
  readonly count: number;
  /** A word per IPv4 address, four per IPv6 address. */
  readonly addresses: Uint32Array;
  /** The first addresses as text, as many as anybody asked for. */
  readonly texts: string[];
}

/** Makes sure that the first `count` addresses are there as text. */
export function spell({ family, addresses, texts }: Traffic, count: number): void {
  const per = wordsPer(family);
  for (let i = texts.length; i < count; i++) texts.push(formatAddress(readWords(family, addresses, per * i)));
}

/** The forms of core: the trie, and the compiled table one by one and in batches. */
export function ours(columns: Columns, trie: Trie): Contender[] {
  const forms = (["typescript", "wasm"] as const).map((batch) => {
    const start = performance.now();
    const fib = Fib.fromColumns([columns], { batch });
    return { batch, fib, buildMs: performance.now() - start };
  });
  const [{ fib }] = forms;
  const { family } = columns;
  const batches = forms
    .filter(({ batch, fib }) => batch !== "wasm" || fib.usesKernel(family))
    .map(
      ({ batch, fib, buildMs }): Contender => ({
        name: `Fib batch, ${batch}`,
        answer: ({ addresses }, out, count) => {
          if (family === 4) fib.lookupMany(addresses.subarray(0, count), out);
          else fib.lookupMany6(addresses.subarray(0, 4 * count), out);
        },
        bytes: fib.bytes.compiled,
        buildMs,
      }),
    );
  /** One by one. An IPv6 address is made a bigint first, which is how it is asked for. */
  const alone =
    (table: Fib | Trie): Contender["answer"] =>
    ({ addresses }, out, count) => {
      if (family === 4) for (let i = 0; i < count; i++) out[i] = table.lookup4(addresses[i]);
      else for (let i = 0; i < count; i++) out[i] = table.lookup(readWords(6, addresses, 4 * i)) ?? Fib.NONE;
    };
  return [
    ...batches,
    { name: "Fib one by one", answer: alone(fib), bytes: fib.bytes.compiled },
    { name: "Trie", answer: alone(trie), bytes: trie.bytes },
  ];
}

/** A plain scan of the columns: nothing to build, nothing to get wrong. */
export function scan({ family, words, bits, values }: Columns): Contender {
  const per = wordsPer(family);
  return {
    name: "linear scan",
    bytes: words.byteLength + bits.byteLength + values.byteLength,
    answer: ({ addresses }, out, count) => {
      for (let i = 0; i < count; i++) {
        let best: number = Fib.NONE;
        let bestBits = -1;
        for (let row = 0; row < bits.length; row++) {
          let k = 0;
          while (k < bits[row] >> 5 && addresses[per * i + k] === words[per * row + k]) k++;
          // what is left is less than a word; a shift by 32 does nothing, so nothing left is a case of its own
          const rest = bits[row] - 32 * k;
          const inside =
            rest === 0 ||
            (rest < 32 && (addresses[per * i + k] ^ words[per * row + k]) >>> (32 - rest) === 0);
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

/** A Map per length of IPv4, asked from the longest down; lengths without a prefix are left out. */
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
  const host = `/${widthOf(columns.family)}`;
  const type = columns.family === 4 ? "ipv4" : "ipv6";
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
      table.addSubnet(formatAddress(address), bits, type);
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
    peer("longest-prefix-match", lpm.buildMs, (text) => lpm.it.getMatch(`${text}${host}`)[0]),
    peer("ip-router", router.buildMs, (text) => router.it.route(`${text}${host}`)),
    {
      ...peer("net.BlockList", list.buildMs, (text) => (list.it.check(text, type) ? 0 : null)),
      membership: true,
    },
  ];
}
