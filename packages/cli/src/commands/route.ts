import { parseAddress } from "@twoway/core";
import { choiceJson, chooseRoute, renderChoice, resolveEndpoint } from "@twoway/sim";
import { EXIT } from "../exit.ts";
import { loadNetwork, type NetworkOptions, parseArgument, wrong } from "../input.ts";
import { print, warn } from "../terminal.ts";

interface RouteOptions extends NetworkOptions {
  readonly format: "text" | "json";
  readonly color: boolean;
  readonly quiet: boolean;
}

/** Says which route takes the address. 0 when one does, 1 when none does, 3 when the table is not known. */
export function routeCommand(
  file: string,
  subnetName: string,
  addressText: string,
  options: RouteOptions,
): number {
  const { network, warnings } = loadNetwork(file, options);
  warn(warnings, options);
  const address = parseArgument(parseAddress, addressText, "<address>");
  const places = new Map(
    resolveEndpoint(network, subnetName, "<subnet>").spans.map(({ vpc, subnet }) => [
      `${vpc}/${subnet}`,
      { vpc, subnet },
    ]),
  );
  const [place] = places.values();
  const vpc = network.vpcs.get(place.vpc ?? "");
  const subnet = vpc?.subnets.get(place.subnet ?? "");
  if (vpc === undefined || subnet === undefined || places.size > 1) {
    const message =
      places.size > 1
        ? `${subnetName} is several subnets: ${[...places.keys()].join(", ")}`
        : `${subnetName} is no subnet`;
    throw wrong("ambiguous", "<subnet>", message);
  }
  const choice = chooseRoute(network, vpc, subnet, address);
  if (options.format === "json") print(JSON.stringify(choiceJson(network, subnet, address, choice), null, 2));
  else print(renderChoice(subnet, address, choice));
  if (choice.kind === "unknown") return EXIT.undetermined;
  return choice.kind === "none" ? EXIT.no : EXIT.yes;
}
