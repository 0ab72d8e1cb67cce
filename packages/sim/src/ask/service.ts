import { InputError } from "../model/issue.ts";
import { type Network, profileOf } from "../model/network.ts";
import { hasPorts, hasTypes, protocolNumber, Services } from "../model/services.ts";
import type { Asked } from "../plane/service.ts";

/** What the packet carries, as people ask for it. */
export interface Service {
  /** A name or a number, or `any` for every service. */
  readonly protocol: string;
  /** The destination port, or the type of an ICMP message; all of them unless given. */
  readonly port?: number;
  /** The port from which it is asked; any that clients use unless given. */
  readonly sourcePort?: number;
}

/** Returns the services that are meant. Throws an InputError when there is no such protocol or port. */
export function askedAbout(network: Network, { protocol, port, sourcePort }: Service): Asked {
  const sourcePorts =
    sourcePort === undefined ? profileOf(network).ephemeralPorts : { first: sourcePort, last: sourcePort };
  if (protocol === "any" || protocol === "all") return { services: Services.all, sourcePorts };
  const number = protocolNumber(protocol);
  if (number === undefined)
    throw wrong(
      `there is no protocol ${JSON.stringify(protocol)}: any, tcp, udp, icmp, icmpv6, or a number from 0 to 255`,
    );
  if (port === undefined) return { services: Services.of(number), sourcePorts };
  const limit = hasTypes(number) ? 255 : 65535;
  if (!Number.isInteger(port) || port < 0 || port > limit) throw wrong(`${port} is not from 0 to ${limit}`);
  if (hasTypes(number)) return { services: Services.of(number, 256 * port, 256 * port + 255), sourcePorts };
  if (!hasPorts(number)) throw wrong(`protocol ${protocol} has no ports`);
  return { services: Services.of(number, port, port), sourcePorts };
}

function wrong(message: string): InputError {
  return new InputError([{ code: "bad-text", message, source: "", path: "" }]);
}
