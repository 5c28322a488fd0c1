// Which cells stand where: sections by label, rows of a grid, and the way of the arrow keys through them.
import { LABELS } from "leukogram/review/labels";
import { hasCropAlarm } from "./cropAlarms.ts";
import type { Filter, GalleryCell, Order, SectionKey } from "./types.ts";

/** Cells of one label. */
export interface Section {
  readonly key: SectionKey;
  readonly cells: readonly GalleryCell[];
}

/** A row of the gallery: a section's title, or some of its cells. */
export type Row =
  | { readonly kind: "title"; readonly section: Section }
  | { readonly kind: "cells"; readonly section: Section; readonly cells: readonly GalleryCell[] };

const FILTERS: Readonly<Record<Filter, (cell: GalleryCell) => boolean>> = {
  all: () => true,
  unsure: (cell) => cell.isRejected,
  unfamiliar: (cell) => cell.isUnfamiliar,
  crop: hasCropAlarm,
  unreviewed: (cell) => cell.label === null && cell.status !== "bad",
};

function sectionOf(cell: GalleryCell): SectionKey {
  if (cell.status === "bad") return "bad";
  return cell.counted ?? "unread";
}

function inOrder(cells: readonly GalleryCell[], order: Order): readonly GalleryCell[] {
  if (order === "number") return cells;
  const rank = (cell: GalleryCell) => (cell.isRejected ? -1 : 0) + (cell.certainty ?? 1);
  return cells
    .map((cell) => ({ cell, rank: rank(cell) }))
    .sort((a, b) => a.rank - b.rank || a.cell.number - b.cell.number)
    .map(({ cell }) => cell);
}

/** Sections that have cells, what waits first. @param cells by number. */
export function sectionsOf(cells: readonly GalleryCell[], { order, filter }: { order: Order; filter: Filter }) {
  const groups = new Map<SectionKey, GalleryCell[]>();
  for (const cell of cells.filter(FILTERS[filter])) {
    const key = sectionOf(cell);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [cell]);
    else group.push(cell);
  }
  const keys: readonly SectionKey[] = ["unread", ...LABELS, "bad"];
  return keys.flatMap((key): Section[] => {
    const found = groups.get(key);
    return found === undefined ? [] : [{ key, cells: inOrder(found, order) }];
  });
}

/** Rows of a grid with so many columns. */
export function rowsOf(sections: readonly Section[], columns: number): Row[] {
  return sections.flatMap((section): Row[] => {
    const rows: Row[] = [{ kind: "title", section }];
    for (let start = 0; start < section.cells.length; start += columns)
      rows.push({ kind: "cells", section, cells: section.cells.slice(start, start + columns) });
    return rows;
  });
}

/** Where each cell stands. */
export interface Places {
  readonly ids: readonly string[];
  readonly rowOf: ReadonlyMap<string, number>;
}

/** The cells in the order in which they stand, and the row of each. */
export function placesOf(rows: readonly Row[]): Places {
  const rowOf = new Map<string, number>();
  for (const [i, row] of rows.entries()) if (row.kind === "cells") for (const { id } of row.cells) rowOf.set(id, i);
  return { ids: [...rowOf.keys()], rowOf };
}

/** Ways that the focus goes. */
export type Way = "left" | "right" | "up" | "down" | "rowStart" | "rowEnd" | "first" | "last" | "pageUp" | "pageDown";

/** The cell that a key leads to; the same one at an edge. @param page rows that are in sight. */
export function cellAt(
  rows: readonly Row[],
  places: Places,
  { from, way, page }: { from: string; way: Way; page: number },
) {
  const { ids, rowOf } = places;
  const at = rowOf.get(from);
  if (at === undefined) return ids[0];
  const cellsOf = (row: number) => {
    const found = rows[row];
    return found?.kind === "cells" ? found.cells : undefined;
  };
  const column = cellsOf(at)!.findIndex(({ id }) => id === from);
  const inRow = (step: 1 | -1, times: number): string => {
    let found = at;
    for (let row = at + step; row >= 0 && row < rows.length && times > 0; row += step)
      if (cellsOf(row)) {
        found = row;
        times--;
      }
    const cells = cellsOf(found)!;
    return cells[Math.min(column, cells.length - 1)]!.id;
  };
  const index = ids.indexOf(from);
  switch (way) {
    case "left":
      return ids[Math.max(0, index - 1)];
    case "right":
      return ids[Math.min(ids.length - 1, index + 1)];
    case "up":
      return inRow(-1, 1);
    case "down":
      return inRow(1, 1);
    case "pageUp":
      return inRow(-1, page);
    case "pageDown":
      return inRow(1, page);
    case "rowStart":
      return cellsOf(at)![0]!.id;
    case "rowEnd":
      return cellsOf(at)!.at(-1)!.id;
    case "first":
      return ids[0];
    case "last":
      return ids.at(-1);
  }
}
