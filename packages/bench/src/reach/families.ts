/** Who is peered with whom, and how tables are written, in the families that are measured. */

export type Family = "hub" | "mesh" | "chain" | "geometric" | "enterprise" | "aws125" | "host32";

export interface Plan {
  /** The VPCs of each peering. */
  readonly ends: readonly (readonly [number, number])[];
  /** VPCs that reuse the CIDR of another one, which is no neighbour of theirs. */
  readonly twin: readonly (number | undefined)[];
}

export interface Rules {
  plan(vpcs: number, draw: Draw): Plan;
  /** Fewest and most routes of a table. */
  readonly routes: readonly [number, number];
  /** Shortest and longest of the more specific routes. */
  readonly specific: readonly [number, number];
  /** Percent of the peers to which one route for the whole VPC leads; to the others one for each subnet. */
  readonly whole: number;
  /** Percent of the routes to a peer that nobody wrote. */
  readonly missing: number;
  /** Percent of the more specific routes that lead over any peering of the VPC, not over the right one. */
  readonly astray: number;
  /** Percent of the subnets that are smaller than a /24. */
  readonly small: number;
}

type Draw = (below: number) => number;

const USUAL = { routes: [50, 200], specific: [21, 28], whole: 50, missing: 0, astray: 0, small: 10 } as const;
const FAULTY = { ...USUAL, missing: 12, astray: 30 } as const;

export const FAMILIES: Readonly<Record<Family, Rules>> = {
  /** Hubs with as many spokes as AWS allows by default: 50. */
  hub: { ...USUAL, plan: (vpcs) => plain(pairs(vpcs, (a, b) => a % 51 === 0 && b < a + 51, 51)) },
  /** Full mesh in groups of the quota of Tencent and one: 11. */
  mesh: {
    ...USUAL,
    plan: (vpcs) => plain(pairs(vpcs, (a, b) => Math.floor(a / 11) === Math.floor(b / 11), 11)),
  },
  chain: { ...USUAL, plan: (vpcs) => plain(pairs(vpcs, () => true, 2)) },
  geometric: { ...USUAL, plan: (vpcs, draw) => plain(lattice(vpcs, draw)) },
  enterprise: { ...FAULTY, plan: enterprise },
  /** Full mesh in groups of AWS's highest quota and one, and long tables. */
  aws125: {
    ...USUAL,
    routes: [200, 400],
    whole: 95,
    plan: (vpcs) => plain(pairs(vpcs, (a, b) => Math.floor(a / 126) === Math.floor(b / 126), 126)),
  },
  /** As enterprise, with routes to single hosts and pairs of them. */
  host32: { ...FAULTY, specific: [30, 32], plan: enterprise },
};

export const FAMILY_NAMES = Object.keys(FAMILIES) as readonly Family[];

function plain(ends: Plan["ends"]): Plan {
  return { ends, twin: [] };
}

/** Returns the pairs that are joined, of VPCs less than `reach` apart. */
function pairs(vpcs: number, joined: (a: number, b: number) => boolean, reach: number): [number, number][] {
  const ends: [number, number][] = [];
  for (let a = 0; a < vpcs; a++) {
    for (let b = a + 1; b < Math.min(vpcs, a + reach); b++) if (joined(a, b)) ends.push([a, b]);
  }
  return ends;
}

/** Points of a square lattice, three of four neighbours joined, corners too. */
function lattice(vpcs: number, draw: Draw): [number, number][] {
  const side = Math.ceil(Math.sqrt(vpcs));
  const ends: [number, number][] = [];
  for (let a = 0; a < vpcs; a++) {
    const x = a % side;
    for (const [dx, dy] of [
      [1, 0],
      [-1, 1],
      [0, 1],
      [1, 1],
    ]) {
      const b = a + dx + dy * side;
      if (x + dx >= 0 && x + dx < side && b < vpcs && draw(4) > 0) ends.push([a, b]);
    }
  }
  return ends;
}

/**
 * Departments of nine VPCs of which most pairs are joined; the first VPC of each joined with a hub that ten departments
 * share. One VPC in twenty reuses the CIDR of one that is far away.
 */
function enterprise(vpcs: number, draw: Draw): Plan {
  const ends = pairs(vpcs, (a, b) => Math.floor(a / 9) === Math.floor(b / 9) && draw(100) < 82, 9);
  for (let first = 9; first < vpcs; first += 9) {
    const hub = first - (first % 90);
    if (hub !== first) ends.push([hub, first]);
  }
  const reused = new Set<number>();
  const twin = Array.from({ length: vpcs }, (_, v) => {
    const far = v - 180 - draw(90);
    if (far < 0 || draw(100) >= 5 || reused.has(far)) return undefined;
    reused.add(far);
    return far;
  });
  return { ends, twin };
}
