import type { InputText } from "../engine/input.ts";

/** A file as the browser has it, and its path in what was dropped or chosen: folders may be named for regions. */
export interface FoundFile {
  readonly path: string;
  readonly file: { text(): Promise<string> };
}

/**
 * Reads files in the order of their paths, so that the same folder always reads the same. Of folders, hidden files and
 * Terraform's backups are no part, as on the command line.
 */
export async function textsOf(files: readonly FoundFile[]): Promise<InputText[]> {
  const texts = await Promise.all(
    files
      .filter(({ path }) => !path.includes("/") || !/\/\.|\.backup$/.test(path))
      .map(async ({ path, file }) => ({ name: path, text: await file.text() })),
  );
  return texts.sort((a, b) => (a.name < b.name ? -1 : 1));
}
