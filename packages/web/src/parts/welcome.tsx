import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { editProblem } from "../state/draft.ts";
import type { Bundled } from "../state/scenarios.ts";
import { busy, faults, first, openSource } from "../state/store.ts";
import { openPicker } from "./drop-zone.tsx";
import { Problems } from "./problems.tsx";

/** Where to begin: the network of the command line, a file, or a story. */
export function Welcome(): JSX.Element | null {
  const list = useSignal<readonly Bundled[]>([]);
  useEffect(() => {
    void import("../state/scenarios.ts").then(({ BUNDLED }) => {
      list.value = BUNDLED;
    });
  }, []);
  if (busy.value && faults.value.length === 0) return null;
  return (
    <main class="welcome">
      <h2>Does the packet arrive, and does the reply come back?</h2>
      <p>
        Drop a scenario, the JSON of <code>terraform show -json</code>, or a folder of what{" "}
        <code>aws ec2 describe-…</code> or <code>tccli vpc Describe…</code> print. It is read here, in this
        page, and goes nowhere else.
      </p>
      <p class="row">
        <button type="button" class="primary" onClick={() => openPicker("files")}>
          Open files …
        </button>
        <button type="button" onClick={() => openPicker("folder")}>
          Open a folder …
        </button>
        {(first.value?.files.length ?? 0) > 0 && (
          <button type="button" onClick={() => void openSource({ kind: "first" })}>
            {first.value?.files[0].name}
          </button>
        )}
      </p>
      {faults.value.length > 0 && <Problems problems={faults.value} onPick={editProblem} />}
      <h3>Or begin with a story</h3>
      <ul class="stories">
        {list.value.map(({ file, title }) => (
          <li key={file}>
            <button
              type="button"
              class="link"
              onClick={() => void openSource({ kind: "scenario", name: file })}
            >
              {title}
            </button>
          </li>
        ))}
      </ul>
    </main>
  );
}
