import { parseTime } from "../model/clock.ts";
import { nearest } from "../model/issue.ts";
import type { Network, Vpc } from "../model/network.ts";
import type { ProfileName } from "../model/profile.ts";
import type { Refusal } from "../model/rules.ts";
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

/** Names stand in endpoints and in actions, so they cannot hold what separates words there, or look like an address. */
export function checkName({ findings }: Reading, name: string, path: Path): boolean {
  let rule: string | undefined;
  if (!/^[\p{L}\p{N}_][\p{L}\p{N}_.-]*$/u.test(name))
    rule = "a name is made of letters, digits, `_`, `-` and `.`";
  else if (name.length > 128) rule = "a name has at most 128 characters";
  else if (RESERVED_NAMES.has(name)) rule = "this name means something else already";
  else if (/^[\d.]+$/.test(name) && name.includes(".")) rule = "a name does not look like an address";
  if (rule === undefined) return true;
  findings.keyError("bad-name", `${JSON.stringify(name.slice(0, 60))}: ${rule}`, path);
  return false;
}

const RESERVED_NAMES: ReadonlySet<string> = new Set(["internet", "local", "blackhole", "unknown", "as"]);

export function readTime({ findings }: Reading, text: string | undefined, path: Path): number | undefined {
  return text === undefined ? undefined : findings.parse(parseTime, text, path);
}

/** Returns the VPC; undefined when a CIDR of it cannot be read, so that nothing is judged by what is left of it. */

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
