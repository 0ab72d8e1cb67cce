import type { Address } from "@twoway/core";
import { type Flow, type Moment, type Network, resolveEndpoint, type Traffic } from "@twoway/sim";
import { plainOf } from "./plain.ts";
import { type PlainSpot, walk } from "./reference.ts";

/**
 * The slow twin of the meter: second after second, flow after flow, in integers without limit. Offered packets come from
 * what was offered since the beginning, the level of a link from a search by halves. It knows single addresses and plain
 * peerings, and shares no code with the meter.
 */

export interface Twin {
  /** By lane, packets by what became of them. */
  readonly lanes: readonly Record<"offered" | "delivered" | "dropped" | "unroutable" | "unknown", bigint>[];
  /** By peering, direction and period: `pcx out 3`. */
  readonly links: ReadonlyMap<string, { bytes: bigint; packets: bigint; dropped: bigint }>;
}

const BIG = (n: number): bigint => BigInt(n);

export function twin(moments: readonly Moment[], traffic: Traffic): Twin {
  const { flows, length, period, seed } = traffic;
  const begin = moments[0].time / 1000;
  const heights = flows.map((flow) => heightsOf(flow, begin, length, seed));
  const lanes = flows
    .flatMap(() => [0, 1])
    .map(() => ({
      offered: 0n,
      delivered: 0n,
      dropped: 0n,
      unroutable: 0n,
      unknown: 0n,
    }));
  const links = new Map<string, { bytes: bigint; packets: bigint; dropped: bigint }>();
  const sent = flows.flatMap(() => [0n, 0n]); // 1/256 seconds at the full rate so far
  for (let at = 0; at < length; ) {
    const tick = Math.floor(at / period);
    const networkAt = (second: number): Network =>
      moments.findLast(({ time }) => time / 1000 <= begin + second)!.network;
    const network = networkAt(at);
    let end = at + 1;
    while (end < length && Math.floor(end / period) === tick && networkAt(end) === network) end++;
    const asked = new Map<string, { lane: number; count: bigint; size: bigint; fate: Fate }[]>();
    flows.forEach((flow, f) => {
      [flow.rate, flow.reply].forEach((rate, way) => {
        const lane = 2 * f + way;
        const unit = BIG(8 * flow.packet) * 256n;
        const before = (BIG(rate) * sent[lane]) / unit;
        for (let second = at; second < end; second++) sent[lane] += BIG(heights[f][second]);
        const count = (BIG(rate) * sent[lane]) / unit - before;
        lanes[lane].offered += count;
        const { fate, link } = wayOf(network, flow, way);
        if (link === undefined) lanes[lane][fate] += count;
        else asked.set(link, [...(asked.get(link) ?? []), { lane, count, size: BIG(flow.packet), fate }]);
      });
    });
    for (const [link, wishes] of asked) {
      const cap = capOf(network, link.split(" ")[0]);
      const wanted = wishes.reduce((sum, { count, size }) => sum + count * size, 0n);
      const capacity = cap === undefined ? wanted : BIG(cap) * 125_000n * BIG(end - at);
      const got = shares(capacity, wishes);
      const key = `${link} ${tick}`;
      const sum = links.get(key) ?? { bytes: 0n, packets: 0n, dropped: 0n };
      wishes.forEach(({ lane, count, size, fate }, i) => {
        lanes[lane][fate] += got[i];
        lanes[lane].dropped += count - got[i];
        sum.bytes += got[i] * size;
        sum.packets += got[i];
        sum.dropped += count - got[i];
      });
      links.set(key, sum);
    }
    at = end;
  }
  return { lanes, links };
}

type Fate = "delivered" | "unroutable" | "unknown";

/** The level by halving; whole packets below it; one more each, in order, to whom it fits. */
export function shares(
  capacity: bigint,
  wishes: readonly { readonly count: bigint; readonly size: bigint }[],
): bigint[] {
  const need = (level: bigint): bigint =>
    wishes.reduce((sum, { count, size }) => sum + (count * size < level ? count * size : level), 0n);
  const total = wishes.reduce((sum, { count, size }) => sum + count * size, 0n);
  if (total <= capacity) return wishes.map(({ count }) => count);
  let [low, high] = [0n, total];
  while (low < high) {
    const middle = (low + high + 1n) / 2n;
    if (need(middle) <= capacity) low = middle;
    else high = middle - 1n;
  }
  const got = wishes.map(({ count, size }) => (count * size <= low ? count : low / size));
  let left = capacity - wishes.reduce((sum, { size }, i) => sum + got[i] * size, 0n);
  wishes.forEach(({ count, size }, i) => {
    if (got[i] === count || size > left) return;
    got[i] += 1n;
    left -= size;
  });
  return got;
}

