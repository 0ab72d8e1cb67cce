import { answer, type Network, resolveEndpoint, type Traffic } from "@twoway/sim";

/** What a run comes to, in packets. */
export interface Packets {
  readonly delivered: Float64Array;
  readonly dropped: Float64Array;
}

interface Wish {
  readonly lane: number;
  readonly packets: number;
  readonly size: number;
}

/**
 * Traffic metered as one would write it first: in each period every flow is traced there and back, and each peering shares
 * its cap by raising the level flow by flow. Nothing is remembered but what is short of a packet.
 */
export function naiveMeter(network: Network, { flows, period }: Traffic, periods: number): Packets {
  const delivered = new Float64Array(2 * flows.length);
  const dropped = new Float64Array(2 * flows.length);
  const rest = new Float64Array(2 * flows.length);
  for (let n = 0; n < periods; n++) {
    const links = new Map<string, Wish[]>();
    for (const [f, { from, to, service, rate, reply, packet, source }] of flows.entries()) {
      const ends = [resolveEndpoint(network, from, source), resolveEndpoint(network, to, source)] as const;
      const { shown } = answer(network, ends[0], ends[1], service);
      for (const [way, trace] of [shown.forward, shown.return].entries()) {
        const lane = 2 * f + way;
        const bits = rest[lane] + (way === 0 ? rate : reply) * period;
        const packets = Math.floor(bits / (8 * packet));
        rest[lane] = bits - packets * 8 * packet;
        if (trace.outcome !== "delivered") continue;
        const at = trace.hops.findIndex(({ kind }) => kind === "peering");
        const link = `${trace.hops[at].node} ${trace.hops[at + 1].node}`;
        const wishes = links.get(link);
        if (wishes === undefined) links.set(link, [{ lane, packets, size: packet }]);
        else wishes.push({ lane, packets, size: packet });
      }
    }
    for (const [link, wishes] of links) {
      const cap = network.peerings.get(link.split(" ")[0])!.bandwidth;
      const shares =
        cap === undefined ? wishes.map(({ packets }) => packets) : share(cap * 125_000 * period, wishes);
      for (const [i, { lane, packets }] of wishes.entries()) {
        delivered[lane] += shares[i];
        dropped[lane] += packets - shares[i];
      }
    }
  }
  return { delivered, dropped };
}

/** Whoever asks for least is served first; the level of the others follows from what is left. */
function share(capacity: number, wishes: readonly Wish[]): number[] {
  const bytes = wishes.map(({ packets, size }) => packets * size);
  const order = wishes.map((_, i) => i).sort((a, b) => bytes[a] - bytes[b]);
  const got = wishes.map(({ packets }) => packets);
  let left = capacity;
  let next = 0;
  while (next < order.length && bytes[order[next]] <= Math.floor(left / (order.length - next))) {
    left -= bytes[order[next]];
    next++;
  }
  const short = order.slice(next).sort((a, b) => a - b);
  const level = Math.floor(left / short.length);
  for (const i of short) {
    got[i] = Math.floor(level / wishes[i].size);
    left -= got[i] * wishes[i].size;
  }
  for (const i of short) {
    if (wishes[i].size > left) continue;
    got[i]++;
    left -= wishes[i].size;
  }
  return got;
}
