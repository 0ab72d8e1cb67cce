import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { formatAction, readScenario } from "@twoway/sim";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type * as JournalModule from "../src/api/journal.ts";
import { twoway } from "./command.ts";
import { random } from "./random.ts";
import { type Answer, type Client, client, killAll, ready, start } from "./server.ts";

/**
 * The server is killed at random moments, also while it starts, while clients that each have an account of their own
 * send one request after the other. Afterwards the journal must hold, account by account and in order, exactly what was
 * acknowledged, and of the one request that was under way everything or nothing.
 *
 * TWOWAY_CRASHES=200 makes it that many; TWOWAY_SEED sets the seed.
 */

const test = suite("crash");
test.after(killAll);

const { openJournal } = (await import(
  new URL("../api/journal.js", import.meta.url).href
)) as typeof JournalModule;

const CRASHES = Number(process.env.TWOWAY_CRASHES ?? 12);
const SEED = Number(process.env.TWOWAY_SEED ?? 20260101);
const CLIENTS = 6;
/** How often one journal is started on before another begins. */
const LIVES = 5;
const FOLDER = mkdtempSync(join(tmpdir(), "twoway-crash-"));

console.log(`seed ${SEED}`);

type Random = (below: number) => number;

/** A request, and the beginnings of the actions that it comes to; before its reply an id is not known: `?`. */
interface Request {
  readonly action: string;
  readonly params: object;
  readonly comesTo: (reply: Answer) => readonly string[];
  readonly learn: (reply: Answer) => void;
}

interface Known {
  readonly id: string;
  /** The second octet of its CIDR. */
  readonly net: number;
  readonly subnets: string[];
  /** Its main table, once a subnet has told of it. */
  table?: string;
}

/** What one client believes that the server knows of its account. */
class Believer {
  readonly account: string;
  readonly #vpcs: Known[] = [];
  readonly #routes: string[] = [];
  #peering: string | undefined;
  #made = 0;
  /** Records that must be there, in this order; each is what its actions begin with. */
  readonly acknowledged: (readonly string[])[] = [];
  /** The record that may be there after them. */
  inDoubt: readonly string[] | undefined;

  constructor(account: string) {
    this.account = account;
  }

  /** Sends requests until the server is gone. */
  async live(send: Client, pick: Random, acknowledge: () => void): Promise<void> {
    for (;;) {
      const request = this.#next(pick);
      let reply: Answer;
      this.inDoubt = request.comesTo(undefined);
      try {
        reply = await send(request.action, request.params);
      } catch {
        return;
      }
      this.inDoubt = undefined;
      assert.is(reply.Error, undefined, JSON.stringify([request, reply.Error]));
      this.acknowledged.push(request.comesTo(reply));
      request.learn(reply);
      acknowledge();
    }
  }

  #next(pick: Random): Request {
    const [a, b] = this.#vpcs;
    const kind = pick(10);
    if (b === undefined) return this.#createVpc();
    if (kind < 2 && this.#peering === undefined) return this.#peer(a.id, b.id);
    if (kind < 3 && this.#peering !== undefined) return this.#part(this.#peering);
    if (kind < 6 && this.#peering !== undefined && this.#routes.length < 40)
      return this.#route(this.#peering);
    if (kind < 7 && this.#vpcs.length < 4) return this.#createVpc();
    const vpc = this.#vpcs[pick(this.#vpcs.length)];
    if (vpc.subnets.length > 0 && (kind === 9 || vpc.subnets.length === 8)) return this.#deleteSubnet(vpc);
    return this.#createSubnet(vpc);
  }

  #createVpc(): Request {
    const net = ++this.#made;
    return {
      action: "CreateVpc",
      params: { VpcName: "two words", CidrBlock: `10.${net}.0.0/16` },
      comesTo: (reply) => [
        reply === undefined ? "create-vpc ?" : `create-vpc ${reply.Vpc.VpcId} 10.${net}.0.0/16 `,
      ],
      learn: ({ Vpc }) => this.#vpcs.push({ id: Vpc.VpcId, net, subnets: [] }),
    };
  }

  #createSubnet(vpc: Known): Request {
    const cidr = `10.${vpc.net}.${this.#made++ % 250}.0/24`;
    return {
      action: "CreateSubnet",
      params: { VpcId: vpc.id, SubnetName: "s", CidrBlock: cidr, Zone: "gz-1" },
      comesTo: (reply) => [
        reply === undefined ? "create-subnet ?" : `create-subnet ${vpc.id}/${reply.Subnet.SubnetId} ${cidr} `,
      ],
      learn: ({ Subnet }) => {
        vpc.subnets.push(Subnet.SubnetId);
        vpc.table = Subnet.RouteTableId;
      },
    };
  }

  #deleteSubnet(vpc: Known): Request {
    const [SubnetId] = vpc.subnets;
    return {
      action: "DeleteSubnet",
      params: { SubnetId },
      comesTo: () => [`delete-subnet ${vpc.id}/${SubnetId} `],
      learn: () => void vpc.subnets.shift(),
    };
  }

