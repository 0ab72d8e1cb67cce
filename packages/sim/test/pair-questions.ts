import type { Address, Prefix } from "@twoway/core";
import {
  type Answer,
  type Box,
  InputError,
  type Network,
  type PairVerdict,
  type Reach,
  Services,
} from "@twoway/sim";
import * as assert from "uvu/assert";
import { ask } from "./notation.ts";
import type { End, Net } from "./packet-oracle.ts";

/** What tests ask a pair of subnets: the answer to compare it with, its addresses, and what its boxes hold. */

/**
 * Demands that the pair has the verdict that is listed, and the verdict and the counterexample of the answer, and returns that; undefined when no packet can
 * have addresses of both.
 */
export function answerOf(
  network: Network,
  found: Reach,
  { from, to, ...listed }: { readonly from: number; readonly to: number } & PairVerdict,
  where: string,
): Answer | undefined {
  const [a, b] = [from, to].map((s) => `${found.subnets[s].vpc}/${found.subnets[s].subnet}`);
  const { verdict, partial, counterexample } = found.pair(from, to);
  assert.equal([verdict, partial], [listed.verdict, listed.partial], where);
  let expected: Answer;
  try {
    expected = ask(network, a, b);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    assert.is(verdict, "unreachable", where);
    return undefined;
  }
  assert.equal([verdict, partial], [expected.verdict, expected.partial], `${a} to ${b}\n${where}`);
  const { from: source, to: target } = expected.shown;
  const shown = verdict === "two-way" ? undefined : { from: source, to: target };
  assert.equal(counterexample, shown, `${a} to ${b}\n${where}`);
  return expected;
}

/** Returns every address of the subnet that somebody can have; subnets of generated networks have sixteen. */
export function usableEnds({ aws, vpcs }: Net, vpc: string, subnet: string): End[] {
  const { cidr, hosts } = vpcs.find(({ id }) => id === vpc)!.subnets.find(({ id }) => id === subnet)!;
  return Array.from({ length: 16 }, (_, i) => Number(cidr.address) + i)
    .slice(aws ? 4 : 2, 15)
    .filter((address) => hosts === undefined || hosts.some((host) => host.address === address))
    .map((address) => ({ vpc, address }));
}

/** Returns how many of the boxes hold the packet; `port` is the type of ICMP. */
export function holding(
  boxes: readonly Box[],
  from: Address,
  to: Address,
  { protocol, port }: { readonly protocol: number; readonly port: number },
): number {
  const holds = (blocks: readonly Prefix[], at: Address): boolean =>
    blocks.some((block) => block.contains(at));
  const point = 65536 * protocol + (protocol === 1 || protocol === 58 ? 256 * port : port);
  return boxes.filter(
    ({ src, dst, services }) =>
      holds(src, from) &&
      holds(dst, to) &&
      (services === "all" || Services.parse(services.join(", ")).has(point)),
  ).length;
}
