import { CAUSE_NAMES, CAUSES, type Cause, nearest } from "@twoway/sim";
import { EXIT } from "../exit.ts";
import { wrong } from "../input.ts";
import { print, styleFor } from "../terminal.ts";

interface ExplainOptions {
  readonly format: "text" | "json";
  readonly color: boolean;
}

/** Explains one cause, or lists them all. */
export function explain(name: string | undefined, options: ExplainOptions): number {
  const known = CAUSE_NAMES.find((cause) => cause === name);
  if (name !== undefined && known === undefined) {
    throw wrong(
      "missing-reference",
      "<cause>",
      `there is no cause ${JSON.stringify(name)}`,
      nearest(name, CAUSE_NAMES),
    );
  }
  if (options.format === "json") {
    const rows = (known === undefined ? CAUSE_NAMES : [known]).map((cause) => ({ cause, ...CAUSES[cause] }));
    print(JSON.stringify({ version: 1, causes: rows }, null, 2));
  } else if (known === undefined) {
    for (const cause of CAUSE_NAMES) print(`${cause.padEnd(28)}${CAUSES[cause].title}`);
  } else print(renderCause(known, options));
  return EXIT.yes;
}

function renderCause(cause: Cause, options: ExplainOptions): string {
  const { bold, dim } = styleFor(process.stdout, options);
  const { title, meaning, remedy, tencent, aws, gcp } = CAUSES[cause];
  const elsewhere = [
    `Tencent network detect ${tencent}`,
    ...(aws === undefined ? [] : [`AWS Reachability Analyzer ${aws}`]),
    ...(gcp === undefined ? [] : [`GCP Connectivity Tests ${gcp}`]),
  ];
  return [
    `${bold(cause)}: ${title}`,
    "",
    meaning,
    "",
    remedy,
    "",
    dim(`elsewhere: ${elsewhere.join(" · ")}`),
  ].join("\n");
}
