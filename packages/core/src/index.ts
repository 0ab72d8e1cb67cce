export {
  type Address,
  type Address4,
  type Address6,
  address4,
  address6,
  type Family,
  familyOf,
  formatAddress,
  ParseError,
  parseAddress,
  readWords,
  widthOf,
  wordsPer,
  writeWords,
} from "./address.ts";
export { readAddress4, readAddress6 } from "./cidr-bytes.ts";
export {
  type Columns,
  columnsOf,
  type Entry,
  emptyColumns,
  prefixAt,
  sortColumns,
} from "./columns.ts";
export { Fib, type FibOptions } from "./fib.ts";
export { FibReader } from "./fib-reader.ts";
export { FibView } from "./fib-view.ts";
export { type ByteSource, GzipError, gunzip } from "./gunzip.ts";
export { MrtError, type MrtOptions, type MrtTable, readMrt } from "./mrt.ts";
export { Prefix } from "./prefix.ts";
export { RangeArena, Ranges } from "./ranges.ts";
export { type PrefixTable, readTable } from "./read-table.ts";
export { readTextTable, type TextTable, TextTableError, type TextTableOptions } from "./text-table.ts";
export { Trie } from "./trie.ts";
export { TrieBufferError } from "./trie-buffer.ts";
