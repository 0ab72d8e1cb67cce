import { nearest, type Preflight, preflight, type Vpc } from "@twoway/sim";
import { EXIT } from "../exit.ts";
import { loadNetwork, type NetworkOptions, wrong } from "../input.ts";
import { print, styleFor, warn } from "../terminal.ts";

interface PreflightOptions extends NetworkOptions {
  readonly format: "text" | "json";
  readonly color: boolean;
  readonly quiet: boolean;
}

/** Says whether two VPCs may be peered and what both sides need. 0 when it comes to two-way, 1 when it is refused. */
export function preflightCommand(
  file: string,
  requester: string,
  accepter: string,
  options: PreflightOptions,
): number {
  const { network, warnings } = loadNetwork(file, options);
  warn(warnings, options);
  const find = (name: string): Vpc => {
    const vpc =
      network.vpcs.get(name) ?? [...network.vpcs.values()].find((candidate) => candidate.name === name);
    if (vpc === undefined)
      throw wrong(
        "missing-reference",
        "<vpc>",
        `there is no VPC ${name}`,
        nearest(name, network.vpcs.keys()),
      );
    return vpc;
  };
  const [a, b] = [find(requester), find(accepter)];
  const found = preflight(network, a, b);
  if (options.format === "json") {
    const { existing, refused, actions, verdict } = found;
    const { rule, code, message, advice } = refused?.refusal ?? {};
    print(
      JSON.stringify(
        {
          version: 1,
          profile: network.profile,
          requester: a.id,
          accepter: b.id,
          existing: existing === undefined ? null : { id: existing.id, state: existing.state },
          refused: refused === undefined ? null : { action: refused.action, rule, code, message, advice },
          actions,
          verdict: verdict ?? null,
        },
        null,
        2,
      ),
    );
  } else print(render(a, b, found, options));
  if (found.refused !== undefined) return EXIT.no;
  if (found.verdict === "unknown") return EXIT.undetermined;
  return found.verdict === undefined || found.verdict === "two-way" ? EXIT.yes : EXIT.no;
}

function render(
  a: Vpc,
  b: Vpc,
  { existing, refused, actions, verdict }: Preflight,
  options: PreflightOptions,
): string {
  const { bold, good, bad, dim } = styleFor(process.stdout, options);
  const there = existing === undefined ? "" : `, which ${existing.id} (${existing.state}) joins already`;
  const lines = [bold(`${a.id} and ${b.id}${there}`), ...actions.map((action) => `  ${action}`)];
  if (refused !== undefined) {
    const { message, code, advice } = refused.refusal;
    lines.push(
      `  ${bad("refused")}  ${refused.action}`,
      `           ${message} ${dim(`(${code})`)}`,
      `           ${advice}`,
    );
  } else if (verdict === undefined)
    lines.push(dim("then they are joined; a VPC without subnets has nobody to talk to"));
  else {
    const lead = actions.length === 0 ? "nothing is missing" : "with that";
    lines.push(`${lead}: ${(verdict === "two-way" ? good : bad)(verdict)}`);
  }
  return lines.join("\n");
}
