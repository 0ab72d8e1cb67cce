import { parseAddress } from "@twoway/core";
import { nearest } from "../model/issue.ts";
import type { Gateway, Network } from "../model/network.ts";
import { GATEWAY_KINDS } from "../model/profile.ts";
import {
  checkName,
  entries,
  findVpc,
  type Inputs,
  list,
  type Path,
  type Reading,
  readCidrs,
  readGroupIds,
} from "./reading.ts";

/** The gateways of a scenario, and what the file says of where they stand and what they lead to. */

export function readGateways(reading: Reading, network: Network): Map<string, Gateway> {
  const { findings } = reading;
  const gateways = new Map<string, Gateway>();
  for (const [id, input] of entries(reading.input.gateways)) {
    const path = ["gateways", id];
    if (!checkName(reading, id, path)) continue;
    const body = typeof input === "string" ? undefined : input;
    const [word, name, ...more] =
      typeof input === "string" ? input.trim().split(/\s+/) : [input.kind, String(input.vpc)];
    const kind = GATEWAY_KINDS.find((known) => known === word);
    if (kind === undefined || name === undefined || more.length > 0) {
      findings.error(
        "bad-text",
        `a gateway is written KIND VPC, and KIND is ${GATEWAY_KINDS.join(", ")}`,
        path,
        nearest(word, GATEWAY_KINDS),
      );
      continue;
    }
    const vpc = findVpc(reading, network, name, path);
    if (vpc?.classic) findings.error("refused", `${name} is a classic network, which has no gateways`, path);
    if (vpc === undefined || vpc.classic) continue;
    const gateway = { id, kind, vpc: name, source: findings.keyPlace(path) };
    gateways.set(
      id,
      body === undefined ? gateway : { ...gateway, ...readDetails(reading, network, gateway, body, path) },
    );
  }
  return gateways;
}

type Body = Exclude<Inputs<"gateways">, string>;

function readDetails(
  reading: Reading,
  network: Network,
  { id, vpc }: Gateway,
  body: Body,
  path: Path,
): Partial<Gateway> {
  const { findings } = reading;
  const subnets = network.vpcs.get(vpc)!.subnets;
  const subnet = body.subnet === undefined ? undefined : String(body.subnet);
  if (subnet !== undefined && !subnets.has(subnet)) {
    const message = `${vpc} has no subnet ${subnet}`;
    findings.error("missing-reference", message, [...path, "subnet"], nearest(subnet, subnets.keys()));
  }
  const address =
    body.address === undefined ? undefined : findings.parse(parseAddress, body.address, [...path, "address"]);
  if (address !== undefined && !subnets.get(subnet ?? "")?.cidrs.some((cidr) => cidr.contains(address))) {
    const message =
      subnet === undefined
        ? `${id} has an address, so it stands in a subnet`
        : `${body.address} lies outside ${subnet}`;
    findings.error("bad-address", message, [...path, "address"]);
  }
  const outer = body.public === "none" ? [] : body.public;
  const groups = readGroupIds(reading, body.groups, [...path, "groups"]);
  return {
    ...(body.advertises === undefined
      ? {}
      : { advertises: readCidrs(reading, body.advertises, [...path, "advertises"]) }),
    ...(body.leadsOnly === undefined ? {} : { leadsOnly: body.leadsOnly }),
    ...(body.ingress === undefined ? {} : { ingress: String(body.ingress) }),
    ...(subnet === undefined ? {} : { subnet }),
    ...(address === undefined ? {} : { address }),
    ...(outer === undefined
      ? {}
      : {
          public: list<string>(outer).flatMap((text, i) => {
            const at = Array.isArray(outer) ? [...path, "public", i] : [...path, "public"];
            return findings.parse(parseAddress, text, at) ?? [];
          }),
        }),
    ...(body.letsIn === undefined ? {} : { letsIn: body.letsIn }),
    ...(body.forwards === undefined ? {} : { forwards: body.forwards }),
    ...(groups === undefined ? {} : { groups }),
  };
}
