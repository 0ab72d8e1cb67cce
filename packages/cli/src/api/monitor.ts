import {
  type Alarm,
  type Metering,
  type Moment,
  meter,
  type Network,
  type Notification,
  notifications,
  type Traffic,
  watch,
} from "@twoway/sim";

/** Traffic over the network that a server has: it is metered as far as the server's clock has come. */

export interface MonitorSettings {
  readonly traffic: Traffic;
  readonly alarms: readonly Alarm[];
  /** Hears of every change of an alarm once, in the order of time. */
  readonly onAlarm: (notification: Notification) => void;
  /** Hears that there is too much traffic to be metered any further; said once. */
  readonly onLimit: (message: string) => void;
}

/** Flows times periods that a server meters: some seconds, in which it answers nobody. */
const MOST_WORK = 20e6;

/**
 * Keeps the network of every moment. Nothing is metered before the clock has passed a whole period, and then all of it
 * again from the beginning, so that the figures are those of `twoway meter` for the same story.
 */
export class Monitor {
  readonly #settings: MonitorSettings;
  readonly #moments: Moment[];
  #metering: Metering | undefined;
  #told = 0;
  #isOver = false;

  constructor(network: Network, settings: MonitorSettings) {
    this.#settings = settings;
    this.#moments = [{ time: network.now, network }];
  }

  /** Takes note of a network; the alarms of the time that has passed come soon, and never before the answer. */
  changed(network: Network): void {
    this.#moments.push({ time: network.now, network });
    setImmediate(() => this.figures());
  }

  /** Returns everything up to the last whole period; undefined as long as there is none. */
  figures(): Metering | undefined {
    const { traffic, alarms, onAlarm, onLimit } = this.#settings;
    const [{ time: begin }] = this.#moments;
    const periods = Math.floor((this.#moments.at(-1)!.time - begin) / 1000 / traffic.period);
    const length = periods * traffic.period;
    if (this.#isOver || length <= (this.#metering?.traffic.length ?? 0)) return this.#metering;
    if (periods * traffic.flows.length > MOST_WORK) {
      this.#isOver = true;
      onLimit(`${traffic.flows.length} flows in ${periods} periods are too many: nothing more is metered`);
      return this.#metering;
    }
    this.#metering = meter(this.#moments, { ...traffic, length });
    const changes = notifications(watch(this.#metering.series, alarms));
    for (const change of changes.slice(this.#told)) onAlarm(change);
    this.#told = changes.length;
    return this.#metering;
  }
}
