// Made-up runs, drawn from a fixed seed, that look like real ones. Only for looking at and testing reports.

import type { Estimate } from "@leukogram/engine/core/estimate";
import { Rng } from "@leukogram/engine/core/rng";
import { CELL_TYPES } from "leukogram/cells/classes";
import type { ClassCurve } from "leukogram/evaluation/classCurves";
import { HEADLINES, type Headlines } from "leukogram/evaluation/figures";
import type { EpochRow, Evaluation, PairComparison } from "leukogram/evaluation/types";
import type { ComparedModel, ComparisonReportInput, RunReportInput } from "leukogram/report/types";

/** A confusion matrix of 5 classes in which some monocytes pass for lymphocytes. */
export const MATRIX: readonly (readonly number[])[] = [
  [86, 1, 2, 0, 0],
  [0, 305, 1, 0, 16],
  [1, 0, 1018, 14, 1],
  [0, 2, 21, 208, 3],
  [0, 31, 4, 1, 2624],
];

/** An estimate with limits by the normal approximation, which is near enough for a picture. */
export function estimate(value: number, n: number): Estimate {
  const half = 1.96 * Math.sqrt(Math.max(value * (1 - value), 0.25 / Math.max(n, 1)) / Math.max(n, 1));
  return { value, low: Math.max(0, value - half), high: Math.min(1, value + half) };
}

/** All figures of a confusion matrix. */
export function evaluationOf(
  matrix: readonly (readonly number[])[] = MATRIX,
  classes: readonly string[] = CELL_TYPES,
): Evaluation {
  const support = matrix.map((row) => row.reduce((sum, n) => sum + n, 0));
  const count = support.reduce((sum, n) => sum + n, 0);
  const perClass = classes.map((name, i) => {
    const called = matrix.reduce((sum, row) => sum + row[i]!, 0);
    const recall = support[i]! > 0 ? matrix[i]![i]! / support[i]! : 0;
    const precision = called > 0 ? matrix[i]![i]! / called : 0;
    const f1 = recall + precision > 0 ? (2 * recall * precision) / (recall + precision) : 0;
    return {
      class: name,
      support: support[i]!,
      precision: estimate(precision, called),
      recall: estimate(recall, support[i]!),
      f1: estimate(f1, support[i]!),
      rocAuc: support[i]! > 0 ? estimate(0.5 + (recall * precision) / 2, support[i]! * 8) : undefined,
    };
  });
  const mean = (key: "precision" | "recall" | "f1") =>
    perClass.reduce((sum, row) => sum + row[key].value, 0) / classes.length;
  const accuracy = matrix.reduce((sum, row, i) => sum + row[i]!, 0) / count;
  const others = Object.fromEntries(HEADLINES.map((name) => [name, estimate(0.5, count)])) as unknown as Headlines;
  return {
    count,
    classes,
    ...others,
    accuracy: estimate(accuracy, count),
    balancedAccuracy: estimate(mean("recall"), count / 3),
    macroF1: estimate(mean("f1"), count / 3),
    macroRocAuc: estimate(0.9935, count * 2),
    logLoss: { value: 0.1184, low: 0.1012, high: 0.1379 },
    kappa: estimate(accuracy - 0.02, count),
    matthews: estimate(accuracy - 0.018, count),
    perClass,
    confusionMatrix: matrix,
    report: reportText(perClass),
  };
}

function reportText(perClass: Evaluation["perClass"]): string {
  const rows = perClass.map(
    (row) =>
      `${row.class.padStart(12)}${[row.precision, row.recall, row.f1].map((e) => e.value.toFixed(4).padStart(11)).join("")}${String(row.support).padStart(11)}`,
  );
  return `${" ".repeat(12)}  precision     recall   f1-score    support\n\n${rows.join("\n")}\n`;
}

/** Epochs of a run that learns, then overfits a little, with the learning rate lowered on the way. */
export function historyOf(seed: number, { epochs = 30, floor = 0.1 } = {}): readonly EpochRow[] {
  const rng = new Rng(seed);
  return Array.from({ length: epochs }, (_, i) => {
    const loss = 1.5 * Math.exp(-i / 5) + floor * 0.5 + rng.normal(0, 0.008);
    const valLoss = 1.35 * Math.exp(-i / 4.4) + floor * 1.2 + Math.max(0, i - 16) * 0.003 + rng.normal(0, 0.025);
    const accuracy = 1 - 0.62 * Math.exp(-i / 4.6) - floor * 0.1 + rng.normal(0, 0.002);
    const valAccuracy = 1 - 0.55 * Math.exp(-i / 4) - floor * 0.25 + rng.normal(0, 0.006);
    const learningRate = i < 12 ? 0.001 : i < 20 ? 0.0005 : 0.00025;
    return { epoch: i + 1, loss, accuracy, valLoss, valAccuracy, learningRate, seconds: 12.4 };
  });
}

/** ROC curves that hug their corner, the further the greater `skill`. */
export function rocCurves(skill = 40): readonly ClassCurve[] {
  const rng = new Rng("roc");
  return CELL_TYPES.map((name) => {
    const power = skill * rng.uniform(0.5, 2);
    const fpr = Array.from({ length: 120 }, (_, i) => (i / 119) ** 3);
    const tpr = fpr.map((x) => 1 - (1 - x) ** power);
    return { class: name, x: fpr, y: tpr, area: estimate(power / (power + 1), 3000) };
  });
}

