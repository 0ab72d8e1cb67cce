import type { Address } from "@twoway/core";
import { type Component, type Network, ownersOf, owns, subnetAt, type Vpc } from "../model/network.ts";
import type { Spot } from "../plane/packet.ts";
import { type Conversation, Conversations } from "./conversation.ts";
import { DIRECTION, ELSEWHERE } from "./flow-records.ts";
import { type Comparison, type FlowVerdict, ROLES, type Role, type Seen, verdictOn } from "./flow-verdict.ts";
import type { RecordPlace } from "./known-places.ts";

/** One record, or all that fare like it. */
export interface FlowQuestion {
  readonly source: Address;
  readonly destination: Address;
  readonly protocol: number;
  readonly sourcePort: number;
  readonly port: number;
  readonly action: number;
  /** Who asked: an index in ROLES. */
  readonly roles: number;
  readonly direction: number;
  /** UNSAID, ELSEWHERE, or a number of `places`. */
  readonly place: number;
}

/** The verdict, and the subnets of the two ends as reports name them: `vpc1/web`, `vpc1`, or `outside`. */
export interface FlowAnswer extends FlowVerdict {
  readonly from: string;
  readonly to: string;
}

export const OUTSIDE_NAME = "outside";

/** Judges single records, one at a time, by following packets. Keeps the ends of those that it has judged. */
export class FlowJudge {
  readonly #before: Network;
  readonly #after: Network;
  readonly #places: readonly (RecordPlace | undefined)[];
  readonly #was: Conversations;
  /** The same where nothing is changed. */
  readonly #is: Conversations;
  /** By the VPC of the record, up to a limit. */
  readonly #ends = new Map<string | undefined, Map<Address, End>>();
  #known = 0;
  readonly #spots = new Map<string, Spot>();
  /** The own addresses of NAT gateways, behind the VPC; a host that routes has packets of its own. */
  readonly #gateways = new Map<string, Component>();

  constructor(before: Network, after: Network, places: readonly (RecordPlace | undefined)[]) {
    this.#before = before;
    this.#after = after;
    this.#places = places;
    this.#was = new Conversations(before);
    this.#is = after === before ? this.#was : new Conversations(after);
    for (const network of [before, after]) {
      for (const { id, kind, vpc, address, source } of network.gateways.values())
        if (kind === "nat" && address !== undefined)
          this.#gateways.set(`${vpc} ${address}`, { id, kind: "gateway", source });
    }
  }

