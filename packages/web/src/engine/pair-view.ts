import { formatAddress } from "@twoway/core";
import type { Box, PairVerdict, Reach, SubnetName } from "@twoway/sim";

/** The exact sets of a pair of subnets, as text: what `twoway matrix --format json` says of it. */
export interface PairView extends PairVerdict {
  readonly from: SubnetName;
  readonly to: SubnetName;
  readonly forward: readonly BoxView[];
  readonly back: readonly BoxView[];
  readonly twoWay: readonly BoxView[];
  /** Two addresses that have the verdict; absent when it is two-way, or no packet can have both. */
  readonly counterexample?: { readonly from: string; readonly to: string };
}

/** Every source to every destination, over each of the services. */
export interface BoxView {
  readonly src: readonly string[];
  readonly dst: readonly string[];
  /** `all`, or `tcp/443`. */
  readonly services: readonly string[];
  /** Hubs that carry the packets. */
  readonly transit: readonly string[];
}

/** Throws a RangeError when an index is not one of a subnet, or both are the same. */
export function pairView(reach: Reach, from: number, to: number): PairView {
  const { verdict, partial, forward, return: back, twoWay, counterexample } = reach.pair(from, to);
  return {
    from: reach.subnets[from],
    to: reach.subnets[to],
    verdict,
    partial,
    forward: forward.map(boxView),
    back: back.map(boxView),
    twoWay: twoWay.map(boxView),
    ...(counterexample && {
      counterexample: {
        from: formatAddress(counterexample.from.address),
        to: formatAddress(counterexample.to.address),
      },
    }),
  };
}

function boxView({ src, dst, services, transit = [] }: Box): BoxView {
  return {
    src: src.map(String),
    dst: dst.map(String),
    services: services === "all" ? ["all"] : services,
    transit,
  };
}