/** A whole run. */
export function runInput(changes: Partial<RunReportInput> = {}): RunReportInput {
  return {
    title: "MobileNetV2 on Raabin-WBC",
    model: "mobilenetV2",
    dataName: "Raabin-WBC (Train, Test-A)",
    evaluation: evaluationOf(),
    history: historyOf(1),
    costs: { parameters: 2_264_389, fileBytes: 9_183_442, trainingSeconds: 1873, millisecondsPerImage: 4.21 },
    classCounts: {
      train: { Basophil: 170, Eosinophil: 595, Lymphocyte: 1942, Monocyte: 449, Neutrophil: 4981 },
      validation: { Basophil: 42, Eosinophil: 149, Lymphocyte: 485, Monocyte: 112, Neutrophil: 1245 },
      test: { Basophil: 89, Eosinophil: 322, Lymphocyte: 1034, Monocyte: 234, Neutrophil: 2660 },
    },
    skipped: [
      { file: "Train/Neutrophil/20190526_162951_2.jpg", reason: "not a JPEG file: unexpected end of data" },
      { file: "Train/Monocyte/copy of 12.jpg", reason: "same bytes as Train/Monocyte/12.jpg" },
    ],
    settings: {
      model: "mobilenetV2",
      imageSize: [224, 224],
      batchSize: 32,
      epochs: 30,
      optimizer: { name: "adam", learningRate: 0.001, epsilon: 1e-7 },
      augmentation: { rotation: 20, horizontalFlip: true, zoom: [0.9, 1.1] },
      earlyStopping: null,
      seed: 0,
    },
    curves: { roc: rocCurves(), precisionRecall: [] },
    warnings: [
      "One seed only: another seed would give somewhat other figures.",
      "One laboratory only: expect a fall on slides that were stained or photographed elsewhere.",
    ],
    version: "0.1.0",
    bootstrap: { resamples: 2000, seed: 0 },
    command: "leukogram train ./Raabin-WBC --model mobilenetV2 --seed 0 --out runs/mobilenet",
    ...changes,
  };
}

function modelOf(name: string, floor: number, costs: ComparedModel["costs"]): ComparedModel {
  const rng = new Rng(name);
  const seeds = [0, 1, 2, 3, 4];
  const evaluations = seeds.map(() =>
    evaluationOf(
      MATRIX.map((row, i) => {
        const total = row.reduce((sum, n) => sum + n, 0);
        const wrong = row.map((n, j) => (i === j ? 0 : Math.round(n * floor * 10 * rng.uniform(0.8, 1.25))));
        const lost = wrong.reduce((sum, n) => sum + n, 0);
        return wrong.map((n, j) => (i === j ? total - lost : n));
      }),
    ),
  );
  return { name, evaluations, history: historyOf(seeds.length, { floor }), costs, trainAccuracy: 0.994, seeds };
}

/** A comparison of three models. */
export function comparisonInput(changes: Partial<ComparisonReportInput> = {}): ComparisonReportInput {
  const pair = (first: string, second: string, difference: Estimate, p: number, verdict: string): PairComparison => ({
    first,
    second,
    table: { both: 4102, firstOnly: 139, secondOnly: 61, neither: 37 },
    mcnemarP: p / 3,
    adjustedP: p,
    accuracyDifference: difference,
    balancedAccuracyDifference: { value: difference.value - 0.01, low: difference.low - 0.02, high: difference.high },
    verdict,
  });
  return {
    title: "Three ways to name a white blood cell",
    dataName: "Raabin-WBC, Test-A",
    models: [
      modelOf("CNN from scratch", 0.22, {
        parameters: 3_304_005,
        fileBytes: 13_260_112,
        trainingSeconds: 2210,
        millisecondsPerImage: 1.92,
      }),
      modelOf("MobileNetV2, frozen", 0.16, {
        parameters: 2_264_389,
        fileBytes: 9_183_442,
        trainingSeconds: 642,
        millisecondsPerImage: 4.21,
      }),
      modelOf("MobileNetV2, fine-tuned", 0.09, {
        parameters: 2_264_389,
        fileBytes: 9_183_442,
        trainingSeconds: 5433,
        millisecondsPerImage: undefined,
      }),
    ],
    comparisons: [
      pair(
        "MobileNetV2, fine-tuned",
        "CNN from scratch",
        { value: 0.0283, low: 0.0212, high: 0.0354 },
        0.00001,
        "MobileNetV2, fine-tuned is more accurate than CNN from scratch on these images (p < 0.001).",
      ),
      pair(
        "MobileNetV2, frozen",
        "CNN from scratch",
        { value: 0.0061, low: -0.0013, high: 0.0135 },
        0.124,
        "No difference in accuracy between MobileNetV2, frozen and CNN from scratch was shown.",
      ),
    ],
    warnings: ["One laboratory only: expect a fall on slides that were stained or photographed elsewhere."],
    notes: [
      {
        heading: "Why these differ from the published figures",
        paragraphs: [
          "The notebook augments before it splits, so that copies of one cell stand on both sides.",
          "Here the split comes first.",
        ],
      },
    ],
    version: "0.1.0",
    bootstrap: { resamples: 2000, seed: 0 },
    command: "leukogram reproduce ./Raabin-WBC --seeds 5",
    ...changes,
  };
}
