import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import {
  answer,
  type Imported,
  importNetworks,
  type Network,
  resolveEndpoint,
  type Trace,
} from "@twoway/sim";
import { suite } from "uvu";
import * as assert from "uvu/assert";

/**
 * Real inputs with known outcomes, where the folder is present: every flow of every `expected.json`, its verdict and what
 * decided. They are not part of this repository.
 */
const test = suite("fixtures");

const FIXTURES = join(import.meta.dirname, "../../../../../shared/fixtures");

interface End {
  readonly instanceId?: string;
  readonly subnetId?: string;
  readonly node?: string;
  readonly ip?: string;
}

interface Expected {
  readonly disposition: string;
  readonly hops?: readonly string[];
  readonly via?: readonly string[];
  readonly target?: string;
}

interface Flow {
  readonly from: End;
  readonly to: End;
  readonly protocol: string;
  readonly forward: Expected;
  readonly return?: Expected;
  readonly derived?: { readonly at?: string };
}

/** What Batfish's dispositions are here. */
const CAUSES: Readonly<Record<string, Trace["cause"]>> = {
  DENIED_IN: "filter-denied",
  NO_ROUTE: "no-route",
  NULL_ROUTED: "no-such-subnet",
  NEIGHBOR_UNREACHABLE: "no-such-host",
  delivered: null,
  "leaves by": null,
};

const folders = existsSync(FIXTURES)
  ? readdirSync(FIXTURES).filter((name) => existsSync(join(FIXTURES, name, "expected.json")))
  : [];
if (folders.length === 0) console.log("skipped: ../shared/fixtures is not there, so no real input was read");

for (const folder of folders) {
  const files = readdirSync(join(FIXTURES, folder)).filter((name) => name !== "expected.json");
  const states = files.filter((name) => !/^[A-Z]/.test(name));
  // a folder of answers is one input; of Terraform's files each is
  for (const input of states.length > 0 ? states.map((name) => [name]) : [files]) {
    const { flows } = JSON.parse(readFileSync(join(FIXTURES, folder, "expected.json"), "utf8")) as {
      flows: readonly Flow[];
    };
    const { network } = read(folder, input);
    for (const [i, flow] of flows.entries()) {
      const label = `${folder}${states.length > 0 ? `/${input[0]}` : ""} flow ${i + 1}: ${flow.forward.disposition}`;
      // a packet that starts at no address is a thing of the checker that these expectations come from
      if (flow.from.node !== undefined) console.log(`skipped: ${label} starts at ${flow.from.node}`);
      else test(label, () => check(network, flow));
    }
  }
}

function read(folder: string, names: readonly string[]): Imported {
  return importNetworks(
    names
      .map((name) => join(FIXTURES, folder, name))
      .filter((path) => statSync(path).isFile())
      .map((name) => ({ name, text: () => readFileSync(name, "utf8") })),
  );
}

function check(network: Network, { from, to, protocol, forward, return: back, derived }: Flow): void {
  const source = resolveEndpoint(network, from.instanceId ?? from.ip ?? "", "from");
  const [near] = source.spans;
  const destination = resolveEndpoint(network, to.instanceId ?? placed(network, near.vpc, to.ip ?? ""), "to");
  const { shown } = answer(network, source, destination, { protocol });
  assert.is(shown.forward.cause, CAUSES[forward.disposition] as Trace["cause"]);
  if (forward.target !== undefined) assert.ok(shown.forward.hops.some(({ node }) => node === forward.target));
  for (const node of forward.via ?? []) assert.ok(shown.forward.hops.some((hop) => hop.node === node));
  if (derived?.at !== undefined && shown.forward.cause !== null) {
    // what we name is the table where the checker names the subnet whose table it is
    const { id, kind } = shown.forward.component;
    const names =
      kind === "route-table"
        ? shown.forward.hops.filter(({ table }) => table === id).map(({ node }) => node)
        : [id];
    assert.ok(names.includes(derived.at), `${id} is not ${derived.at}`);
  }
  if (back === undefined) return;
  assert.is(shown.return.cause, CAUSES[back.disposition] as Trace["cause"]);
  for (const node of back.via ?? []) assert.ok(shown.return.hops.some((hop) => hop.node === node));
}

/** An address that several VPCs own and no subnet holds has to be somebody's: not the sender's. */
function placed(network: Network, sender: string | undefined, address: string): string {
  try {
    resolveEndpoint(network, address, "to");
    return address;
  } catch {
    const owner = [...network.vpcs.keys()].find((id) => {
      if (id === sender) return false;
      try {
        resolveEndpoint(network, `${id}:${address}`, "to");
        return true;
      } catch {
        return false;
      }
    });
    return `${owner}:${address}`;
  }
}

test("the fixtures are there, or it was said that they are not", () => {
  assert.is(folders.length > 0, existsSync(FIXTURES));
});

test.run();
