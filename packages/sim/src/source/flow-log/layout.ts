import { InputError } from "../../model/issue.ts";

/** How a flow log is written: text with columns, or JSON with a record on each line. Plain data, so that it can be sent. */
export interface LogLayout {
  readonly format: "columns" | "json";
  /** Character code between two columns. */
  readonly separator: number;
  readonly columns: readonly ColumnName[];
  /** The line that names the columns; it may stand again where files were joined. */
  readonly header?: string;
}

/** What a column may hold; everything else is passed over. */
export const COLUMN_NAMES = [
  "source",
  "destination",
  "packet-source",
  "packet-destination",
  "source-port",
  "destination-port",
  "protocol",
  "packets",
  "bytes",
  "start",
  "action",
  "status",
  "vpc",
  "subnet",
  "interface",
  "tcp-flags",
  "direction",
  "other",
] as const;

export type ColumnName = (typeof COLUMN_NAMES)[number];

/**
 * By the names that clouds and tools give them, `_` being `-`: AWS VPC flow logs of versions 2 to 5 (docs.aws.amazon.com,
 * "Flow log records"), Tencent Cloud's (cloud.tencent.com/document/product/614/48462 and 682/18933), and plain words.
 */
const NAMES: Readonly<Record<string, ColumnName>> = {
  srcaddr: "source",
  "src-addr": "source",
  src: "source",
  source: "source",
  "src-ip": "source",
  srcip: "source",
  "source-address": "source",
  dstaddr: "destination",
  "dst-addr": "destination",
  dst: "destination",
  destination: "destination",
  "dst-ip": "destination",
  dstip: "destination",
  "destination-address": "destination",
  "pkt-srcaddr": "packet-source",
  "pkt-dstaddr": "packet-destination",
  srcport: "source-port",
  "src-port": "source-port",
  sport: "source-port",
  "source-port": "source-port",
  dstport: "destination-port",
  "dst-port": "destination-port",
  dport: "destination-port",
  port: "destination-port",
  "destination-port": "destination-port",
  protocol: "protocol",
  proto: "protocol",
  packets: "packets",
  bytes: "bytes",
  start: "start",
  "start-time": "start",
  action: "action",
  "log-status": "status",
  logstatus: "status",
  "vpc-id": "vpc",
  vpc: "vpc",
  "subnet-id": "subnet",
  subnet: "subnet",
  "interface-id": "interface",
  "eni-id": "interface",
  interface: "interface",
  "tcp-flags": "tcp-flags",
  tcpflags: "tcp-flags",
  "flow-direction": "direction",
  direction: "direction",
};

/** The default of AWS, in the order of version 2; also that of Tencent Cloud. */
const DEFAULT =
  "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status";

const EVENT_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z$/;

const SPACE = 32;
const COMMA = 44;
const TAB = 9;

export function columnNamed(name: string): ColumnName {
  const key = name
    .trim()
    .replace(/^\$\{(.*)\}$/, "$1")
    .toLowerCase()
    .replaceAll("_", "-");
  return Object.hasOwn(NAMES, key) ? NAMES[key] : "other";
}

/**
 * Recognises a log by its first line. `fields` names the columns of one without a header: `${srcaddr} ${dstaddr} …`, or
 * names with spaces or commas between them. Throws an InputError that says what is missing.
 */
export function layoutOf(head: Uint8Array, file: string, fields?: string): LogLayout {
  const text = new TextDecoder().decode(head).replace(/^\uFEFF/, "");
  const line = /^(?:[^\S\n]*\r?\n)*([^\n]*)/.exec(text)![1].replace(/\r$/, "");
  const separator = line.includes("\t") ? TAB : line.includes(",") ? COMMA : SPACE;
  if (/^\s*\{/.test(line)) return { format: "json", separator, columns: [] };
  const words = wordsOf(line, separator);
  const named = words.map(columnNamed);
  if (named.includes("source") && named.includes("destination")) {
    return checked({ format: "columns", separator, columns: named, header: line }, file);
  }
  // CloudWatch Logs puts the time of the event before each line that it exports
  const isTimed = separator === SPACE && EVENT_TIME.test(words[0]);
  const layout = (names: readonly string[]): LogLayout => {
    const columns = names.map(columnNamed);
    const isBehind = isTimed && words.length === columns.length + 1;
    return { format: "columns", separator, columns: isBehind ? ["other", ...columns] : columns };
  };
  const given = fields?.split(/[\s,]+/).filter((word) => word !== "");
  if (given !== undefined) return checked(layout(given), file);
  const standard = DEFAULT.split(" ");
  const record = isTimed ? words.slice(1) : words;
  if (separator === SPACE && record.length === standard.length && record[0] === "2") return layout(standard);
  const message =
    words.length === 1
      ? "this is no flow log: its first line has one word"
      : "its first line does not name its columns, and it is not the default format of AWS";
  throw refused(file, message, `--fields '${DEFAULT}', in the order in which they stand`);
}

/** Returns the words of a line, without quotes. */
function wordsOf(line: string, separator: number): string[] {
  const parts = separator === SPACE ? line.trim().split(/ +/) : line.split(String.fromCharCode(separator));
  return parts.map((word) => word.trim().replace(/^"(.*)"$/, "$1"));
}

function checked(layout: LogLayout, file: string): LogLayout {
  for (const column of NEEDED) {
    const count = layout.columns.filter((name) => name === column).length;
    if (count === 1) continue;
    const message = `${count === 0 ? "no column" : `${count} columns`} of the log ${count === 0 ? "is" : "are"} the ${column}`;
    throw refused(
      file,
      message,
      `the names srcaddr, dstaddr and protocol, in its first line or with --fields`,
    );
  }
  return layout;
}

/** Without these a record says nothing. */
export const NEEDED: readonly ColumnName[] = ["source", "destination", "protocol"];

function refused(file: string, message: string, suggestion?: string): InputError {
  const issue = { code: "syntax", message, source: file, path: "" } as const;
  return new InputError([suggestion === undefined ? issue : { ...issue, suggestion }]);
}
