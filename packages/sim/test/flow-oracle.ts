import { bothWays, type End, type Net, type Result } from "./packet-oracle.ts";

/**
 * The slow twin of `replay`: each record by itself, packet by packet through the oracle, on plain objects. Written from the
 * rules in README and from nothing else.
 */
export interface PlainRecord {
  readonly source: number;
  readonly destination: number;
  readonly protocol: number;
  readonly sourcePort: number;
  readonly port: number;
  readonly action: "accepted" | "rejected" | "unsaid";
  readonly flags: number;
  readonly direction: "ingress" | "egress" | "between" | "unsaid";
  /** The VPC and the subnet in which it was taken; "elsewhere" is a VPC that nobody knows. */
  readonly place: { readonly vpc: string; readonly subnet?: string } | "elsewhere" | undefined;
}

export interface PlainVerdict {
  readonly class: string;
  readonly disagrees: string | undefined;
  readonly cause: string | undefined;
}

/** Returns the verdict; of ICMP those of every type, of which the record does not say which it was. */
export function judgePlainly(before: Net, after: Net, record: PlainRecord): PlainVerdict[] {
  const { source, destination, place } = record;
  const from = endAt(before, after, source);
  const to = endAt(before, after, destination);
  if (place === "elsewhere") return [open("outside", "other-vpc")];
  if (from.vpc === undefined && to.vpc === undefined) {
    if (![before, after].some((net) => hasPublic(net, source) || hasPublic(net, destination)))
      return [open("outside", "outside")];
  }
  const nats = [...before.gateways, ...after.gateways].filter(({ kind }) => kind === "nat");
  if (nats.some((nat) => [from, to].some((end) => nat.vpc === end.vpc && nat.address === end.address)))
    return [open("outside", "gateway-leg")];
  // 0, 8, and one that no rule names
  const types = record.protocol === 1 ? [0, 3, 8] : [undefined];
  return types.map((type) => judgeService(before, after, from, to, record, type));
}

function open(cls: string, cause: string): PlainVerdict {
  return { class: cls, disagrees: undefined, cause };
}

function judgeService(
  before: Net,
  after: Net,
  from: End,
  to: End,
  record: PlainRecord,
  type: number | undefined,
): PlainVerdict {
  const { action } = record;
  const seen = seenOf(before, after, from, to, record);
  const candidates = whoAsked(record);
  const told = candidates.roles.map((role) => {
    const was = fare(before, from, to, record, role, type);
    const is = fare(after, from, to, record, role, type);
    return { was, is, verdict: compare(action, was, is) };
  });
  const fits = told.filter(({ was }) => {
    if (action === "rejected") return !(was[0].outcome === "delivered" && was[1].outcome === "delivered");
    if (action === "unsaid" || seen === "between" || was[0].outcome !== "dropped") return true;
    return seen === "sender" && was[0].leaves;
  });
  if (fits.length === 0) {
    const disagrees =
      action === "rejected" ? "rejected" : seen === "unsaid" ? "accepted-somewhere" : "accepted";
    return { ...told[0].verdict, disagrees };
  }
  if (!candidates.sure && fits.length === 2 && fits[0].verdict.class !== fits[1].verdict.class)
    return open("unknown", "asker-unknown");
  return fits[0].verdict;
}

type Both = readonly [own: Result, other: Result];

function compare(action: string, was: Both, is: Both): PlainVerdict {
  const verdict = (cls: string, [own, other]: Both, wanted: readonly string[]): PlainVerdict => {
    const stops = wanted.flatMap((outcome) => [own, other].filter((leg) => leg.outcome === outcome));
    return { class: cls, disagrees: undefined, cause: stops[0]?.cause ?? undefined };
  };
  const any = ["dropped", "unknown"];
  const [a, b] = [steps(was), steps(is)];
  if (Math.max(...a) < Math.min(...b)) return verdict("heals", was, any);
  if (action === "rejected") return verdict("rejected", was, any);
  if (Math.max(...b) < Math.min(...a)) return verdict("breaks", is, any);
  if (a.length > 1) return verdict("unknown", was, ["unknown"]);
  if (b.length > 1) return verdict("unknown", is, ["unknown"]);
  return verdict(["never", "one-way", "passes"][a[0]], was, any);
}

