import { type Accounts, callerOf, type Signed } from "./caller.ts";
import { ApiError, missing } from "./error.ts";
import { monitorOperations } from "./monitor-operations.ts";
import type { Operation } from "./operation.ts";
import { ownOperations } from "./own-operations.ts";
import { peeringOperations } from "./peering-operations.ts";
import { routeOperations } from "./route-operations.ts";
import type { Store } from "./store.ts";
import { vpcOperations } from "./vpc-operations.ts";

/** Tencent Cloud API 3.0: the action in a header, the parameters as JSON, the account behind a TC3 signature. */

const OPERATIONS: Readonly<Record<string, Operation>> = {
  ...vpcOperations,
  ...routeOperations,
  ...peeringOperations,
  ...monitorOperations,
  ...ownOperations,
};

/** Of the API of VPCs, and of the one of Cloud Monitor. */
const VERSIONS = { vpc: "2017-03-12", monitor: "2018-07-24" };

/** What a log may say about a request; filled in as far as it is understood. */
export interface Noted {
  action?: string;
  account?: string;
  region?: string;
  code?: string;
}

/** Answers one request; throws an ApiError. */
export function answer3(store: Store, accounts: Accounts, request: Signed, noted: Noted): object {
  const action = header(request, "x-tc-action");
  const operation = Object.hasOwn(OPERATIONS, action) ? OPERATIONS[action] : undefined;
  if (operation === undefined) throw new ApiError("InvalidAction", `there is no action ${brief(action)}`);
  noted.action = action;
  const version = header(request, "x-tc-version");
  const wanted = Object.hasOwn(monitorOperations, action) ? VERSIONS.monitor : VERSIONS.vpc;
  if (version !== wanted)
    throw new ApiError("NoSuchVersion", `the version is ${wanted}, not ${brief(version)}`);
  const account = callerOf(accounts, request);
  noted.account = account;
  const region = Object.hasOwn(ownOperations, action) ? "" : header(request, "x-tc-region");
  if (!/^[\p{L}\p{N}_.-]{0,64}$/u.test(region)) {
    throw new ApiError("UnsupportedRegion", "a region is one word, such as ap-guangzhou");
  }
  noted.region = region;
  return store.run(operation, { account, region }, parameters(request.body));
}

function header({ headers }: Signed, name: string): string {
  const value = headers[name];
  if (value === undefined || value === "")
    throw missing(name.replace(/(^|-)([a-z])/g, (part) => part.toUpperCase()));
  return value;
}

function parameters(body: string): unknown {
  if (body.trim() === "") return {};
  try {
    return JSON.parse(body);
  } catch {
    throw new ApiError("InvalidParameter", "the body is not JSON");
  }
}

function brief(text: string): string {
  return JSON.stringify(text.slice(0, 80));
}
