import { formatTime, type Notification } from "@twoway/sim";

/**
 * Tells a program on this machine of alarms, by HTTP. One message at a time, in order; who does not take them loses the
 * oldest that wait, and nothing waits for the answer.
 */

/** Milliseconds in which the receiver has to answer. */
const PATIENCE_MS = 2000;
const MOST_WAITING = 1000;

export interface Webhook {
  readonly send: (notification: Notification) => void;
  /** Resolves when the message that is under way has ended; those that wait are dropped. */
  readonly close: () => Promise<void>;
}

/** Returns the address, if it is plain HTTP on 127.0.0.1; undefined otherwise. */
export function webhookUrl(text: string): URL | undefined {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    return undefined;
  }
  const isHere = url.protocol === "http:" && url.hostname === "127.0.0.1";
  return isHere && url.username === "" && url.password === "" ? url : undefined;
}

/** `onFailure` hears of every message that nobody took. */
export function openWebhook(url: URL, onFailure: (reason: string) => void): Webhook {
  const waiting: Notification[] = [];
  let underWay: Promise<void> | undefined;
  let isClosed = false;
  const work = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined && !isClosed; next = waiting.shift()) {
      const reason = await post(url, next);
      if (reason !== undefined) onFailure(`${next.alarm} on ${next.peering}: ${reason}`);
    }
    underWay = undefined;
  };
  return {
    send: (notification) => {
      if (isClosed) return;
      waiting.push(notification);
      if (waiting.length > MOST_WAITING) {
        const [oldest] = waiting.splice(0, 1);
        onFailure(`${oldest.alarm} on ${oldest.peering}: more than ${MOST_WAITING} messages wait`);
      }
      underWay ??= work();
    },
    close: async () => {
      isClosed = true;
      waiting.length = 0;
      await underWay;
    },
  };
}

/** Returns why nobody took the message; undefined when somebody did. */
async function post(
  url: URL,
  { time, alarm, peering, to, value, receivers, message }: Notification,
): Promise<string | undefined> {
  const body = {
    version: 1,
    at: formatTime(time),
    alarm,
    peering,
    to,
    value: value ?? null,
    receivers,
    message,
  };
  try {
    const response = await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
      redirect: "error", // elsewhere is not here
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    await response.body?.cancel();
    return response.ok ? undefined : `the answer is ${response.status}`;
  } catch (error) {
    const { cause, name, message: text } = error as Error & { cause?: { code?: string; message?: string } };
    return name === "TimeoutError"
      ? `no answer in ${PATIENCE_MS} ms`
      : (cause?.code ?? cause?.message ?? text);
  }
}
