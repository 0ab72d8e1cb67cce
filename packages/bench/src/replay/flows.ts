import { ACTION, type FlowRecords } from "@twoway/sim";
import type { Fabric } from "../reach/fabric.ts";
import { drawFrom } from "../seeded-table.ts";

/** What the clients of one subnet ask: a server, and the service that it has. */
interface Server {
  readonly address: number;
  readonly protocol: number;
  readonly port: number;
}

/**
 * Draws flow records over a generated network: conversations of clients and servers, each told as the request and as the
 * reply. The clients of a subnet ask the same dozen of servers all the time, most of them in other VPCs, some where
 * nothing leads; a few subnets talk most. The same seed draws the same records on every machine.
 */
export class FlowSource {
  readonly #fabric: Fabric;
  readonly #draw: (below: number) => number;
  /** Of each subnet. */
  readonly #servers: readonly (readonly Server[])[];
  #now = 1767225600;
  #rows = 0;

  constructor(fabric: Fabric, seed: number) {
    this.#fabric = fabric;
    this.#draw = drawFrom(seed);
    const peers: number[][] = Array.from(fabric.vpcLo, () => []);
    for (let p = 0; p < fabric.peerA.length; p++) {
      peers[fabric.peerA[p]].push(fabric.peerB[p]);
      peers[fabric.peerB[p]].push(fabric.peerA[p]);
    }
    this.#servers = Array.from(fabric.subVpc, (vpc) =>
      Array.from({ length: SERVERS }, () => this.#server(vpc, peers[vpc])),
    );
  }

  #server(vpc: number, peers: readonly number[]): Server {
    const draw = this.#draw;
    const { vpcSub } = this.#fabric;
    const kind = draw(100);
    const far =
      kind < 30 || peers.length === 0 ? vpc : kind < 95 ? peers[draw(peers.length)] : draw(vpcSub.length - 1);
    const [protocol, port] = SERVICES[draw(SERVICES.length)];
    return { address: this.#address(vpcSub[far] + draw(vpcSub[far + 1] - vpcSub[far])), protocol, port };
  }

  /** Fills the batch: each two rows are one conversation. */
  fill(records: FlowRecords): void {
    const draw = this.#draw;
    records.length = 0;
    while (records.length + 2 <= records.capacity) {
      const client = this.#skewed(this.#servers.length);
      const { address: to, protocol, port } = this.#servers[client][this.#skewed(SERVERS)];
      const from = this.#address(client);
      const sourcePort = 32768 + draw(28000);
      const packets = 1 + draw(1000);
      this.#row(records, from, to, sourcePort, port, protocol, packets);
      this.#row(records, to, from, port, sourcePort, protocol, packets);
      if (draw(64) === 0) this.#now++;
    }
  }

  #skewed(below: number): number {
    return Math.floor((this.#draw(65536) / 65536) ** 2 * below);
  }

  #address(subnet: number): number {
    const { subLo, subBits } = this.#fabric;
    return subLo[subnet] + 4 + this.#draw(2 ** (32 - subBits[subnet]) - 5);
  }

  #row(
    records: FlowRecords,
    from: number,
    to: number,
    sourcePort: number,
    port: number,
    protocol: number,
    packets: number,
  ): void {
    const row = records.length++;
    records.position[row] = this.#rows++;
    records.family[row] = 4;
    records.source[4 * row] = from;
    records.destination[4 * row] = to;
    records.sourcePort[row] = sourcePort;
    records.destinationPort[row] = port;
    records.protocol[row] = protocol;
    records.packets[row] = packets;
    records.bytes[row] = packets * (40 + (port & 511));
    records.start[row] = this.#now;
    records.action[row] = ACTION.accepted;
  }
}

const SERVERS = 12;
const SERVICES: readonly (readonly [protocol: number, port: number])[] = [
  [6, 443],
  [6, 443],
  [6, 5432],
  [6, 8080],
  [6, 22],
  [17, 53],
];

/** Writes rows in the default format of AWS, byte by byte. */
export class FlowText {
  readonly bytes: Buffer;
  length = 0;

  constructor(capacity: number) {
    this.bytes = Buffer.alloc(capacity);
  }

  /** Appends all rows of the batch; there must be 160 bytes left for each. */
  add(records: FlowRecords): void {
    for (let row = 0; row < records.length; row++) {
      this.#text(HEAD);
      this.#address(records.source[4 * row]);
      this.#address(records.destination[4 * row]);
      this.#number(records.sourcePort[row]);
      this.#number(records.destinationPort[row]);
      this.#number(records.protocol[row]);
      this.#number(records.packets[row]);
      this.#number(records.bytes[row]);
      this.#number(records.start[row]);
      this.#number(records.start[row] + 60);
      this.#text(TAIL);
    }
  }

  #text(text: Uint8Array): void {
    for (let i = 0; i < text.length; i++) this.bytes[this.length++] = text[i];
  }

  #number(value: number): void {
    const start = this.length;
    let rest = value;
    do {
      const tenth = Math.floor(rest / 10);
      this.bytes[this.length++] = 48 + rest - 10 * tenth;
      rest = tenth;
    } while (rest > 0);
    for (let i = start, j = this.length - 1; i < j; i++, j--) {
      const digit = this.bytes[i];
      this.bytes[i] = this.bytes[j];
      this.bytes[j] = digit;
    }
    this.bytes[this.length++] = 32;
  }

  #address(address: number): void {
    for (let shift = 24; shift >= 0; shift -= 8) {
      this.#number((address >>> shift) & 255);
      this.bytes[this.length - 1] = shift === 0 ? 32 : 46;
    }
  }
}

const HEAD = new TextEncoder().encode("2 100000000001 eni-0a1b2c3d4e5f60718 ");
const TAIL = new TextEncoder().encode("ACCEPT OK\n");