  #peer(a: string, b: string): Request {
    return {
      action: "CreateVpcPeeringConnection",
      params: {
        SourceVpcId: a,
        PeeringConnectionName: "p",
        DestinationVpcId: b,
        DestinationUin: this.account,
        DestinationRegion: "gz",
      },
      comesTo: (reply) => [
        reply === undefined ? "create-peering ?" : `create-peering ${reply.PeeringConnectionId} ${a} - ${b} `,
      ],
      learn: ({ PeeringConnectionId }) => {
        this.#peering = PeeringConnectionId;
      },
    };
  }

  #part(PeeringConnectionId: string): Request {
    return {
      action: "DeleteVpcPeeringConnection",
      params: { PeeringConnectionId },
      comesTo: () => [`delete-peering ${PeeringConnectionId} `],
      learn: () => {
        this.#peering = undefined;
        this.#routes.length = 0; // they go with it
      },
    };
  }

  /** Three routes in one request: all of them, or none. */
  #route(peering: string): Request {
    const [a, b] = this.#vpcs;
    if (a.table === undefined) return this.#createSubnet(a);
    const from = this.#routes.length;
    const cidrs = [0, 1, 2].map((i) => `10.${b.net}.${from + i}.0/24`);
    return {
      action: "CreateRoutes",
      params: {
        RouteTableId: a.table,
        Routes: cidrs.map((cidr) => ({
          DestinationCidrBlock: cidr,
          GatewayType: "PEERCONNECTION",
          GatewayId: peering,
        })),
      },
      comesTo: () => cidrs.map((cidr) => `add-route ${a.table} ${cidr} -> ${peering} `),
      learn: () => void this.#routes.push(...cidrs),
    };
  }
}

/** Returns the records of a journal: of each, its actions as text. */
function recordsOf(file: string): string[][] {
  const { steps } = readScenario(readFileSync(file, "utf8"), file).scenario;
  return steps
    .map(({ actions }) => actions.map(({ action }) => formatAction(action)))
    .filter((actions) => actions.length > 0);
}

const begins = (action: string, beginning: string): boolean =>
  action.startsWith(beginning.replace(/\?$/, ""));
const isRecord = (actions: readonly string[], beginnings: readonly string[] | undefined): boolean =>
  actions.length === beginnings?.length && actions.every((action, i) => begins(action, beginnings[i]));

const totals = { acknowledged: 0, doubtful: 0, written: 0, starting: 0 };

/** Returns what is wrong with the records, and how many of those in doubt are there. */
function judge(
  records: readonly (readonly string[])[],
  clients: readonly Pick<Believer, "account" | "acknowledged" | "inDoubt">[],
): { readonly problems: string[]; readonly written: number } {
  const problems: string[] = [];
  let written = 0;
  for (const { account, acknowledged, inDoubt } of clients) {
    const mine = records.filter(([action]) => action.endsWith(` as ${account}`));
    for (const [i, beginnings] of acknowledged.entries()) {
      if (!isRecord(mine[i] ?? [], beginnings)) problems.push(`${beginnings} is lost, there is ${mine[i]}`);
    }
    const more = mine.slice(acknowledged.length);
    const asked = more.length === 0 || (more.length === 1 && isRecord(more[0], inDoubt));
    if (!asked) problems.push(`${more} was never asked for`);
    written += more.length;
  }
  return { problems, written };
}

