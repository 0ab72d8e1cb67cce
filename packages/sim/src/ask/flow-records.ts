/**
 * A batch of flow records as columns: a row is what one line of a flow log says, without an object or a string of its own.
 * Readers fill a batch up to its capacity, hand it on, and fill it again.
 *
 *   source, destination  four words per row: an IPv4 address in the first, an IPv6 address in all, most significant first
 *   place                where it was recorded: UNSAID, ELSEWHERE (a VPC that is not in the network), or a number that
 *                        `KnownPlaces` gave out
 *   packets, bytes       at most MAX_COUNT, so that sums of two stay exact
 *   position             byte of the file at which the record begins (of the unpacked file for gzip), or its row
 *   line                 line from the start of what is read, or the row: for people
 */
export class FlowRecords {
  readonly capacity: number;
  length = 0;
  readonly family: Uint8Array;
  readonly source: Uint32Array;
  readonly destination: Uint32Array;
  readonly sourcePort: Uint16Array;
  readonly destinationPort: Uint16Array;
  readonly protocol: Uint8Array;
  readonly action: Uint8Array;
  readonly status: Uint8Array;
  readonly tcpFlags: Uint8Array;
  readonly direction: Uint8Array;
  readonly place: Uint32Array;
  readonly packets: Float64Array;
  readonly bytes: Float64Array;
  /** Seconds since 1970; 0 when the log does not say. */
  readonly start: Float64Array;
  readonly position: Float64Array;
  readonly line: Float64Array;

  constructor(capacity = 4096) {
    this.capacity = capacity;
    this.family = new Uint8Array(capacity);
    this.source = new Uint32Array(4 * capacity);
    this.destination = new Uint32Array(4 * capacity);
    this.sourcePort = new Uint16Array(capacity);
    this.destinationPort = new Uint16Array(capacity);
    this.protocol = new Uint8Array(capacity);
    this.action = new Uint8Array(capacity);
    this.status = new Uint8Array(capacity);
    this.tcpFlags = new Uint8Array(capacity);
    this.direction = new Uint8Array(capacity);
    this.place = new Uint32Array(capacity);
    this.packets = new Float64Array(capacity);
    this.bytes = new Float64Array(capacity);
    this.start = new Float64Array(capacity);
    this.position = new Float64Array(capacity);
    this.line = new Float64Array(capacity);
  }

  get isFull(): boolean {
    return this.length === this.capacity;
  }
}

/** The most that a record may count: twice as much is still exact in a double. */
export const MAX_COUNT: number = 2 ** 52;

/** What the cloud did with the packets where it recorded them. */
export const ACTION = { unsaid: 0, accepted: 1, rejected: 2 } as const;

/** A row without packets says that there were none (NODATA), or that some were not recorded (SKIPDATA). */
export const STATUS = { ok: 0, noData: 1, skipped: 2 } as const;

/**
 * Which way the packets went at the interface that recorded them. `between` is an interface on the way, as that of a NAT
 * gateway: the addresses of the packet are not those of the leg.
 */
export const DIRECTION = { unsaid: 0, ingress: 1, egress: 2, between: 3 } as const;

/** The log does not say where the record was taken. */
export const UNSAID = 0;
/** It was taken in a VPC or a subnet that is not part of the network. */
export const ELSEWHERE = 1;
