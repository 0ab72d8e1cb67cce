import type { Refusal } from "@twoway/sim";

/** What an API answers instead of a result: a documented code, and a sentence that says what to do. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  readonly code: string;
  /** What kind of thing does not exist, where that is the reason. */
  readonly lost: string | undefined;

  constructor(code: string, message: string, lost?: string) {
    super(message);
    this.code = code;
    this.lost = lost;
  }
}

export function missing(what: string): ApiError {
  return new ApiError("MissingParameter", `the parameter ${what} is missing`);
}

export function notFound(what: string, id: string): ApiError {
  return new ApiError("ResourceNotFound", `there is no ${what} ${id} for this account in this region`, what);
}

/** Returns a refusal of the control plane in the words of the API. */
export function refusalError({ code, message, advice }: Refusal): ApiError {
  return new ApiError(code, `${message}. ${advice}`);
}
