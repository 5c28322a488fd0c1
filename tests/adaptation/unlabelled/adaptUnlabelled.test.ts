import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type OpenRun, openRun } from "leukogram/adaptation/openRun";
import { adaptUnlabelled, voteOnFiles } from "leukogram/adaptation/unlabelled/adaptUnlabelled";
import { agreementOf, distilVotes, ENOUGH_AGREEMENT } from "leukogram/adaptation/unlabelled/distilVotes";
import { writeUnlabelledRun } from "leukogram/adaptation/unlabelled/writeUnlabelledRun";
import { openData } from "leukogram/data/dataset";
import { splitDataset } from "leukogram/data/sampling/split";
import { parseScale } from "leukogram/data/scale/scale";
import { drawSmears } from "leukogram/data/smears/synthetic";
import { loadClassifier } from "leukogram/evaluation/classifier";
import { classifyFiles } from "leukogram/evaluation/classifyFiles";
import { argmax } from "leukogram/metrics/topKAccuracy";
import { trainModel } from "leukogram/training/trainModel";
import { beforeAll, describe, expect, test } from "vitest";
import { smallRecipe, temporaryFolder } from "../../training/sets.ts";

const dir = temporaryFolder();
const home = join(dir, "home");
const options = { threads: 1, seed: 1 };
let paths: readonly string[];

beforeAll(async () => {
  await drawSmears(join(dir, "smears"), { count: 12, testCount: 1, imageSize: 40 });
  const { train } = openData(join(dir, "smears"));
  const parts = splitDataset(train, { validationFraction: 0.4 });
  await trainModel({ ...train, samples: parts.train }, parts.validation, smallRecipe({ epochs: 6 }), { out: home });
  await drawSmears(join(dir, "elsewhere"), { count: 42, testCount: 1, imageSize: 40, seed: 5 });
  paths = openData(join(dir, "elsewhere")).train.samples.map(({ path }) => path);
}, 400_000);

const weightsOf = ({ model }: OpenRun) => [...model.weights.values()].map(({ value }) => value);

describe("adapting by cells without labels", () => {
  test("a head learns any votes on fewer cells than it has features", async () => {
    const run = await openRun(home);
    const { cells } = await voteOnFiles(run, paths.slice(0, 7), options);
    const { data, width } = cells.features;
    expect(width).toBeGreaterThan(7);
    // Each cell's answer is moved by one class.
    const votes = cells.own.map((row) => row.map((_, k) => row[(k + 1) % row.length]!));
    expect(agreementOf(run, data, votes)).toBe(0);
    expect(distilVotes(run, { features: data, votes, home: undefined })).toBeGreaterThanOrEqual(ENOUGH_AGREEMENT);
    expect(agreementOf(run, data, votes)).toBeGreaterThanOrEqual(ENOUGH_AGREEMENT);
  }, 400_000);

  test("votes that the head can't give leave the weights as they were", async () => {
    const run = await openRun(home);
    const before = weightsOf(run);
    const result = await adaptUnlabelled(run, paths, { ...options, homeLoss: 1 });
    expect(result.adapted).toBe((result.agreement ?? 0) >= ENOUGH_AGREEMENT);
    if (!result.adapted) expect(weightsOf(run)).toEqual(before);
  }, 400_000);

  test("the run folder answers as was said, or is the model as it was", async () => {
    const run = await openRun(home);
    const before = weightsOf(run);
    const result = await adaptUnlabelled(run, paths, { ...options, homeLoss: 1 });
    if (!result.adapted) expect(weightsOf(run)).toEqual(before);
    const samples = paths.map((path) => ({ file: path, path, label: 0, group: path }));
    const out = join(dir, "out");
    const scale = parseScale("40px");
    await writeUnlabelledRun({ ...run, scale }, { result, out, from: home, samples });
    const classifier = await loadClassifier(out, { threads: 1 });
    let i = 0;
    for await (const { probabilities } of classifyFiles(classifier, [...paths])) {
      const told = result.after.rows[i++]!.probabilities;
      for (const [k, value] of probabilities!.entries()) expect(value).toBeCloseTo(told[k]!, 3);
    }
    await classifier.close();
    const file = JSON.parse(readFileSync(join(out, "adaptation.json"), "utf8"));
    expect(file).toMatchObject({ from: home, adapted: result.adapted, signs: { cells: paths.length } });
    expect(existsSync(join(out, "predictions", "unlabelled-after.csv"))).toBe(true);
    const again = await openRun(out);
    expect(again.scale).toEqual(scale);
    expect(again.memory!.labels).toEqual(run.memory!.labels);
    expect(again.home.looks.length).toBe(run.home.looks.length + (result.adapted ? 1 : 0));
  }, 400_000);

  test("few cells, and one class alone, leave the weights as they were", async () => {
    const run = await openRun(home);
    const before = weightsOf(run);
    const few = await adaptUnlabelled(run, paths.slice(0, 30), options);
    expect(few).toMatchObject({ adapted: false, share: 0, agreement: undefined });
    expect(few.reason).toMatch(/^\d+ different cells are too few for a vote/);
    expect(few.after).toBe(few.before);
    expect(weightsOf(run)).toEqual(before);
    const { cells } = await voteOnFiles(run, paths, options);
    const most = argmax([0, 1, 2, 3, 4].map((k) => cells.own.filter((row) => argmax(row) === k).length));
    const alike = paths.filter((_, i) => argmax(cells.own[i]!) === most);
    const one = await voteOnFiles(run, alike, options);
    expect(one.signs.largest.share).toBeGreaterThan(0.9);
    expect(one.fault).toBeDefined();
  }, 400_000);
});
