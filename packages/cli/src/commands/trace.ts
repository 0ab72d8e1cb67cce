import { answer, answerJson, renderAnswer, resolveEndpoint, type Service, type Verdict } from "@twoway/sim";
import { EXIT } from "../exit.ts";
import { loadNetwork, type NetworkOptions, wrong } from "../input.ts";
import { print, styleFor, warn } from "../terminal.ts";

export interface TraceOptions extends NetworkOptions {
  readonly format: "text" | "json";
  readonly proto: string;
  readonly port?: number;
  readonly color: boolean;
  readonly quiet: boolean;
}

export const STATUS: Readonly<Record<Verdict, number>> = {
  "two-way": EXIT.yes,
  "forward-only": EXIT.no,
  "return-only": EXIT.no,
  unreachable: EXIT.no,
  unknown: EXIT.undetermined,
};

const HAVE_PORTS: ReadonlySet<string> = new Set(["tcp", "udp", "6", "17"]);

/** Follows the packet and its reply. */
export function traceCommand(file: string, src: string, dst: string, options: TraceOptions): number {
  const { network, warnings } = loadNetwork(file, options);
  warn(warnings, options);
  const service = serviceOf(options);
  const from = resolveEndpoint(network, src, "<src>");
  const to = resolveEndpoint(network, dst, "<dst>");
  const found = answer(network, from, to, service);
  if (options.format === "json") print(JSON.stringify(answerJson(network, found), null, 2));
  else print(renderAnswer(network, found, styleFor(process.stdout, options)));
  return STATUS[found.verdict];
}

/** Returns what the packet carries. Throws an InputError for a port of something that has none. */
export function serviceOf({ proto: protocol, port }: Pick<TraceOptions, "proto" | "port">): Service {
  if (port !== undefined && !HAVE_PORTS.has(protocol)) {
    throw wrong("bad-text", "--port", `${protocol} has no ports; say --proto tcp or --proto udp`);
  }
  return port === undefined ? { protocol } : { protocol, port };
}
