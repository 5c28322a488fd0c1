/**
 * How much a few labels are worth: draws some of each class of a laboratory's images, adapts a model by them, and judges
 * model and adapted model on all other images; several times. Writes results.json; draws that are done are not done again.
 *
 *   npx tsx scripts/adaptDraws.ts mobilenetv2-anylab elsewhere --labels 20 --draws 10 --out runs/draws
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Rng } from "@leukogram/engine/core/rng";
import { writeFileWhole } from "@leukogram/engine/formats/writeFile";
import { Command } from "commander";
import { adaptToLabels } from "leukogram/adaptation/fewLabels/adaptToLabels";
import { ownViews, testTimeClassifier } from "leukogram/adaptation/labelFree/testTimeClassifier";
import { openRun } from "leukogram/adaptation/openRun";
import { openToJudge } from "leukogram/data/laboratories";
import type { Sample } from "leukogram/data/sample";
import { evaluatePredictions } from "leukogram/evaluation/evaluate";
import { answerImages } from "leukogram/evaluation/evaluateModel";

interface Flags {
  readonly labels: string;
  readonly draws: string;
  readonly out: string;
  readonly home?: string;
  readonly threads?: string;
  readonly unlabelled?: boolean;
}

interface Draw {
  readonly labelled: number;
  readonly judged: number;
  readonly seconds: number;
  readonly way: string | undefined;
  /** Accuracy of the images that were not drawn. */
  readonly before: number;
  readonly after: number;
  /** What cross-validation on the labels said. */
  readonly expectedGain: { readonly value: number; readonly low: number; readonly high: number };
  /** Accuracy in the model's home laboratory. */
  readonly home: { readonly before: number; readonly after: number } | undefined;
}

async function draw(
  model: string,
  dir: string,
  seed: number,
  { labels, home, threads, unlabelled }: Flags,
): Promise<Draw> {
  const session = threads === undefined ? {} : { threads: Number(threads) };
  const { classes, samples } = openToJudge([dir]);
  const order = new Rng(seed).fork("draws").permutation(samples.length);
  const taken = new Map<number, number>();
  const isDrawn = new Array<boolean>(samples.length).fill(false);
  for (const i of order) {
    const { label } = samples[i]!;
    const count = taken.get(label) ?? 0;
    if (count >= Number(labels)) continue;
    taken.set(label, count + 1);
    isDrawn[i] = true;
  }
  const run = await openRun(model);
  const own = (sample: Sample): Sample => ({ ...sample, label: run.classes.indexOf(classes[sample.label]!) });
  const accuracy = async (set: { classes: readonly string[] }, judged: readonly Sample[]) => {
    const classifier = await testTimeClassifier(run, ownViews(run), session);
    const { predictions } = await answerImages(classifier, set, judged);
    await classifier.close();
    return evaluatePredictions(predictions, { resamples: 1 }).accuracy.value;
  };
  const rest = samples.filter((_, i) => !isDrawn[i]);
  const homeSet = home === undefined ? undefined : openToJudge([home]);
  const atHome = async () => (homeSet ? accuracy(homeSet, homeSet.samples) : Number.NaN);
  const [before, homeBefore] = [await accuracy({ classes }, rest), await atHome()];
  const started = performance.now();
  const few = samples.filter((_, i) => isDrawn[i]).map(own);
  const pool = unlabelled ? rest.map(({ path }) => path) : [];
  const result = await adaptToLabels(run, few, { ...session, seed, unlabelled: pool });
  const seconds = (performance.now() - started) / 1000;
  return {
    labelled: few.length,
    judged: rest.length,
    seconds,
    way: result.way?.name,
    before,
    after: await accuracy({ classes }, rest),
    expectedGain: result.gain.accuracy,
    home: homeSet && { before: homeBefore, after: await atHome() },
  };
}

const program = new Command()
  .argument("<model>", "run folder, or name of a built-in model")
  .argument("<dir>", "labelled images of another laboratory")
  .option("--labels <number>", "of each class, where there are so many", "20")
  .option("--draws <number>", "how often", "10")
  .option("--home <dir>", "labelled images of the model's own laboratory, to see what it loses there")
  .option("--unlabelled", "use the images that were not drawn as well, without their labels")
  .option("--threads <number>", "number of engine threads; default: one per core")
  .requiredOption("--out <dir>", "where results go")
  .parse();
const [model, dir] = program.args as [string, string];
const flags = program.opts<Flags>();
const draws: Draw[] = [];
for (let seed = 0; seed < Number(flags.draws); seed++) {
  const path = join(flags.out, `${seed}.json`);
  if (!existsSync(path)) await writeFileWhole(path, JSON.stringify(await draw(model, dir, seed, flags)));
  draws.push(JSON.parse(readFileSync(path, "utf8")) as Draw);
  const { before, after, seconds, way } = draws.at(-1)!;
  const percent = (share: number) => (100 * share).toFixed(1);
  process.stderr.write(`${seed}: ${percent(before)} %, then ${percent(after)} % (${way}, ${seconds.toFixed(0)} s)\n`);
}
const mean = (of: (draw: Draw) => number) => draws.reduce((sum, one) => sum + of(one), 0) / draws.length;
const worst = Math.min(...draws.map(({ before, after }) => after - before));
const summary = {
  before: mean(({ before }) => before),
  after: mean(({ after }) => after),
  worstChange: worst,
  seconds: mean(({ seconds }) => seconds),
  homeBefore: mean(({ home }) => home?.before ?? Number.NaN),
  homeAfter: mean(({ home }) => home?.after ?? Number.NaN),
};
await writeFileWhole(join(flags.out, "results.json"), `${JSON.stringify({ summary, draws }, undefined, 2)}\n`);
process.stdout.write(`${JSON.stringify(summary)}\n`);
