import { useSignal } from "@preact/signals";
import type { ComponentChildren, JSX } from "preact";
import { textsOf } from "../state/files.ts";
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

/** Opens what the system's dialogue chooses; several files are one network. */
export function openPicker(): void {
  const input = document.createElement("input");
  input.type = "file";
  input.multiple = true;
  input.addEventListener("change", () => void openFiles([...(input.files ?? [])]));
  input.click();
}

async function openTransfer(transfer: DataTransfer): Promise<void> {
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry());
  if (entries.some((entry) => entry?.isDirectory))
    await openFiles((await Promise.all(entries.map((entry) => filesIn(entry)))).flat());
  else await openFiles([...transfer.files]);
}

async function openFiles(files: readonly File[]): Promise<void> {
  if (files.length > 0) await openSource({ kind: "files", files: await textsOf(files) });
}

/** Returns the files of a folder and of those inside it. */
async function filesIn(entry: FileSystemEntry | null): Promise<File[]> {
  if (entry === null) return [];
  if (entry.isFile)
    return [
      await new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject)),
    ];
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  const found: File[] = [];
  for (;;) {
    // a reader hands over a hundred at a time, and none at the end
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject),
    );
    if (some.length === 0) return found;
    found.push(...(await Promise.all(some.map((inside) => filesIn(inside)))).flat());
  }
}
