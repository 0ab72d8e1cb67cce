import { batch, computed, effect, signal } from "@preact/signals";
import type { Place } from "../engine/place.ts";
import { opened, selection, view } from "../state/store.ts";
import { arrange } from "./arrange.ts";
import { foldedAtFirst, groupingOf, NO_GROUPS } from "./groups.ts";
import type { Layout } from "./layout.ts";
import { fits, type Scene, sceneOf, withDeleted } from "./scene.ts";

/** What is drawn: the scene of the network with some groups folded, and its layout when that is known. */

export const folded = signal<ReadonlySet<string>>(new Set());
const grouping = computed(() => (opened.value === undefined ? NO_GROUPS : groupingOf(opened.value.view)));
export const groups = computed(() => grouping.value.groups);
const scene = computed(() => {
  const [now, before] = [view.value, opened.value?.before ?? opened.value?.view];
  return now === undefined || before === undefined
    ? undefined
    : sceneOf({ ...now, peerings: withDeleted(before, now) }, grouping.value, folded.value);
});

/** A scene with its layout; both change together, so that nothing is drawn in a wrong place. */
export const drawn = signal<{ readonly scene: Scene; readonly layout: Layout } | undefined>(undefined);
/** Shown in the place of the picture: everything in it as a table. */
export const asTable = signal(false);

// another network begins with groups of its own
effect(() => {
  const isNew = opened.value;
  folded.value = isNew === undefined ? new Set() : foldedAtFirst(isNew.view, grouping.value);
});

effect(() => {
  const wanted = scene.value;
  if (wanted === undefined) {
    drawn.value = undefined;
    return;
  }
  // states and labels change often, boxes and edges rarely: what is where it was is drawn at once
  const known = drawn.peek();
  if (known !== undefined && fits(known.scene, wanted)) {
    drawn.value = { scene: wanted, layout: known.layout };
    return;
  }
  void arrange(wanted).then((layout) => {
    if (scene.peek() === wanted) drawn.value = { scene: wanted, layout };
  });
});

export function toggle(group: string): void {
  const next = new Set(folded.value);
  if (!next.delete(group)) next.add(group);
  folded.value = next;
}

export function foldAll(): void {
  folded.value = new Set(groups.value.map(({ id }) => id));
}

export function unfoldAll(): void {
  folded.value = new Set();
}

/** Unfolds what hides a place, so that it can be seen. */
export function reveal(id: string): void {
  const vpc = view.value?.vpcs.find((one) => one.id === id);
  const group = vpc && grouping.value.groupOf(vpc);
  if (group !== undefined && folded.value.has(group)) toggle(group);
}

/** Returns the id in the picture of something that was chosen. */
export function idOf(place: Place): string {
  return place.kind === "subnet" ? `subnet:${place.vpc}/${place.id}` : `${place.kind}:${place.id}`;
}

/** Chooses what an id of the picture means; a group is folded or unfolded. */
export function choose(id: string | undefined): void {
  batch(() => {
    if (id !== undefined && (id.startsWith("region:") || id.startsWith("part:"))) {
      toggle(id);
      return;
    }
    selection.value = id === undefined ? undefined : placeOf(id);
  });
}

function placeOf(id: string): Place | undefined {
  const [kind, name] = [id.slice(0, id.indexOf(":")), id.slice(id.indexOf(":") + 1)];
  switch (kind) {
    case "subnet": {
      const slash = name.indexOf("/");
      return { kind, vpc: name.slice(0, slash), id: name.slice(slash + 1) };
    }
    case "vpc":
    case "hub":
    case "gateway":
    case "peering":
      return { kind, id: name };
    default:
      return undefined;
  }
}
