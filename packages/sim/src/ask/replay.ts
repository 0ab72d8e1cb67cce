import type { Network } from "../model/network.ts";
import { type FlowAnswer, FlowJudge } from "./flow-judge.ts";
import { type FlowRecords, STATUS } from "./flow-records.ts";
import { ServiceClasses, Stretches } from "./flow-stretches.ts";
import { roleCode } from "./flow-verdict.ts";
import { KnownPlaces } from "./known-places.ts";
import { groupKey } from "./merge-tallies.ts";

/**
 * Says of recorded flows what a change of the network does to them. Records of the same stretches, classes of ports and
 * marks fare the same: the first of them is judged by following its packets, and what it comes to is looked up for the
 * rest, in an open-addressed table of five keys and the index of an outcome. A miss allocates, a hit does not.
 *
 *   slot: source stretch · destination stretch · place · class of the protocol, marks · classes of both ports · outcome + 1 · two spare
 */
export class Replay {
  readonly places: KnownPlaces;
  /** What records come to, in the order in which it was first seen. */
  readonly outcomes: FlowAnswer[] = [];
  readonly #judge: FlowJudge;
  readonly #stretches: Stretches;
  readonly #services: ServiceClasses;
  readonly #indices = new Map<string, number>();
  #slots = new Int32Array(SLOT << 12);
  #used = 0;

  /** Compiles the networks; they are the same object where nothing is changed. O(everything in them). */
  constructor(before: Network, after: Network = before) {
    const networks = before === after ? [before] : [before, after];
    this.places = new KnownPlaces(networks);
    this.#judge = new FlowJudge(before, after, this.places.places);
    this.#stretches = new Stretches(networks);
    this.#services = new ServiceClasses(networks);
    this.outcomes.push({ class: "skipped", from: "", to: "" });
  }

  /** Writes into `found[row]` the index in `outcomes` of what the record comes to, for each row of the batch. */
  classify(records: FlowRecords, found: Int32Array): void {
    const { family, source, destination, status, protocol, sourcePort, destinationPort, place } = records;
    const { action, tcpFlags, direction, length } = records;
    const stretches = this.#stretches;
    const { protocols, tables } = this.#services;
    let slots = this.#slots;
    let mask = slots.length - 1;
    for (let row = 0; row < length; row++) {
      if (status[row] !== STATUS.ok) {
        found[row] = 0;
        continue;
      }
      const at = 4 * row;
      const from = family[row] === 4 ? stretches.find4(source[at]) : stretches.find6(source, at);
      const to = family[row] === 4 ? stretches.find4(destination[at]) : stretches.find6(destination, at);
      const table = tables[protocol[row]];
      const ports = table === undefined ? 0 : (table[sourcePort[row]] << 16) | table[destinationPort[row]];
      const roles = roleCode(protocol[row], tcpFlags[row], sourcePort[row], destinationPort[row]);
      const marks = (protocols[protocol[row]] << 16) | (roles << 8) | (direction[row] << 4) | action[row];
      const where = place[row];
      let slot = hashOf(from, to, where, marks, ports) * SLOT;
      for (slot &= mask; ; slot = (slot + SLOT) & mask) {
        const value = slots[slot + 5];
        if (
          value !== 0 &&
          slots[slot] === from &&
          slots[slot + 1] === to &&
          slots[slot + 2] === where &&
          slots[slot + 3] === marks &&
          slots[slot + 4] === ports
        ) {
          found[row] = value - 1;
          break;
        }
        if (value !== 0) continue;
        const outcome = this.#judged(records, row, from, to);
        slots[slot] = from;
        slots[slot + 1] = to;
        slots[slot + 2] = where;
        slots[slot + 3] = marks;
        slots[slot + 4] = ports;
        slots[slot + 5] = outcome + 1;
        found[row] = outcome;
        if (++this.#used * 2 * SLOT > slots.length) {
          this.#grow();
          slots = this.#slots;
          mask = slots.length - 1;
        }
        break;
      }
    }
  }

  /** Judges the row for the first addresses of its stretches and the first ports of their classes. */
  #judged(records: FlowRecords, row: number, from: number, to: number): number {
    const protocol = this.#services.protocols[records.protocol[row]];
    const { tcpFlags, sourcePort, destinationPort } = records;
    const answer = this.#judge.judge({
      source: this.#stretches.first(from),
      destination: this.#stretches.first(to),
      protocol,
      sourcePort: this.#services.first(protocol, sourcePort[row]),
      port: this.#services.first(protocol, destinationPort[row]),
      action: records.action[row],
      roles: roleCode(records.protocol[row], tcpFlags[row], sourcePort[row], destinationPort[row]),
      direction: records.direction[row],
      place: records.place[row],
    });
    const key = outcomeKey(answer);
    let index = this.#indices.get(key);
    if (index === undefined) {
      index = this.outcomes.push(answer) - 1;
      this.#indices.set(key, index);
    }
    return index;
  }

  /** Doubles the table; a full one of the largest size is forgotten, since everything in it can be judged again. */
  #grow(): void {
    const old = this.#slots;
    if (old.length === MAX_SLOTS * SLOT) {
      old.fill(0);
      this.#used = 0;
      return;
    }
    const slots = new Int32Array(2 * old.length);
    const mask = slots.length - 1;
    for (let i = 0; i < old.length; i += SLOT) {
      if (old[i + 5] === 0) continue;
      let slot = (hashOf(old[i], old[i + 1], old[i + 2], old[i + 3], old[i + 4]) * SLOT) & mask;
      while (slots[slot + 5] !== 0) slot = (slot + SLOT) & mask;
      for (let k = 0; k < 6; k++) slots[slot + k] = old[i + k];
    }
    this.#slots = slots;
  }
}

const SLOT = 8;
/** 64 MiB. */
const MAX_SLOTS = 1 << 21;

function hashOf(from: number, to: number, place: number, marks: number, ports: number): number {
  let hash = Math.imul(from, 0x9e3779b1) ^ Math.imul(to, 0x85ebca6b);
  hash ^= Math.imul(ports, 0xc2b2ae35) ^ Math.imul(marks, 0x27d4eb2f) ^ Math.imul(place, 0x165667b1);
  hash ^= hash >>> 15;
  hash = Math.imul(hash, 0x2c1b3c6d);
  // small enough that it can be multiplied by the size of a slot
  return (hash ^ (hash >>> 13)) >>> 4;
}

/** Returns the same text for the same outcome. */
function outcomeKey(outcome: FlowAnswer): string {
  const { from, to, role, before, after } = outcome;
  return [groupKey(outcome), from, to, role ?? "", before ?? "", after ?? ""].join("\t");
}