function capOf(network: Network, id: string): number | undefined {
  const { requester, accepter, bandwidth } = network.peerings.get(id)!;
  return requester.region === accepter.region ? undefined : bandwidth;
}

/** What becomes of the packets of one way, and the direction of the peering that they cross. */
function wayOf(network: Network, flow: Flow, way: number): { fate: Fate; link: string | undefined } {
  const ends = [flow.from, flow.to].map((text) => spotOf(network, text));
  const [from, to] = way === 0 ? ends : ends.reverse();
  const net = plainOf(network);
  const { outcome, cause } = walk(net, from, to);
  const fate = outcome === "dropped" ? "unroutable" : outcome;
  const crosses = [null, "wrong-vpc", "no-such-subnet", "no-such-host"].includes(cause);
  const home = net.vpcs.find(({ id }) => id === from.vpc);
  const subnet = home?.subnets.find(({ id }) => id === from.subnet);
  const isOwn = home?.cidrs.some((cidr) => cidr.contains(to.address)) ?? true;
  if (!crosses || isOwn || home === undefined || subnet === undefined) return { fate, link: undefined };
  const table = home.tables.find(({ id }) => id === subnet.table) ?? home.main;
  const routes = table.routes === "unknown" ? [] : table.routes;
  const best = routes
    .filter(({ prefix, enabled }) => enabled && prefix.contains(to.address))
    .sort((a, b) => b.prefix.bits - a.prefix.bits)[0];
  const peering = network.peerings.get(best?.target ?? "");
  if (peering === undefined) return { fate, link: undefined };
  return { fate, link: `${peering.id} ${peering.requester.vpc === home.id ? "out" : "in"}` };
}

function spotOf(network: Network, text: string): PlainSpot {
  const [{ vpc, subnet, first }] = resolveEndpoint(network, text, "").spans;
  return { vpc, subnet, address: first as Address };
}

/** 1/256 of the rate in every second of the run. */
function heightsOf({ start, end, pattern, id }: Flow, begin: number, length: number, seed: number): number[] {
  const first = start / 1000 - begin;
  const behind = end === undefined ? length : end / 1000 - begin;
  const isOn = pattern.kind === "bursty" ? bursts(pattern, seed, id, length - first) : undefined;
  return Array.from({ length }, (_, second) => {
    if (second < first || second >= behind) return 0;
    if (pattern.kind === "constant") return 256;
    if (isOn !== undefined) return isOn[second - first] ? 256 : 0;
    if (pattern.kind !== "diurnal") return 0;
    const minute = Math.floor((begin + second) / 60) % 1440;
    const bottom = Math.floor((256 * pattern.low) / 100);
    const distance = Math.min(
      (minute - pattern.peakMinute + 1440) % 1440,
      (pattern.peakMinute - minute + 1440) % 1440,
    );
    const x = BigInt(720 - distance);
    return bottom + Number((BigInt(256 - bottom) * x * x * (2160n - 2n * x)) / 720n ** 3n);
  });
}

function bursts(
  { burst, pause }: { readonly burst: number; readonly pause: number },
  seed: number,
  id: string,
  seconds: number,
): boolean[] {
  let state = mix(BigInt(seed));
  for (const unit of Array.from(id, (letter) => BigInt(letter.charCodeAt(0)))) state = mix(state ^ unit);
  const on: boolean[] = [];
  for (let n = 0n; on.length < seconds; n++) {
    const isBurst = n % 2n === 1n;
    const drawn = mix((state + ((n * 0x9e3779b9n) & 0xffffffffn)) & 0xffffffffn);
    const length = 1 + Number(drawn % BigInt(2 * (isBurst ? burst : pause) - 1));
    for (let i = 0; i < length; i++) on.push(isBurst);
  }
  return on;
}

function mix(word: bigint): bigint {
  const mask = 0xffffffffn;
  let h = word & mask;
  h = ((h ^ (h >> 16n)) * 0x85ebca6bn) & mask;
  h = ((h ^ (h >> 13n)) * 0xc2b2ae35n) & mask;
  return h ^ (h >> 16n);
}
