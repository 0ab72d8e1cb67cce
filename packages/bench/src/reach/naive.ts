import { farVpc, type Usable, usableOf } from "./by-table.ts";
import { type Fabric, NAT } from "./fabric.ts";

/**
 * The answer as one would write it first: for each pair of subnets both tables are scanned, address stretch by address
 * stretch, with typed arrays and nothing remembered. Exact.
 */
export class Naive {
  readonly #fabric: Fabric;
  readonly #usable: Usable;

  constructor(fabric: Fabric) {
    this.#fabric = fabric;
    this.#usable = usableOf(fabric);
  }

  /** Returns the two-way packets from the subnet to all others: one linear scan or more for each pair. */
  packetsFrom(s: number): number {
    const { subTable } = this.#fabric;
    let packets = 0;
    for (let d = 0; d < subTable.length; d++) {
      if (d === s) continue;
      const there = this.delivered(subTable[s], d);
      if (there > 0) packets += there * this.delivered(subTable[d], s);
    }
    return packets;
  }

  /** Returns how many addresses of the subnet the table delivers. */
  delivered(table: number, subnet: number): number {
    const { tabOff, routeLo, routeBits } = this.#fabric;
    const first = this.#usable.first[subnet];
    const last = this.#usable.last[subnet];
    let count = 0;
    for (let at = first; at <= last; ) {
      // what decides for `at` decides up to the next place where a route begins or ends
      let next = last + 1;
      let best = -1;
      let bestBits = -1;
      for (let r = tabOff[table]; r < tabOff[table + 1]; r++) {
        const lo = routeLo[r];
        const behind = lo + 2 ** (32 - routeBits[r]);
        if (lo > at && lo < next) next = lo;
        if (behind > at && behind < next) next = behind;
        if (lo <= at && at < behind && routeBits[r] > bestBits) {
          best = r;
          bestBits = routeBits[r];
        }
      }
      if (this.#arrives(table, best, bestBits, subnet)) count += next - at;
      at = next;
    }
    return count;
  }

  /** Reports whether a packet to the subnet that the route decides gets there; the own CIDR is a route too. */
  #arrives(table: number, route: number, bits: number, subnet: number): boolean {
    const { tabVpc, subVpc, vpcLo, vpcBits, subLo, routeTarget } = this.#fabric;
    const v = tabVpc[table];
    const isOwn = subLo[subnet] >= vpcLo[v] && subLo[subnet] < vpcLo[v] + 2 ** (32 - vpcBits[v]);
    if (isOwn && bits < vpcBits[v]) return subVpc[subnet] === v;
    if (route < 0 || routeTarget[route] === NAT) return false;
    return farVpc(this.#fabric, routeTarget[route], v) === subVpc[subnet];
  }
}
