import type { Network, Peering, PeeringState } from "@twoway/sim";
import { isCrossRegion } from "@twoway/sim";
import * as z from "zod";
import type { Noted } from "./api3.ts";
import { type Accounts, callerOf2, type Signed2 } from "./caller.ts";
import { ApiError, missing, notFound } from "./error.ts";
import { doing, id, looking, type Operation, operation, type Scope } from "./operation.ts";
import { listed, movePeering, ORDERS, requestPeering } from "./peering-operations.ts";
import { accountNumber, wireTime } from "./records.ts";
import { peeringOf } from "./scope.ts";
import type { Store } from "./store.ts";

/**
 * Tencent Cloud API 2.0: the 13 peering actions (A38), parameters as a query or a form. There are two of each: plain for
 * a peering inside one region and `Ex` for one that joins two. The `Ex` ones answer with the id of a task, which has
 * ended well by then: what is refused is refused at once, with the codes that their documents list, and makes no task.
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

/** By their number on the wire. */
const STATES: readonly PeeringState[] = ["PENDING", "ACTIVE", "EXPIRED", "REJECTED", "DELETED"];

// values are text here, and what a call does not know it leaves alone
const mbps = z.string().regex(/^[1-9]\d{0,8}$/);
const digits = z.string().regex(/^\d{1,7}$/);
const one = z.object({ peeringConnectionId: id });
const asked = z.object({ vpcId: id, peerVpcId: id, peerUin: id, peeringConnectionName: z.string() });

function named(name: string): string {
  if (/^\P{Cc}{1,60}$/u.test(name)) return name;
  throw new ApiError(
    "InvalidPeeringConnectionName",
    "a name has 1 to 60 characters and no control characters",
  );
}

const creating: Operation = operation(asked, (scope, params) => {
  const peering = scope.newId("pcx");
  const request = { ...requestOf(params), peerRegion: scope.region, bandwidth: undefined };
  return {
    actions: [requestPeering(scope, peering, request)],
    reply: () => ({ peeringConnectionId: peering }),
  };
});

const creatingEx: Operation = operation(
  asked.extend({ peerRegion: id, bandwidth: mbps }),
  (scope, params) => {
    const peerRegion = longRegion(scope.network, params.peerRegion);
    const request = { ...requestOf(params), peerRegion, bandwidth: Number(params.bandwidth) };
    return doing(requestPeering(scope, scope.newId("pcx"), request));
  },
);

function requestOf({ vpcId, peerVpcId, peerUin, peeringConnectionName }: z.infer<typeof asked>) {
  return { vpc: vpcId, peerVpc: peerVpcId, peerAccount: peerUin, name: named(peeringConnectionName) };
}

/** Which of the two kinds of peerings an action is for. */
type Reach = "one region" | "two regions";

/** Returns the peering; to the actions of the other kind it does not exist. */
function reachedBy(scope: Scope, reach: Reach, peeringConnectionId: string): Peering {
  const peering = peeringOf(scope, peeringConnectionId);
  if (isCrossRegion(peering) === (reach === "two regions")) return peering;
  throw notFound(`peering of ${reach}`, peering.id);
}

function moving(reach: Reach, kind: Parameters<typeof movePeering>[1]): Operation {
  return operation(one, (scope, params) =>
    doing(movePeering(scope, kind, reachedBy(scope, reach, params.peeringConnectionId).id)),
  );
}

/** Only the name can be changed: there is no bandwidth to set inside one region (A19). */
const modifying: Operation = operation(one.extend({ peeringConnectionName: z.string() }), (scope, params) => {
  const { id: peering } = reachedBy(scope, "one region", params.peeringConnectionId);
  const name = named(params.peeringConnectionName);
  return doing({ kind: "modify-peering", peering, name, bandwidth: undefined, as: scope.account });
});

