import { join } from "node:path";
import { adaptToLabels } from "leukogram/adaptation/fewLabels/adaptToLabels";
import { suggestCells } from "leukogram/adaptation/fewLabels/suggestCells";
import { writeAdaptedRun } from "leukogram/adaptation/fewLabels/writeAdaptedRun";
import { type OpenRun, openRun } from "leukogram/adaptation/openRun";
import { openData } from "leukogram/data/dataset";
import type { Sample } from "leukogram/data/sample";
import { splitDataset } from "leukogram/data/sampling/split";
import { drawSmears } from "leukogram/data/smears/synthetic";
import { loadClassifier } from "leukogram/evaluation/classifier";
import { answerImages } from "leukogram/evaluation/evaluateModel";
import { FEWEST_PICTURES } from "leukogram/metrics/familiarity";
import { trainModel } from "leukogram/training/trainModel";
import { beforeAll, describe, expect, test } from "vitest";
import { rejection, smallRecipe, temporaryFolder } from "../../training/sets.ts";

const dir = temporaryFolder();
const home = join(dir, "home");
let samples: readonly Sample[];
const HEAD = { name: "head", pull: 0.01, blockRate: 0, blockSteps: 0 };
const BLOCKS = { name: "blocks", pull: 0.1, blockRate: 1e-3, blockSteps: 6 };
const options = { threads: 1, seed: 1, ways: [HEAD] };

beforeAll(async () => {
  await drawSmears(join(dir, "smears"), { count: 10, testCount: 1, imageSize: 40 });
  const { train } = openData(join(dir, "smears"));
  const parts = splitDataset(train, { validationFraction: 0.4 });
  // Little trained, so that there is something to gain.
  const recipe = smallRecipe({ model: "cnn-wide", epochs: 2 });
  await trainModel({ ...train, samples: parts.train }, parts.validation, recipe, { out: home });
  await drawSmears(join(dir, "elsewhere"), { count: 8, testCount: 1, imageSize: 40, seed: 5 });
  // Each by itself: of whole slides, five are too few to show a gain here.
  samples = openData(join(dir, "elsewhere")).train.samples.map((sample) => ({ ...sample, group: sample.file }));
}, 400_000);

const weightsOf = ({ model }: OpenRun) => [...model.weights.values()].map(({ value }) => value);

