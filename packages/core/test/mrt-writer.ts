import { type Address, type Prefix, writeWords } from "@twoway/core";

/** What a peer says of a prefix. */
export interface Said {
  readonly peer: number;
  readonly nextHop?: Address;
}

/** Writes the records of a TABLE_DUMP_V2 dump (RFC 6396, RFC 8050), straight from the tables of the two documents. */
export class MrtWriter {
  private readonly bytes: number[] = [];
  private sequence = 0;

  /** Returns what was written so far. */
  dump(): Uint8Array {
    return Uint8Array.from(this.bytes);
  }

  record(type: number, subtype: number, body: readonly number[]): this {
    this.bytes.push(...u32(1_700_000_000), ...u16(type), ...u16(subtype), ...u32(body.length), ...body);
    return this;
  }

  /** Peers of every kind in turn: IPv4 or IPv6, AS numbers of two or four bytes. */
  peers(count: number, view = ""): this {
    const body = [...u32(0x0a0a0a0a), ...u16(view.length), ...new TextEncoder().encode(view), ...u16(count)];
    for (let i = 0; i < count; i++) {
      body.push(i & 3, ...u32(i));
      body.push(
        ...new Array<number>((i & 1) === 1 ? 16 : 4).fill(i),
        ...new Array<number>((i & 2) === 2 ? 4 : 2).fill(0),
      );
    }
    return this.record(13, 1, body);
  }

  rib(prefix: Prefix, said: readonly Said[], addPath: "add-path" | "plain" = "plain"): this {
    const { family, address, bits } = prefix;
    const body = [
      ...u32(this.sequence++),
      bits,
      ...bytesOf(address).slice(0, (bits + 7) >> 3),
      ...u16(said.length),
    ];
    said.forEach(({ peer, nextHop }, i) => {
      // ORIGIN, then AS_PATH with an extended length
      const attributes = [0x40, 1, 1, 0, 0x50, 2, 0, 6, 2, 1, ...u32(64_512)];
      if (nextHop !== undefined) attributes.push(...hop(nextHop, i));
      body.push(...u16(peer), ...u32(0), ...(addPath === "add-path" ? u32(i) : []));
      body.push(...u16(attributes.length), ...attributes);
    });
    const subtype = (family === 4 ? 2 : 4) + (addPath === "add-path" ? 6 : 0);
    return this.record(13, subtype, body);
  }
}

/** NEXT_HOP, or MP_REACH_NLRI in the short form, in the full one, or with a link-local address behind. */
function hop(nextHop: Address, form: number): number[] {
  const bytes = bytesOf(nextHop);
  if (typeof nextHop === "number") return [0x40, 3, 4, ...bytes];
  if (form % 3 === 0) return [0x80, 14, 17, 16, ...bytes];
  if (form % 3 === 1) return [0x80, 14, 21, 0, 2, 1, 16, ...bytes, 0];
  return [0x80, 14, 33, 32, ...bytes, 0xfe, 0x80, ...new Array<number>(14).fill(1)];
}

function bytesOf(address: Address): number[] {
  const words = new Uint32Array(typeof address === "number" ? 1 : 4);
  writeWords(address, words, 0);
  return [...words].flatMap((word) => u32(word));
}

function u16(value: number): number[] {
  return [value >>> 8, value & 255];
}

function u32(value: number): number[] {
  return [value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255];
}
