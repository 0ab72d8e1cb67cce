import * as z from "zod";
import { PERIODS, TRAFFIC_LIMITS } from "../ask/traffic.ts";

/** The shape of the parts of a scenario that are about traffic: flows, how they are metered, alarms; and price lists. */

const text = z.string().min(1);
const note = z.string().describe("Free text, for readers");
const name = z.union([text, z.number()]).describe("Letters, digits, `_`, `-` and `.`");

export const flow = z.union([
  text.describe(
    "`FROM -> TO [SERVICE] at RATE[, reply RATE]`: `web -> db tcp/5432 at 40 Mbps, reply 2 Mbps`",
  ),
  z.strictObject({
    flow: text.describe("`FROM -> TO [SERVICE]`; the rates may stand here too, `at 40 Mbps, reply 2 Mbps`"),
    rate: text.optional().describe("`40 Mbps`, while the pattern is at its height"),
    reply: text.optional().describe("The rate of the replies; none unless given"),
    packet: z
      .number()
      .int()
      .min(TRAFFIC_LIMITS.packet.from)
      .max(TRAFFIC_LIMITS.packet.to)
      .optional()
      .describe("Bytes of a packet; 1500 unless given"),
    pattern: text
      .optional()
      .describe(
        "`constant` unless given; `daily with a peak at 14:00 and a low of 10%`, `bursts of 30s with pauses of 2m`",
      ),
    start: text.optional().describe("`10m` after the clock of the scenario, or a time"),
    end: text.optional().describe("The same; the end of the run unless given"),
    count: z
      .number()
      .int()
      .positive()
      .max(TRAFFIC_LIMITS.flows)
      .optional()
      .describe("As many flows of this kind, each with this rate"),
    note: note.optional(),
  }),
]);

export const meter = z.strictObject({
  for: text
    .optional()
    .describe(
      "How long: `1h`. To the last step or the last end of a flow unless given; an hour if there is neither",
    ),
  period: z
    .union(PERIODS.map((seconds) => z.literal(`${seconds}s`)))
    .optional()
    .describe("The time between two figures; `60s` unless given"),
  seed: z.number().int().min(0).max(0xffffffff).optional().describe("Draws the bursts; 1 unless given"),
});

export const alarm = z.strictObject({
  when: text.describe("`PkgDrop > 1%`, `OutBandwidth >= 80 Mbps`, `InPkg < 100 packets/s`"),
  peerings: z
    .union([name, z.array(name).min(1)])
    .optional()
    .describe("The peerings that it watches; all that have figures unless given"),
  period: z
    .union(PERIODS.map((seconds) => z.literal(`${seconds}s`)))
    .optional()
    .describe("The time over which a figure is taken; `60s` unless given"),
  periods: z.number().int().positive().max(100_000).optional().describe("How many in a row; 1 unless given"),
  receivers: z
    .union([text, z.array(text)])
    .optional()
    .describe("Whom to tell"),
  note: note.optional(),
});

export type FlowInput = z.infer<typeof flow>;
export type MeterInput = z.infer<typeof meter>;
export type AlarmInput = z.infer<typeof alarm>;

const bracket = z.strictObject({
  upTo: z.number().positive().max(1e9).optional().describe("Mbps; the last bracket has no end"),
  perMbps: z
    .string()
    .regex(/^\d{1,9}(\.\d{1,6})?$/)
    .describe('A decimal as text: "3.19"'),
});

/** A price list of the user's own; brackets ascend, and the last one alone is without an end. */
export const priceList = z.strictObject({
  version: z.literal(1).optional(),
  currency: text,
  note: note.optional(),
  dailyPeak: z.array(bracket).min(1).optional(),
  monthly95: z.array(bracket).min(1).optional(),
});
