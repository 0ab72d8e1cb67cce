import { readFileSync } from "node:fs";
import { type Network, PROFILES, readScenario } from "@twoway/sim";
import { type Accounts, readAccounts } from "../api/caller.ts";
import { type OpenJournal, openJournal } from "../api/journal.ts";
import { listen } from "../api/server.ts";
import { Store } from "../api/store.ts";
import { loadNetwork, type NetworkOptions, unreadable, wrong } from "../input.ts";
import { stopped } from "../signal.ts";
import { print, styleFor, tell, warn } from "../terminal.ts";

interface ServeOptions extends Pick<NetworkOptions, "profile"> {
  readonly api?: boolean;
  readonly port: number;
  readonly accounts?: string;
  readonly journal?: string;
  readonly color: boolean;
  readonly quiet: boolean;
}

/** Serves the API until a signal comes; the address is the one line on standard output. */
export async function serve(file: string | undefined, options: ServeOptions): Promise<number> {
  if (!options.api) throw wrong("bad-text", "serve", "there is no page to serve yet", "twoway serve --api");
  const accounts = options.accounts === undefined ? undefined : loadAccounts(options.accounts);
  const { store, close } = openStore(file, options);
  const { port } = options;
  const log = (line: object): void => tell(JSON.stringify(line));
  const running = await listen({ store, accounts, port, log }).catch((error) => {
    close();
    throw unreadable(`--port ${port}`, error);
  });
  print(running.url);
  const status = await stopped();
  await running.close();
  close();
  return status;
}

/** Makes the store from the journal where there is one, and from the network otherwise. */
function openStore(
  file: string | undefined,
  options: ServeOptions,
): { readonly store: Store; readonly close: () => void } {
  if (options.journal === undefined) {
    return { store: new Store(initialNetwork(file, options)), close: () => {} };
  }
  let opened: OpenJournal;
  try {
    opened = openJournal(options.journal, () => initialNetwork(file, options));
  } catch (error) {
    throw unreadable(options.journal, error);
  }
  const { journal, network, past, warning, isOld } = opened;
  const warn = (text: string): void => {
    if (!options.quiet)
      tell(`${styleFor(process.stderr, options).doubt("warning")}  ${options.journal}  ${text}`);
  };
  if (warning !== undefined) warn(warning);
  if (isOld && file !== undefined) warn(`the network comes from the journal; ${file} is not read`);
  return { store: new Store(network, past, journal), close: () => journal.close() };
}

function initialNetwork(file: string | undefined, options: ServeOptions): Network {
  if (file === undefined) {
    const profile = PROFILES[options.profile ?? "tencent"].name;
    return readScenario(`profile: ${profile}\nvpcs: {}\n`, "empty network").scenario.network;
  }
  const { network, warnings } = loadNetwork(file, options);
  warn(warnings, options);
  return network;
}

function loadAccounts(file: string): Accounts {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    throw unreadable(file, error);
  }
  try {
    return readAccounts(text);
  } catch (error) {
    throw wrong("syntax", file, (error as Error).message, '{"AKID…": {"account": "100001"}}');
  }
}
