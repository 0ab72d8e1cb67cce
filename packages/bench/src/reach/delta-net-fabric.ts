import { farVpc, usableOf } from "./by-table.ts";
import { DeltaNet } from "./delta-net.ts";
import { type Fabric, NAT } from "./fabric.ts";

/**
 * A network of VPCs for Delta-net: a node for each route table, with a rule for each route and for the own CIDR; a node
 * for each VPC, with a rule for the usable addresses of each subnet. Links lead from a table to VPCs and from a VPC to
 * its subnets. A packet is delivered where both links on its way carry its address.
 */
export class DeltaNetFabric {
  readonly #fabric: Fabric;
  readonly net: DeltaNet;
  /** Of each table: its link to each VPC that it has one to. */
  readonly #links: readonly ReadonlyMap<number, number>[];

  constructor(fabric: Fabric) {
    this.#fabric = fabric;
    const { tabVpc, tabOff, subVpc, vpcLo, vpcBits, routeLo, routeBits, routeTarget } = fabric;
    const tables = tabVpc.length;
    const subnets = subVpc.length;
    let link = subnets; // the first ones lead to the subnets
    const lost = link++; // and one nowhere
    this.#links = Array.from(tabVpc, (v, t) => {
      const links = new Map<number, number>([[v, link++]]);
      for (let r = tabOff[t]; r < tabOff[t + 1]; r++) {
        const w = routeTarget[r] === NAT ? v : farVpc(fabric, routeTarget[r], v);
        if (!links.has(w)) links.set(w, link++);
      }
      return links;
    });
    this.net = new DeltaNet(tables + vpcLo.length, link);
    const usable = usableOf(fabric);
    for (let s = 0; s < subnets; s++) {
      const [lo, hi] = [usable.first[s], usable.last[s] + 1];
      if (lo < hi) this.net.insert({ lo, hi, priority: 0, node: tables + subVpc[s], link: s });
    }
    for (let t = 0; t < tables; t++) {
      const v = tabVpc[t];
      const own = { lo: vpcLo[v], hi: vpcLo[v] + 2 ** (32 - vpcBits[v]), priority: vpcBits[v] };
      this.net.insert({ ...own, node: t, link: this.#links[t].get(v) as number });
      for (let r = tabOff[t]; r < tabOff[t + 1]; r++) {
        const to = routeTarget[r] === NAT ? lost : this.#links[t].get(farVpc(fabric, routeTarget[r], v));
        const hi = routeLo[r] + 2 ** (32 - routeBits[r]);
        this.net.insert({ lo: routeLo[r], hi, priority: routeBits[r], node: t, link: to as number });
      }
    }
  }

  /** Returns the rule of a route, as `net` knows it. */
  ruleOf(route: number): number {
    const { subVpc, tabOff } = this.#fabric;
    let table = 0;
    while (tabOff[table + 1] <= route) table++;
    return subVpc.length + route + table + 1; // an own CIDR stands before the routes of each table
  }

  /** Returns the two-way packets of all pairs. */
  packets(): number {
    const { subTable, subVpc, vpcSub } = this.#fabric;
    const rows = this.#links.map((links) => {
      const row = new Map<number, number>();
      for (const [w, link] of links) {
        for (let d = vpcSub[w]; d < vpcSub[w + 1]; d++) {
          const count = this.net.carried(link, d);
          if (count > 0) row.set(d, count);
        }
      }
      return row;
    });
    let packets = 0;
    for (let s = 0; s < subVpc.length; s++) {
      for (const [d, there] of rows[subTable[s]]) {
        if (d !== s) packets += there * (rows[subTable[d]].get(s) ?? 0);
      }
    }
    return packets;
  }
}
