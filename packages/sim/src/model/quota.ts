import type { Network } from "./network.ts";
import type { Profile, Quotas, Rule } from "./profile.ts";
import { type Refusal, refuse } from "./refusal.ts";

/** Which profile rule and which words belong to a quota. */
const KINDS: Readonly<Record<keyof Quotas, { readonly rule: Rule; readonly things: string }>> = {
  vpcs: { rule: "vpc-quota", things: "VPCs in this region" },
  cidrs: { rule: "cidr-quota", things: "secondary CIDRs" },
  subnets: { rule: "subnet-quota", things: "subnets" },
  tables: { rule: "table-quota", things: "route tables" },
  routes: { rule: "route-quota", things: "routes" },
  peerings: { rule: "peering-quota", things: "peerings" },
};

/** Returns the quota that holds: what the network says was raised, or the profile's. */
function quotaOf(network: Network, profile: Profile, name: keyof Quotas): number {
  return network.quotas?.[name] ?? profile.quotas[name];
}

/**
 * Asks whether the holder, who has `used` of them, may have one more. Where the input already holds more than the quota,
 * somebody had it raised, nobody knows how far, and nothing is refused on its account. A peering is refused all the same:
 * its quota is one of the rules that a file is judged by (A14, S2).
 */
export function refusesOneMore(
  network: Network,
  profile: Profile,
  name: keyof Quotas,
  holder: string,
  used: number,
): Refusal | undefined {
  const quota = quotaOf(network, profile, name);
  if (used < quota || (used > quota && name !== "peerings")) return undefined;
  const { rule, things } = KINDS[name];
  const message = `${holder} has ${used} ${things} already, and the quota is ${quota}`;
  return refuse(profile, rule, message, "Delete one that is not needed, or ask for a larger quota.");
}

/**
 * Says what is above a quota in a network that was read, as it can be only where the quota was raised: of each quota the
 * first VPC that breaks it, and how many more do.
 */
export function aboveQuota(network: Network): { readonly vpc: string; readonly message: string }[] {
  const found = new Map<keyof Quotas, { vpc: string; message: string; more: number }>();
  const places = new Map<string, number>();
  for (const { id, account, region, profile, secondary, subnets, tables, classic } of network.vpcs.values()) {
    if (classic) continue;
    const check = (name: keyof Quotas, holder: string, used: number): void => {
      const quota = quotaOf(network, profile, name);
      if (used <= quota) return;
      const message = `${holder} has ${used} ${KINDS[name].things}, above the quota of ${quota} (${profile.codes[KINDS[name].rule]})`;
      const first = found.get(name);
      if (first === undefined) found.set(name, { vpc: id, message, more: 0 });
      else first.more++;
    };
    const place = `${account} in ${region}`;
    const here = (places.get(place) ?? 0) + 1;
    places.set(place, here);
    // once, at the VPC that is one too many
    if (here === quotaOf(network, profile, "vpcs") + 1) check("vpcs", `account ${account}`, here);
    check("cidrs", id, secondary.length);
    check("subnets", id, subnets.size);
    check("tables", id, tables.size);
    for (const table of tables.values()) check("routes", table.id, table.routes?.size ?? 0);
  }
  return [...found.values()].map(({ vpc, message, more }) => ({
    vpc,
    message: more === 0 ? message : `${message}, and so it is ${more} times more`,
  }));
}
