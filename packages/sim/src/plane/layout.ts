import type { Network, RouteTable, Subnet, Vpc } from "../model/network.ts";
import { tableOf } from "../model/network.ts";

/**
 * The network as numbers: VPCs, subnets and tables count in the order of its maps, those of one VPC together. Two VPCs
 * are neighbours when a peering of any state joins them, so that a change of state changes no layout. Every VPC has a
 * slot for each neighbour and one for itself, in the order of the VPCs; what a table delivers into slot i lies in the
 * cells `cellAt[table] + slotBase[i] + n`, one for each subnet n of the slot's VPC.
 *
 *   subnetAt tableAt slotAt   [vpc]    the first of the VPC's; one more entry closes the last
 *   subnetTable subnetVpc     [subnet]
 *   tableVpc cellAt           [table]
 *   userAt                    [table]  where the table's subnets begin in `users`
 *   slotVpc slotBase          [slot]
 *   slotMirror                [slot]   the neighbour's slot for this VPC
 *   ownSlot                   [vpc]    the slot for itself
 *   portVpc portSlot          [port]   peering p has port 2p at its requester and 2p+1 at its accepter; the VPC where
 *                                      the port is, and the slot it leads to; -1 for one that is not in the network
 */
export interface Layout {
  readonly vpcs: readonly Vpc[];
  readonly subnets: readonly Subnet[];
  readonly tables: readonly RouteTable[];
  readonly vpcIndex: ReadonlyMap<string, number>;
  /** Made when first asked for. */
  readonly tableIndex: ReadonlyMap<string, number>;
  readonly peeringIndex: ReadonlyMap<string, number>;
  readonly hubIndex: ReadonlyMap<string, number>;
  readonly subnetAt: Uint32Array;
  readonly tableAt: Uint32Array;
  readonly slotAt: Uint32Array;
  readonly subnetTable: Uint32Array;
  readonly subnetVpc: Uint32Array;
  readonly tableVpc: Uint32Array;
  readonly cellAt: Uint32Array;
  readonly userAt: Uint32Array;
  readonly users: Uint32Array;
  readonly slotVpc: Uint32Array;
  readonly slotBase: Uint32Array;
  readonly slotMirror: Uint32Array;
  readonly ownSlot: Uint32Array;
  readonly portVpc: Int32Array;
  readonly portSlot: Int32Array;
  readonly cells: number;
}

/** Lays the network out. O(VPCs + subnets + tables + peerings log peerings). */
export function layOut(network: Network): Layout {
  const vpcs = [...network.vpcs.values()];
  const subnets: Subnet[] = [];
  const tables: RouteTable[] = [];
  const subnetTable: number[] = [];
  const vpcIndex = new Map<string, number>();
  const subnetAt = new Uint32Array(vpcs.length + 1);
  const tableAt = new Uint32Array(vpcs.length + 1);
  for (const [v, vpc] of vpcs.entries()) {
    vpcIndex.set(vpc.id, v);
    const first = tables.length;
    for (const table of vpc.tables.values()) tables.push(table);
    for (const subnet of vpc.subnets.values()) {
      subnetTable.push(tables.indexOf(tableOf(vpc, subnet), first));
      subnets.push(subnet);
    }
    subnetAt[v + 1] = subnets.length;
    tableAt[v + 1] = tables.length;
  }
  const subnetVpc = owners(subnetAt);
  const tableVpc = owners(tableAt);
  const { userAt, users } = usersOf(subnetTable, tables.length);

  const peeringIndex = new Map<string, number>();
  const portVpc = new Int32Array(2 * network.peerings.size);
  for (const { id, requester, accepter } of network.peerings.values()) {
    const p = peeringIndex.size;
    peeringIndex.set(id, p);
    portVpc[2 * p] = vpcIndex.get(requester.vpc) ?? -1;
    portVpc[2 * p + 1] = vpcIndex.get(accepter.vpc) ?? -1;
  }
  const { slotAt, slotVpc } = slotsOf(vpcs.length, portVpc);
  const slotOf = (from: number, to: number): number =>
    from < 0 || to < 0 ? -1 : find(slotVpc, slotAt[from], slotAt[from + 1], to);
  const slotOwner = owners(slotAt);
  const slotBase = new Uint32Array(slotVpc.length);
  const rowLength = new Uint32Array(vpcs.length);
  for (let i = 0; i < slotVpc.length; i++) {
    slotBase[i] = rowLength[slotOwner[i]];
    rowLength[slotOwner[i]] += subnetAt[slotVpc[i] + 1] - subnetAt[slotVpc[i]];
  }
  let tableIndex: Map<string, number> | undefined;
  const cellAt = new Uint32Array(tables.length);
  let cells = 0;
  for (let t = 0; t < tables.length; t++) {
    cellAt[t] = cells;
    cells += rowLength[tableVpc[t]];
  }
  return {
    vpcs,
    subnets,
    tables,
    vpcIndex,
    get tableIndex() {
      tableIndex ??= new Map(tables.map(({ id }, t) => [id, t]));
      return tableIndex;
    },
    peeringIndex,
    hubIndex: new Map([...(network.hubs?.keys() ?? [])].map((id, h) => [id, h])),
    subnetAt,
    tableAt,
    slotAt,
    subnetTable: Uint32Array.from(subnetTable),
    subnetVpc,
    tableVpc,
    cellAt,
    userAt,
    users,
    slotVpc,
    slotBase,
    slotMirror: slotVpc.map((w, i) => slotOf(w, slotOwner[i])),
    ownSlot: Uint32Array.from(vpcs, (_, v) => slotOf(v, v)),
    portVpc,
    portSlot: portVpc.map((v, port) => slotOf(v, portVpc[port ^ 1])),
    cells,
  };
}

