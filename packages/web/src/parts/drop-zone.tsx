import { useSignal } from "@preact/signals";
import type { ComponentChildren, JSX } from "preact";
import { type FoundFile, textsOf } from "../state/files.ts";
import { openSource } from "../state/store.ts";

/** Takes files that are dropped anywhere on the page: one scenario or state, or a folder of what a cloud's tools print. */
export function DropZone({ children }: { children: ComponentChildren }): JSX.Element {
  const over = useSignal(false);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: dropping has a twin, the button that opens files
    <div
      class={over.value ? "page over" : "page"}
      onDragOver={(event) => {
        event.preventDefault();
        over.value = true;
      }}
      onDragLeave={() => {
        over.value = false;
      }}
      onDrop={(event) => {
        event.preventDefault();
        over.value = false;
        if (event.dataTransfer !== null) void openTransfer(event.dataTransfer);
      }}
    >
      {children}
    </div>
  );
}

/** Opens what the system's dialogue chooses: one scenario or state, several files that are one network, or a folder of them. */
export function openPicker(of: "files" | "folder"): void {
  const input = document.createElement("input");
  input.type = "file";
  input.multiple = true;
  input.webkitdirectory = of === "folder";
  input.addEventListener("change", () => {
    const files = [...(input.files ?? [])];
    void openFiles(files.map((file) => ({ path: file.webkitRelativePath || file.name, file })));
  });
  input.click();
}

async function openTransfer(transfer: DataTransfer): Promise<void> {
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry());
  if (entries.some((entry) => entry?.isDirectory))
    await openFiles((await Promise.all(entries.map((entry) => filesIn(entry)))).flat());
  else await openFiles([...transfer.files].map((file) => ({ path: file.name, file })));
}

async function openFiles(files: readonly FoundFile[]): Promise<void> {
  if (files.length > 0) await openSource({ kind: "files", files: await textsOf(files) });
}

/** Returns the files of a folder and of those inside it. */
async function filesIn(entry: FileSystemEntry | null): Promise<FoundFile[]> {
  if (entry === null) return [];
  if (entry.isFile) {
    const file = await new Promise<File>((resolve, reject) =>
      (entry as FileSystemFileEntry).file(resolve, reject),
    );
    return [{ path: entry.fullPath.replace(/^\//, ""), file }];
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  const found: FoundFile[] = [];
  for (;;) {
    // a reader hands over a hundred at a time, and none at the end
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject),
    );
    if (some.length === 0) return found;
    found.push(...(await Promise.all(some.map((inside) => filesIn(inside)))).flat());
  }
}
