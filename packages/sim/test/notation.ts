import { parseAddress } from "@twoway/core";
import {
  type Answer,
  answer,
  apply,
  InputError,
  type Issue,
  type Network,
  type Outcome,
  parseAction,
  readScenario,
  resolveEndpoint,
  type Spot,
} from "@twoway/sim";

/** The short forms in which the tests write networks, spots, questions and actions. */

/** Reads a scenario text; `file` in places is `t.yaml`. */
export function read(text: string): Network {
  return readScenario(text, "t.yaml").scenario.network;
}

/** `vpc1 10.1.1.5` is a spot of vpc1, in whichever subnet holds the address; `8.8.8.8` alone lies outside. */
export function spot(network: Network, text: string): Spot {
  const [vpc, address] = text.includes(" ") ? text.split(" ") : [undefined, text];
  const at = parseAddress(address);
  const subnets = [...(network.vpcs.get(vpc ?? "")?.subnets.values() ?? [])];
  const subnet = subnets.find(({ cidrs }) => cidrs.some((cidr) => cidr.contains(at)));
  return { vpc, subnet: subnet?.id, address: at };
}

export function ask(network: Network, from: string, to: string): Answer {
  return answer(network, resolveEndpoint(network, from, "from"), resolveEndpoint(network, to, "to"), {
    protocol: "any",
  });
}

/** `two-way`, or the verdict and both causes: `forward-only: - / no-route`. */
export function say({ verdict, shown }: Pick<Answer, "verdict" | "shown">): string {
  if (verdict === "two-way") return verdict;
  return `${verdict}: ${shown.forward.cause ?? "-"} / ${shown.return.cause ?? "-"}`;
}

export function act(network: Network, line: string): Outcome {
  return apply(network, parseAction(line), `(${line})`);
}

/** Applies the lines in turn; throws at the first that is refused. */
export function after(network: Network, ...lines: readonly string[]): Network {
  return lines.reduce((before, line) => {
    const outcome = act(before, line);
    if (outcome.kind === "refused") throw new Error(`${line}: ${outcome.refusal.message}`);
    return outcome.network;
  }, network);
}

/** Returns the rule and the code of a refusal as `rule CODE`, or the state of things as `applied`. */
export function verdictOn(outcome: Outcome): string {
  return outcome.kind === "applied" ? "applied" : `${outcome.refusal.rule} ${outcome.refusal.code}`;
}

/** Runs what must throw an InputError, and returns its issues. */
export function issuesOf(run: () => unknown): readonly Issue[] {
  try {
    run();
  } catch (error) {
    if (error instanceof InputError) return error.issues;
    throw error;
  }
  throw new Error("no InputError was thrown");
}
