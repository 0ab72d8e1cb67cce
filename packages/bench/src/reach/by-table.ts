import { type Fabric, NAT, RESERVED_FIRST, RESERVED_LAST } from "./fabric.ts";

/**
 * The exact answer on bare arrays: every table is flattened once, and the rows of tables are joined. This is what the
 * answers of all others are compared with, also those for a part of the network; `native/reach.cpp` is the same in C++.
 */
export interface ByTable {
  /** Two-way packets: pairs of usable addresses, by the sender's subnet. */
  readonly packets: Float64Array;
  /** Pairs of subnets with at least one such packet. */
  readonly pairs: number;
}

export function byTable(fabric: Fabric): ByTable {
  const { tabVpc, subVpc, subTable, vpcSub } = fabric;
  const usable = usableOf(fabric);
  // of each table: delivered addresses of each subnet behind a peering, where there are any
  const rows = Array.from({ length: tabVpc.length }, (_, t) => rowOf(fabric, t, usable));
  const packets = new Float64Array(subVpc.length);
  let pairs = 0;
  for (let s = 0; s < subVpc.length; s++) {
    const v = subVpc[s];
    const size = usable.last[s] - usable.first[s] + 1;
    for (const [d, there] of rows[subTable[s]]) {
      const back = rows[subTable[d]].get(s) ?? 0;
      packets[s] += there * back;
      if (back > 0) pairs++;
    }
    // inside a VPC everything is delivered: no route is more specific than the local one
    for (let d = vpcSub[v]; d < vpcSub[v + 1]; d++) {
      if (d === s) continue;
      packets[s] += size * (usable.last[d] - usable.first[d] + 1);
      pairs++;
    }
  }
  return { packets, pairs };
}

export function sum(numbers: Iterable<number>): number {
  let total = 0;
  for (const number of numbers) total += number;
  return total;
}

/** First and last address of each subnet that a host can have. */
export interface Usable {
  readonly first: Uint32Array;
  readonly last: Uint32Array;
}

export function usableOf({ subLo, subBits }: Fabric): Usable {
  return {
    first: subLo.map((lo) => lo + RESERVED_FIRST),
    last: subLo.map((lo, s) => lo + 2 ** (32 - subBits[s]) - 1 - RESERVED_LAST),
  };
}

/** Returns the VPC at the other end. */
export function farVpc({ peerA, peerB }: Fabric, peering: number, vpc: number): number {
  return peerA[peering] === vpc ? peerB[peering] : peerA[peering];
}

/** Walks the routes, a block before what is inside it, with the blocks that are open on a stack. */
function rowOf(fabric: Fabric, table: number, usable: Usable): Map<number, number> {
  const { tabVpc, tabOff, routeLo, routeBits, routeTarget, vpcSub } = fabric;
  const v = tabVpc[table];
  const row = new Map<number, number>();
  const deliver = (lo: number, hi: number, target: number): void => {
    if (lo > hi || target === NAT) return;
    const w = farVpc(fabric, target, v);
    let s = vpcSub[w];
    while (s < vpcSub[w + 1] && usable.last[s] < lo) s++;
    for (; s < vpcSub[w + 1] && usable.first[s] <= hi; s++) {
      const count = Math.min(hi, usable.last[s]) - Math.max(lo, usable.first[s]) + 1;
      if (count > 0) row.set(s, (row.get(s) ?? 0) + count);
    }
  };
  const open: number[] = []; // rows of routes
  let next = 0; // first address that nothing has decided yet
  const lastOf = (r: number): number => routeLo[r] + 2 ** (32 - routeBits[r]) - 1;
  const close = (before: number): void => {
    while (open.length > 0 && lastOf(open[open.length - 1]) < before) {
      const r = open.pop() as number;
      deliver(Math.max(next, routeLo[r]), lastOf(r), routeTarget[r]);
      next = lastOf(r) + 1;
    }
  };
  for (let r = tabOff[table]; r < tabOff[table + 1]; r++) {
    close(routeLo[r]);
    const around = open[open.length - 1];
    if (around !== undefined) deliver(next, routeLo[r] - 1, routeTarget[around]);
    next = routeLo[r];
    open.push(r);
  }
  close(2 ** 32);
  // the local route is left out: nobody who is peered has the own CIDR too, and no route is more specific than it
  return row;
}