/** Every number of steps that it may get: 0 lost, 1 arrived, 2 answered. */
function steps([own, other]: Both): number[] {
  const found = new Set<number>();
  for (const first of own.outcome === "unknown" ? ["delivered", "dropped"] : [own.outcome]) {
    for (const second of other.outcome === "unknown" ? ["delivered", "dropped"] : [other.outcome])
      found.add(first === "dropped" ? 0 : second === "dropped" ? 1 : 2);
  }
  return [...found];
}

function fare(
  net: Net,
  from: End,
  to: End,
  { protocol, sourcePort, port }: PlainRecord,
  role: "request" | "reply",
  type: number | undefined,
): Both {
  const lost: Result = { outcome: "dropped", cause: "no-such-vpc", leaves: false };
  if ([from, to].some(({ vpc }) => vpc !== undefined && !net.vpcs.some(({ id }) => id === vpc)))
    return [lost, lost];
  const isPlain = protocol !== 6 && protocol !== 17;
  if (role === "request")
    return bothWays(net, from, to, { protocol, port: type ?? (isPlain ? 0 : port), sourcePort });
  const service = { protocol, port: type ?? (isPlain ? 0 : sourcePort), sourcePort: port };
  const [there, back] = bothWays(net, to, from, service);
  return [back, there];
}

function whoAsked({ protocol, flags, sourcePort, port }: PlainRecord): {
  roles: ("request" | "reply")[];
  sure: boolean;
} {
  const [syn, ack] = [(flags >> 1) % 2 === 1, (flags >> 4) % 2 === 1];
  if (protocol === 6 && syn) return { roles: [ack ? "reply" : "request"], sure: true };
  const rank = (one: number): number => (one < 1024 ? 0 : one < 32768 ? 1 : 2);
  const hasPorts = protocol === 6 || protocol === 17;
  if (!hasPorts || rank(port) === rank(sourcePort)) return { roles: ["request", "reply"], sure: false };
  return {
    roles: rank(port) < rank(sourcePort) ? ["request", "reply"] : ["reply", "request"],
    sure: true,
  };
}

function seenOf(before: Net, after: Net, from: End, to: End, { place, direction }: PlainRecord): string {
  if (direction === "between") return "between";
  if (place !== undefined && place !== "elsewhere") {
    const isThere = (end: End): boolean => {
      if (end.vpc !== place.vpc) return false;
      if (place.subnet === undefined) return true;
      for (const net of [before, after]) {
        const vpc = net.vpcs.find(({ id }) => id === end.vpc);
        if (vpc !== undefined)
          return vpc.subnets.some(
            ({ id, cidr }) => id === place.subnet && cidr.contains(end.address as never),
          );
      }
      return false;
    };
    if (!isThere(from) && !isThere(to)) return "between";
    if (!isThere(to)) return direction === "ingress" ? "between" : "sender";
    if (!isThere(from)) return direction === "egress" ? "between" : "receiver";
  }
  return direction === "egress" ? "sender" : direction === "ingress" ? "receiver" : "unsaid";
}

function endAt(before: Net, after: Net, address: number): End {
  for (const net of [before, after]) {
    const vpc = net.vpcs.find(({ cidr }) => cidr.contains(address as never));
    if (vpc !== undefined) return { vpc: vpc.id, address };
  }
  return { vpc: undefined, address };
}

function hasPublic(net: Net, address: number): boolean {
  return net.vpcs.some(({ subnets }) =>
    subnets.some(({ hosts }) => hosts?.some(({ outer }) => outer === address)),
  );
}
