import { createReadStream } from "node:fs";
import {
  type Address,
  formatAddress,
  MrtError,
  type PrefixTable,
  parseAddress,
  readTable,
  TextTableError,
} from "@twoway/core";
import { EXIT } from "../exit.ts";
import { parseArgument, unreadable, wrong } from "../input.ts";
import { print, styleFor } from "../terminal.ts";

interface LookupOptions {
  readonly format: "text" | "json";
  readonly color: boolean;
}

/** Answers longest match on a table of prefixes, text or an MRT dump. 0 when every address has a match, 1 when one has none. */
export async function lookup(
  file: string,
  texts: readonly string[],
  options: LookupOptions,
): Promise<number> {
  const addresses = texts.map((text) => parseArgument(parseAddress, text, "<address>"));
  const table = await openTable(file);
  const rows = addresses.map((address) => matchOf(table, address));
  if (options.format === "json") {
    print(JSON.stringify({ version: 1, prefixes: table.trie.size, results: rows }, null, 2));
  } else {
    const { dim, bad } = styleFor(process.stdout, options);
    const width = Math.max(...rows.map(({ address }) => address.length));
    for (const { address, prefix, nextHop } of rows) {
      const hop = nextHop === null ? "" : `  ${nextHop}`;
      print(`${address.padEnd(width)}  ${prefix === null ? bad("no match") : prefix + hop}`);
    }
    print(dim(`${table.trie.size} prefixes`));
  }
  return rows.every(({ prefix }) => prefix !== null) ? EXIT.yes : EXIT.no;
}

async function openTable(file: string): Promise<PrefixTable> {
  try {
    return await readTable(file === "-" ? process.stdin : createReadStream(file));
  } catch (error) {
    if (error instanceof TextTableError)
      throw wrong("syntax", `${file}:${error.line}:1`, error.rule, error.suggestion);
    if (error instanceof MrtError) throw wrong("syntax", `${file}: byte ${error.offset}`, error.rule);
    throw unreadable(file, error);
  }
}

interface Match {
  readonly address: string;
  readonly prefix: string | null;
  readonly nextHop: string | null;
}

function matchOf({ trie, nextHops }: PrefixTable, address: Address): Match {
  const match = trie.lookupPrefix(address);
  const hop = match === undefined ? "" : nextHops[match.value];
  return {
    address: formatAddress(address),
    prefix: match === undefined ? null : `${match.prefix}`,
    nextHop: hop === "" ? null : hop,
  };
}
