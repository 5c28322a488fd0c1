// Which cells stand where: sections by label, rows of a grid, and the way of the arrow keys through them.
import { calledLabel } from "leukogram/review/answer";
import { inLabelOrder } from "../labels.ts";
import { hasCropAlarm } from "./cropAlarms.ts";
import type { Filter, GalleryCell, Order, SectionKey } from "./types.ts";

/** Cells of one label. */
export interface Section {
  readonly key: SectionKey;
  readonly cells: readonly GalleryCell[];
}

/** What stands in a row: a section's title, before its first cell, or a cell. */
export type Item =
  | { readonly kind: "title"; readonly section: Section }
  | { readonly kind: "cell"; readonly section: Section; readonly cell: GalleryCell };

/** A row of the gallery: sections follow each other in it, so that small ones take little room. */
export type Row = readonly Item[];

const FILTERS: Readonly<Record<Filter, (cell: GalleryCell) => boolean>> = {
  all: () => true,
  unsure: (cell) => cell.isRejected,
  unfamiliar: (cell) => cell.isUnfamiliar,
  crop: hasCropAlarm,
  unreviewed: (cell) => cell.label === null && cell.status !== "bad",
};

function sectionOf(cell: GalleryCell): SectionKey {
  if (cell.status === "bad") return "bad";
  return calledLabel(cell) ?? "unread";
}

function inOrder(cells: readonly GalleryCell[], order: Order): readonly GalleryCell[] {
  if (order === "number") return cells;
  const rank = (cell: GalleryCell) => (cell.isRejected ? -1 : 0) + (cell.certainty ?? 1);
  return cells
    .map((cell) => ({ cell, rank: rank(cell) }))
    .sort((a, b) => a.rank - b.rank || a.cell.number - b.cell.number)
    .map(({ cell }) => cell);
}

/** Sections that have cells, what waits first, then, if wanted, what is unidentified. @param cells by number. */
export function sectionsOf(
  cells: readonly GalleryCell[],
  { order, filter, isUnidentifiedFirst = false }: { order: Order; filter: Filter; isUnidentifiedFirst?: boolean },
) {
  const groups = new Map<SectionKey, GalleryCell[]>();
  for (const cell of cells.filter(FILTERS[filter])) {
    const key = sectionOf(cell);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [cell]);
    else group.push(cell);
  }
  const first = ["unread", ...(isUnidentifiedFirst ? ["Unidentified"] : [])];
  const named = inLabelOrder([...groups.keys()].filter((key) => ![...first, "bad"].includes(key)));
  const keys: readonly SectionKey[] = [...first, ...named, "bad"];
  return keys.flatMap((key): Section[] => {
    const found = groups.get(key);
    return found === undefined ? [] : [{ key, cells: inOrder(found, order) }];
  });
}

/** Rows of a grid with so many columns; a title stands in the row of its first cell, where there is more than one column. */
export function rowsOf(sections: readonly Section[], columns: number): Row[] {
  const rows: Item[][] = [];
  const put = (item: Item) => {
    const last = rows.at(-1);
    const isLonely = item.kind === "title" && last?.length === columns - 1;
    if (last === undefined || last.length === columns || isLonely) rows.push([item]);
    else last.push(item);
  };
  for (const section of sections) {
    put({ kind: "title", section });
    for (const cell of section.cells) put({ kind: "cell", section, cell });
  }
  return rows;
}

/** Where each cell stands. */
export interface Places {
  readonly ids: readonly string[];
  readonly rowOf: ReadonlyMap<string, number>;
}

/** The cells in the order in which they stand, and the row of each. */
export function placesOf(rows: readonly Row[]): Places {
  const rowOf = new Map<string, number>();
  for (const [i, row] of rows.entries()) for (const item of row) if (item.kind === "cell") rowOf.set(item.cell.id, i);
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
  const cellsOf = (row: number) => cellsIn(rows[row] ?? []);
  const column = rows[at]!.findIndex((item) => item.kind === "cell" && item.cell.id === from);
  const inRow = (step: 1 | -1, times: number): string => {
    let found = at;
    for (let row = at + step; row >= 0 && row < rows.length && times > 0; row += step)
      if (cellsOf(row).length > 0) {
        found = row;
        times--;
      }
    return nearestIn(rows[found]!, column);
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
      return cellsOf(at)[0]!.id;
    case "rowEnd":
      return cellsOf(at).at(-1)!.id;
    case "first":
      return ids[0];
    case "last":
      return ids.at(-1);
  }
}

const cellsIn = (row: Row) => row.flatMap((item) => (item.kind === "cell" ? [item.cell] : []));

// The cell of a column, and where that has a title, or nothing, the one beside it.
function nearestIn(row: Row, column: number): string {
  const cells = row.flatMap((item, i) =>
    item.kind === "cell" ? [{ id: item.cell.id, away: Math.abs(i - column) }] : [],
  );
  return cells.reduce((best, one) => (one.away < best.away ? one : best)).id;
}
