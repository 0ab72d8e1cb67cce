import { type Address, familyOf, parseAddress, readAddress4, readAddress6, writeWords } from "@twoway/core";
import {
  ACTION,
  DIRECTION,
  ELSEWHERE,
  type FlowRecords,
  MAX_COUNT,
  STATUS,
  UNSAID,
} from "../../ask/flow-records.ts";
import type { KnownPlaces } from "../../ask/known-places.ts";
import type { ColumnName } from "./layout.ts";

/**
 * One record as its fields come in, each as bytes, and then the row that they make. What is wrong with a field is kept
 * until the end: a row that says that there was no data has dashes everywhere.
 */
export class RecordFields {
  readonly #places: KnownPlaces;
  readonly #source = new Uint32Array(4);
  readonly #destination = new Uint32Array(4);
  readonly #packetSource = new Uint32Array(4);
  readonly #packetDestination = new Uint32Array(4);
  #sourceFamily = 0;
  #destinationFamily = 0;
  #packetSourceFamily = 0;
  #packetDestinationFamily = 0;
  #sourcePort = 0;
  #destinationPort = 0;
  #protocol = -1;
  #packets = 0;
  #bytes = 0;
  #start = 0;
  #action = 0;
  #status = 0;
  #tcpFlags = 0;
  #direction = 0;
  #vpc = 0;
  #subnet = 0;
  #interface = 0;
  #problem = "";
  readonly #scratch = new Uint8Array(256);
  readonly #encoder = new TextEncoder();

  constructor(places: KnownPlaces) {
    this.#places = places;
  }

  begin(): void {
    this.#sourceFamily = 0;
    this.#destinationFamily = 0;
    this.#packetSourceFamily = 0;
    this.#packetDestinationFamily = 0;
    this.#sourcePort = 0;
    this.#destinationPort = 0;
    this.#protocol = -1;
    this.#packets = 0;
    this.#bytes = 0;
    this.#start = 0;
    this.#action = ACTION.unsaid;
    this.#status = STATUS.ok;
    this.#tcpFlags = 0;
    this.#direction = DIRECTION.unsaid;
    this.#vpc = UNSAID;
    this.#subnet = UNSAID;
    this.#interface = UNSAID;
    this.#problem = "";
  }

  /** Takes bytes[at..end) as the value of a column. A dash, or nothing, is no value. */
  set(column: ColumnName, bytes: Uint8Array, at: number, end: number): void {
    if (at === end || (end - at === 1 && bytes[at] === DASH)) return;
    switch (column) {
      case "source":
        this.#sourceFamily = this.#address(bytes, at, end, this.#source);
        break;
      case "destination":
        this.#destinationFamily = this.#address(bytes, at, end, this.#destination);
        break;
      case "packet-source":
        this.#packetSourceFamily = this.#address(bytes, at, end, this.#packetSource);
        break;
      case "packet-destination":
        this.#packetDestinationFamily = this.#address(bytes, at, end, this.#packetDestination);
        break;
      case "source-port":
        this.#sourcePort = this.#number(bytes, at, end, 65535, "a port");
        break;
      case "destination-port":
        this.#destinationPort = this.#number(bytes, at, end, 65535, "a port");
        break;
      case "protocol":
        this.#protocol =
          bytes[at] > NINE
            ? this.#protocolName(bytes, at, end)
            : this.#number(bytes, at, end, 255, "a protocol");
        break;
      case "packets":
        this.#packets = this.#number(bytes, at, end, MAX_COUNT, "the number of packets");
        break;
      case "bytes":
        this.#bytes = this.#number(bytes, at, end, MAX_COUNT, "the number of bytes");
        break;
      case "start":
        this.#start = this.#number(bytes, at, end, LAST_START, "the start");
        break;
      case "action":
        this.#action = this.#word(ACTIONS, bytes, at, end, "the action is ACCEPT or REJECT");
        break;
      case "status":
        this.#status = this.#word(STATUSES, bytes, at, end, "the status is OK, NODATA or SKIPDATA");
        break;
      case "tcp-flags":
        this.#tcpFlags = this.#number(bytes, at, end, 255, "the TCP flags");
        break;
      case "direction":
        this.#direction = this.#word(DIRECTIONS, bytes, at, end, "the direction is ingress or egress");
        break;
      case "vpc":
        this.#vpc = this.#places.vpc(bytes, at, end);
        break;
      case "subnet":
        this.#subnet = this.#places.subnet(bytes, at, end);
        break;
      case "interface":
        this.#interface = this.#places.interface(bytes, at, end);
        break;
      case "other":
        break;
      default:
        column satisfies never;
    }
  }

