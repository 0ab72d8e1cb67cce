/** The bundled scenarios, loaded when somebody looks at the list: by file name, their texts. */
const TEXTS = import.meta.glob<string>("../../../../scenarios/*.yaml", {
  query: "?raw",
  import: "default",
  eager: true,
});

export interface Bundled {
  readonly file: string;
  /** Its `name`. */
  readonly title: string;
  readonly text: string;
}

export const BUNDLED: readonly Bundled[] = Object.entries(TEXTS)
  .map(([path, text]) => {
    const file = path.slice(path.lastIndexOf("/") + 1);
    return { file, title: /^name: *"?(.*?)"?$/m.exec(text)?.[1] ?? file, text };
  })
  .sort((a, b) => (a.file < b.file ? -1 : 1));
