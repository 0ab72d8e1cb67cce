import { type Address, formatAddress, type Prefix, parseAddress } from "@twoway/core";
import type { Host } from "../model/network.ts";
import { checkName, type Inputs, list, type Path, type Reading, readGroupIds } from "./reading.ts";

/** The hosts of a subnet: their addresses, their security groups, and their public addresses. */

type SubnetInput = Exclude<NonNullable<Inputs<"vpcs">["subnets"]>[string], string>;
type HostInput = NonNullable<SubnetInput["hosts"]>[string];

export function readHosts(
  reading: Reading,
  subnet: string,
  cidrs: readonly Prefix[],
  input: Readonly<Record<string, HostInput>>,
  path: Path,
): Map<string, Host> {
  const { findings } = reading;
  const hosts = new Map<string, Host>();
  const owners = new Map<Address, string>();
  for (const [name, entry] of Object.entries(input)) {
    const at = [...path, name];
    if (!checkName(reading, name, at)) continue;
    const isMap = typeof entry === "object" && !Array.isArray(entry);
    const body = isMap
      ? (entry as Extract<HostInput, { address: unknown }>)
      : { address: entry as string | string[] };
    const texts = body.address;
    const addressAt = isMap ? [...at, "address"] : at;
    const addresses = list<string>(texts).flatMap((text, i) => {
      const place = Array.isArray(texts) ? [...addressAt, i] : addressAt;
      const address = findings.parse(parseAddress, text, place);
      if (address === undefined) return [];
      if (!cidrs.some((cidr) => cidr.contains(address))) {
        findings.error("bad-address", `${text} lies outside ${subnet} (${cidrs.join(", ")})`, place);
      }
      const owner = owners.get(address);
      if (owner !== undefined) findings.error("duplicate", `${text} belongs to ${owner} already`, place);
      owners.set(address, name);
      return [address];
    });
    const groups = readGroupIds(reading, body.groups, [...at, "groups"]);
    const outer =
      body.public === undefined ? undefined : readPublic(reading, body.public, addresses, [...at, "public"]);
    hosts.set(name, {
      name,
      addresses,
      ...(groups === undefined ? {} : { groups }),
      ...(outer === undefined ? {} : { public: outer }),
      source: findings.keyPlace(at),
    });
  }
  return hosts;
}

/** A text is the public address of the first private IPv4 address, or `none`; a map says it for each. */
function readPublic(
  { findings }: Reading,
  input: string | Readonly<Record<string, string>>,
  own: readonly Address[],
  path: Path,
): Map<Address, Address> {
  const outer = new Map<Address, Address>();
  if (input === "none") return outer;
  const [first] = own.filter((address) => typeof address === "number");
  const pairs =
    typeof input === "string"
      ? [{ inner: first, text: input, at: path }]
      : Object.entries(input).map(([key, text]) => ({
          inner: findings.parse(parseAddress, key, [...path, key]),
          text,
          at: [...path, key],
        }));
  for (const { inner, text, at } of pairs) {
    const address = findings.parse(parseAddress, text, at);
    if (address === undefined || (inner === undefined && typeof input !== "string")) continue;
    if (inner === undefined || !own.includes(inner)) {
      const what =
        inner === undefined
          ? "the host has no IPv4 address"
          : `${formatAddress(inner)} is no address of the host`;
      findings.error("bad-address", `${what}, so nothing is behind ${text}`, at);
    } else if (typeof address !== "number" || typeof inner !== "number") {
      findings.error("bad-address", "public addresses are put in the place of IPv4 addresses only", at);
    } else outer.set(inner, address);
  }
  return outer;
}
