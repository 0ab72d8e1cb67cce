import { ParseError } from "@twoway/core";
import {
  answer,
  answerJson,
  formatTime,
  InputError,
  ownerOf,
  parseDuration,
  resolveEndpoint,
} from "@twoway/sim";
import * as z from "zod";
import { ApiError, notFound } from "./error.ts";
import { doing, id, looking, type Operation, operation } from "./operation.ts";
import { accountNumber } from "./records.ts";

/**
 * Actions that no cloud has: ask whether packets arrive and replies come back, let time pass, and do what the cloud
 * itself does to a peering in arrears (B2). And one that a cloud has elsewhere: whose account is it (A40). They need no
 * region.
 */

function provider(kind: "isolate-peering" | "restore-peering"): Operation {
  return operation(z.strictObject({ PeeringConnectionId: id }), ({ network }, { PeeringConnectionId }) => {
    if (!network.peerings.has(PeeringConnectionId)) throw notFound("peering", PeeringConnectionId);
    return doing({ kind, peering: PeeringConnectionId, as: undefined });
  });
}

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

  /** What a person looks up before asking for a peering with another account: who am I, and whose is this VPC (A40). */
  LookUpAccount: operation(z.strictObject({ VpcId: id.optional() }), ({ network, account }, { VpcId }) => {
    if (VpcId === undefined) return looking({ Uin: account, AppId: accountNumber(account) });
    const owner = ownerOf(network, VpcId);
    if (owner === undefined) throw notFound("VPC", VpcId);
    return looking({ Uin: owner, AppId: accountNumber(owner), VpcId });
  }),

  IsolateVpcPeeringConnection: provider("isolate-peering"),
  RestoreVpcPeeringConnection: provider("restore-peering"),

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