describe("adapting by a few labels", () => {
  test("gains, says how much, and writes a model that is what was judged", async () => {
    const run = await openRun(home);
    expect(run.memory?.labels.length).toBeGreaterThan(0);
    const result = await adaptToLabels(run, samples, { ...options, ways: [HEAD, BLOCKS], homeLoss: 1 });
    expect(result.adapted).toBe(true);
    expect(result.after.evaluation.accuracy.value).toBeGreaterThan(result.before.evaluation.accuracy.value);
    const { value, low, high } = result.gain.accuracy;
    expect(value).toBeCloseTo(result.after.evaluation.accuracy.value - result.before.evaluation.accuracy.value, 10);
    expect(low <= value && value <= high).toBe(true);
    expect(result.tried.map(({ name }) => name)).toContain(result.way!.name);
    const out = join(dir, "adapted");
    await writeAdaptedRun(run, { result, out, from: home, samples });
    const again = await openRun(out);
    expect(weightsOf(again)).toEqual(weightsOf(run));
    expect(again.memory!.labels).toEqual([...run.memory!.labels, ...samples.map(({ label }) => label)]);
    const classifier = await loadClassifier(out, { threads: 1 });
    const { predictions } = await answerImages(classifier, run, samples);
    await classifier.close();
    const right = predictions.rows.filter(
      ({ label, probabilities }) => probabilities[label!] === Math.max(...probabilities),
    );
    expect(right.length / samples.length).toBeGreaterThanOrEqual(result.after.evaluation.accuracy.value);
  }, 400_000);

  test("knows the new laboratory again by its other pictures too, where few have labels", async () => {
    const run = await openRun(home);
    const few = samples.filter(({ label }, i) => label < 2 && i % 2 === 0);
    expect(few.length).toBeLessThan(FEWEST_PICTURES);
    const pool = samples.filter((sample) => !few.includes(sample)).map(({ path }) => path);
    // Whatever these labels teach: what is asked is how a changed model is written.
    const result = { ...(await adaptToLabels(run, few, { ...options, homeLoss: 1 })), adapted: true };
    const looksOf = async (name: string, unlabelled: readonly string[]) => {
      const out = join(dir, name);
      await writeAdaptedRun(run, { result, out, from: home, samples: few, unlabelled });
      return (await openRun(out)).home.looks.length - run.home.looks.length;
    };
    expect(await looksOf("few", [])).toBe(0);
    expect(await looksOf("few-and-pool", pool)).toBe(1);
  }, 400_000);

  test("equal seeds give equal weights, and what lies below the last blocks stays as it was", async () => {
    const runs = [await openRun(home), await openRun(home), await openRun(home)] as const;
    const few = samples.filter((_, i) => i % 2 === 0);
    for (const run of runs.slice(0, 2)) await adaptToLabels(run, few, { ...options, ways: [BLOCKS], homeLoss: 1 });
    expect(weightsOf(runs[0])).toEqual(weightsOf(runs[1]));
    expect(runs[0].model.layer("conv2d").weights).toEqual(runs[2].model.layer("conv2d").weights);
    expect(weightsOf(runs[0])).not.toEqual(weightsOf(runs[2]));
  }, 400_000);

  test("judges on slides that it had not seen, where there are five or more", async () => {
    const slides = samples.map((sample, i) => ({ ...sample, group: `slide ${i % 5}` }));
    const judge = async (given: readonly Sample[]) =>
      (await adaptToLabels(await openRun(home), given, { ...options, homeLoss: 1 })).tried.map(
        ({ logLoss }) => logLoss,
      );
    const [bySlide, byCell, fewSlides] = [
      await judge(slides),
      await judge(samples),
      await judge(samples.map((sample, i) => ({ ...sample, group: `slide ${i % 4}` }))),
    ];
    expect(bySlide).not.toEqual(byCell);
    expect(fewSlides).toEqual(byCell);
  }, 400_000);

  test("labels that mean nothing change nothing", async () => {
    const run = await openRun(home);
    const before = weightsOf(run);
    const nonsense = samples.map((sample, i) => ({ ...sample, label: (i * 7) % 5 }));
    const result = await adaptToLabels(run, nonsense, options);
    if (result.adapted) expect(result.gain.balancedAccuracy.value).toBeGreaterThanOrEqual(0);
    else {
      expect(weightsOf(run)).toEqual(before);
      expect(result.share).toBe(0);
    }
  }, 400_000);

  test("the own laboratory loses no more than it may", async () => {
    const run = await openRun(home);
    const result = await adaptToLabels(run, samples, { ...options, homeLoss: 0 });
    expect(result.home!.after).toBeGreaterThanOrEqual(result.home!.before);
  }, 400_000);

  test("asks for two classes with two cells", async () => {
    const run = await openRun(home);
    const one = samples.filter(({ label }) => label === 2);
    const error = await rejection(adaptToLabels(run, one, options));
    expect(error.message).toMatch(
      /^ERR_DATA adapting needs at least two classes with at least two labelled cells each, received Basophil 0, .*Lymphocyte 8, /,
    );
  });
});

describe("cells to label next", () => {
  const paths = () => samples.map(({ path }) => path);

  test("are as many as asked for, each once, the same for the same seed", async () => {
    const run = await openRun(home);
    const first = await suggestCells(run, paths(), { ...options, count: 6 });
    expect(new Set(first.map(({ path }) => path)).size).toBe(6);
    expect(await suggestCells(run, paths(), { ...options, count: 6 })).toEqual(first);
    for (const { predicted, probability } of first) {
      expect(run.classes).toContain(predicted);
      expect(probability).toBeGreaterThanOrEqual(1 / run.classes.length);
    }
  });

  test("are not like each other, nor like those that have a label", async () => {
    const run = await openRun(home);
    const [one, two, three] = paths() as [string, string, string];
    const twice = await suggestCells(run, [one, one, one, two, three], { ...options, count: 3 });
    expect(new Set(twice.map(({ path }) => path)).size).toBe(3);
    const rest = await suggestCells(run, [one, one, two, three], { ...options, count: 2, labelled: [one] });
    expect(rest.map(({ path }) => path).sort()).toEqual([two, three].sort());
  });

  test("are all there are where more are asked for", async () => {
    const run = await openRun(home);
    expect((await suggestCells(run, paths().slice(0, 3), { ...options, count: 9 })).length).toBe(3);
  });
});
