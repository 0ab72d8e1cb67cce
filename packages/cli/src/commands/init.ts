import { writeFileSync } from "node:fs";
import { EXIT } from "../exit.ts";
import { wrong } from "../input.ts";
import { print } from "../terminal.ts";

/** Writes a starter scenario. Never over a file that is there. */
export function init(file: string): number {
  try {
    writeFileSync(file, STARTER, { flag: "wx" });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "EEXIST") throw wrong("unreadable", file, "this file exists already; give another name");
    throw wrong("unreadable", file, message);
  }
  print(`wrote ${file}; next: twoway check ${file}, or twoway trace ${file} web db`);
  return EXIT.yes;
}

const STARTER = `# Two VPCs, one peering, and a reply that gets lost: twoway trace FILE web db
name: My network
profile: tencent              # whose rules: tencent, tencent-2024 or aws
now: 2026-01-01

vpcs:
  shop:
    region: ap-guangzhou
    cidr: 10.1.0.0/16
    subnets:
      web: 10.1.1.0/24
  data:
    region: ap-guangzhou
    cidr: 10.2.0.0/16
    subnets:
      db: 10.2.1.0/24

peerings:
  pcx-shop-data: shop - data

routes:                       # of each VPC's main table
  shop:
    - 10.2.0.0/16 -> pcx-shop-data
  data: []                    # the way back is missing

steps:
  - expect: "web -> db: no-route"
  - do: add-route data 10.1.0.0/16 -> pcx-shop-data
    expect: web <-> db
`;