/** Starts the server on the journal, kills it, and compares. Returns the records that are there now. */
async function crash(file: string, before: readonly string[][], round: number): Promise<string[][]> {
  const pick = random(SEED + round);
  const child = start(["--journal", file]);
  const died = new Promise((resolve) => child.once("close", resolve));
  const kill = (): void => void child.kill("SIGKILL");
  const isEarly = round % 6 === 5;
  if (isEarly) setTimeout(kill, pick(150));
  const clients = Array.from({ length: CLIENTS }, (_, i) => new Believer(`r${round}c${i}`));
  const server = await ready(child).catch((error) => {
    if (isEarly) return undefined;
    throw error;
  });
  if (server === undefined || isEarly) totals.starting++;
  if (server !== undefined) {
    let left = pick(80);
    const acknowledge = (): void => {
      if (left-- === 0) setTimeout(kill, pick(4));
    };
    await Promise.all(
      clients.map((one, i) =>
        one.live(client(server.url, one.account, "gz"), random(SEED + round * 100 + i), acknowledge),
      ),
    );
  }
  await died;

  // a server that is killed before its first journal is in place leaves none
  const opened = openJournal(file, () => readScenario("vpcs: {}", "net").scenario.network);
  opened.journal.close();
  const records = recordsOf(file);
  assert.equal(records.slice(0, before.length), before); // what earlier lives wrote is still there
  const { problems, written } = judge(records.slice(before.length), clients);
  assert.equal(problems, [], `round ${round}`);
  totals.written += written;
  for (const { acknowledged, inDoubt } of clients) {
    totals.acknowledged += acknowledged.length;
    totals.doubtful += inDoubt === undefined ? 0 : 1;
  }
  return records;
}

test(`killed ${CRASHES} times under load, it loses nothing that was acknowledged (4.5)`, async () => {
  const files: string[] = [];
  let round = 0;
  const lane = async (): Promise<void> => {
    while (round < CRASHES) {
      const file = join(FOLDER, `journal-${files.length}.yaml`);
      files.push(file);
      let records: string[][] = [];
      for (let life = 0; life < LIVES && round < CRASHES; life++)
        records = await crash(file, records, round++);
    }
  };
  await Promise.all([lane(), lane()]);
  const { acknowledged, doubtful, written, starting } = totals;
  console.log(
    `\npositive crashes ${CRASHES} (${starting} while starting): ${acknowledged} acknowledged, ${written} of ${doubtful} in doubt written`,
  );
  assert.ok(acknowledged > CRASHES);
  const { status, err } = await twoway(["check", ...files]);
  assert.is(status, 0, err);
});

const MADE = ["create-vpc v 10.1.0.0/16 as me"];
const ROUTES = ["add-route t 10.2.0.0/24 -> p as me", "add-route t 10.2.1.0/24 -> p as me"];
const OTHER = ["create-vpc w 10.1.0.0/16 as you"];
// records | whether they are what `me` believes: MADE acknowledged, ROUTES under way
for (const [records, isRight] of [
  [[MADE], true],
  [[MADE, ROUTES], true],
  [[OTHER, MADE, OTHER, ROUTES], true],
  [[], false], // lost
  [[ROUTES, MADE], false], // out of order
  [[["create-vpc v 10.2.0.0/16 as me"]], false], // another one
  [[MADE, [ROUTES[0]]], false], // half of a request
  [[MADE, MADE], false], // twice
  [[MADE, ROUTES, ROUTES], false],
] as const) {
  test(`records ${JSON.stringify(records)} are ${isRight ? "as" : "not what was"} acknowledged`, () => {
    const me = {
      account: "me",
      acknowledged: [["create-vpc v 10.1.0.0/16 "]],
      inDoubt: ["add-route t 10.2.0.0/24 -> p ", "add-route t 10.2.1.0/24 -> p "],
    };
    assert.is(judge(records, [me]).problems.length === 0, isRight);
  });
}

test.run();