/** Returns for each item of the groups that begin at `at` the group it is in. */
function owners(at: Uint32Array): Uint32Array {
  const owner = new Uint32Array(at[at.length - 1]);
  for (let group = 0; group + 1 < at.length; group++) owner.fill(group, at[group], at[group + 1]);
  return owner;
}

function usersOf(
  subnetTable: readonly number[],
  tables: number,
): { userAt: Uint32Array; users: Uint32Array } {
  const userAt = new Uint32Array(tables + 1);
  for (const table of subnetTable) userAt[table + 1]++;
  for (let t = 0; t < tables; t++) userAt[t + 1] += userAt[t];
  const next = userAt.slice();
  const users = new Uint32Array(subnetTable.length);
  for (let s = 0; s < subnetTable.length; s++) users[next[subnetTable[s]]++] = s;
  return { userAt, users };
}

/** Returns the neighbours of each VPC, itself among them, ascending and each once. */
function slotsOf(vpcs: number, portVpc: Int32Array): { slotAt: Uint32Array; slotVpc: Uint32Array } {
  // first with those named twice: windows of one slot and as many more as there are ports
  const next = new Uint32Array(vpcs + 1).fill(1);
  for (const v of portVpc) if (v >= 0) next[v]++;
  let begin = 0;
  for (let v = 0; v <= vpcs; v++) [begin, next[v]] = [begin + next[v], begin];
  const named = new Uint32Array(next[vpcs]);
  const window = next.slice();
  for (let v = 0; v < vpcs; v++) named[next[v]++] = v;
  for (let port = 0; port < portVpc.length; port++) {
    const [v, w] = [portVpc[port], portVpc[port ^ 1]];
    if (v >= 0) named[next[v]++] = w >= 0 ? w : v;
  }
  const slotAt = new Uint32Array(vpcs + 1);
  let slots = 0;
  for (let v = 0; v < vpcs; v++) {
    const near = named.subarray(window[v], window[v + 1]).sort();
    for (let i = 0; i < near.length; i++) if (i === 0 || near[i] !== near[i - 1]) named[slots++] = near[i];
    slotAt[v + 1] = slots;
  }
  return { slotAt, slotVpc: named.slice(0, slots) };
}

/** Returns the index of `value` among the sorted items from `low` to before `high`; it is there. */
function find(sorted: Uint32Array, low: number, high: number, value: number): number {
  while (low + 1 < high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle] <= value) low = middle;
    else high = middle;
  }
  return low;
}
