import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import {
  type ColumnName,
  columnNamed,
  FlowRecords,
  type KnownPlaces,
  type LogRange,
  type LogReading,
  MAX_MALFORMED,
  type MalformedLine,
  NEEDED,
  RecordFields,
} from "@twoway/sim";
import {
  type AsyncBuffer,
  type FileMetaData,
  parquetMetadataAsync,
  parquetRead,
  parquetSchema,
} from "hyparquet";
import { compressors } from "hyparquet-compressors";
import { wrong } from "../input.ts";

/** Flow logs in Parquet, read by row groups: snappy, gzip, zstd, brotli, LZ4 or not compressed. */

/** Returns the rows of each row group. Throws an InputError for a file that is none, or that lacks a column. */
export async function parquetGroups(file: string): Promise<LogRange[]> {
  return withBuffer(file, async (buffer) => {
    const metadata = await sound(file, parquetMetadataAsync(buffer));
    const columns = columnsOf(metadata).map(([, column]) => column);
    const missing = NEEDED.filter((column) => !columns.includes(column));
    if (missing.length > 0) throw wrong("syntax", file, `no column of the log is the ${missing[0]}`);
    const groups: LogRange[] = [];
    let from = 0;
    for (const { num_rows } of metadata.row_groups) {
      const to = from + Number(num_rows);
      if (to > from) groups.push({ from, to });
      from = to;
    }
    return groups;
  });
}

/** Reads some rows. Rows are counted as lines are, from 1; none of them is a line of the file. */
export async function readParquet(
  file: string,
  rows: LogRange,
  places: KnownPlaces,
  onRecords: (records: FlowRecords) => void,
): Promise<LogReading> {
  return withBuffer(file, async (buffer) => {
    const metadata = await sound(file, parquetMetadataAsync(buffer));
    const named = columnsOf(metadata).filter(([, column]) => column !== "other");
    const records = new FlowRecords();
    const fields = new RecordFields(places);
    const first: MalformedLine[] = [];
    let malformed = 0;
    const flush = (): void => {
      if (records.length > 0) onRecords(records);
      records.length = 0;
    };
    // a row group may be large: some rows of it at a time
    for (let from = rows.from; from < rows.to; from += SLICE) {
      const to = Math.min(rows.to, from + SLICE);
      let table: readonly (readonly unknown[])[] = [];
      const reading = parquetRead({
        file: buffer,
        metadata,
        compressors,
        columns: named.map(([name]) => name),
        rowStart: from,
        rowEnd: to,
        onComplete: (all: unknown[][]) => {
          table = all;
        },
      });
      await sound(file, reading);
      for (const [i, row] of table.entries()) {
        fields.begin();
        for (const [k, [, column]] of named.entries()) {
          const value = row[k];
          if (value !== null && value !== undefined) fields.setText(column, `${value}`);
        }
        const rule = fields.finish(records, from + i, from + i + 1);
        if (rule === "") {
          if (records.isFull) flush();
          continue;
        }
        malformed++;
        if (first.length < MAX_MALFORMED)
          first.push({ file, line: from + i + 1, rule, text: row.join(" ").slice(0, 120) });
      }
    }
    flush();
    return { lines: 0, malformed: { count: malformed, first } };
  });
}

const SLICE = 100_000;

/** The columns at the top of the schema, in the order of the file. */
function columnsOf(metadata: FileMetaData): [string, ColumnName][] {
  return parquetSchema(metadata).children.map(({ element }) => [element.name, columnNamed(element.name)]);
}

/** What the library says about a damaged file is an input error. */
async function sound<T>(file: string, reading: Promise<T>): Promise<T> {
  try {
    return await reading;
  } catch (error) {
    throw wrong("unreadable", file, `the Parquet data is damaged: ${(error as Error).message}`);
  }
}

async function withBuffer<T>(file: string, work: (buffer: AsyncBuffer) => Promise<T>): Promise<T> {
  const descriptor = openSync(file, "r");
  try {
    const { size } = fstatSync(descriptor);
    const slice = async (start: number, end = size): Promise<ArrayBuffer> => {
      if (!(start >= 0 && start <= end && end <= size)) throw new RangeError("it points outside itself");
      const bytes = new Uint8Array(end - start);
      for (let at = 0; at < bytes.length; ) {
        const count = readSync(descriptor, bytes, at, bytes.length - at, start + at);
        if (count === 0) throw new RangeError("it ends early");
        at += count;
      }
      return bytes.buffer;
    };
    return await work({ byteLength: size, slice });
  } finally {
    closeSync(descriptor);
  }
}