  judge(question: FlowQuestion): FlowAnswer {
    const { source, destination, direction } = question;
    const place = this.#places[question.place];
    const [from, to] = [this.#end(source, place), this.#end(destination, place)];
    const names = { from: nameOf(from), to: nameOf(to) };
    const open = (cls: "unknown" | "outside", reason: FlowVerdict["reason"]): FlowAnswer => ({
      class: cls,
      ...(reason === undefined ? {} : { reason }),
      ...names,
    });
    if (question.place === ELSEWHERE) return open("outside", { cause: "other-vpc" });
    if ("several" in from || "several" in to) return open("unknown", { cause: "ambiguous-address" });
    if (from.spot.vpc === undefined && to.spot.vpc === undefined) {
      // public addresses of hosts are outside every VPC, and a conversation of two has ends inside
      if (![from, to].some(({ spot }) => this.#isPublic(spot.address)))
        return open("outside", { cause: "outside" });
    }
    for (const { spot } of [from, to]) {
      const gateway = this.#gateways.get(`${spot.vpc} ${spot.address}`);
      if (gateway !== undefined) return open("outside", { cause: "gateway-leg", component: gateway });
    }
    const seen = seenFrom(from.spot, to.spot, place, direction);
    const compare = (role: Role): Comparison => {
      const before = converse(this.#was, role, question, from.spot, to.spot);
      const after = this.#is === this.#was ? before : converse(this.#is, role, question, from.spot, to.spot);
      return { before, after };
    };
    return {
      ...verdictOn({ action: question.action, seen, ...ROLES[question.roles] }, compare),
      ...names,
    };
  }

  /** The end that has the address: in the VPC of the record if that owns it, else in the only one that does. */
  #end(address: Address, place: RecordPlace | undefined): End {
    let ends = this.#ends.get(place?.vpc);
    if (ends === undefined) {
      ends = new Map();
      this.#ends.set(place?.vpc, ends);
    }
    let end = ends.get(address);
    if (end === undefined) {
      if (++this.#known > MAX_KNOWN) {
        this.#known = 0;
        this.#ends.clear();
      }
      end = this.#findEnd(address, place);
      ends.set(address, end);
    }
    return end;
  }

  #findEnd(address: Address, place: RecordPlace | undefined): End {
    for (const network of [this.#before, this.#after]) {
      const own = network.vpcs.get(place?.vpc ?? "");
      if (own !== undefined && owns(own, address)) return { spot: this.#spotIn(own, address) };
    }
    for (const network of [this.#before, this.#after]) {
      const owners = ownersOf(network, address);
      const placed = owners.filter((vpc) => subnetAt(vpc, address) !== undefined);
      const [vpc, ...others] = placed.length === 1 ? placed : owners;
      if (others.length > 0) return { several: owners.map(({ id }) => id) };
      if (vpc !== undefined) return { spot: this.#spotIn(vpc, address) };
    }
    return { spot: this.#spotIn(undefined, address) };
  }

  /** The same object for the same address, however it was found. */
  #spotIn(vpc: Vpc | undefined, address: Address): Spot {
    const name = `${vpc?.id} ${typeof address} ${address}`;
    let spot = this.#spots.get(name);
    if (spot === undefined) {
      spot = { vpc: vpc?.id, subnet: vpc && subnetAt(vpc, address)?.id, address };
      this.#spots.set(name, spot);
    }
    return spot;
  }

  #isPublic(address: Address): boolean {
    return [this.#before, this.#after].some((network) => publicAddresses(network).has(address));
  }
}

const MAX_KNOWN = 1 << 18;

/** Where an address is, or the VPCs that all have it. */
type End = { readonly spot: Spot } | { readonly several: readonly string[] };

function converse(
  conversations: Conversations,
  role: Role,
  { protocol, sourcePort, port }: FlowQuestion,
  source: Spot,
  target: Spot,
): Conversation {
  return role === "request"
    ? conversations.follow(source, target, { protocol, sourcePort, port })
    : conversations.follow(target, source, { protocol, sourcePort: port, port: sourcePort });
}

function nameOf(end: End): string {
  if ("several" in end) return [...end.several].sort().join("|");
  const { vpc, subnet } = end.spot;
  if (vpc === undefined) return OUTSIDE_NAME;
  return subnet === undefined ? vpc : `${vpc}/${subnet}`;
}

function publicAddresses(network: Network): ReadonlySet<Address> {
  let found = known.get(network);
  if (found === undefined) {
    found = new Set(
      [...network.vpcs.values()].flatMap(({ subnets }) =>
        [...subnets.values()].flatMap(({ hosts }) =>
          [...(hosts?.values() ?? [])].flatMap((host) => [...(host.public?.values() ?? [])]),
        ),
      ),
    );
    known.set(network, found);
  }
  return found;
}

const known = new WeakMap<Network, ReadonlySet<Address>>();

/**
 * Says at which end the record was taken. An interface is at the end that has its address; a subnet or a VPC where just
 * one of the ends is in it; what is in neither is on the way. Inside one subnet the direction decides.
 */
function seenFrom(from: Spot, to: Spot, place: RecordPlace | undefined, direction: number): Seen {
  if (direction === DIRECTION.between) return "between";
  if (place !== undefined) {
    const isHere = ({ vpc, subnet, address }: Spot): boolean =>
      vpc === place.vpc &&
      (place.subnet === undefined || subnet === place.subnet) &&
      (place.addresses === undefined || place.addresses.includes(address));
    const [sends, receives] = [isHere(from), isHere(to)];
    if (!sends && !receives) return "between";
    // what an interface at one end receives from its own end it passes on for somebody else
    const passesOn = direction === (sends ? DIRECTION.ingress : DIRECTION.egress);
    if (sends !== receives) return passesOn ? "between" : sends ? "sender" : "receiver";
  }
  if (direction === DIRECTION.egress) return "sender";
  return direction === DIRECTION.ingress ? "receiver" : "unsaid";
}