const modifyingEx: Operation = operation(
  one.extend({ peeringConnectionName: z.string().optional(), bandwidth: mbps.optional() }),
  (scope, params) => {
    const { peeringConnectionName: text, bandwidth: cap } = params;
    if (text === undefined && cap === undefined) throw missing("peeringConnectionName or bandwidth");
    const { id: peering } = reachedBy(scope, "two regions", params.peeringConnectionId);
    const name = text === undefined ? undefined : named(text);
    const bandwidth = cap === undefined ? undefined : Number(cap);
    return doing({ kind: "modify-peering", peering, name, bandwidth, as: scope.account });
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
    const all = listed(scope);
    if (peeringConnectionId !== undefined && !all.some((peering) => peering.id === peeringConnectionId)) {
      throw notFound("peering", peeringConnectionId);
    }
    const found = all.filter(
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

const PLAIN: Readonly<Record<string, Operation>> = {
  CreateVpcPeeringConnection: creating,
  DeleteVpcPeeringConnection: moving("one region", "delete-peering"),
  ModifyVpcPeeringConnection: modifying,
  AcceptVpcPeeringConnection: moving("one region", "accept-peering"),
  RejectVpcPeeringConnection: moving("one region", "reject-peering"),
  EnableVpcPeeringConnection: moving("one region", "enable-peering"),
  DescribeVpcPeeringConnections: describing,
};

/** These answer with a task. */
const EX: Readonly<Record<string, Operation>> = {
  CreateVpcPeeringConnectionEx: creatingEx,
  DeleteVpcPeeringConnectionEx: moving("two regions", "delete-peering"),
  ModifyVpcPeeringConnectionEx: modifyingEx,
  AcceptVpcPeeringConnectionEx: moving("two regions", "accept-peering"),
  RejectVpcPeeringConnectionEx: moving("two regions", "reject-peering"),
  EnableVpcPeeringConnectionEx: moving("two regions", "enable-peering"),
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

/** Answers one request; throws an ApiError. */
export function answer2(
  { store, accounts }: { readonly store: Store; readonly accounts: Accounts },
  request: Signed2,
  noted: Noted,
): object {
  const params = Object.fromEntries(request.params);
  const { Action: action = "", Region: region = "" } = params;
  const account = callerOf2(accounts, request);
  noted.account = account;
  if (action === "DescribeVpcTaskResult") {
    noted.action = action;
    return { data: taskResult(store, account, params.taskId) };
  }
  const [operation, ex] = [PLAIN, EX].map((table) =>
    Object.hasOwn(table, action) ? table[action] : undefined,
  );
  if (operation === undefined && ex === undefined) {
    throw new ApiError("InvalidAction", `there is no action ${JSON.stringify(action.slice(0, 80))}`);
  }
  Object.assign(noted, { action, region: region.slice(0, 64) });
  if (region === "") throw missing("Region");
  const scope = { account, region: longRegion(store.network, region) };
  if (operation !== undefined) return store.run(operation, scope, params);
  return { taskId: store.runTask(ex!, scope, params) };
}

/** Status 0 is success. There is no other: see above. */
function taskResult(store: Store, account: string, taskId: string | undefined): object {
  if (taskId === undefined) throw missing("taskId");
  const task = store.taskOf(taskId);
  if (task?.account !== account) throw notFound("task", taskId);
  return { status: 0, output: { errorCode: 0, errorMsg: "", uniqVpcPeerId: task.peering } };
}

/** Returns the region that a short code means, unless VPCs are in a region of that very name. */
function longRegion({ vpcs }: Network, region: string): string {
  if (!Object.hasOwn(REGIONS, region)) return region;
  for (const vpc of vpcs.values()) if (vpc.region === region) return region;
  return REGIONS[region];
}

/** What this API says where the other has a code of its own: a number for the kind, and a name. */
const FAILURES: Readonly<Record<string, readonly [number, string]>> = {
  "UnauthorizedOperation.VpcPeerCidrConflict": [5100, "PeeringConnectionVpcConflict"],
  "LimitExceeded.VpcPeerTotalLimitExceeded": [5100, "PeeringConnectionLimitExceeded"],
  "UnsupportedOperation.VpcPeerPurviewError": [4300, "UnsupportedOperation.VpcPeerPurviewError"],
  "AuthFailure.SignatureExpire": [4200, "AuthFailure.SignatureExpire"],
  InternalError: [6000, "InternalError"],
};
const NOT_FOUND: Readonly<Record<string, string>> = {
  VPC: "InvalidVpc.NotFound",
  task: "ResourceNotFound",
};

/** Returns the body for an error. */
export function failure2({ code, message, lost }: ApiError): object {
  const [number, codeDesc] =
    lost !== undefined
      ? [5000, NOT_FOUND[lost] ?? "InvalidPeeringConnection.NotFound"]
      : (FAILURES[code] ?? [
          /^AuthFailure/.test(code) ? 4100 : /^(Missing|Invalid|Unknown)/.test(code) ? 4000 : 5100,
          code,
        ]);
  return { code: number, codeDesc, message };
}
