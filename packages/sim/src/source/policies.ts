import type { Policy } from "../ask/policy.ts";
import { nearestSelector, parseSelector, type Selector, select } from "../ask/selection.ts";
import { InputError } from "../model/issue.ts";
import type { Network } from "../model/network.ts";
import { readDocument } from "./document.ts";
import { Findings } from "./findings.ts";
import { list } from "./reading.ts";
import { checkPolicyShape, type PolicyInput } from "./scenario-schema.ts";

/** Policies, as they stand in a scenario or in a file of their own. */

type Path = readonly PropertyKey[];

/**
 * Reads a file of policies for a network. Throws one InputError with everything that is wrong; a set that selects nothing
 * is wrong too, because such a policy would hold by accident.
 */
export function readPolicyFile(text: string, file: string, networks: readonly Network[]): Policy[] {
  const findings = new Findings(readDocument(text, file));
  const { value } = findings.document;
  findings.shape(checkPolicyShape(value));
  const { policies } = findings.sound<{ readonly policies?: readonly (PolicyInput | undefined)[] }>(value);
  const read = readPolicies(policies, findings, networks);
  if (findings.errors.length > 0) throw new InputError(findings.errors);
  return read;
}

/** Reads the policies; each set has to select something in one of the networks. */
export function readPolicies(
  inputs: readonly (PolicyInput | undefined)[] | undefined,
  findings: Findings,
  networks: readonly Network[],
): Policy[] {
  const names = new Set<string>();
  return (inputs ?? []).flatMap((input, i): Policy[] => {
    if (input === undefined) return [];
    const path = ["policies", i];
    const said = KINDS.filter((kind) => input[kind] !== undefined);
    if (said.length !== 1) {
      findings.error("bad-text", `a policy says one of ${KINDS.join(", ")}`, path);
      return [];
    }
    const set = (value: string | readonly string[], at: Path): Selector[] =>
      list<string>(value).flatMap((text, n) => {
        const place = Array.isArray(value) ? [...at, n] : at;
        const selector = findings.parse(parseSelector, text, place);
        if (selector === undefined) return [];
        if (networks.every((network) => select(network, [selector]).length === 0)) {
          const message = `${JSON.stringify(text)} selects no subnet`;
          findings.error("missing-reference", message, place, nearestSelector(networks[0], selector));
        }
        return [selector];
      });
    const [kind] = said;
    const name = input.name ?? nameOf(input);
    if (names.has(name))
      findings.error("duplicate", `there is a policy ${JSON.stringify(name)} already`, path);
    names.add(name);
    const head = { name, source: findings.place([...path, kind]) };
    if (kind === "isolated") {
      const sets = input.isolated!.map((value, n) => set(value, [...path, kind, n]));
      return [{ ...head, kind, sets }];
    }
    const { from, to } = input[kind]!;
    return [{ ...head, kind, from: set(from, [...path, kind, "from"]), to: set(to, [...path, kind, "to"]) }];
  });
}

const KINDS = ["isolated", "reachable", "only"] as const;

/** A policy without a name is called by what it says. */
function nameOf({ isolated, reachable, only }: PolicyInput): string {
  const text = (set: string | readonly string[]): string => list<string>(set).join(" and ");
  if (isolated !== undefined) return `isolated: ${isolated.map(text).join(", ")}`;
  if (reachable !== undefined) return `reachable: ${text(reachable.from)} to ${text(reachable.to)}`;
  return `only: ${text(only!.from)} to ${text(only!.to)}`;
}
