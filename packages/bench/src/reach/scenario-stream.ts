import { address4, formatAddress } from "@twoway/core";
import { type Fabric, NAT } from "./fabric.ts";

/** Yields the network as a scenario in JSON, a line for each VPC, peering, gateway and table, in pieces of about 64 kB. */
export function* scenarioStream(fabric: Fabric): Generator<string> {
  let piece = "";
  for (const line of lines(fabric)) {
    piece += line;
    if (piece.length < 1 << 16) continue;
    yield piece;
    piece = "";
  }
  yield piece;
}

/** Names of the parts, as everybody who prints or compares them spells them. */
export const vpcName = (v: number): string => `v${v}`;
export const subnetName = (s: number): string => `s${s}`;
export const peeringName = (p: number): string => `pcx-${p}`;
/** A main table has the name that the reader gives it. */
export const tableName = ({ tabVpc }: Fabric, t: number): string =>
  isMain(tabVpc, t) ? `${vpcName(tabVpc[t])}/main` : `rt-${t}`;
const isMain = (tabVpc: Uint32Array, t: number): boolean => t === 0 || tabVpc[t - 1] !== tabVpc[t];
const gatewayName = (v: number): string => `nat-${v}`;

function* lines(fabric: Fabric): Generator<string> {
  const { vpcLo, vpcBits, subLo, subBits, subVpc, subTable, tabVpc, tabOff, peerA, peerB } = fabric;
  // what AWS raises these to on request
  const quotas = { vpcs: vpcLo.length, subnets: 200, tables: 200, routes: 1000, peerings: 125 };
  const head = { version: 1, name: fabric.name, profile: "aws", load: "lenient", quotas };
  yield `${JSON.stringify(head).slice(0, -1)},\n"vpcs": {`;
  for (let v = 0, s = 0; v < vpcLo.length; v++) {
    const subnets: string[] = [];
    for (; subVpc[s] === v; s++) subnets.push(`"${subnetName(s)}": "${cidr(subLo[s], subBits[s])}"`);
    const body = `{"cidr": "${cidr(vpcLo[v], vpcBits[v])}", "subnets": {${subnets.join(", ")}}}`;
    yield `${comma(v)}"${vpcName(v)}": ${body}`;
  }
  yield '},\n"gateways": {';
  for (let v = 0; v < vpcLo.length; v++) yield `${comma(v)}"${gatewayName(v)}": "nat ${vpcName(v)}"`;
  yield '},\n"peerings": {';
  for (let p = 0; p < peerA.length; p++) {
    yield `${comma(p)}"${peeringName(p)}": "${vpcName(peerA[p])} - ${vpcName(peerB[p])}"`;
  }
  yield '},\n"routes": {';
  const users = Array.from({ length: tabVpc.length }, (): string[] => []);
  for (let s = 0; s < subTable.length; s++)
    users[subTable[s]].push(`"${vpcName(subVpc[s])}/${subnetName(s)}"`);
  for (let t = 0; t < tabVpc.length; t++) {
    const v = tabVpc[t];
    const rows: string[] = [];
    for (let r = tabOff[t]; r < tabOff[t + 1]; r++) rows.push(`"${routeText(fabric, v, r)}"`);
    const list = `[${rows.join(", ")}]`;
    yield isMain(tabVpc, t)
      ? `${comma(t)}"${vpcName(v)}": ${list}`
      : `${comma(t)}"rt-${t}": {"vpc": "${vpcName(v)}", "subnets": [${users[t].join(", ")}], "routes": ${list}}`;
  }
  yield "}}\n";
}

function routeText({ routeLo, routeBits, routeTarget }: Fabric, v: number, r: number): string {
  const target = routeTarget[r] === NAT ? gatewayName(v) : peeringName(routeTarget[r]);
  return `${cidr(routeLo[r], routeBits[r])} -> ${target}`;
}

function comma(index: number): string {
  return index === 0 ? "\n" : ",\n";
}

function cidr(lo: number, bits: number): string {
  return `${formatAddress(address4(lo))}/${bits}`;
}
