import { readFileSync } from "node:fs";
import { formatTime, PROFILES, readScenario } from "@twoway/sim";
import { type Accounts, readAccounts } from "../api/caller.ts";
import { type OpenJournal, openJournal } from "../api/journal.ts";
import { Monitor } from "../api/monitor.ts";
import { listen } from "../api/server.ts";
import { Store } from "../api/store.ts";
import { openWebhook, type Webhook, webhookUrl } from "../api/webhook.ts";
import { type Loaded, loadNetworks, type NetworkOptions, unreadable, wrong } from "../input.ts";
import { stopped } from "../signal.ts";
import { print, styleFor, tell, warn } from "../terminal.ts";

interface ServeOptions extends Pick<NetworkOptions, "profile"> {
  readonly api?: boolean;
  readonly port: number;
  readonly accounts?: string;
  readonly journal?: string;
  /** Where a program on this machine hears of alarms. */
  readonly webhook?: string;
  readonly color: boolean;
  readonly quiet: boolean;
}

/** Serves the API until a signal comes; the address is the one line on standard output. */
export async function serve(file: string | undefined, options: ServeOptions): Promise<number> {
  if (!options.api) throw wrong("bad-text", "serve", "there is no page to serve yet", "twoway serve --api");
  const accounts = options.accounts === undefined ? undefined : loadAccounts(options.accounts);
  const log = (line: object): void => tell(JSON.stringify(line));
  const webhook = webhookOf(options, log);
  const { store, close } = openStore(file, options, webhook, log);
  const { port } = options;
  const running = await listen({ store, accounts, port, log }).catch((error) => {
    close();
    throw unreadable(`--port ${port}`, error);
  });
  print(running.url);
  const status = await stopped();
  await running.close();
  await webhook?.close();
  close();
  return status;
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
