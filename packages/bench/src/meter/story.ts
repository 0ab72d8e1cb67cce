import { drawFrom } from "../seeded-table.ts";

/** Half of the VPCs in one region and half in another, in a ring with chords: every peering crosses regions or none. */
const VPCS = 40;

/**
 * Returns a scenario in JSON: flows of constant rates between hosts of neighbouring VPCs, so many that about a third of the
 * peerings drop packets.
 */
export function storyOf(flows: number, seconds: number, seed: number): string {
  const draw = drawFrom(seed);
  const vpcs: Record<string, object> = {};
  const routes: Record<string, string[]> = {};
  for (let v = 0; v < VPCS; v++) {
    const region = v % 2 === 0 ? "ap-guangzhou" : "ap-shanghai";
    vpcs[`v${v}`] = { region, cidr: `10.${v}.0.0/16`, subnets: { [`s${v}`]: `10.${v}.0.0/20` } };
    routes[`v${v}`] = [];
  }
  const peerings: Record<string, string> = {};
  const ends: [number, number][] = [];
  for (let v = 0; v < VPCS; v++) {
    for (const step of [1, 2, 5]) {
      const w = (v + step) % VPCS;
      const id = `p${v}-${w}`;
      const cap = step % 2 === 0 ? "" : ` bandwidth ${[500, 1000][draw(2)]}`;
      peerings[id] = `v${v} - v${w}${cap}`;
      routes[`v${v}`].push(`10.${w}.0.0/16 -> ${id}`);
      routes[`v${w}`].push(`10.${v}.0.0/16 -> ${id}`);
      ends.push([v, w], [w, v]);
    }
  }
  const traffic = Object.fromEntries(
    Array.from({ length: flows }, (_, f) => {
      const [from, to] = ends[draw(ends.length)];
      const host = (): string => `${draw(16)}.${2 + draw(250)}`;
      const rate = `${Math.ceil(((1 + draw(60)) * 10_000) / Math.max(flows, 1000))} Mbps`;
      const flow = `10.${from}.${host()} -> 10.${to}.${host()} tcp/443`;
      return [`f${f}`, { flow, rate, reply: `${1 + draw(900)} kbps`, packet: [200, 576, 1500][draw(3)] }];
    }),
  );
  const meter = { for: `${seconds}s`, period: "60s" };
  const quotas = { peerings: 10 };
  return JSON.stringify({
    now: "2026-01-01",
    load: "lenient",
    quotas,
    vpcs,
    peerings,
    routes,
    traffic,
    meter,
  });
}
