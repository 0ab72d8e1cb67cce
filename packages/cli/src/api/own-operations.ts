import { ParseError } from "@twoway/core";
import { answer, answerJson, formatTime, InputError, parseDuration, resolveEndpoint } from "@twoway/sim";
import * as z from "zod";
import { ApiError } from "./error.ts";
import { id, looking, type Operation, operation } from "./operation.ts";

/** Two actions that no cloud has: ask whether packets arrive and replies come back, and let time pass. */

export const ownOperations: Readonly<Record<string, Operation>> = {
  EvaluateReachability: operation(
    z.strictObject({
      Source: id,
      Destination: id,
      Protocol: z
        .string()
        .regex(/^(any|tcp|udp|icmp|\d{1,3})$/)
        .optional(),
      Port: z.number().int().min(0).max(65535).optional(),
    }),
    ({ network }, { Source, Destination, Protocol = "any", Port }) => {
      try {
        const from = resolveEndpoint(network, Source, "Source");
        const to = resolveEndpoint(network, Destination, "Destination");
        const service = Port === undefined ? { protocol: Protocol } : { protocol: Protocol, port: Port };
        return looking(answerJson(network, answer(network, from, to, service)));
      } catch (error) {
        if (!(error instanceof InputError)) throw error;
        const [{ source, message, suggestion }] = error.issues;
        const hint = suggestion === undefined ? "" : `; did you mean ${suggestion}?`;
        throw new ApiError("InvalidParameterValue", `${source}: ${message}${hint}`);
      }
    },
  ),

  AdvanceClock: operation(z.strictObject({ Duration: id }), (_, { Duration }) => {
    try {
      const ms = parseDuration(Duration);
      return {
        actions: [{ kind: "advance-clock", ms, as: undefined }],
        reply: (after) => ({ Now: formatTime(after.now) }),
      };
    } catch (error) {
      if (!(error instanceof ParseError)) throw error;
      throw new ApiError("InvalidParameterValue", `Duration: ${error.message}`);
    }
  }),
};
