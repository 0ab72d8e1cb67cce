/**
 * The life of peerings once more, in plain objects, written from SPEC (1.4, S2, S3, S6, S7, S11) for the profile `tencent`
 * and sharing no code with the simulator. Addresses are numbers: a VPC owns `first` to `last`.
 */

export interface ModelVpc {
  readonly id: string;
  readonly account: string;
  readonly region: string;
  readonly first: number;
  readonly last: number;
}

export interface ModelPeering {
  readonly id: string;
  readonly ends: readonly [ModelVpc, ModelVpc];
  state: string;
  requested: number;
  bandwidth: number | undefined;
  name: string;
  readonly hidden: Set<string>;
}

export type Deed =
  | {
      readonly kind: "create";
      readonly id: string;
      readonly ends: readonly [string, string];
      readonly bandwidth: number | undefined;
    }
  | {
      readonly kind: "modify";
      readonly id: string;
      readonly bandwidth: number | undefined;
      readonly name: string | undefined;
    }
  | {
      readonly kind: "accept" | "reject" | "enable" | "delete" | "isolate" | "restore" | "dismiss";
      readonly id: string;
    }
  | { readonly kind: "wait"; readonly days: number };

const DAY = 86_400_000;
const STEPS = [10, 20, 50, 100, 200, 500, 1000];
const LIVE = ["PENDING", "ACTIVE", "ISOLATED"];

export class PeeringModel {
  readonly vpcs: ReadonlyMap<string, ModelVpc>;
  readonly quota: number;
  readonly peerings: Map<string, ModelPeering> = new Map();
  now: number;

  constructor(vpcs: readonly ModelVpc[], quota: number, now: number) {
    this.vpcs = new Map(vpcs.map((vpc) => [vpc.id, vpc]));
    this.quota = quota;
    this.now = now;
  }

  /** Does it, and returns `applied`; or changes nothing and returns the rule that is broken. */
  do(deed: Deed, actor: string): string {
    // what is refused leaves a request that is out of time as it was written down, expired or not
    const overdue = [...this.peerings.values()].filter((one) => this.#stateOf(one) !== one.state);
    const rule = this.#judge(deed, actor);
    if (rule !== undefined) return rule;
    for (const one of overdue) one.state = "EXPIRED";
    this.#make(deed, actor);
    return "applied";
  }

  #stateOf({ state, requested }: ModelPeering): string {
    return state === "PENDING" && this.now >= requested + 7 * DAY ? "EXPIRED" : state;
  }

  #judge(deed: Deed, actor: string): string | undefined {
    if (deed.kind === "wait") return undefined;
    if (deed.kind === "create") {
      const [a, b] = deed.ends.map((id) => this.vpcs.get(id)!);
      if (this.peerings.has(deed.id)) return "already-exists";
      if (a.account !== actor) return "wrong-owner";
      return this.#place(deed.id, [a, b], deed.bandwidth);
    }
    const one = this.peerings.get(deed.id);
    if (one === undefined) return "not-found";
    const state = this.#stateOf(one);
    const [asker, asked] = one.ends.map(({ account }) => account);
    if (deed.kind === "dismiss") {
      if ((actor !== asker && actor !== asked) || one.hidden.has(actor)) return "not-found";
      return ["DELETED", "REJECTED", "FAILED"].includes(state) ? undefined : "wrong-state";
    }
    const who = {
      accept: [asked],
      reject: [asked],
      enable: [asker],
      delete: [asker, asked],
      modify: [asker, asked],
      isolate: ["provider"],
      restore: ["provider"],
    }[deed.kind];
    if (!who.includes(actor)) return "wrong-actor";
    const when = {
      accept: ["PENDING"],
      reject: ["PENDING"],
      enable: ["EXPIRED"],
      delete: ["PENDING", "ACTIVE", "EXPIRED", "REJECTED", "FAILED", "ISOLATED"],
      modify: LIVE,
      isolate: ["ACTIVE"],
      restore: ["ISOLATED"],
    }[deed.kind];
    if (!when.includes(state)) return "wrong-state";
    if (deed.kind === "enable") return this.#place(one.id, one.ends, one.bandwidth);
    if (deed.kind === "modify") {
      if (deed.name !== undefined && (deed.name.length < 1 || deed.name.length > 60)) return "malformed";
      if (deed.bandwidth !== undefined) return cap(one.ends, deed.bandwidth);
    }
    return undefined;
  }

  /** Whether a peering of these two may take its place among the live ones. */
  #place(
    id: string,
    [a, b]: readonly [ModelVpc, ModelVpc] | ModelVpc[],
    bandwidth?: number,
  ): string | undefined {
    if (a === b) return "same-vpc";
    const wrong = cap([a, b], bandwidth);
    if (wrong !== undefined) return wrong;
    if (meet(a, b)) return "endpoints-overlap";
    const live = [...this.peerings.values()].filter(
      (one) => one.id !== id && LIVE.includes(this.#stateOf(one)),
    );
    if (live.some(({ ends }) => ends.includes(a) && ends.includes(b))) return "pair-exists";
    for (const [near, far] of [
      [a, b],
      [b, a],
    ]) {
      for (const { ends } of live) {
        if (!ends.includes(near)) continue;
        const other = ends[0] === near ? ends[1] : ends[0];
        const crosses = near.region !== far.region || near.region !== other.region;
        if (crosses && meet(far, other)) return "siblings-overlap";
      }
    }
    for (const end of [a, b])
      if (live.filter(({ ends }) => ends.includes(end)).length >= this.quota) return "peering-quota";
    return undefined;
  }

  #make(deed: Deed, actor: string): void {
    if (deed.kind === "wait") {
      this.now += deed.days * DAY;
      for (const one of this.peerings.values()) one.state = this.#stateOf(one);
      return;
    }
    if (deed.kind === "create") {
      const [a, b] = deed.ends.map((id) => this.vpcs.get(id)!);
      const { id, bandwidth } = deed;
      const state = a.account === b.account ? "ACTIVE" : "PENDING";
      const made = {
        id,
        ends: [a, b] as const,
        state,
        requested: this.now,
        bandwidth,
        name: id,
        hidden: new Set<string>(),
      };
      this.peerings.set(id, made);
      return;
    }
    const one = this.peerings.get(deed.id)!;
    if (deed.kind === "modify") {
      one.name = deed.name ?? one.name;
      one.bandwidth = deed.bandwidth ?? one.bandwidth;
      return;
    }
    if (deed.kind === "dismiss" || deed.kind === "delete" || deed.kind === "reject") one.hidden.add(actor);
    if (deed.kind === "enable") one.requested = this.now;
    const to = {
      accept: "ACTIVE",
      reject: "REJECTED",
      enable: "PENDING",
      delete: "DELETED",
      isolate: "ISOLATED",
      restore: "ACTIVE",
      dismiss: one.state,
    };
    one.state = to[deed.kind];
  }
}

function meet(a: ModelVpc, b: ModelVpc): boolean {
  return a.first <= b.last && b.first <= a.last;
}

function cap([a, b]: readonly ModelVpc[], bandwidth: number | undefined): string | undefined {
  if (a.region === b.region) return bandwidth === undefined ? undefined : "bandwidth-not-allowed";
  if (bandwidth === undefined) return "missing-bandwidth";
  return STEPS.includes(bandwidth) ? undefined : "bandwidth-step";
}
