import type { PeeringState } from "../../model/peering.ts";
import { PEERING_STATES } from "../../model/peering.ts";
import { protocolNumber, Services } from "../../model/services.ts";
import type { TargetRecord } from "../inventory/records.ts";

/** Words that Tencent Cloud's API and its Terraform provider share. */

/** Returns the region of a zone: `ap-guangzhou-3`. */
export function regionOfTencentZone(zone: string | undefined): string | undefined {
  return zone?.replace(/-\d+$/, "");
}

export function tencentPeeringState(text: string | undefined): PeeringState | undefined {
  return PEERING_STATES.find((state) => state === text);
}

/** What each `GatewayType` leads to (SPEC 2.3). */
const KINDS: ReadonlyMap<string, TargetRecord["kind"]> = new Map([
  ["LOCAL", "local"],
  ["PEERCONNECTION", "peering"],
  ["NAT", "nat"],
  ["VPN", "vpn"],
  ["DIRECTCONNECT", "direct-connect"],
  ["EIP", "internet"],
  ["CCN", "hub"],
  ["HAVIP", "instance"],
  ["NORMAL_CVM", "instance"],
  ["CVM", "instance"],
  ["NONEXTHOP", "blackhole"],
]);

/** Returns a route's next hop. An address, and the public address for which the API writes `0`, go by the VPC's id. */
export function tencentTarget(
  type: string | undefined,
  id: string | undefined,
  vpc: string | undefined,
): TargetRecord {
  const kind = KINDS.get(type ?? "") ?? "other";
  const owner = vpc === undefined ? "" : `${vpc}.`;
  if (kind === "internet") return { kind, id: `${owner}eip` };
  if (kind === "blackhole") return { kind, id: "blackhole" };
  if (kind === "local" || id === undefined)
    return kind === "local" ? { kind, id: "local" } : { kind: "blackhole", id: "blackhole" };
  return { kind, id: /^[\d.]+$|:/.test(id) ? `${owner}${id.replace(/:/g, "-")}` : id };
}

/** Returns the services of a protocol by name and of ports as `ALL`, `80`, `80,443` or `8000-9000`; undefined for others. */
export function tencentServices(
  protocol: string | undefined,
  port: string | undefined,
): Services | undefined {
  const word = (protocol ?? "all").toLowerCase();
  if (word === "all" || word === "-1") return Services.all;
  const number = word === "gre" ? 47 : protocolNumber(word);
  if (number === undefined) return undefined;
  const text = (port ?? "all").toLowerCase();
  if (text === "all" || text === "-1" || (number !== 6 && number !== 17)) return Services.of(number);
  const parts = text.split(",").map((part) => /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(part.trim()));
  const sets = parts.map((match) => {
    const [first, last] = [Number(match?.[1]), Number(match?.[2] ?? match?.[1])];
    return first <= last && last <= 65535 ? Services.of(number, first, last) : undefined;
  });
  return sets.every((set) => set !== undefined) ? Services.union(sets) : undefined;
}

export function tencentAction(text: string | undefined): "allow" | "deny" | undefined {
  const word = text?.toUpperCase();
  return word === "ACCEPT" ? "allow" : word === "DROP" ? "deny" : undefined;
}
