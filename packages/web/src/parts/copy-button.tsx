import { useSignal } from "@preact/signals";
import type { JSX } from "preact";

/** Copies a text, and says so for a moment. */
export function CopyButton({
  label,
  text,
}: {
  readonly label: string;
  readonly text: () => string | Promise<string>;
}): JSX.Element {
  const said = useSignal("");
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(await text());
      said.value = "Copied";
    } catch {
      said.value = "Not allowed here";
    }
    setTimeout(() => {
      said.value = "";
    }, 1500);
  };
  return (
    <button type="button" onClick={() => void copy()}>
      <span aria-live="polite">{said.value || label}</span>
    </button>
  );
}
