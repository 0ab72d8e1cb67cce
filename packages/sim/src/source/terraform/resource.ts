import { partsOfArn } from "../aws/words.ts";
import type { Fields } from "../inventory/fields.ts";
import type { Inventory } from "../inventory/inventory.ts";

/** What every reader of a resource type needs. */

type Json = Readonly<Record<string, unknown>>;

/** A resource with its references filled in, ready to be read. */
export interface ReadyResource {
  readonly address: string;
  readonly type: string;
  readonly id: string;
  readonly values: Json;
  /** By path of an argument that stays unknown until the plan is applied: what it may be, [] when it may be anything. */
  readonly open: ReadonlyMap<string, readonly string[]>;
  /** Region of its provider, where the configuration says it. */
  readonly region: string | undefined;
  /** The plan makes it. */
  readonly isNew: boolean;
  /** Reports whether the configuration gives the argument a value; always true where there is no configuration. */
  readonly configures: (key: string) => boolean;
}

export type ResourceReader = (fields: Fields, inventory: Inventory, resource: ReadyResource) => void;

/** Returns the Name tag. */
export function nameOf(fields: Fields): string | undefined {
  return fields.one("tags")?.text("Name") ?? fields.one("tags_all")?.text("Name");
}

export function regionOf(fields: Fields, resource: ReadyResource): string | undefined {
  return fields.text("region") ?? partsOfArn(fields.text("arn")).region ?? resource.region;
}
