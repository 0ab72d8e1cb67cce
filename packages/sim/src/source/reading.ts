import { Prefix } from "@twoway/core";
import { parseTime } from "../model/clock.ts";
import { nearest } from "../model/issue.ts";
import { nameProblem } from "../model/name.ts";
import type { Network, Vpc } from "../model/network.ts";
import type { ProfileName } from "../model/profile.ts";
import type { Refusal } from "../model/refusal.ts";
import type { Findings } from "./findings.ts";
import type { ScenarioInput } from "./scenario-schema.ts";

/** What the parts of reading a network share: the input, what is found wrong, and how names and rules are checked. */

export type Path = readonly PropertyKey[];
export type Inputs<K extends keyof ScenarioInput> =
  NonNullable<ScenarioInput[K]> extends Record<string, infer T> ? T : never;

/** What every part of the reading needs. Entries with a wrong shape are undefined in `input`, and still declared. */
export interface Reading {
  readonly input: ScenarioInput;
  readonly findings: Findings;
  readonly profile: ProfileName;
  /** Rules above those of the file and of its VPCs. */
  readonly override: ProfileName | undefined;
}

export function entries<T>(section: Readonly<Record<string, T>> | undefined): [string, T][] {
  return Object.entries(section ?? {}).filter(([, entry]) => entry !== undefined);
}

export function list<T>(value: T | readonly T[] | undefined): readonly T[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value as T];
}

/** Says that a rule is broken: an error, or a warning where the file asks to be read as it stands (S4). */
export function judge({ input, findings }: Reading, refusal: Refusal | undefined, path: Path): void {
  if (refusal === undefined) return;
  const message = `${refusal.message} (${refusal.code})`;
  if (input.load === "lenient") findings.warning("refused", message, path);
  else findings.error("refused", message, path, refusal.advice.replace(/\.$/, ""));
}

/** Reports whether the key is a name; says why when it is not. */
export function checkName({ findings }: Reading, name: string, path: Path): boolean {
  const rule = nameProblem(name);
  if (rule !== undefined)
    findings.keyError("bad-name", `${JSON.stringify(name.slice(0, 60))}: ${rule}`, path);
  return rule === undefined;
}

export function readTime({ findings }: Reading, text: string | undefined, path: Path): number | undefined {
  return text === undefined ? undefined : findings.parse(parseTime, text, path);
}

/** Returns the VPC of that name, or says that there is none. A VPC with a wrong shape is known, but is not returned. */
export function findVpc(
  { input, findings }: Reading,
  network: Network,
  name: string,
  path: Path,
): Vpc | undefined {
  const vpc = network.vpcs.get(name);
  if (vpc === undefined && !Object.hasOwn(input.vpcs ?? {}, name)) {
    findings.error("missing-reference", `there is no VPC ${name}`, path, nearest(name, network.vpcs.keys()));
  }
  return vpc;
}

/**
 * Says so when nothing declares a filter of that name. Read leniently it may stand outside the file: then what it would
 * decide is unknown.
 */
export function checkFilter(
  { input, findings }: Reading,
  section: "groups" | "acls",
  id: string,
  path: Path,
): void {
  if (Object.hasOwn(input[section] ?? {}, id)) return;
  const message = `there is no ${section === "groups" ? "security group" : "network ACL"} ${id}`;
  if (input.load === "lenient")
    findings.warning("missing-reference", `${message}: what it decides is unknown`, path);
  else findings.error("missing-reference", message, path, nearest(id, Object.keys(input[section] ?? {})));
}

/** Reads ids of security groups, and says which of them nothing declares. */
export function readGroupIds(
  reading: Reading,
  value: string | number | readonly (string | number)[] | undefined,
  path: Path,
): string[] | undefined {
  if (value === undefined) return undefined;
  return list<string | number>(value).map((id, i) => {
    checkFilter(reading, "groups", String(id), Array.isArray(value) ? [...path, i] : path);
    return String(id);
  });
}

export function readCidrs(
  { findings }: Reading,
  value: string | readonly string[] | undefined,
  path: Path,
): Prefix[] {
  return list<string>(value).flatMap((text, i) => {
    const prefix = findings.parse(Prefix.parse, text, Array.isArray(value) ? [...path, i] : path);
    return prefix === undefined ? [] : [prefix];
  });
}
