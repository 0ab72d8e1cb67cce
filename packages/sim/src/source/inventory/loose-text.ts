import { type Address, familyOf, ParseError, Prefix, parseAddress } from "@twoway/core";
import { nameProblem } from "../../model/name.ts";
import type { Place, Problems } from "./problems.ts";

/** Addresses, CIDRs and ids as clouds and Terraform write them: a little looser than ours. */

export function readCidrs(problems: Problems, texts: readonly string[], place: Place): Prefix[] {
  return texts.flatMap((text) => readCidr(problems, text, place) ?? []);
}

/** Reads a CIDR; host bits are masked with a warning (S10). */
export function readCidr(problems: Problems, text: string, place: Place): Prefix | undefined {
  try {
    return Prefix.parse(text);
  } catch (error) {
    if (!(error instanceof ParseError)) throw error;
    const [base, bits] = text.split("/");
    const masked = error.rule.includes("host bits") ? maskedPrefix(base, Number(bits)) : undefined;
    if (masked === undefined)
      problems.error("bad-prefix", `${JSON.stringify(text)}: ${error.rule}`, place, error.suggestion);
    else problems.warning("bad-prefix", `${text} has host bits set, and is read as ${masked}`, place);
    return masked;
  }
}

function maskedPrefix(base: string, bits: number): Prefix {
  const address = parseAddress(base);
  return Prefix.from(address, Math.min(bits, familyOf(address) === 4 ? 32 : 128));
}

/** Reads an address, or the block of one address alone. */
export function readAddress(problems: Problems, text: string, place: Place): Address | undefined {
  try {
    return parseAddress(text.replace(/\/(32|128)$/, ""));
  } catch (error) {
    if (!(error instanceof ParseError)) throw error;
    problems.error("bad-address", `${JSON.stringify(text)}: ${error.rule}`, place);
    return undefined;
  }
}

/** An id stands in endpoints, routes and actions: one that cannot is an error. */
export function checkId(problems: Problems, id: string, place: Place): void {
  const rule = nameProblem(id);
  if (rule !== undefined) problems.error("bad-name", `${JSON.stringify(id.slice(0, 60))}: ${rule}`, place);
}

/** The same for what a route leads to, which may be nothing on purpose. */
export function checkTarget(problems: Problems, id: string, place: Place): void {
  if (id !== "blackhole") checkId(problems, id, place);
}
