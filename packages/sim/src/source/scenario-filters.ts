import type { FilterRule, NetworkAcl, Remote, SecurityGroup } from "../model/filter.ts";
import type { Network } from "../model/network.ts";
import { parseRemote, parseRule } from "../model/rule-text.ts";
import { Services } from "../model/services.ts";
import { checkFilter, checkName, entries, findVpc, type Inputs, type Path, type Reading } from "./reading.ts";

/** The security groups and network ACLs of a scenario. */

export function readFilters(reading: Reading, network: Network): Partial<Network> {
  const { input, findings } = reading;
  const groups = new Map<string, SecurityGroup>();
  for (const [id, body] of entries(input.groups)) {
    const path = ["groups", id];
    if (!checkName(reading, id, path)) continue;
    if (body.vpc !== undefined) findVpc(reading, network, String(body.vpc), [...path, "vpc"]);
    const rules = readDirections(reading, "group", body, path);
    const { account, region, vpc } = body;
    groups.set(id, {
      id,
      name: body.name ?? id,
      ...(account === undefined ? {} : { account: String(account) }),
      ...(region === undefined ? {} : { region: String(region) }),
      ...(vpc === undefined ? {} : { vpc: String(vpc) }),
      ...rules,
      source: findings.keyPlace(path),
    });
  }
  const acls = new Map<string, NetworkAcl>();
  for (const [id, body] of entries(input.acls)) {
    const path = ["acls", id];
    if (!checkName(reading, id, path)) continue;
    findVpc(reading, network, String(body.vpc), [...path, "vpc"]);
    const rules = readDirections(reading, "acl", body, path);
    acls.set(id, {
      id,
      name: body.name ?? id,
      vpc: String(body.vpc),
      ...rules,
      source: findings.keyPlace(path),
    });
  }
  return { ...(groups.size === 0 ? {} : { groups }), ...(acls.size === 0 ? {} : { acls }) };
}

type Body = Inputs<"groups"> | Inputs<"acls">;
type RuleInput = NonNullable<Body["ingress"]>[number];

function readDirections(
  reading: Reading,
  kind: "group" | "acl",
  body: Body,
  path: Path,
): { readonly ingress: FilterRule[]; readonly egress: FilterRule[] } {
  const read = (direction: "ingress" | "egress"): FilterRule[] =>
    (body[direction] ?? []).flatMap((rule, i) => {
      const name = kind === "group" ? `${direction} rule ${i + 1}` : `rule ${i + 1}`;
      return readRule(reading, rule, direction, name, [...path, direction, i]) ?? [];
    });
  return { ingress: read("ingress"), egress: read("egress") };
}

function readRule(
  reading: Reading,
  input: RuleInput,
  direction: "ingress" | "egress",
  name: string,
  path: Path,
): FilterRule | undefined {
  const { findings } = reading;
  const source = findings.place(path);
  if (typeof input === "string") {
    const rule = findings.parse((text) => parseRule(text, direction), input, path);
    if (rule === undefined) return undefined;
    const { number, ...rest } = rule;
    checkRemote(reading, rest.remote, path);
    return { name: number === undefined ? name : `rule ${number}`, ...rest, source };
  }
  const services = findings.parse(Services.parse, input.services, [...path, "services"]);
  const remote: Remote | undefined =
    typeof input.remote === "string"
      ? findings.parse(parseRemote, input.remote, [...path, "remote"])
      : { kind: "unknown", reason: input.remote.unknown };
  if (services === undefined || remote === undefined) return undefined;
  checkRemote(reading, remote, [...path, "remote"]);
  return { name: input.name ?? name, action: input.action, remote, services, source };
}

function checkRemote(reading: Reading, remote: Remote, path: Path): void {
  if (remote.kind === "group") checkFilter(reading, "groups", remote.group, path);
}
