import type { Action, Network } from "@twoway/sim";
import * as z from "zod";
import { ApiError, missing } from "./error.ts";
import type { Monitor } from "./monitor.ts";

/** Who asks, from where, and of which network. A plain value: an operation reads it and changes nothing. */
export interface Scope {
  readonly network: Network;
  readonly account: string;
  readonly region: string;
  /** What traffic comes to, where the server was started with some. */
  readonly monitor: Monitor | undefined;
  /** Returns a new id: `vpc-00000001`. */
  readonly newId: (prefix: "vpc" | "subnet" | "rtb" | "pcx") => string;
}

/** What a request comes to: actions for the control plane, all of them or none, and the reply made after them. */
export interface Plan {
  readonly actions: readonly Action[];
  readonly reply: (after: Network) => object;
}

/** One API action: plain data in, a plan out. */
export interface Operation {
  readonly plan: (scope: Scope, params: unknown) => Plan;
}

/** Makes an operation from the shape of its parameters and what it does with them. */
export function operation<S extends z.ZodType>(
  shape: S,
  plan: (scope: Scope, params: z.infer<S>) => Plan,
): Operation {
  return { plan: (scope, params) => plan(scope, readParams(shape, params)) };
}

/** Returns a plan that only looks. */
export function looking(reply: object): Plan {
  return { actions: [], reply: () => reply };
}

/** Returns a plan whose reply is nothing but the request's id. */
export function doing(...actions: readonly Action[]): Plan {
  return { actions, reply: () => ({}) };
}

/** Checks the parameters; throws the API's code for one that is unknown, or the first that is missing or of another shape. */
function readParams<S extends z.ZodType>(shape: S, params: unknown): z.infer<S> {
  const result = shape.safeParse(params ?? {});
  if (result.success) return result.data;
  const { issues } = result.error;
  const issue = issues.find(({ code }) => code === "unrecognized_keys") ?? issues[0];
  const path = issue.path.join(".");
  if (issue.code === "unrecognized_keys") {
    const key = [...issue.path, issue.keys[0]].join(".");
    throw new ApiError("UnknownParameter", `the parameter ${key} is not known`);
  }
  if (issue.code === "invalid_type" && valueAt(params, issue.path) === undefined) throw missing(path);
  if (issue.code === "too_big" && issue.origin === "array") {
    throw new ApiError("InvalidParameterValue.LimitExceeded", `${path}: ${issue.message}`);
  }
  throw new ApiError(
    issue.code === "invalid_type" ? "InvalidParameter" : "InvalidParameterValue",
    path === "" ? issue.message : `${path}: ${issue.message}`,
  );
}

function valueAt(root: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce((value, key) => (value as Record<PropertyKey, unknown> | undefined)?.[key], root);
}

/** An id as clients send it; what it stands for is looked up. */
export const id: z.ZodString = z.string().min(1).max(128);
/** Names are free text without control characters; their length is the control plane's rule. */
export const displayName: z.ZodString = z
  .string()
  .min(1)
  .regex(/^\P{Cc}*$/u, "a name holds no control characters");
