import { resolve } from "node:path";
import { LeukogramError } from "@leukogram/engine/core/errors";
import { Rng } from "@leukogram/engine/core/rng";
import { CELL_TYPES } from "leukogram/cells/classes";
import { countsAs } from "leukogram/review/labels";
import type { CountedCell } from "../../store/knownCells.ts";

/** A cell whose class a reader stands for. */
export interface KnownCell {
  readonly sha256: string;
  readonly case: string;
  /** One of the model's classes. */
  readonly label: string;
  /** Whether a reader gave the label; else a signature confirmed the model's. */
  readonly isLabelled: boolean;
}

/** Cells to learn from, and cells to judge by. */
export interface Parted {
  readonly learn: readonly KnownCell[];
  readonly judge: readonly KnownCell[];
}

/** Share of each class that is held out. */
const HELD_OUT = 0.3;
/** Cells of a class that count, of two classes at least, and of all together. */
const NEEDED_OF_A_CLASS = 5;
const NEEDED = 20;
/** Cells of a class that are learned from: more make little difference, and each takes memory. */
const MOST_OF_A_CLASS = 60;
/** Cells of a class that are judged by. */
const MOST_JUDGED = 200;

/**
 * Parts cells of known class by chance, each class in the same proportion: of some nothing is learned, so that they can
 * judge. An image that is there several times is one cell. Those that are held out are drawn from all; among those to learn from, a
 * reader's labels go before what a signature confirmed, as they are what the model did not know.
 *
 * @throws ERR_DATA if there are too few; the message says how many are needed.
 */
export function holdOut(cells: readonly KnownCell[], seed = 0): Parted {
  const classes = byClass(cells);
  requireEnough(classes);
  const rng = new Rng(seed).fork("held out");
  const learn: KnownCell[] = [];
  const judge: KnownCell[] = [];
  for (const [label, own] of [...classes].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const shuffled = rng.fork(label).shuffle([...own].sort((a, b) => (a.sha256 < b.sha256 ? -1 : 1)));
    // Of a class with two cells or fewer nothing can be judged.
    const held = own.length < 3 ? 0 : Math.max(1, Math.round(own.length * HELD_OUT));
    judge.push(...shuffled.slice(0, Math.min(held, MOST_JUDGED)));
    const rest = shuffled.slice(held);
    const labelled = rest.filter(({ isLabelled }) => isLabelled);
    const confirmed = rest.filter(({ isLabelled }) => !isLabelled);
    learn.push(...[...labelled, ...confirmed].slice(0, MOST_OF_A_CLASS));
  }
  return { learn, judge };
}

function byClass(cells: readonly KnownCell[]): Map<string, KnownCell[]> {
  const known = new Map<string, KnownCell>();
  for (const cell of cells) {
    const other = known.get(cell.sha256);
    if (other === undefined || (cell.isLabelled && !other.isLabelled)) known.set(cell.sha256, cell);
  }
  const classes = new Map<string, KnownCell[]>();
  for (const cell of known.values()) classes.set(cell.label, [...(classes.get(cell.label) ?? []), cell]);
  return classes;
}

function requireEnough(classes: ReadonlyMap<string, readonly KnownCell[]>): void {
  const counts = [...classes].map(([label, { length }]) => ({ label, length }));
  const all = counts.reduce((sum, { length }) => sum + length, 0);
  const large = counts.filter(({ length }) => length >= NEEDED_OF_A_CLASS).length;
  if (all >= NEEDED && large >= 2) return;
  const found = counts.map(({ label, length }) => `${label} ${length}`).sort();
  throw new LeukogramError(
    "ERR_DATA",
    `adapting needs ${NEEDED} cells of known class, with at least two classes of ${NEEDED_OF_A_CLASS} cells; there are ${all}${found.length > 0 ? ` (${found.join(", ")})` : ""}`,
    { hint: "Review more cells, or sign more cases: a signature confirms the model's predictions." },
  );
}

/** From so many cases on, limits are found by drawing whole cases; fewer say too little of how cases differ. */
const MANY_CASES = 20;

/** Cells as a manifest CSV, which `leukogram adapt` reads; the column `group` holds what belongs together. */
export function manifestOf(cells: readonly KnownCell[], pathOf: (sha256: string) => string): string {
  const areMany = new Set(cells.map((cell) => cell.case)).size >= MANY_CASES;
  const lines = cells.map((cell) =>
    [resolve(pathOf(cell.sha256)), cell.label, areMany ? cell.case : cell.sha256].map(quoted).join(","),
  );
  return `${["file,class,group", ...lines].join("\n")}\n`;
}

/** Images as a manifest CSV of files alone. */
export function listOf(images: readonly string[], pathOf: (sha256: string) => string): string {
  return `${["file", ...images.map((sha256) => quoted(resolve(pathOf(sha256))))].join("\n")}\n`;
}

const quoted = (text: string) => `"${text.replace(/"/g, '""')}"`;

const isOfFive = (counted: string) => (CELL_TYPES as readonly string[]).includes(counted);

/** Cells that a model can learn from, and how many it can't, by what they are called. */
export interface Learnable {
  readonly known: readonly KnownCell[];
  readonly leftOut: Readonly<Record<string, number>>;
}

/**
 * Cells as classes of a model: each as it is called if the model has that class, else as what it counts as. Cells that are
 * neither, such as artefacts, are left out.
 *
 * @throws ERR_DATA if cells count as what the model has several classes for: it would learn from all cells but these.
 */
export function asClasses(classes: readonly string[], cells: readonly CountedCell[]): Learnable {
  const known: KnownCell[] = [];
  const leftOut: Record<string, number> = {};
  const coarse = new Set<string>();
  for (const { called, label: counted, ...cell } of cells) {
    const label = [called, counted].find((name) => classes.includes(name));
    if (label !== undefined) known.push({ ...cell, label });
    else if (isOfFive(counted) && classes.some((name) => countsAs(name) === counted)) coarse.add(counted);
    else leftOut[called] = (leftOut[called] ?? 0) + 1;
  }
  if (coarse.size === 0) return { known, leftOut };
  throw new LeukogramError(
    "ERR_DATA",
    `the active model has several classes for ${[...coarse].sort().join(", ")}, which labels do not tell apart`,
    { hint: "Activate a model of the five types, or adapt without labels." },
  );
}
