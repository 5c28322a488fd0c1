/**
 * How often weeks of one laboratory's cells are said to drift, and how often changed ones are: draws of cells with other shares of classes each
 * week, their pictures as they are, or changed by sharp. Prints one JSON object.
 *
 *   npx tsx scripts/laboratory/weekDrifts.ts FOLDER [draws]
 *
 * FOLDER: class folders, such as ../shared/data/pbc/Train.
 */
import { basename, dirname } from "node:path";
import { Rng } from "@leukogram/engine/core/rng";
import { driftsOf } from "@leukogram/laboratory/server/figures/drift";
import { MEASURES, type MeasuredCells } from "@leukogram/laboratory/store/figures";
import { walkImages } from "leukogram/data/folders/walk";
import { coloursOf, looksOf } from "leukogram/data/microscopy/measures";
import { findNucleus } from "leukogram/data/microscopy/nucleus";
import sharp, { type Sharp } from "sharp";

const [folder, draws = "300"] = process.argv.slice(2);
if (folder === undefined) throw new Error("npx tsx scripts/laboratory/weekDrifts.ts FOLDER [draws]");

/** Weeks before the one that is judged, and cells of each. */
const [BEFORE, CELLS] = [5, 200];

const CHANGES: Readonly<Record<string, (image: Sharp) => Sharp>> = {
  none: (image) => image,
  "10 % smaller": (image) => image.resize({ width: 324, height: 327, fit: "fill" }),
  "10 % larger": (image) => image.resize({ width: 396, height: 399, fit: "fill" }),
  "10 % darker": (image) => image.linear(0.9, 0),
  "blue less 20 %": (image) => image.linear([1, 1, 0.8], [0, 0, 0]),
  "paler: a fifth of the way to white": (image) => image.linear(0.8, 51),
};

interface Seen {
  readonly predicted: string;
  readonly values: readonly (number | undefined)[];
}

async function seen(path: string, change: (image: Sharp) => Sharp): Promise<Seen> {
  const { data, info } = await change(sharp(path).removeAlpha()).raw().toBuffer({ resolveWithObject: true });
  const image = { data: new Uint8Array(data), width: info.width, height: info.height };
  const { background, cast, stain, hue } = coloursOf(looksOf(image));
  const values = [background, cast, stain, hue, findNucleus(image)?.diameter];
  return { predicted: basename(dirname(path)), values };
}

function weekOf(cells: readonly Seen[], week: string): MeasuredCells[] {
  return [...new Set(cells.map(({ predicted }) => predicted))].map((predicted) => {
    const own = cells.filter((cell) => cell.predicted === predicted);
    const known = MEASURES.map((_, i) => own.flatMap(({ values }) => values[i] ?? []));
    const sums = known.map((values) => values.reduce((sum, value) => sum + value, 0));
    return { week, model: "", predicted, counts: known.map(({ length }) => length), sums };
  });
}

// Cells by chance; each class as often as its own weight of that week says.
function drawn(cells: readonly Seen[], rng: Rng): Seen[] {
  const weights = new Map(cells.map(({ predicted }) => [predicted, 0]));
  for (const name of weights.keys()) weights.set(name, rng.uniform());
  const keys = cells.map((cell) => ({ cell, key: rng.uniform() ** (1 / weights.get(cell.predicted)!) }));
  return keys
    .sort((a, b) => b.key - a.key)
    .slice(0, CELLS)
    .map(({ cell }) => cell);
}

const paths = walkImages(folder);
const usual: Seen[] = [];
for (const path of paths) usual.push(await seen(path, (image) => image));
const result: Record<string, unknown> = {
  folder: basename(folder),
  cells: usual.length,
  draws: Number(draws),
  of: CELLS,
};
for (const [name, change] of Object.entries(CHANGES)) {
  const changed: Seen[] = [];
  for (const path of paths) changed.push(await seen(path, change));
  const rng = new Rng(1);
  const flagged = MEASURES.map(() => 0);
  const largest = MEASURES.map(() => 0);
  let weeks = 0;
  for (let draw = 0; draw < Number(draws); draw++) {
    const before = Array.from({ length: BEFORE }, (_, i) => weekOf(drawn(usual, rng), `2026-01-0${i + 1}`)).flat();
    const { measures } = driftsOf([...before, ...weekOf(drawn(changed, rng), "2026-02-01")]).at(-1)!;
    for (const [i, measure] of MEASURES.entries()) {
      if (measures[measure].isDrift) flagged[i]!++;
      largest[i] = Math.max(largest[i]!, Math.abs(measures[measure].change ?? 0));
    }
    if (MEASURES.some((measure) => measures[measure].isDrift)) weeks++;
  }
  const of = (values: readonly number[]) => Object.fromEntries(MEASURES.map((measure, i) => [measure, values[i]]));
  result[name] = { weeks, flagged: of(flagged), largest: of(largest.map((value) => Number(value.toPrecision(3)))) };
}
process.stdout.write(`${JSON.stringify(result, null, 1)}\n`);
