import { parseTime } from "../../model/clock.ts";
import type { PeeringState } from "../../model/peering.ts";
import { protocolNumber, Services } from "../../model/services.ts";
import type { Fields } from "../inventory/fields.ts";
import type { TargetRecord } from "../inventory/records.ts";

/** Words that AWS's API and its Terraform provider share. */

/** What the records of one file leave to their surroundings. */
export interface AwsContext {
  /** Region that the file or its folder is about, where anything says so. */
  readonly region: string | undefined;
  /** Name of the file, which may hold the id that an answer leaves out. */
  readonly file: string;
}

/**
 * Returns the id of the thing for which a call was made: some answers do not repeat it, so it stands beside them, or in the
 * name of their file. The last one in the name counts.
 */
export function askedFor(answer: Fields, key: string, id: RegExp, file: string): string | undefined {
  return answer.text(key) ?? [...file.matchAll(id)].at(-1)?.[0];
}

/** AWS's words for the state of a peering. */
export const AWS_PEERING_STATES: ReadonlyMap<string, PeeringState> = new Map([
  ["initiating-request", "PENDING"],
  ["pending-acceptance", "PENDING"],
  ["provisioning", "PENDING"],
  ["active", "ACTIVE"],
  ["rejected", "REJECTED"],
  ["expired", "EXPIRED"],
  ["failed", "FAILED"],
  ["deleting", "DELETED"],
  ["deleted", "DELETED"],
]);

/** Returns the region of a zone: `us-east-2b`, or `us-west-2-lax-1a` of a local zone. */
export function regionOfZone(zone: string | undefined): string | undefined {
  return zone === undefined ? undefined : /^[a-z]{2}(?:-[a-z]+)+-\d+/.exec(zone)?.[0];
}

/** Returns the region and the account inside `arn:aws:ec2:REGION:ACCOUNT:…`. */
export function partsOfArn(arn: string | undefined): {
  readonly region: string | undefined;
  readonly account: string | undefined;
} {
  const [, , , region, account] = arn?.split(":") ?? [];
  return { region: region || undefined, account: account || undefined };
}

/** Returns the last part of an ARN, which is the id where there is one; what is no ARN as it is. */
export function idOfArn(text: string): string {
  return text.startsWith("arn:") ? text.slice(text.lastIndexOf("/") + 1) : text;
}

/** Returns the Name tag of a record of the API. */
export function nameTag(record: Fields): string | undefined {
  const key = record.raw("Tags") === undefined ? "TagSet" : "Tags";
  return record
    .list(key)
    .find((tag) => tag.text("Key") === "Name")
    ?.text("Value");
}

/** Reads a time that a dump mentions; what cannot be read is no time. */
export function timeOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  try {
    return parseTime(text.replace(/\.\d+/, "").replace(/([+-]\d{2})(\d{2})$/, "$1:$2"));
  } catch {
    return undefined;
  }
}

/** Returns what stands behind a `GatewayId`, `gateway_id` in Terraform, by the prefix that AWS gives its ids. */
export function gatewayKind(id: string): TargetRecord["kind"] {
  if (id === "local") return "local";
  if (id.startsWith("igw-")) return "internet";
  if (id.startsWith("eigw-")) return "egress-only";
  if (id.startsWith("vgw-")) return "vpn";
  if (id.startsWith("nat-")) return "nat";
  if (id.startsWith("pcx-")) return "peering";
  return "other";
}

/** An attachment on its way out carries nothing any more. */
export function isAttached(state: string | undefined): boolean {
  return state === undefined || state === "available" || state === "attached" || state === "attaching";
}

/**
 * Returns the services of a rule: a protocol by name or number (`-1` and `all` are every one) and its ports, or the type
 * and code of ICMP, of which -1 is every one. Undefined for a protocol that does not exist.
 */
export function awsServices(
  protocol: string | undefined,
  from: number | undefined,
  to: number | undefined,
): Services | undefined {
  const word = protocol?.toLowerCase();
  if (word === undefined || word === "-1" || word === "all") return Services.all;
  const number = protocolNumber(word);
  if (number === undefined) return undefined;
  if (number === 1 || number === 58) {
    if (from === undefined || from < 0) return Services.of(number);
    if (to === undefined || to < 0) return Services.of(number, 256 * from, 256 * from + 255);
    return Services.of(number, 256 * from + to, 256 * from + to);
  }
  const ports = number === 6 || number === 17;
  if (!ports || from === undefined || from < 0) return Services.of(number);
  // an ACL of Terraform writes 0-0 for every port of a protocol
  return Services.of(number, from, Math.max(from, to ?? from));
}
