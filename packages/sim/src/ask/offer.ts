import type { Pattern, Traffic } from "./traffic.ts";

/**
 * How many packets each flow offers in each slice of time. Whole packets only: what is short of one is carried over to
 * the next slice, so that a run offers the same packets however it is sliced.
 */

/** How finely a pattern divides the rate. */
const HEIGHT = 256;

const DAY_MINUTES = 1440;

/** Offers packets slice after slice, in the order of time. Lane `2 f` holds the packets of flow f, `2 f + 1` its replies. */
export class Offer {
  /** Packets of each lane in the last slice. */
  readonly packets: Float64Array;
  readonly #begin: number;
  /** By flow, in seconds of the run. */
  readonly #start: Float64Array;
  readonly #end: Float64Array;
  /** By lane: bits per second, and 1/256 bits that are short of a packet. */
  readonly #rate: Float64Array;
  readonly #rest: Float64Array;
  /** 1/256 bits of a packet, by flow. */
  readonly #unit: Float64Array;
  readonly #days: readonly (Uint16Array | undefined)[];
  readonly #bursts: readonly (Bursts | undefined)[];

  /** `begin` is the time of the run's first second, in milliseconds since 1970. */
  constructor({ flows, seed, length }: Traffic, begin: number) {
    this.#begin = begin / 1000;
    const lanes = 2 * flows.length;
    this.packets = new Float64Array(lanes);
    this.#rest = new Float64Array(lanes);
    this.#rate = Float64Array.from({ length: lanes }, (_, lane) =>
      lane % 2 === 0 ? flows[lane >> 1].rate : flows[lane >> 1].reply,
    );
    this.#start = Float64Array.from(flows, ({ start }) => (start - begin) / 1000);
    this.#end = Float64Array.from(flows, ({ end }) => (end === undefined ? length : (end - begin) / 1000));
    this.#unit = Float64Array.from(flows, ({ packet }) => 8 * HEIGHT * packet);
    const known = new Map<string, Uint16Array>();
    this.#days = flows.map(({ pattern }) => (pattern.kind === "diurnal" ? dayOf(pattern, known) : undefined));
    this.#bursts = flows.map((flow) =>
      flow.pattern.kind === "bursty" ? new Bursts(flow.pattern, hash(seed, flow.id)) : undefined,
    );
  }

  /** Fills `packets` for the seconds from `from` to before `to`. O(flows + bursts that begin). */
  slice(from: number, to: number): void {
    const { packets } = this;
    const [rate, rest, unit] = [this.#rate, this.#rest, this.#unit];
    for (let f = 0, lane = 0; lane < packets.length; f++, lane += 2) {
      const first = Math.max(from, this.#start[f]);
      const behind = Math.min(to, this.#end[f]);
      if (first >= behind) {
        packets[lane] = 0;
        packets[lane + 1] = 0;
        continue;
      }
      const height = this.#heightOf(f, first, behind);
      for (let l = lane; l < lane + 2; l++) {
        // at most 1e11 bits/s x 300 s x 256 and a packet: below 2^53, so the quotient's floor is exact
        const bits = rest[l] + rate[l] * height;
        const count = Math.floor(bits / unit[f]);
        packets[l] = count;
        rest[l] = bits - count * unit[f];
      }
    }
  }

  /** Returns the flow's seconds at its full rate, in 1/256 s. */
  #heightOf(f: number, from: number, to: number): number {
    const day = this.#days[f];
    if (day !== undefined) return heightOfDay(day, this.#begin + from, this.#begin + to);
    const bursts = this.#bursts[f];
    if (bursts === undefined) return HEIGHT * (to - from);
    return HEIGHT * bursts.secondsUntil(to - this.#start[f]);
  }
}

/** Returns the height of each minute of the day, UTC: 256 at the peak, smooth (3x² - 2x³) on both sides of it. */
function dayOf(
  { peakMinute, low }: Extract<Pattern, { readonly kind: "diurnal" }>,
  known: Map<string, Uint16Array>,
): Uint16Array {
  const key = `${peakMinute} ${low}`;
  let day = known.get(key);
  if (day === undefined) {
    const bottom = Math.floor((HEIGHT * low) / 100);
    const half = DAY_MINUTES / 2;
    day = Uint16Array.from({ length: DAY_MINUTES }, (_, minute) => {
      const away = Math.abs(minute - peakMinute);
      const x = half - Math.min(away, DAY_MINUTES - away);
      return bottom + Math.floor(((HEIGHT - bottom) * x * x * (3 * half - 2 * x)) / half ** 3);
    });
    known.set(key, day);
  }
  return day;
}

function heightOfDay(day: Uint16Array, from: number, to: number): number {
  let height = 0;
  for (let at = from; at < to; ) {
    const next = Math.min(to, 60 * (Math.floor(at / 60) + 1));
    height += (next - at) * day[Math.floor(at / 60) % DAY_MINUTES];
    at = next;
  }
  return height;
}

/** Pauses and bursts by turns, a pause first. Each length is drawn from 1 to twice the mean less one, all alike. */
class Bursts {
  readonly #means: readonly [number, number];
  readonly #seed: number;
  /** Pauses and bursts so far, seconds from the flow's start: where the present one ends, and up to where it is counted. */
  #count = 0;
  #edge: number;
  #at = 0;

  constructor({ burst, pause }: Extract<Pattern, { readonly kind: "bursty" }>, seed: number) {
    this.#means = [pause, burst];
    this.#seed = seed;
    this.#edge = this.#draw();
  }

  /** Returns the seconds of bursts since the last call; `to` never goes back. */
  secondsUntil(to: number): number {
    let seconds = 0;
    while (this.#at < to) {
      const next = Math.min(to, this.#edge);
      if (this.#count % 2 === 1) seconds += next - this.#at;
      this.#at = next;
      if (next < this.#edge) break;
      this.#count++;
      this.#edge += this.#draw();
    }
    return seconds;
  }

  #draw(): number {
    const mean = this.#means[this.#count % 2];
    return 1 + (scramble(this.#seed + Math.imul(this.#count, 0x9e3779b9)) % (2 * mean - 1));
  }
}

/** The name counts, not the place: a flow keeps its bursts when others come and go. */
function hash(seed: number, name: string): number {
  let state = scramble(seed);
  for (let i = 0; i < name.length; i++) state = scramble(state ^ name.charCodeAt(i));
  return state;
}

/** MurmurHash3's finaliser: every bit of a 32-bit word depends on every other. */
function scramble(word: number): number {
  let h = word >>> 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
