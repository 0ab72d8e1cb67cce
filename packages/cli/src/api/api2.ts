import { createHmac } from "node:crypto";
import type { Network, Peering, PeeringState } from "@twoway/sim";
import * as z from "zod";
import type { Noted } from "./api3.ts";
import { type Accounts, credentialOf, isSame } from "./caller.ts";
import { ApiError, missing } from "./error.ts";
import { displayName, doing, id, looking, type Operation, operation, type Scope } from "./operation.ts";
import { listed, movePeering, ORDERS, requestPeering } from "./peering-operations.ts";
import { accountNumber, wireTime } from "./records.ts";
import { peeringOf } from "./scope.ts";
import type { Store } from "./store.ts";

/**
 * Tencent Cloud API 2.0: the 13 peering actions (A38), parameters as a query or a form. Actions that end in `Ex` are for
 * two regions and answer with a task; it has ended by then, and what is refused is refused at once.
 */

const REGIONS: Readonly<Record<string, string>> = {
  gz: "ap-guangzhou",
  sh: "ap-shanghai",
  bj: "ap-beijing",
  cd: "ap-chengdu",
  cq: "ap-chongqing",
  hk: "ap-hongkong",
  sg: "ap-singapore",
  usw: "na-siliconvalley",
  ca: "na-toronto",
  de: "eu-frankfurt",
};

const STATES: readonly PeeringState[] = ["PENDING", "ACTIVE", "EXPIRED", "REJECTED", "DELETED"];
const mbps = z.string().regex(/^[1-9]\d{0,8}$/);
const one = z.object({ peeringConnectionId: id });
const asked = z.object({ vpcId: id, peerVpcId: id, peerUin: id, peeringConnectionName: displayName });
const digits = z.string().regex(/^\d{1,7}$/);

function creating(isEx: boolean): Operation {
  const shape = asked.extend({
    peerRegion: isEx ? id : id.optional(),
    bandwidth: isEx ? mbps : mbps.optional(),
  });
  return operation(shape, (scope, params) => {
    const peering = scope.newId("pcx");
    const create = requestPeering(scope, peering, {
      vpc: params.vpcId,
      peerVpc: params.peerVpcId,
      peerAccount: params.peerUin,
      peerRegion:
        params.peerRegion === undefined ? scope.region : longRegion(scope.network, params.peerRegion),
      name: params.peeringConnectionName,
      bandwidth: params.bandwidth === undefined ? undefined : Number(params.bandwidth),
    });
    const key = isEx ? "uniqVpcPeerId" : "peeringConnectionId";
    return { actions: [create], reply: () => ({ [key]: peering }) };
  });
}

function moving(kind: Parameters<typeof movePeering>[1]): Operation {
  return operation(one, (scope, params) => doing(movePeering(scope, kind, params.peeringConnectionId)));
}

const modifying: Operation = operation(
  one.extend({ peeringConnectionName: displayName.optional(), bandwidth: mbps.optional() }),
  (scope, { peeringConnectionId, peeringConnectionName: name, bandwidth }) => {
    if (name === undefined && bandwidth === undefined) throw missing("peeringConnectionName");
    const peering = peeringOf(scope, peeringConnectionId).id;
    const cap = bandwidth === undefined ? undefined : Number(bandwidth);
    return doing({ kind: "modify-peering", peering, name, bandwidth: cap, as: scope.account });
  },
);

const describing: Operation = operation(
  z.object({
    vpcId: id.optional(),
    peeringConnectionId: id.optional(),
    peeringConnectionName: z.string().optional(),
    state: z.enum(["0", "1", "2", "3", "4"]).optional(),
    offset: digits.optional(),
    limit: digits.optional(),
    orderField: z.enum(["peeringConnectionName", "peeringConnectionname", "createTime"]).optional(),
    orderDirection: z.enum(["asc", "desc"]).optional(),
  }),
  (scope, params) => {
    const { vpcId, peeringConnectionId, peeringConnectionName, state } = params;
    const found = listed(scope).filter(
      (peering) =>
        (vpcId === undefined || peering.requester.vpc === vpcId) &&
        (peeringConnectionId === undefined || peering.id === peeringConnectionId) &&
        (peeringConnectionName === undefined || peering.name === peeringConnectionName) &&
        (state === undefined || peering.state === STATES[Number(state)]),
    );
    const byName = params.orderField !== undefined && params.orderField !== "createTime";
    found.sort(ORDERS[byName ? "PeeringConnectionName" : "CreatedTime"]);
    if (params.orderDirection !== "asc") found.reverse();
    const offset = Number(params.offset ?? 0);
    const data = found.slice(offset, offset + Math.min(50, Number(params.limit ?? 20))).map(recordOf);
    return looking({ totalCount: found.length, data });
  },
);

