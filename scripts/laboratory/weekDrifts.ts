/**
 * How often weeks of one laboratory's cells are said to drift, and how often changed ones are. Each draw has five weeks without a cell in common,
 * each with other shares of classes; the pictures of the last are as they are, or changed by sharp, and all are classified as the server does.
 * Weeks of a laboratory that varies are drawn too: with an effect of each week, of a normal distribution, on one measure. Prints one JSON object.
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
import { coloursOf } from "leukogram/data/microscopy/measures";
import { scaleOfFiles } from "leukogram/data/scale/laboratoryScales";
import { loadClassifier } from "leukogram/evaluation/classifier";
import { bringImage } from "leukogram/evaluation/classifierFacts";
import { argmax } from "leukogram/metrics/topKAccuracy";
import sharp, { type Sharp } from "sharp";

const [folder, draws = "200"] = process.argv.slice(2);
if (folder === undefined) throw new Error("npx tsx scripts/laboratory/weekDrifts.ts FOLDER [draws]");

/** Weeks of a draw; at most so many cells each. */
const [WEEKS, MOST_CELLS] = [5, 200];
/** Weeks of a draw with effects, which may share cells. */
const LONG = 24;

const resized = (factor: number) => async (image: Sharp) => {
  const { width, height } = await image.metadata();
  return image.resize({ width: Math.round(factor * width), height: Math.round(factor * height), fit: "fill" });
};
const CHANGES: Readonly<Record<string, (image: Sharp) => Sharp | Promise<Sharp>>> = {
  none: (image) => image,
  "10 % smaller": resized(0.9),
  "10 % larger": resized(1.1),
  "10 % darker": (image) => image.linear(0.9, 0),
  "20 % less blue": (image) => image.linear([1, 1, 0.8], [0, 0, 0]),
  "a fifth of the way to white": (image) => image.linear(0.8, 51),
};

/** Standard deviations of the effects of weeks: grey levels of the background, shares of the nucleus. */
const EFFECTS = { background: [5, 10, 20], nucleus: [0.03, 0.06, 0.1] } as const;

interface Seen {
  readonly label: string;
  readonly predicted: string;
  readonly values: readonly (number | null)[];
}

const classifier = await loadClassifier("cnn-anylab");
const paths = walkImages(folder);
const { file, scale } = await scaleOfFiles(paths);
const redCell = (file ?? scale)?.redCell;

async function seen(path: string, change: (image: Sharp) => Sharp | Promise<Sharp>): Promise<Seen> {
  const { data, info } = await (await change(sharp(path).removeAlpha())).raw().toBuffer({ resolveWithObject: true });
  const image = { data: new Uint8Array(data), width: info.width, height: info.height };
  const { pixels, looks, crop } = bringImage(image, classifier, redCell);
  const { background, cast, stain, hue } = coloursOf(looks!);
  const predicted = classifier.classes[argmax(await classifier.probabilities(pixels, 1))]!;
  const values = [background, cast, stain, hue, crop?.nucleus?.diameter ?? null];
  return { label: basename(dirname(path)), predicted, values };
}

const weekAt = (place: number) => new Date(Date.UTC(2026, 0, 5) + place * 7 * 86_400e3).toISOString().slice(0, 10);

function rowsOf(cells: readonly Seen[], place: number, changed = (value: number, _measure: string) => value) {
  return [...new Set(cells.map(({ predicted }) => predicted))].map((predicted): MeasuredCells => {
    const own = cells.filter((cell) => cell.predicted === predicted);
    const known = MEASURES.map((name, i) =>
      own.flatMap(({ values }) => (values[i] == null ? [] : changed(values[i], name))),
    );
    const sum = (of: (value: number) => number) =>
      known.map((all) => all.reduce((total, value) => total + of(value), 0));
    const counts = known.map(({ length }) => length);
    return { week: weekAt(place), model: "", predicted, counts, sums: sum((v) => v), squares: sum((v) => v * v) };
  });
}

// Places of cells, without any in common; each class as often as its own weight of that week says.
function drawn(cells: readonly Seen[], rng: Rng): number[][] {
  const size = Math.min(MOST_CELLS, Math.floor(cells.length / WEEKS));
  let left = cells.map((_, i) => i);
  return Array.from({ length: WEEKS }, () => {
    const weights = new Map([...new Set(cells.map(({ label }) => label))].map((label) => [label, rng.uniform()]));
    const keys = left.map((place) => ({ place, key: rng.uniform() ** (1 / weights.get(cells[place]!.label)!) }));
    const sorted = keys.sort((a, b) => b.key - a.key).map(({ place }) => place);
    left = sorted.slice(size);
    return sorted.slice(0, size);
  });
}

/** Judges draws of rows: all weeks of each, or the last alone. */
function judge(of: (rng: Rng) => MeasuredCells[], isLast: boolean) {
  const rng = new Rng(1);
  const named = (value: (measure: (typeof MEASURES)[number]) => number) =>
    Object.fromEntries(MEASURES.map((measure) => [measure, value(measure)]));
  const weeks = Array.from({ length: Number(draws) }, () => driftsOf(of(rng)).slice(isLast ? -1 : 0)).flat();
  const judged = weeks.filter(({ measures }) => MEASURES.some((name) => measures[name].change !== null));
  return {
    judged: judged.length,
    drifting: judged.filter(({ measures }) => MEASURES.some((name) => measures[name].isDrift)).length,
    by: named((name) => judged.filter(({ measures }) => measures[name].isDrift).length),
    largest: named((name) =>
      Number(Math.max(...judged.map(({ measures }) => Math.abs(measures[name].change ?? 0))).toPrecision(3)),
    ),
  };
}

const results: Record<string, unknown> = {
  folder: basename(folder),
  cells: paths.length,
  draws: Number(draws),
  redCell,
};
let usual: Seen[] = [];
for (const [name, change] of Object.entries(CHANGES)) {
  const cells: Seen[] = [];
  for (const path of paths) cells.push(await seen(path, change));
  if (usual.length === 0) usual = cells;
  const weeks = (rng: Rng) =>
    drawn(usual, rng).flatMap((places, week) =>
      rowsOf(
        places.map((place) => (week === WEEKS - 1 ? cells : usual)[place]!),
        week,
      ),
    );
  results[name] = judge(weeks, true);
}
for (const [measure, deviations] of Object.entries(EFFECTS))
  for (const deviation of deviations) {
    const weeks = (rng: Rng) =>
      Array.from({ length: LONG }, (_, week) => {
        const effect = deviation * rng.normal();
        const changed = (value: number, name: string) =>
          name !== measure ? value : measure === "nucleus" ? value * (1 + effect) : value + effect;
        const own = Array.from({ length: MOST_CELLS }, () => usual[Math.floor(rng.uniform() * usual.length)]!);
        return rowsOf(own, week, changed);
      }).flat();
    results[`${measure}, effects of weeks ${deviation}`] = judge(weeks, false);
  }
await classifier.close();
process.stdout.write(`${JSON.stringify(results, null, 1)}\n`);
