/**
 * Leaves each ingredient of a preset out, or puts another in, and trains on a small budget: what does it do at home and
 * in a laboratory that was not trained on? Writes results.json, table.md and differences.svg; runs that are finished are not run again.
 *
 *   npx tsx scripts/ablate.ts --data cells/Train --away jtsc=elsewhere --weights mobilenet_v2.h5 --out runs/ablation
 *
 * Home is the validation part of the training images, which is not learned from.
 */
import { spawn } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Command } from "commander";
import { readRecipe } from "../src/cli/options.ts";
import type { Estimate } from "../src/core/estimate.ts";
import { openData } from "../src/data/dataset.ts";
import { openToJudge } from "../src/data/laboratories.ts";
import { splitDataset } from "../src/data/split.ts";
import { loadClassifier } from "../src/evaluation/classifier.ts";
import { comparePredictions } from "../src/evaluation/compare.ts";
import { evaluatePredictions } from "../src/evaluation/evaluate.ts";
import { answerImages } from "../src/evaluation/evaluateModel.ts";
import { readPredictionsCsv, writePredictionsCsv } from "../src/evaluation/predictionsCsv.ts";
import type { Predictions } from "../src/evaluation/types.ts";
import { writeFileWhole } from "../src/formats/writeFile.ts";
import { differencePlot } from "../src/report/plots/differencePlot.ts";
import { parseRecipe } from "../src/training/recipe.ts";
import { trainModel } from "../src/training/trainModel.ts";

type Settings = Readonly<Record<string, unknown>>;

/** What is left out of the preset, or put in; null takes a setting away. */
const VARIANTS: readonly { readonly name: string; readonly settings: Settings }[] = [
  { name: "the preset", settings: {} },
  {
    name: "without finding the cell",
    settings: { cellDiameters: null, cellHue: null, cellDensity: null, cellWhite: null },
  },
  { name: "with a white background", settings: { cellWhite: true } },
  {
    name: "with a white background and the nucleus's hue",
    settings: { cellWhite: true, cellHue: 1, cellDensity: 0.7 },
  },
  { name: "without scale", settings: { scaleMin: 0.625, scaleMax: 0.625 } },
  { name: "without shift", settings: { shift: 0 } },
  { name: "without rotation and flips", settings: { rotation: 0, horizontalFlip: false, verticalFlip: false } },
  { name: "without background", settings: { background: 0 } },
  { name: "without stain", settings: { stain: 0, stainColour: 0 } },
  { name: "without exposure and white balance", settings: { exposure: 0, whiteBalance: 0 } },
  { name: "without gamma and contrast", settings: { gamma: 0, contrast: 0 } },
  { name: "without saturation and hue", settings: { saturation: 0, hue: 0 } },
  { name: "without defocus", settings: { defocus: 0 } },
  { name: "with noise", settings: { noise: 8 } },
  { name: "without sharpening", settings: { sharpen: 0 } },
  { name: "without JPEG", settings: { jpeg: 0 } },
  { name: "with more white balance", settings: { whiteBalance: 0.9 } },
  { name: "with elastic bending", settings: { elastic: 0.04 } },
  { name: "with vignette", settings: { vignette: 0.3 } },
  { name: "with mixup and CutMix", settings: { mixup: 0.2, cutmix: 1 } },
  { name: "with all blocks learning", settings: { unfreezeFrom: null, frozen: false } },
  { name: "with one rate for head and backbone", settings: { backboneRate: 1 } },
  { name: "with layer decay 0.8", settings: { layerDecay: 0.8 } },
  { name: "with frozen batch normalisation", settings: { batchNorm: "frozen" } },
  { name: "with decay of all weights", settings: { decayNorms: true } },
  { name: "without label smoothing", settings: { labelSmoothing: 0 } },
  { name: "with an average of weights", settings: { averageDecay: 0.995 } },
  { name: "without warm-up", settings: { warmupEpochs: 0 } },
  { name: "with images that grow", settings: { startSize: 64 } },
  { name: "with one view", settings: { views: 1 } },
];

interface Flags {
  readonly data: string;
  readonly away: string;
  readonly weights: string;
  readonly out: string;
  readonly preset: string;
  readonly imageSize: string;
  readonly fieldSize: string;
  readonly epochs: string;
  readonly seeds: string;
  readonly jobs: string;
  /** Set in the process of one training: variant and seed. */
  readonly job?: string;
}

