import { readFileSync } from "node:fs";
import { type Network, PROFILES, readScenario, scenarioText } from "@twoway/sim";
import { type Accounts, readAccounts } from "../api/caller.ts";
import { type OpenJournal, openJournal } from "../api/journal.ts";
import { listen, type Settings } from "../api/server.ts";
import { Store } from "../api/store.ts";
import { EXIT } from "../exit.ts";
import { inputTexts, loadNetwork, type NetworkOptions, networkOf, unreadable, wrong } from "../input.ts";
import { exportPage } from "../page/export.ts";
import type { PageInput } from "../page/input.ts";
import { pageRoutes } from "../page/routes.ts";
import { stopped } from "../signal.ts";
import { print, styleFor, tell, warn } from "../terminal.ts";

interface ServeOptions extends Pick<NetworkOptions, "profile" | "as"> {
  readonly api?: boolean;
  readonly export?: string;
  readonly port: number;
  readonly accounts?: string;
  readonly journal?: string;
  readonly color: boolean;
  readonly quiet: boolean;
}

/** Serves the page, and the API where it is asked for, until a signal comes; or writes the page into a file. */
export async function serve(file: string | undefined, options: ServeOptions): Promise<number> {
  checkTogether(options);
  if (options.export !== undefined) {
    exportPage(options.export, pageInput(file, options));
    tell(`wrote ${options.export}`);
    return EXIT.yes;
  }
  if (options.api !== true) {
    const input = pageInput(file, options);
    return run({ page: pageRoutes(() => input) }, options, () => {});
  }
  const accounts = options.accounts === undefined ? undefined : loadAccounts(options.accounts);
  const { store, close } = openStore(file, options);
  // the page shows what the API made of the network by the time it is loaded
  const now = (): PageInput => ({
    files: [{ name: "network.yaml", text: scenarioText(store.network, "what the API serves") }],
  });
  return run({ api: { store, accounts }, page: pageRoutes(now) }, options, close);
}

/** Listens until a signal comes; the address is the one line on standard output. */
async function run(
  what: Pick<Settings, "api" | "page">,
  { port }: ServeOptions,
  close: () => void,
): Promise<number> {
  const log = (line: object): void => tell(JSON.stringify(line));
  const running = await listen({ ...what, port, log }).catch((error) => {
    close();
    throw unreadable(`--port ${port}`, error);
  });
  print(running.url);
  const status = await stopped();
  await running.close();
  close();
  return status;
}

/** Throws for options that mean nothing together. */
function checkTogether(options: ServeOptions): void {
  for (const name of ["accounts", "journal"] as const) {
    if (options[name] !== undefined && options.api !== true)
      throw wrong("bad-text", `--${name}`, "this is for the API only", `twoway serve --api --${name} FILE`);
  }
  if (options.export !== undefined && options.api === true)
    throw wrong(
      "bad-text",
      "--export",
      "a file on disk has no API",
      "twoway serve --export FILE.html NETWORK",
    );
}

/** Returns the texts for the page, which reads them again by itself; what is wrong with them is said here already. */
function pageInput(file: string | undefined, options: ServeOptions): PageInput {
  if (file === undefined) return { files: [] };
  const { profile, as } = options;
  const input = {
    files: inputTexts(file),
    ...(profile === undefined ? {} : { profile }),
    ...(as === undefined ? {} : { as }),
  };
  warn(networkOf(input).warnings, options);
  return input;
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
