/**
 * How often a healthy count carries a flag of disease: classifies a labelled folder once, then draws counts with healthy
 * shares from it, and says how many of these are flagged. Of an unfamiliar laboratory at most 5 % should be.
 *
 *   npx tsx scripts/healthyDraws.ts mobilenetv2-anylab --data elsewhere --draws 200 --cells 100
 *
 * Shares are those of `healthySharesOf`. Cells are drawn with replacement, as folders have few of some types.
 */

import { Rng } from "@leukogram/engine/core/rng";
import { Command } from "commander";
import { openToJudge } from "leukogram/data/laboratories";
import { healthySharesOf } from "leukogram/differential/healthyShares";
import { readRanges } from "leukogram/differential/referenceRanges";
import { reportAnswers } from "leukogram/differential/reportAnswers";
import type { DifferentialReport } from "leukogram/differential/types";
import { loadClassifier } from "leukogram/evaluation/classifier";
import { classifyFiles } from "leukogram/evaluation/classifyFiles";
import { rollUpPredictions } from "leukogram/evaluation/rollUp";
import type { Prediction, Predictions } from "leukogram/evaluation/types";
import { clopperPearson } from "leukogram/metrics/limits/proportion";

interface Flags {
  readonly data: string;
  readonly draws: string;
  readonly cells: string;
  readonly seed: string;
  readonly types: string;
  readonly threads?: string;
}

/** The model's answers to each image, with the name of its class. */
async function answers(model: string, { data, threads }: Flags) {
  const dataset = openToJudge([data]);
  const classifier = await loadClassifier(model, threads === undefined ? {} : { threads: Number(threads) });
  try {
    const rows: Prediction[] = [];
    const paths = dataset.samples.map(({ path }) => path);
    for await (const { probabilities, familiarity, error } of classifyFiles(classifier, paths)) {
      if (probabilities === undefined) throw error;
      const { file, group } = dataset.samples[rows.length]!;
      rows.push({
        ...{ file, group, label: undefined },
        probabilities,
        ...(familiarity !== undefined && { familiarity }),
      });
    }
    return { dataset, predictions: { classes: classifier.classes, rows } };
  } finally {
    await classifier.close();
  }
}

/** A class, as often as its share says. */
function drawClass(shares: readonly number[], rng: Rng): number {
  let left = rng.uniform();
  for (const [k, share] of shares.entries()) {
    if (left < share) return k;
    left -= share;
  }
  return shares.findLastIndex((share) => share > 0);
}

const program = new Command()
  .argument("<model>", "run folder, model file, or name of a shipped model")
  .requiredOption("--data <dir>", "labelled cells of one laboratory")
  .option("--draws <number>", "counts that are drawn", "200")
  .option("--cells <number>", "cells in each", "100")
  .option("--types <all|five>", "types that are counted", "all")
  .option("--seed <number>", "random seed", "0")
  .option("--threads <number>", "number of engine threads; default: one per core")
  .parse();
const flags = program.opts<Flags>();
const { dataset, predictions: found } = await answers(program.args[0]!, flags);
const predictions: Predictions = flags.types === "five" ? rollUpPredictions(found) : found;
const ranges = readRanges();
const places = dataset.classes.map((_, label) =>
  [...dataset.samples.keys()].filter((i) => dataset.samples[i]!.label === label),
);
const reports = Array.from({ length: Number(flags.draws) }, (_, draw) => {
  const rng = new Rng(Number(flags.seed)).fork(`healthy ${draw}`);
  const shares = healthySharesOf(dataset.classes, ranges, rng);
  const rows = Array.from({ length: Number(flags.cells) }, () => {
    const own = places[drawClass(shares, rng)]!;
    return predictions.rows[own[rng.integer(own.length)]!]!;
  });
  const count = (given: readonly Prediction[]) => reportAnswers({ ...predictions, rows: given }, { ranges });
  return { given: count(rows), trusted: count(rows.map(({ familiarity: _, ...row }) => row)) };
});

const isOpen = (flag: string) => flag.includes("The count is too small");
const share = (count: number) => {
  const { low, high } = clopperPearson(count, reports.length);
  return `${count} of ${reports.length}, ${((100 * count) / reports.length).toFixed(1)} % (95 % ${(100 * low).toFixed(1)} to ${(100 * high).toFixed(1)})`;
};
const having = (kind: "given" | "trusted", has: (report: DifferentialReport) => boolean) =>
  share(reports.filter((report) => has(report[kind])).length);
const isDisease = ({ flags: said }: DifferentialReport) => said.some((flag) => !isOpen(flag));
console.log(`Healthy counts of ${flags.cells} cells out of ${flags.data} (${dataset.samples.length} images)
With flags withheld:           ${having("given", ({ withheld }) => withheld !== undefined)}
With a flag of disease:        ${having("given", isDisease)}
With one that is left open:    ${having("given", ({ flags: said }) => said.some(isOpen))}
With a flag of disease, were flags never withheld: ${having("trusted", isDisease)}`);
