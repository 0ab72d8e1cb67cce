import type { JSX } from "preact";

export function Picture(): JSX.Element {
  return <section class="picture" aria-label="Topology" />;
}
