import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { Agent, request } from "node:http";
import { cpus, loadavg, tmpdir } from "node:os";
import { join } from "node:path";

// Requests per second of `twoway serve --api`, half reads and half writes, from clients on the same machine that each have
// an account of their own and wait for every reply: without a journal, and with one, where every write is synced to disk
// before its reply. Every reply is looked at: a refusal ends the run. `--seconds N` is how long each of the two takes.

const CLIENTS = 16;
const [flag, value] = process.argv.slice(2);
const seconds = flag === undefined ? 5 : Number(value);
if ((flag !== undefined && flag !== "--seconds") || !(seconds > 0)) {
  console.error("there is only --seconds N");
  process.exit(2);
}
const COMMAND = join(import.meta.dirname, "../../cli/bundle/twoway.js");
const folder = mkdtempSync(join(tmpdir(), "twoway-load-"));

// biome-ignore lint/suspicious/noExplicitAny: what a server answers is looked at field by field
type Answer = any;
type Call = (action: string, params: object) => Promise<Answer>;

console.log(
  `${cpus()[0]?.model ?? "unknown CPU"}, Node ${process.version}, ${CLIENTS} clients, load ${loadavg()[0].toFixed(2)}`,
);
try {
  await measure("without a journal", []);
  await measure("with a journal", ["--journal", join(folder, "journal.yaml")]);
} finally {
  rmSync(folder, { recursive: true });
}

async function measure(title: string, args: readonly string[]): Promise<void> {
  const server = spawn(process.execPath, [COMMAND, "serve", "--api", "--port", "0", ...args], {
    stdio: ["ignore", "pipe", "ignore"], // the log is written, and goes nowhere
  });
  try {
    const [line] = await once(server.stdout, "data");
    const url = String(line).trim();
    const agent = new Agent({ keepAlive: true, maxSockets: CLIENTS });
    const rounds = await Promise.all(
      Array.from({ length: CLIENTS }, (_, i) =>
        clientOf(callOf(url, agent, `${100_000 + i}`), `${100_000 + i}`),
      ),
    );
    const times: number[] = [];
    const until = performance.now() + seconds * 1000;
    const began = performance.now();
    await Promise.all(
      rounds.map(async (round) => {
        while (performance.now() < until) await round((ms) => times.push(ms));
      }),
    );
    const took = (performance.now() - began) / 1000;
    times.sort((a, b) => a - b);
    const at = (part: number): string => times[Math.floor((times.length - 1) * part)].toFixed(2);
    const rate = Math.round(times.length / took).toLocaleString("en");
    console.log(`${title}: ${rate} requests/s, half of them in ${at(0.5)} ms, 99 % in ${at(0.99)} ms`);
    agent.destroy();
  } finally {
    const ended = once(server, "close");
    server.kill("SIGTERM");
    await ended;
  }
}

/** Makes two peered VPCs with a subnet, and returns what does ten requests on them: five reads and five writes. */
async function clientOf(call: Call, account: string): Promise<(note: (ms: number) => void) => Promise<void>> {
  const make = async (n: number): Promise<{ vpc: string; subnet: string; table: string }> => {
    const { Vpc } = await call("CreateVpc", { VpcName: `v${n}`, CidrBlock: `10.${n}.0.0/16` });
    const CidrBlock = `10.${n}.1.0/24`;
    const { Subnet } = await call("CreateSubnet", {
      VpcId: Vpc.VpcId,
      SubnetName: "s",
      CidrBlock,
      Zone: "gz-1",
    });
    return { vpc: Vpc.VpcId, subnet: Subnet.SubnetId, table: Subnet.RouteTableId };
  };
  const [a, b] = [await make(1), await make(2)];
  const { PeeringConnectionId } = await call("CreateVpcPeeringConnection", {
    SourceVpcId: a.vpc,
    PeeringConnectionName: "p",
    DestinationVpcId: b.vpc,
    DestinationUin: account,
    DestinationRegion: "gz",
  });
  const Routes = [
    { DestinationCidrBlock: "10.2.1.0/24", GatewayType: "PEERCONNECTION", GatewayId: PeeringConnectionId },
  ];
  const RouteTableId = a.table;
  const another = { VpcId: a.vpc, SubnetName: "t", CidrBlock: "10.1.2.0/24", Zone: "gz-1" };
  return async (note) => {
    const timed: Call = async (action, params) => {
      const began = performance.now();
      const answer = await call(action, params);
      note(performance.now() - began);
      return answer;
    };
    await timed("CreateRoutes", { RouteTableId, Routes });
    await timed("DescribeRouteTables", { RouteTableIds: [RouteTableId] });
    await timed("EvaluateReachability", { Source: a.subnet, Destination: b.subnet });
    await timed("DeleteRoutes", { RouteTableId, Routes });
    await timed("DescribeVpcPeeringConnections", { PeeringConnectionIds: [PeeringConnectionId] });
    const { Subnet } = await timed("CreateSubnet", another);
    await timed("DescribeSubnets", { Filters: [{ Name: "vpc-id", Values: [a.vpc] }] });
    await timed("DeleteSubnet", { SubnetId: Subnet.SubnetId });
    await timed("DescribeVpcs", { VpcIds: [a.vpc] });
    await timed("ModifyVpcPeeringConnection", { PeeringConnectionId, PeeringConnectionName: "q" });
  };
}

function callOf(url: string, agent: Agent, account: string): Call {
  const authorization = `TC3-HMAC-SHA256 Credential=${account}/2026-01-01/vpc/tc3_request, SignedHeaders=content-type;host, Signature=${"0".repeat(64)}`;
  const { hostname, port } = new URL(url);
  return (action, params) =>
    new Promise((resolve, reject) => {
      const body = JSON.stringify(params);
      const headers = {
        authorization,
        "content-type": "application/json",
        "content-length": Buffer.byteLength(body),
        "x-tc-action": action,
        "x-tc-version": "2017-03-12",
        "x-tc-region": "gz",
      };
      const sent = request({ hostname, port, method: "POST", agent, headers }, (response) => {
        let text = "";
        response.on("data", (chunk) => {
          text += chunk;
        });
        response.on("end", () => {
          const { Response } = JSON.parse(text);
          if (Response.Error === undefined) resolve(Response);
          else reject(new Error(`${action}: ${Response.Error.Message}`));
        });
      });
      sent.on("error", reject);
      sent.end(body);
    });
}