const OPERATIONS: Readonly<Record<string, Operation>> = {
  DescribeVpcPeeringConnections: describing,
  CreateVpcPeeringConnection: creating(false),
  CreateVpcPeeringConnectionEx: creating(true),
};
const BOTH: Readonly<Record<string, Operation>> = {
  DeleteVpcPeeringConnection: moving("delete-peering"),
  ModifyVpcPeeringConnection: modifying,
  AcceptVpcPeeringConnection: moving("accept-peering"),
  RejectVpcPeeringConnection: moving("reject-peering"),
  EnableVpcPeeringConnection: moving("enable-peering"),
};

function recordOf({ id, name, requester, accepter, state, requested }: Peering): object {
  return {
    vpcId: requester.vpc,
    unVpcId: requester.vpc,
    uniqVpcId: requester.vpc,
    peerVpcId: accepter.vpc,
    unPeerVpcId: accepter.vpc,
    uniqPeerVpcId: accepter.vpc,
    appId: accountNumber(requester.account),
    peeringConnectionId: id,
    peeringConnectionName: name,
    state: STATES.indexOf(state), // -1 for what this API does not know
    createTime: wireTime(requested),
    uin: accountNumber(requester.account),
    peerUin: accountNumber(accepter.account),
    region: requester.region,
    peerRegion: accepter.region,
  };
}

/** Tasks by their id, as long as the server runs. */
export type Tasks = Map<string, object>;

/** Answers one request; throws an ApiError. `host` and `method` are part of what is signed. */
export function answer2(
  { store, accounts, tasks }: { store: Store; accounts: Accounts; tasks: Tasks },
  request: { readonly method: string; readonly host: string; readonly params: URLSearchParams },
  noted: Noted,
): object {
  const params = Object.fromEntries(request.params);
  const { Action: action = "", Region: region = "", SecretId: secretId } = params;
  if (secretId === undefined) throw missing("SecretId");
  const { account, secret } = credentialOf(accounts, secretId);
  if (secret !== undefined) verify(secret, request);
  const base = action.replace(/Ex$/, "");
  const known = [action, base].find((name, i) =>
    Object.hasOwn(i === 0 ? { ...OPERATIONS, ...BOTH } : BOTH, name),
  );
  if (known === undefined && action !== "DescribeVpcTaskResult") {
    throw new ApiError("InvalidAction", `there is no action ${JSON.stringify(action.slice(0, 80))}`);
  }
  Object.assign(noted, { action, account, region });
  if (known === undefined) {
    const task = tasks.get(`${account} ${params.taskId}`);
    if (task === undefined) throw new ApiError("ResourceNotFound", `there is no task ${params.taskId}`);
    return { data: task };
  }
  if (region === "") throw missing("Region");
  const scope: Pick<Scope, "account" | "region"> = { account, region: longRegion(store.network, region) };
  const result = store.run(OPERATIONS[known] ?? BOTH[known], scope, params);
  if (!action.endsWith("Ex")) return result;
  const taskId = tasks.size + 1;
  tasks.set(`${account} ${taskId}`, { status: 0, output: { errorCode: 0, errorMsg: "", ...result } });
  return { taskId };
}

/** Returns the region that a short code means, unless VPCs are in a region of that very name. */
function longRegion({ vpcs }: Network, region: string): string {
  if ([...vpcs.values()].some((vpc) => vpc.region === region)) return region;
  return Object.hasOwn(REGIONS, region) ? REGIONS[region] : region;
}

function verify(
  secret: string,
  {
    method,
    host,
    params,
  }: { readonly method: string; readonly host: string; readonly params: URLSearchParams },
): void {
  const pairs = [...params].filter(([key]) => key !== "Signature").sort(([a], [b]) => (a < b ? -1 : 1));
  const text = `${method}${host}/v2/index.php?${pairs.map(([key, value]) => `${key}=${value}`).join("&")}`;
  const kind = params.get("SignatureMethod") === "HmacSHA256" ? "sha256" : "sha1";
  const signature = createHmac(kind, secret).update(text).digest("base64");
  if (!isSame(signature, params.get("Signature") ?? "")) {
    throw new ApiError("AuthFailure.SignatureFailure", "the signature does not match");
  }
}

/** Returns the body for an error: a number for its kind, and its name. */
export function failure2({ code, message }: ApiError): object {
  const number = /^AuthFailure/.test(code)
    ? 4100
    : /^(MissingParameter|InvalidParameter|InvalidAction|UnknownParameter)/.test(code)
      ? 4000
      : code === "ResourceNotFound"
        ? 5000
        : 5100;
  const names: Readonly<Record<string, string>> = {
    ResourceNotFound: / VPC /.test(message) ? "InvalidVpc.NotFound" : "InvalidPeeringConnection.NotFound",
    "UnauthorizedOperation.VpcPeerCidrConflict": "PeeringConnectionVpcConflict",
    "LimitExceeded.VpcPeerTotalLimitExceeded": "PeeringConnectionLimitExceeded",
  };
  return { code: number, codeDesc: names[code] ?? code, message };
}
