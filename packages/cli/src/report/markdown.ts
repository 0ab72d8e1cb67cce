import type { PhrasingContent, Root, RootContent, TableRow } from "mdast";
import { gfmTableToMarkdown } from "mdast-util-gfm-table";
import { toMarkdown } from "mdast-util-to-markdown";
import type { Result } from "./results.ts";

/** Returns the results as Markdown, for comments on a change: the counts, and what did not pass with its detail. */
export function markdownReport(results: readonly Result[]): string {
  const count = (outcome: Result["outcome"]): number =>
    results.filter((result) => result.outcome === outcome).length;
  const files = [...new Set(results.map(({ file }) => file))];
  const bad = results.filter(({ outcome }) => outcome !== "passed");
  const undetermined = count("undetermined") === 0 ? "" : `, ${count("undetermined")} undetermined`;
  const unread = count("error") === 0 ? "" : `, ${count("error")} cannot be read`;
  const rows = files.map((file) => {
    const mine = results.filter((result) => result.file === file);
    const passed = mine.filter(({ outcome }) => outcome === "passed").length;
    return row([code(file)], [text(`${passed}`)], [text(`${mine.length - passed}`)]);
  });
  const root: Root = {
    type: "root",
    children: [
      {
        type: "heading",
        depth: 2,
        children: [text(bad.length === 0 ? "twoway: everything holds" : "twoway: not everything holds")],
      },
      paragraph(text(`${count("passed")} hold, ${count("failed")} do not${undetermined}${unread}.`)),
      ...(rows.length === 0
        ? []
        : [
            {
              type: "table" as const,
              align: ["left" as const, "right" as const, "right" as const],
              children: [row([text("File")], [text("hold")], [text("do not")]), ...rows],
            },
          ]),
      ...bad.flatMap(details),
    ],
  };
  return toMarkdown(root, { extensions: [gfmTableToMarkdown()] }).trimEnd();
}

function details({ source, name, message, detail, related }: Result): RootContent[] {
  const blocks: RootContent[] = [
    { type: "heading", depth: 3, children: [text(name)] },
    paragraph(text(`${message} (`), code(source), text(")")),
  ];
  if (detail !== "") blocks.push({ type: "code", value: detail });
  if (related.length > 0) {
    blocks.push({
      type: "list",
      ordered: false,
      spread: false,
      children: related.map((one) => ({
        type: "listItem",
        spread: false,
        children: [paragraph(code(one.source), text(` ${one.message}`))],
      })),
    });
  }
  return blocks;
}

function row(...cells: readonly PhrasingContent[][]): TableRow {
  return { type: "tableRow", children: cells.map((children) => ({ type: "tableCell", children })) };
}

function paragraph(...children: PhrasingContent[]): RootContent & { type: "paragraph" } {
  return { type: "paragraph", children };
}

function text(value: string): PhrasingContent {
  return { type: "text", value };
}

function code(value: string): PhrasingContent {
  return { type: "inlineCode", value };
}
