import type { Group } from "./grid.ts";
import type { Place } from "./scene.ts";

/** Where the focus may go. */
export interface Field {
  readonly rowGroups: readonly Group[];
  readonly columnGroups: readonly Group[];
  /** Rows that a page has. */
  readonly page: number;
}

/** Returns where a key leads, as in any grid; with Control the arrows go from VPC to VPC. Undefined for other keys. */
export function move(
  { row, column }: Place,
  { key, ctrlKey }: Pick<KeyboardEvent, "key" | "ctrlKey">,
  { rowGroups, columnGroups, page }: Field,
): Place | undefined {
  const rows = rowGroups.at(-1)?.end ?? 0;
  const columns = columnGroups.at(-1)?.end ?? 0;
  const place = (row: number, column: number): Place => ({
    row: Math.max(0, Math.min(row, rows - 1)),
    column: Math.max(0, Math.min(column, columns - 1)),
  });
  switch (key) {
    case "ArrowDown":
      return place(ctrlKey ? nextGroup(rowGroups, row) : row + 1, column);
    case "ArrowUp":
      return place(ctrlKey ? groupBefore(rowGroups, row) : row - 1, column);
    case "ArrowRight":
      return place(row, ctrlKey ? nextGroup(columnGroups, column) : column + 1);
    case "ArrowLeft":
      return place(row, ctrlKey ? groupBefore(columnGroups, column) : column - 1);
    case "PageDown":
      return place(row + page, column);
    case "PageUp":
      return place(row - page, column);
    case "Home":
      return place(ctrlKey ? 0 : row, 0);
    case "End":
      return place(ctrlKey ? rows - 1 : row, columns - 1);
    default:
      return undefined;
  }
}

function nextGroup(groups: readonly Group[], line: number): number {
  return groups.find(({ start }) => start > line)?.start ?? line;
}

/** The beginning of the line's own group, or of the one before when it stands there. */
function groupBefore(groups: readonly Group[], line: number): number {
  return groups.findLast(({ start }) => start < line)?.start ?? line;
}
