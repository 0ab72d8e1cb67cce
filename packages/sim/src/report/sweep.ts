import type { Sweep } from "../ask/sweep.ts";
import { formatTime } from "../model/clock.ts";
import type { Network } from "../model/network.ts";
import { PLAIN, type Style } from "./text.ts";

/** What each single loss would break, the worst first: of peerings and of routes so many. */
export function renderSweep({ peerings, routes, tried }: Sweep, top: number, style: Style = PLAIN): string {
  // the worst come first, so the first is the widest
  const width = Math.max(String(peerings[0]?.broken ?? 0).length, String(routes[0]?.broken ?? 0).length, 6);
  const row = (broken: number, opened: number, what: string, note: string): string => {
    const gain = opened === 0 ? "" : style.dim(`  (and opens ${opened})`);
    return `  ${style.bad(String(broken).padStart(width))}  ${what}${gain}${note}`;
  };
  const lines = [
    style.bold(`${plural(tried.peerings, "peering")}: ordered pairs of subnets broken if one is deleted`),
    ...peerings
      .slice(0, top)
      .map(({ peering, broken, opened, splits }) =>
        row(broken, opened, peering, splits ? style.doubt("  splits the network in two") : ""),
      ),
    ...rest(peerings.length, top, tried.peerings, style),
    "",
    style.bold(`${plural(tried.routes, "route")}: ordered pairs of subnets broken if one goes`),
    ...routes
      .slice(0, top)
      .map(({ table, destination, target, source, broken, opened }) =>
        row(broken, opened, `${table}  ${destination} -> ${target}`, style.dim(`  ${source}`)),
      ),
    ...rest(routes.length, top, tried.routes, style),
  ];
  return lines.join("\n");
}

function rest(breaking: number, top: number, tried: number, style: Style): string[] {
  const more = breaking > top ? [style.dim(`  … and ${breaking - top} more that break something`)] : [];
  const harmless = tried - breaking;
  return harmless > 0 ? [...more, style.dim(`  ${harmless} break nothing`)] : more;
}

function plural(count: number, thing: string): string {
  return `${count} ${thing}${count === 1 ? "" : "s"}`;
}

/** What `sweep --format json` prints. */
export function sweepJson(network: Network, { peerings, routes, tried }: Sweep, top: number): object {
  return {
    version: 1,
    profile: network.profile,
    at: formatTime(network.now),
    tried,
    breaking: { peerings: peerings.length, routes: routes.length },
    peerings: peerings.slice(0, top),
    routes: routes.slice(0, top),
  };
}
