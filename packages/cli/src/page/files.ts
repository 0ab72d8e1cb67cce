import { readdirSync, readFileSync } from "node:fs";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The built page, which lies beside the command: `packages/web` makes it, and nothing of it is imported here. */

const FOLDER = fileURLToPath(new URL("page", import.meta.url));

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
};

export interface PageFile {
  readonly type: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** Returns the files of the page by the path of a request: `/` and `/assets/…`. What is not listed is not served. */
export function pageFiles(): ReadonlyMap<string, PageFile> {
  const files = new Map<string, PageFile>([["/", fileOf("index.html")]]);
  for (const name of readdirSync(join(FOLDER, "assets"))) {
    if (extname(name) in TYPES) files.set(`/assets/${name}`, fileOf(`assets/${name}`));
  }
  return files;
}

function fileOf(name: string): PageFile {
  const bytes = new Uint8Array(readFileSync(join(FOLDER, name)));
  return { type: TYPES[extname(name)], bytes };
}

/** Returns the page that is one file, still without a network. */
export function singlePage(): string {
  return readFileSync(join(FOLDER, "single.html"), "utf8");
}
