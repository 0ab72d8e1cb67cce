import { useSignal } from "@preact/signals";
import type { ComponentType, JSX } from "preact";
import { useEffect } from "preact/hooks";

/** Returns a component that is loaded, as a chunk of its own, when it is first shown. */
export function later(load: () => Promise<ComponentType>): ComponentType {
  let loaded: ComponentType | undefined;
  return function Later(): JSX.Element | null {
    const part = useSignal(loaded);
    useEffect(() => {
      if (part.peek() !== undefined) return;
      void load().then((found) => {
        loaded = found;
        part.value = found;
      });
    }, []);
    const Part = part.value;
    return Part === undefined ? null : <Part />;
  };
}
