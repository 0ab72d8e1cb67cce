import { apply, type Network, parseAction } from "@twoway/sim";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { read, verdictOn } from "./notation.ts";
import { snapshot } from "./script.ts";

/**
 * Every action on a peering in every state, by its requester, its accepter, a stranger and the provider, against what
 * SPEC 1.4, D5 and S7 say, written out below.
 */

const test = suite("every state, action and actor");

const CODES = {
  tencent: {
    actor: "wrong-actor UnsupportedOperation.VpcPeerPurviewError",
    owner: "wrong-owner ResourceNotFound",
    state: "wrong-state UnsupportedOperation.VpcPeerInvalidStateChange",
    none: "not-found ResourceNotFound",
    exists: "pair-exists UnsupportedOperation.VpcPeerAlreadyExist",
    hop: "route-next-hop InvalidParameterValue.RouteNextHopInvalid",
  },
  aws: {
    actor: "wrong-actor OperationNotPermitted",
    owner: "wrong-owner InvalidVpcID.NotFound",
    state: "wrong-state InvalidStateTransition",
    none: "not-found InvalidVpcPeeringConnectionID.NotFound",
    exists: "pair-exists VpcPeeringConnectionAlreadyExists",
    hop: "route-next-hop InvalidParameterValue",
  },
} as const;

const ACTORS = ["asker", "asked", "stranger", "provider"];
const LINES: Readonly<Record<string, string>> = {
  accept: "accept-peering p",
  reject: "reject-peering p",
  enable: "enable-peering p",
  delete: "delete-peering p",
  isolate: "isolate-peering p",
  restore: "restore-peering p",
  rename: "modify-peering p name other",
  dismiss: "dismiss-peering p",
  again: "create-peering q vpc1 - vpc2", // asks for the same pair once more
  route: "add-route vpc1 10.2.0.0/16 -> p",
};

/** What becomes of it when the requester, the accepter, a stranger and the provider do it, in that order. */
const TENCENT = `
          PENDING                       ACTIVE                        EXPIRED                      REJECTED
accept    actor   ACTIVE   actor actor  actor   state   actor actor   actor   state   actor actor  actor    state    actor actor
reject    actor   REJECTED actor actor  actor   state   actor actor   actor   state   actor actor  actor    state    actor actor
enable    state   actor    actor actor  state   actor   actor actor   PENDING actor   actor actor  state    actor    actor actor
delete    DELETED DELETED  actor actor  DELETED DELETED actor actor   DELETED DELETED actor actor  DELETED  DELETED  actor actor
isolate   actor   actor    actor state  actor   actor   actor ISOLATED actor  actor   actor state  actor    actor    actor state
restore   actor   actor    actor state  actor   actor   actor state   actor   actor   actor state  actor    actor    actor state
rename    PENDING PENDING  actor actor  ACTIVE  ACTIVE  actor actor   state   state   actor actor  state    state    actor actor
dismiss   state   state    none  none   state   state   none  none    state   state   none  none   REJECTED REJECTED none  none
again     exists  owner    owner owner  exists  owner   owner owner   EXPIRED owner   owner owner  REJECTED owner    owner owner
route     hop     owner    owner owner  ACTIVE  owner   owner owner   hop     owner   owner owner  hop      owner    owner owner

          DELETED                       FAILED                        ISOLATED
accept    actor   state    actor actor  actor   state   actor actor   actor    state    actor actor
reject    actor   state    actor actor  actor   state   actor actor   actor    state    actor actor
enable    state   actor    actor actor  state   actor   actor actor   state    actor    actor actor
delete    state   state    actor actor  DELETED DELETED actor actor   DELETED  DELETED  actor actor
isolate   actor   actor    actor state  actor   actor   actor state   actor    actor    actor state
restore   actor   actor    actor state  actor   actor   actor state   actor    actor    actor ACTIVE
rename    state   state    actor actor  state   state   actor actor   ISOLATED ISOLATED actor actor
dismiss   DELETED DELETED  none  none   FAILED  FAILED  none  none    state    state    none  none
again     DELETED owner    owner owner  FAILED  owner   owner owner   exists   owner    owner owner
route     hop     owner    owner owner  hop     owner   owner owner   hop      owner    owner owner`;

/** Where aws differs: an expired request is final, and a route may lead to what is there but not active. */
const AWS: Readonly<Record<string, string>> = {
  "EXPIRED enable asker": "state",
  "PENDING route asker": "PENDING",
  "EXPIRED route asker": "EXPIRED",
  "REJECTED route asker": "REJECTED",
  "FAILED route asker": "FAILED",
  "ISOLATED route asker": "ISOLATED",
};

/** Reads the table into `STATE action actor` and what is the end of it. */
const cells = TENCENT.slice(1)
  .split(/\n\n/)
  .flatMap((part) => {
    const [head, ...lines] = part.split("\n").map((line) => line.trim().split(/\s+/));
    return lines.flatMap(([action, ...ends]) =>
      ends.map((end, i) => [`${head[Math.floor(i / 4)]} ${action} ${ACTORS[i % 4]}`, end] as const),
    );
  });

const world = (profile: string, state: string): Network =>
  read(`
profile: ${profile}
load: lenient
vpcs:
  vpc1: { cidr: 10.1.0.0/16, account: asker }
  vpc2: { cidr: 10.2.0.0/16, account: asked }
peerings: { p: vpc1 - vpc2 ${state} }`);

test("the table has every cell, once", () => {
  assert.is(cells.length, 7 * Object.keys(LINES).length * ACTORS.length);
  assert.is(new Map(cells).size, cells.length);
});

for (const profile of ["tencent", "tencent-2024", "aws"] as const) {
  for (const [cell, written] of cells) {
    const end = (profile === "aws" ? AWS[cell] : undefined) ?? written;
    const [state, action, actor] = cell.split(" ");
    test(`${profile}: ${cell}: ${end}`, () => {
      const before = world(profile, state);
      const text = snapshot(before);
      const outcome = apply(before, parseAction(`${LINES[action]} as ${actor}`), "");
      assert.is(snapshot(before), text, "the network it was asked of stays as it was");
      const codes: Readonly<Record<string, string>> = CODES[profile === "aws" ? "aws" : "tencent"];
      if (outcome.kind === "refused") {
        assert.is(verdictOn(outcome), codes[end]);
        assert.match(outcome.refusal.advice, /^[A-Z].*\.$/, "a sentence says what to do");
      } else assert.is(outcome.network.peerings.get("p")?.state, end);
    });
  }
}

test.run();