/** One training. */
interface Job {
  readonly variant: (typeof VARIANTS)[number];
  readonly seed: number;
  readonly out: string;
}

/** Where no limits are wanted. */
const ONCE = { resamples: 1 };
const SCRIPT = fileURLToPath(import.meta.url);
const [HOME, AWAY] = ["home.csv", "away.csv"];

const jobOf = (v: number, seed: number, { out }: Flags): Job => ({
  variant: VARIANTS[v]!,
  seed,
  out: join(out, `${String(v).padStart(2, "0")}-${seed}`),
});

async function main(flags: Flags): Promise<void> {
  if (flags.job !== undefined) {
    const [v, seed] = flags.job.split(",").map(Number) as [number, number];
    return trainAndJudge(jobOf(v, seed, flags), flags);
  }
  const seeds = Array.from({ length: Number(flags.seeds) }, (_, seed) => seed);
  // Seed by seed, so that what is cut off has every variant once.
  const jobs = seeds.flatMap((seed) => VARIANTS.map((_, v) => jobOf(v, seed, flags)));
  mkdirSync(flags.out, { recursive: true });
  let next = 0;
  const worker = async () => {
    for (let i = next++; i < jobs.length; i = next++) {
      await runJob(jobs[i]!, flags);
      process.stderr.write(`${i + 1} of ${jobs.length}: ${jobs[i]!.variant.name}, seed ${jobs[i]!.seed}\n`);
    }
  };
  await Promise.all(Array.from({ length: Number(flags.jobs) }, worker));
  await writeResults(jobs, seeds, flags);
}

// A process of its own, so that two trainings share nothing.
async function runJob(job: Job, flags: Flags): Promise<void> {
  if (existsSync(join(job.out, AWAY))) return;
  const given = Object.entries(flags).flatMap(([key, value]) =>
    typeof value === "string" ? [`--${key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`, value] : [],
  );
  const args = ["--import", "tsx", SCRIPT, ...given, "--job", `${VARIANTS.indexOf(job.variant)},${job.seed}`];
  await new Promise<void>((resolve, reject) => {
    const child = spawn(process.execPath, args, { stdio: ["ignore", "ignore", "inherit"] });
    child.on("exit", (code) => (code === 0 ? resolve() : reject(new Error(`${job.variant.name}: ended with ${code}`))));
  });
}

// Trains without the validation images, and judges them and the other laboratory's.
async function trainAndJudge({ variant, seed, out }: Job, flags: Flags): Promise<void> {
  const base = { ...readRecipe(flags.preset), imageSize: Number(flags.imageSize), fieldSize: Number(flags.fieldSize) };
  const settings = { ...base, epochs: Number(flags.epochs), ...variant.settings, seed, threads: 1 };
  const recipe = parseRecipe(Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== null)));
  const { train } = openData(flags.data);
  const parts = splitDataset(train, { validationFraction: recipe.validation, seed });
  const samples = { ...train, samples: parts.train };
  await trainModel(samples, parts.validation, recipe, { out, weights: flags.weights, resume: true });
  const classifier = await loadClassifier(out, { threads: 1 });
  const home = await answerImages(classifier, train, parts.validation);
  await writePredictionsCsv(join(out, HOME), home.predictions);
  const elsewhere = openToJudge([flags.away]);
  const away = await answerImages(classifier, elsewhere, elsewhere.samples);
  await writePredictionsCsv(join(out, AWAY), away.predictions);
  await classifier.close();
}

interface Row {
  readonly name: string;
  readonly settings: Settings;
  /** Accuracy at home, and accuracy and balanced accuracy away, by seed. */
  readonly seeds: readonly { readonly home: number; readonly away: number; readonly awayBalanced: number }[];
  /** Away, this variant less the preset, over all seeds' answers; limits by bootstrap over images. */
  readonly difference: { readonly accuracy: Estimate; readonly balanced: Estimate } | undefined;
}

