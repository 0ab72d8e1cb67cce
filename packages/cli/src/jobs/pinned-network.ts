import { createHash } from "node:crypto";
import { readFileSync, statSync } from "node:fs";
import type { Network } from "@twoway/sim";
import { filesIn, type Loaded, loadNetwork, type NetworkOptions, unreadable, wrong } from "../input.ts";

/** A network that several read, each for itself, and that must be the same for all. Plain JSON. */
export interface PinnedNetwork {
  /** As it was typed; a relative one is looked up where the reader was started. */
  readonly path: string;
  /** SHA-256 of the file, or of the names and contents of a folder's files. */
  readonly content: string;
  readonly options: NetworkOptions;
}

type Read = Pick<Loaded, "network" | "warnings"> & { readonly pin: PinnedNetwork };

/** The one that was read last: jobs of a question come one after the other. */
let held: { readonly key: string; readonly network: Network } | undefined;

/** Reads a network and says what it read. Throws an InputError. */
export function pinNetwork(path: string, { profile, as, do: actions, at, step }: NetworkOptions): Read {
  const options: NetworkOptions = {
    ...(profile === undefined ? {} : { profile }),
    ...(as === undefined ? {} : { as }),
    ...(actions === undefined ? {} : { do: actions }),
    ...(at === undefined ? {} : { at }),
    // JSON has no infinity
    ...(step === undefined ? {} : { step: Math.min(step, Number.MAX_SAFE_INTEGER) }),
  };
  // standard input is read once, by nobody else
  const content = path === "-" ? "" : contentOf(path);
  const { network, warnings } = loadNetwork(path, options);
  if (path !== "-" && contentOf(path) !== content)
    throw wrong("unreadable", path, "it changed while it was read");
  const pin = { path, content, options };
  held = { key: JSON.stringify(pin), network };
  return { network, warnings, pin };
}

/** Reads the network that is meant. Throws an InputError when the file holds something else here. */
export function networkOf(pin: PinnedNetwork): Network {
  if (held?.key === JSON.stringify(pin)) return held.network;
  const here = contentOf(pin.path);
  if (here !== pin.content) {
    const message = `this is not the file that the run was started on: its SHA-256 is ${here.slice(0, 12)}…, and ${pin.content.slice(0, 12)}… is meant`;
    throw wrong("unreadable", pin.path, message, "the same file for every worker, unchanged during a run");
  }
  return pinNetwork(pin.path, pin.options).network;
}

function contentOf(path: string): string {
  const hash = createHash("sha256");
  try {
    if (!statSync(path).isDirectory()) return hash.update(readFileSync(path)).digest("hex");
    for (const file of filesIn(path)) {
      const bytes = readFileSync(file);
      hash.update(`${file.length} ${file} ${bytes.length} `).update(bytes);
    }
  } catch (error) {
    throw unreadable(path, error);
  }
  return hash.digest("hex");
}
