import { readFileSync } from "node:fs";
import { formatTime, PROFILES, readScenario, scenarioText } from "@twoway/sim";
import { type Accounts, readAccounts } from "../api/caller.ts";
import { type OpenJournal, openJournal } from "../api/journal.ts";
import { Monitor } from "../api/monitor.ts";
import { listen, type Settings } from "../api/server.ts";
import { Store } from "../api/store.ts";
import { openWebhook, type Webhook, webhookUrl } from "../api/webhook.ts";
import { EXIT } from "../exit.ts";
import {
  inputTexts,
  type Loaded,
  loadNetworks,
  type NetworkOptions,
  networkOf,
  unreadable,
  wrong,
} from "../input.ts";
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
  /** Where a program on this machine hears of alarms. */
  readonly webhook?: string;
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
    return run({ page: pageRoutes(() => input) }, options, async () => {});
  }
  const accounts = options.accounts === undefined ? undefined : loadAccounts(options.accounts);
  const webhook = webhookOf(options, log);
  const { store, close } = openStore(file, options, webhook, log);
  // the page shows what the API made of the network by the time it is loaded
  const now = (): PageInput => ({
    files: [{ name: "network.yaml", text: scenarioText(store.network, "what the API serves") }],
  });
  return run({ api: { store, accounts }, page: pageRoutes(now) }, options, async () => {
    await webhook?.close();
    close();
  });
}

const log = (line: object): void => tell(JSON.stringify(line));

/** Listens until a signal comes; the address is the one line on standard output. */
async function run(
  what: Pick<Settings, "api" | "page">,
  { port }: ServeOptions,
  close: () => Promise<void>,
): Promise<number> {
  const running = await listen({ ...what, port, log }).catch(async (error) => {
    await close();
    throw unreadable(`--port ${port}`, error);
  });
  print(running.url);
  const status = await stopped();
  await running.close();
  await close();
  return status;
}

/** Throws for options that mean nothing together. */
function checkTogether(options: ServeOptions): void {
  for (const name of ["accounts", "journal", "webhook"] as const) {
    if (options[name] !== undefined && options.api !== true)
      throw wrong("bad-text", `--${name}`, "this is for the API only", `twoway serve --api --${name} …`);
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
  webhook: Webhook | undefined,
  log: (line: object) => void,
): { readonly store: Store; readonly close: () => void } {
  if (options.journal === undefined) {
    const loaded = load(file, options);
    const monitor = monitorOf(loaded, webhook, log);
    return { store: new Store(loaded.network, [], undefined, monitor), close: () => {} };
  }
  if (webhook !== undefined)
    throw wrong("bad-text", "--webhook", "a journal keeps no traffic, so nothing is watched beside one");
  let opened: OpenJournal;
  try {
    opened = openJournal(options.journal, () => load(file, options).network);
  } catch (error) {
    throw unreadable(options.journal, error);
  }
  const { journal, network, past, warning, isOld } = opened;
  const caution = (text: string): void => {
    if (!options.quiet)
      tell(`${styleFor(process.stderr, options).doubt("warning")}  ${options.journal}  ${text}`);
  };
  if (warning !== undefined) caution(warning);
  if (isOld && file !== undefined) caution(`the network comes from the journal; ${file} is not read`);
  return { store: new Store(network, past, journal), close: () => journal.close() };
}

/** Reads what to begin with; without a file an empty network. */
function load(
  file: string | undefined,
  options: ServeOptions,
): Pick<Loaded, "network" | "traffic" | "alarms"> {
  if (file === undefined) {
    const { name } = PROFILES[options.profile ?? "tencent"];
    return readScenario(`profile: ${name}\nvpcs: {}\n`, "empty network").scenario;
  }
  const loaded = loadNetworks(file, options);
  warn(loaded.warnings, options);
  return loaded;
}

/** Meters the traffic of a scenario, as far as the clock is moved. */
function monitorOf(
  { network, traffic, alarms }: ReturnType<typeof load>,
  webhook: Webhook | undefined,
  log: (line: object) => void,
): Monitor | undefined {
  if (traffic === undefined) {
    if (webhook === undefined) return undefined;
    throw wrong("missing-key", "--webhook", "alarms need a scenario with `traffic` and `alarms`");
  }
  return new Monitor(network, {
    traffic,
    alarms,
    onAlarm: (notification) => {
      const { time, alarm, peering, to, receivers } = notification;
      log({ alarm, peering, to, at: formatTime(time), receivers });
      webhook?.send(notification);
    },
    onLimit: (message) => log({ monitor: message }),
  });
}

function webhookOf({ webhook }: ServeOptions, log: (line: object) => void): Webhook | undefined {
  if (webhook === undefined) return undefined;
  const url = webhookUrl(webhook);
  if (url === undefined) {
    const rule = `${JSON.stringify(webhook)} is not plain HTTP on this machine`;
    throw wrong("bad-text", "--webhook", rule, "http://127.0.0.1:9000/alarms");
  }
  return openWebhook(url, (reason) => log({ webhook: reason }));
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