async function writeResults(jobs: readonly Job[], seeds: readonly number[], flags: Flags): Promise<void> {
  const name = flags.away.split("=")[0]!;
  const read = (job: Job, path: string) => readPredictionsCsv(join(job.out, path));
  const answers = new Map<Job, { home: Predictions; away: Predictions }>();
  // Runs that were cut off are left out, and so are variants without any.
  for (const job of jobs)
    if (existsSync(join(job.out, AWAY))) answers.set(job, { home: await read(job, HOME), away: await read(job, AWAY) });
  const of = (variant: Job["variant"]) => [...answers].filter(([job]) => job.variant === variant);
  const together = (variant: Job["variant"], wanted: readonly number[]): Predictions => {
    const all = of(variant).filter(([{ seed }]) => wanted.includes(seed));
    return {
      classes: all[0]![1].away.classes,
      // An image's answers by several seeds are drawn together.
      rows: all.flatMap(([{ seed }, { away }]) =>
        ofKnownClasses(away).map((row) => ({ ...row, file: `${seed}/${row.file}`, group: row.file })),
      ),
    };
  };
  const preset = VARIANTS[0]!;
  const rows = VARIANTS.filter((variant) => of(variant).length > 0).map((variant): Row => {
    const both = of(variant).map(([{ seed }]) => seed);
    const [pair] =
      variant === preset
        ? []
        : comparePredictions([
            { name: variant.name, predictions: together(variant, both) },
            { name: preset.name, predictions: together(preset, both) },
          ]);
    return {
      ...variant,
      seeds: of(variant).map(([, { home, away }]) => ({
        home: evaluatePredictions(home, ONCE).accuracy.value,
        away: evaluatePredictions(away, ONCE).accuracy.value,
        awayBalanced: balancedOver20(away),
      })),
      difference: pair && { accuracy: pair.accuracyDifference, balanced: pair.balancedAccuracyDifference },
    };
  });
  const result = { budget: { ...flags, seeds: seeds.length }, rows };
  await writeFileWhole(join(flags.out, "results.json"), `${JSON.stringify(result, undefined, 2)}\n`);
  await writeFileWhole(join(flags.out, "table.md"), table(rows, name));
  const changes = rows.flatMap(({ name: variant, difference }) =>
    difference ? [{ name: variant, difference: difference.balanced }] : [],
  );
  const title = `Balanced accuracy on ${name} against the preset`;
  await writeFileWhole(join(flags.out, "differences.svg"), differencePlot(changes, { title }));
  process.stdout.write(table(rows, name));
}

/** A class of fewer images away says nothing. */
const FEW = 20;

/** Answers to images of classes with 20 images or more: one image of a class must not count a fifth. */
function ofKnownClasses({ rows }: Predictions): Predictions["rows"] {
  const support = (label: number | undefined) => rows.filter((row) => row.label === label).length;
  return rows.filter(({ label }) => support(label) >= FEW);
}

const balancedOver20 = (predictions: Predictions) =>
  evaluatePredictions({ ...predictions, rows: ofKnownClasses(predictions) }, ONCE).balancedAccuracy.value;

function table(rows: readonly Row[], away: string): string {
  const percent = (value: number) => (100 * value).toFixed(1);
  const mean = (values: readonly number[]) => {
    if (values.length < 2) return percent(values[0]!);
    return `${percent(values.reduce((a, b) => a + b) / values.length)} (${values.map(percent).join(", ")})`;
  };
  const points = (estimate: Estimate | undefined) =>
    estimate === undefined
      ? ""
      : `${estimate.value >= 0 ? "+" : ""}${percent(estimate.value)} (${percent(estimate.low)} to ${percent(estimate.high)})`;
  const lines = rows.map(({ name, seeds, difference }) =>
    [
      name,
      mean(seeds.map(({ home }) => home)),
      mean(seeds.map((seed) => seed.away)),
      mean(seeds.map(({ awayBalanced }) => awayBalanced)),
      points(difference?.accuracy),
      points(difference?.balanced),
    ].join(" | "),
  );
  const head = `Variant | Home, accuracy | ${away}, accuracy | ${away}, balanced | Accuracy against the preset | Balanced`;
  return [`| ${head} |`, `|${"---|".repeat(6)}`, ...lines.map((line) => `| ${line} |`), ""].join("\n");
}

const program = new Command()
  .requiredOption("--data <dir>", "training images; their test part is not looked at")
  .requiredOption("--away <name=dir>", "labelled images of another laboratory")
  .requiredOption("--weights <file>", "ImageNet weights")
  .requiredOption("--out <dir>", "where runs and results go")
  .option("--preset <name>", "what ingredients are left out of", "anylab")
  .option("--image-size <pixels>", "budget", "96")
  .option("--field-size <pixels>", "budget", "156")
  .option("--epochs <number>", "budget", "3")
  .option("--seeds <number>", "trainings of each variant", "2")
  .option("--jobs <number>", "trainings at a time, one thread each; 0 sums up what is there", "2")
  .option("--job <variant,seed>", "one training alone");
await main(program.parse().opts<Flags>());
