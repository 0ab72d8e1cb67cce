import { Prefix } from "@twoway/core";
import type { Network, RouteTable } from "@twoway/sim";

/** Draws edits of any network, as lines of the action grammar; some are refused. */

/** Draws an integer from 0 to `below - 1`. */
export type Draw = (below: number) => number;

export function drawEdit(draw: Draw, network: Network): string {
  const often = (percent: number): boolean => draw(100) < percent;
  const pick = <T>(items: readonly T[]): T => items[draw(items.length)];
  const vpcs = [...network.vpcs.values()];
  const tables = vpcs.flatMap(({ tables }) => [...tables.values()]);
  const subnets = vpcs.flatMap((vpc) => [...vpc.subnets.values()]);
  const peerings = [...network.peerings.values()];
  const blocks = [
    ...vpcs.flatMap(({ cidrs, secondary }) => [...cidrs, ...secondary]),
    ...subnets.flatMap(({ cidrs }) => cidrs),
  ];

  const routeEdit = (): string => {
    const table: RouteTable = pick(tables);
    const rows = [...(table.routes ?? [])];
    const near = [
      ...peerings.filter(({ requester, accepter }) => [requester.vpc, accepter.vpc].includes(table.vpc)),
      ...[...network.gateways.values()].filter(({ vpc }) => vpc === table.vpc),
      ...(network.hubs?.values() ?? []),
    ].map(({ id }) => id);
    if (rows.length > 0 && often(45)) {
      const { destination, target, enabled } = pick(rows);
      if (often(20) && near.length > 0) return `replace-route ${table.id} ${destination} -> ${pick(near)}`;
      const verb = often(40) ? "delete-route" : enabled ? "disable-route" : "enable-route";
      return `${verb} ${table.id} ${destination} -> ${target}`;
    }
    const block = pick(blocks);
    const width = block.family === 4 ? 32 : 128;
    const bits = pick([
      0,
      block.bits,
      block.bits,
      Math.min(width, block.bits + 1),
      Math.min(width, block.bits + draw(9)),
      width,
    ]);
    const known = rows.length > 0 && often(20) ? pick(rows).destination : undefined;
    const destination = known ?? Prefix.from(often(50) ? block.address : block.last, bits);
    return `add-route ${table.id} ${destination} -> ${near.length > 0 ? pick(near) : "gone"}`;
  };
  const peeringEdit = (): string => {
    const { id, state } = pick(peerings);
    const verbs = {
      ACTIVE: ["isolate", "isolate", "isolate", "delete"],
      ISOLATED: ["restore"],
      PENDING: ["accept", "accept", "reject"],
      EXPIRED: ["enable"],
      REJECTED: ["delete"],
      FAILED: ["delete"],
      DELETED: ["dismiss"],
    }[state];
    return `${pick(verbs)}-peering ${id}`;
  };
  const shapeEdit = (): string => {
    const vpc = pick(vpcs);
    const own = [...vpc.subnets.keys()];
    const [cidr] = vpc.cidrs;
    switch (draw(6)) {
      case 0:
        return `create-peering n${peerings.length} ${vpc.id} - ${pick(vpcs).id}`;
      case 1:
        return own.length === 0 ? "advance-clock 8d" : `delete-subnet ${vpc.id}/${pick(own)}`;
      case 2:
        return `create-subnet ${vpc.id}/n${draw(1000)} ${Prefix.from(cidr.last, cidr.family === 4 ? 26 : 64)}`;
      case 3:
        return `add-cidr ${vpc.id} 172.${20 + draw(4)}.${draw(256)}.0/24`;
      default:
        return own.length === 0
          ? "advance-clock 1d"
          : `associate ${vpc.id}/${pick(own)} ${pick([...vpc.tables.keys()])}`;
    }
  };
  if (peerings.length > 0 && often(25)) return peeringEdit();
  return often(15) ? shapeEdit() : routeEdit();
}
