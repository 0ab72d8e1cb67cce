import type { Network } from "../model/network.ts";
import { payersOf } from "./peering-detail.ts";
import { coarsen, type PeeringSeries, type Series } from "./series.ts";

/**
 * What a run would be charged by, and whom (B5): the daily peak and the monthly 95th percentile of a cross-region
 * peering, from samples of five minutes of the busier direction. Prices are the user's own; none is built in.
 */

/** The figures by which a cross-region peering is billed. */
export interface Bill {
  readonly peering: string;
  /** Accounts; the requester alone, or each side, by profile. */
  readonly payers: readonly string[];
  readonly days: readonly Peak[];
  readonly months: readonly Percentile[];
}

interface Peak {
  /** `2026-01-31`, UTC. */
  readonly day: string;
  /** The largest sample, in bits per second. */
  readonly peak: number;
}

interface Percentile {
  /** `2026-01`, UTC. */
  readonly month: string;
  /** The largest sample when the highest twentieth, rounded down, is left out. */
  readonly bps: number;
  /** How many samples the run has of the month, and how many the whole month would have. */
  readonly samples: number;
  readonly of: number;
}

const SAMPLE = 300;

/** Returns the bill of every cross-region peering that is there at the end or was before. Periods without it count as 0. */
export function bills(networks: readonly Network[], series: Series): Bill[] {
  const coarse = coarsen(series, SAMPLE);
  return coarse.peerings.flatMap((one): Bill[] => {
    if (!one.crossRegion) return [];
    const network = networks.findLast(({ peerings }) => peerings.has(one.peering))!;
    const samples = samplesOf(one);
    const days = grouped(coarse, samples, 10).map(([day, group]) => ({ day, peak: Math.max(...group) }));
    const months = grouped(coarse, samples, 7).map(([month, group]) => ({
      month,
      bps: percentile95(group),
      samples: group.length,
      of: daysOf(month) * (86_400 / SAMPLE),
    }));
    return [
      { peering: one.peering, payers: payersOf(network, network.peerings.get(one.peering)!), days, months },
    ];
  });
}

/** Bits per second of the busier direction, rounded down. */
function samplesOf({ inBytes, outBytes }: PeeringSeries): number[] {
  return Array.from(inBytes, (bytes, i) => Math.floor((8 * Math.max(bytes, outBytes[i])) / SAMPLE));
}

/** Groups the samples by the beginning of their time as text. */
function grouped(series: Series, samples: readonly number[], length: number): [string, number[]][] {
  const groups = new Map<string, number[]>();
  for (const [i, sample] of samples.entries()) {
    const key = new Date(series.start + i * SAMPLE * 1000).toISOString().slice(0, length);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [sample]);
    else group.push(sample);
  }
  return [...groups];
}

function percentile95(samples: readonly number[]): number {
  const sorted = [...samples].sort((a, b) => b - a);
  return sorted[Math.floor(samples.length / 20)];
}

function daysOf(month: string): number {
  const [year, number] = month.split("-").map(Number);
  return new Date(Date.UTC(year, number, 0)).getUTCDate();
}

/** Prices of a bandwidth of up to so many Mbps, by the whole bandwidth and not by its parts. */
export interface PriceList {
  readonly currency: string;
  /** By how a peering is charged; a kind that is left out is not charged. */
  readonly dailyPeak?: readonly Bracket[];
  readonly monthly95?: readonly Bracket[];
}

export interface Bracket {
  /** Mbps; the last bracket has no end. */
  readonly upTo?: number;
  /** For each Mbps, as a decimal with up to six digits behind the point. */
  readonly perMbps: string;
}

/**
 * Returns the price of a bandwidth in hundredths of the currency, half of one rounded up: the bandwidth times the price
 * of the bracket in which it lies (`upTo` included).
 */
export function priceOf(bps: number, brackets: readonly Bracket[]): bigint {
  const bracket = brackets.find(({ upTo }) => upTo === undefined || bps <= upTo * 1e6) ?? brackets.at(-1)!;
  const [whole, fraction = ""] = bracket.perMbps.split(".");
  const millionths = BigInt(whole + fraction.padEnd(6, "0"));
  // bits/s x millionths for each 10^6 bits/s are 10^12 of the currency
  const exact = BigInt(bps) * millionths;
  return (2n * exact + 10n ** 10n) / (2n * 10n ** 10n);
}
