import { wrong } from "../input.ts";
import { stopped } from "../signal.ts";
import { tell } from "../terminal.ts";
import type { Crew } from "./crew.ts";
import { openThreads, thisThread } from "./threads.ts";

/** Returns who does the jobs on what was read from the file: the queue's workers, threads, or for little work this thread. */
export async function hire(
  file: string,
  threads: number,
  { queue, quiet }: { readonly queue?: string; readonly quiet: boolean },
): Promise<Crew> {
  if (queue === undefined) return threads > 1 ? openThreads(threads) : thisThread();
  if (file === "-")
    throw wrong(
      "unreadable",
      "-",
      "a queue's workers cannot read standard input",
      "a file that they can read too",
    );
  const { openQueue } = await import("./queue.ts");
  const crew = await openQueue(queue, (text) => quiet || tell(text));
  void stopped().then((status) => crew.close().finally(() => process.exit(status)));
  return crew;
}