  /** Takes a value that is no longer bytes; one that is too long for any column is no value of any. */
  setText(column: ColumnName, text: string): void {
    const { written } = this.#encoder.encodeInto(text, this.#scratch);
    this.set(column, this.#scratch, 0, written);
  }

  /** Makes the next row of the batch; returns what is wrong instead, or "". */
  finish(records: FlowRecords, position: number, line: number): string {
    const row = records.length;
    records.position[row] = position;
    records.line[row] = line;
    records.status[row] = this.#status;
    if (this.#status !== STATUS.ok) {
      records.packets[row] = 0;
      records.bytes[row] = 0;
      records.length++;
      return "";
    }
    if (this.#problem !== "") return this.#problem;
    if (this.#sourceFamily === 0) return "there is no source address";
    if (this.#destinationFamily === 0) return "there is no destination address";
    if (this.#protocol < 0) return "there is no protocol";
    // where the packets of a leg are somebody else's, theirs are the ends
    const isFrom = this.#packetSourceFamily !== 0;
    const isTo = this.#packetDestinationFamily !== 0;
    const family = isFrom ? this.#packetSourceFamily : this.#sourceFamily;
    if (family !== (isTo ? this.#packetDestinationFamily : this.#destinationFamily))
      return "the addresses are of two families";
    const source = isFrom ? this.#packetSource : this.#source;
    const destination = isTo ? this.#packetDestination : this.#destination;
    let isLeg = false;
    for (let i = 0; i < (family === 4 ? 1 : 4); i++) {
      records.source[4 * row + i] = source[i];
      records.destination[4 * row + i] = destination[i];
      if (source[i] !== this.#source[i] || destination[i] !== this.#destination[i]) isLeg = true;
    }
    records.family[row] = family;
    records.sourcePort[row] = this.#sourcePort;
    records.destinationPort[row] = this.#destinationPort;
    records.protocol[row] = this.#protocol;
    records.packets[row] = this.#packets;
    records.bytes[row] = this.#bytes;
    records.start[row] = this.#start > LAST_SECOND ? Math.floor(this.#start / 1000) : this.#start;
    records.action[row] = this.#action;
    records.tcpFlags[row] = this.#tcpFlags;
    records.direction[row] = isLeg ? DIRECTION.between : this.#direction;
    records.place[row] = this.#place();
    records.length++;
    return "";
  }

  /** The nearest place that is known; elsewhere if only unknown ones are named. */
  #place(): number {
    if (this.#interface > ELSEWHERE) return this.#interface;
    if (this.#subnet > ELSEWHERE) return this.#subnet;
    if (this.#vpc > ELSEWHERE) return this.#vpc;
    return this.#vpc === ELSEWHERE || this.#subnet === ELSEWHERE ? ELSEWHERE : UNSAID;
  }

  #address(bytes: Uint8Array, at: number, end: number, words: Uint32Array): number {
    if (readAddress4(bytes, at, end, words, 0)) return 4;
    if (readAddress6(bytes, at, end, words, 0)) return 6;
    return this.#rareAddress(bytes, at, end, words);
  }

  #rareAddress(bytes: Uint8Array, at: number, end: number, words: Uint32Array): number {
    const text = new TextDecoder().decode(bytes.subarray(at, Math.min(end, at + 64)));
    let address: Address;
    try {
      address = parseAddress(text);
    } catch {
      this.#problem ||= `${JSON.stringify(text)} is not an address`;
      return 0;
    }
    writeWords(address, words, 0);
    return familyOf(address);
  }

  #number(bytes: Uint8Array, at: number, end: number, most: number, what: string): number {
    let value = 0;
    for (let i = at; i < end; i++) {
      const digit = bytes[i] - ZERO;
      if (!(digit >= 0 && digit <= 9)) {
        this.#problem ||= `${what} is not a number`;
        return 0;
      }
      value = value * 10 + digit;
      if (value > most) {
        this.#problem ||= `${what} is above ${most}`;
        return 0;
      }
    }
    return value;
  }

  #word(words: readonly Word[], bytes: Uint8Array, at: number, end: number, rule: string): number {
    for (const { text, value } of words) if (isWord(text, bytes, at, end)) return value;
    this.#problem ||= rule;
    return 0;
  }

  #protocolName(bytes: Uint8Array, at: number, end: number): number {
    return this.#word(PROTOCOLS, bytes, at, end, "the protocol is a number, tcp, udp, icmp or icmpv6");
  }
}

interface Word {
  /** In lower case. */
  readonly text: Uint8Array;
  readonly value: number;
}

/** What is larger is meant in milliseconds. */
const LAST_SECOND = 1e11;
/** The end of the year 9999. */
const LAST_START = 253_402_300_799_999;
const ZERO = 48;
const NINE = 57;
const DASH = 45;

function wordsOf(values: Readonly<Record<string, number>>): Word[] {
  return Object.entries(values).map(([text, value]) => ({
    text: Uint8Array.from(text, (letter) => letter.charCodeAt(0)),
    value,
  }));
}

const ACTIONS = wordsOf({ accept: ACTION.accepted, reject: ACTION.rejected });
const STATUSES = wordsOf({ ok: STATUS.ok, nodata: STATUS.noData, skipdata: STATUS.skipped });
const DIRECTIONS = wordsOf({
  ingress: DIRECTION.ingress,
  egress: DIRECTION.egress,
  in: DIRECTION.ingress,
  out: DIRECTION.egress,
});
const PROTOCOLS = wordsOf({ tcp: 6, udp: 17, icmp: 1, icmpv6: 58, icmp6: 58 });

/** Compares letters in either case. */
function isWord(text: Uint8Array, bytes: Uint8Array, at: number, end: number): boolean {
  if (text.length !== end - at) return false;
  for (let i = 0; i < text.length; i++) if (text[i] !== (bytes[at + i] | 0x20)) return false;
  return true;
}
