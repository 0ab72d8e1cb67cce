import { ParseError } from "@twoway/core";
import {
  coarsen,
  formatTime,
  METRIC_NAMES,
  metric,
  type PeeringSeries,
  parseTime,
  type Series,
} from "@twoway/sim";
import * as z from "zod";
import { ApiError } from "./error.ts";
import { id, looking, type Operation, operation } from "./operation.ts";
import { peeringOf } from "./scope.ts";

/** Cloud Monitor's one action about peerings, in the shapes that its API 2018-07-24 documents. */

const DAY = 86_400_000;
const MOST_POINTS = 1440;

export const monitorOperations: Readonly<Record<string, Operation>> = {
  GetMonitorData: operation(
    z.strictObject({
      Namespace: z.literal("QCE/PCX"),
      MetricName: z.enum(METRIC_NAMES),
      Instances: z
        .array(
          z.strictObject({
            Dimensions: z
              .array(z.strictObject({ Name: z.literal("peeringConnectionId"), Value: id }))
              .length(1),
          }),
        )
        .min(1)
        .max(10),
      Period: z.union([z.literal(10), z.literal(60), z.literal(300)]).optional(),
      StartTime: z.string().optional(),
      EndTime: z.string().optional(),
    }),
    (scope, { MetricName, Instances, Period = 300, StartTime, EndTime }) => {
      const { now } = scope.network;
      const to = timeOf("EndTime", EndTime) ?? now;
      const from = timeOf("StartTime", StartTime) ?? Math.floor(now / DAY) * DAY;
      if (to < from) throw new ApiError("InvalidParameterValue", "EndTime is before StartTime");
      if (to - from > MOST_POINTS * Period * 1000) {
        throw new ApiError("LimitExceeded", `one call gives at most ${MOST_POINTS} points`);
      }
      const series = scope.monitor?.figures()?.series;
      const coarse = series && Period % series.period === 0 ? coarsen(series, Period) : undefined;
      const DataPoints = Instances.map(({ Dimensions }) => {
        const peering = peeringOf(scope, Dimensions[0].Value);
        const one = coarse?.peerings.find((each) => each.peering === peering.id && each.hasMetrics);
        const points = coarse && one ? pointsOf(coarse, one, MetricName, from, to) : [];
        return {
          Dimensions,
          Timestamps: points.map(([time]) => time / 1000),
          Values: points.map(([, value]) => value),
        };
      });
      return looking({
        Period,
        MetricName,
        DataPoints,
        StartTime: formatTime(from),
        EndTime: formatTime(to),
      });
    },
  ),
};

function timeOf(name: string, text: string | undefined): number | undefined {
  try {
    return text === undefined ? undefined : parseTime(text);
  } catch (error) {
    if (!(error instanceof ParseError)) throw error;
    throw new ApiError("InvalidParameterValue", `${name}: ${error.message}`);
  }
}

/** The beginnings of the periods from `from` to before `to`, with the figures that there are. */
function pointsOf(
  series: Series,
  one: PeeringSeries,
  name: (typeof METRIC_NAMES)[number],
  from: number,
  to: number,
): (readonly [time: number, value: number])[] {
  return Array.from(
    metric(series, one, name),
    (value, i) => [series.start + i * series.period * 1000, Math.round(value * 1000) / 1000] as const,
  ).filter(([time, value]) => time >= from && time < to && !Number.isNaN(value));
}
