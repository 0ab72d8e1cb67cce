import { type Alarm, formatCondition } from "../ask/alarm.ts";
import type { Service } from "../ask/service.ts";
import { type Flow, formatPattern, formatRate, type Traffic } from "../ask/traffic.ts";
import { formatTime } from "../model/clock.ts";

/** Traffic and alarms as they stand in a scenario. */

/** Returns the flows by name; flows of one kind are one entry with their number. */
export function trafficBodies({ flows }: Traffic): Map<string, object> {
  const kinds = new Map<string, { readonly flow: Flow; count: number }>();
  for (const flow of flows) {
    const kind = kinds.get(flow.name);
    if (kind === undefined) kinds.set(flow.name, { flow, count: 1 });
    else kind.count++;
  }
  return new Map([...kinds].map(([name, { flow, count }]) => [name, flowBody(flow, count)]));
}

function flowBody(
  { from, to, service, rate, reply, packet, start, end, pattern }: Flow,
  count: number,
): object {
  return {
    flow: `${from} -> ${to}${serviceText(service)}`,
    rate: formatRate(rate),
    ...(reply === 0 ? {} : { reply: formatRate(reply) }),
    packet,
    pattern: formatPattern(pattern),
    start: formatTime(start),
    ...(end === undefined ? {} : { end: formatTime(end) }),
    ...(count === 1 ? {} : { count }),
  };
}

function serviceText({ protocol, port }: Service): string {
  if (protocol === "any") return "";
  return port === undefined ? ` ${protocol}` : ` ${protocol}/${port}`;
}

export function meterBody({ length, period, seed }: Traffic): object {
  return { for: `${length}s`, period: `${period}s`, seed };
}

export function alarmBodies(alarms: readonly Alarm[]): Map<string, object> {
  return new Map(
    alarms.map((alarm) => {
      const { name, peerings, period, periods, receivers } = alarm;
      const watched = peerings === undefined ? {} : { peerings };
      return [name, { when: formatCondition(alarm), ...watched, period: `${period}s`, periods, receivers }];
    }),
  );
}
