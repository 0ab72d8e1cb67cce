import type { InputText } from "../engine/input.ts";

/** A file as the browser has it. */
interface FileLike {
  readonly name: string;
  readonly webkitRelativePath?: string;
  text(): Promise<string>;
}

/** Reads files in the order of their names, so that the same folder always reads the same. */
export async function textsOf(files: readonly FileLike[]): Promise<InputText[]> {
  const texts = await Promise.all(
    files.map(async (file) => ({ name: file.webkitRelativePath || file.name, text: await file.text() })),
  );
  return texts.sort((a, b) => (a.name < b.name ? -1 : 1));
}
