import { existsSync } from "node:fs";
import { accuracy, balancedAccuracy } from "leukogram/metrics/accuracy";
import { cohenKappa, matthews } from "leukogram/metrics/agreement";
import { averagePrecision } from "leukogram/metrics/averagePrecision";
import {
  classificationReport,
  classificationReportDict,
  type ReportDict,
} from "leukogram/metrics/classificationReport";
import { confusionMatrix } from "leukogram/metrics/confusionMatrix";
import { clopperPearson, wilson } from "leukogram/metrics/limits/proportion";
import { mcnemarChiSquared, mcnemarExact } from "leukogram/metrics/mcnemar";
import { brierScore, logLoss } from "leukogram/metrics/probabilityScores";
import { rocAuc } from "leukogram/metrics/rocAuc";
import { rocCurve } from "leukogram/metrics/rocCurve";
import { argmax, topKAccuracy } from "leukogram/metrics/topKAccuracy";
import { wilcoxonSignedRank } from "leukogram/metrics/wilcoxon";
import { describe, expect, it } from "vitest";
import { shared, sharedJson } from "../support/shared.ts";

interface CountedLimits {
  count: number;
  of: number;
  interval: [number, number];
}

interface Golden {
  classes: string[];
  labels: number[];
  probabilities: number[][];
  predictions2: number[];
  classificationReport: string;
  classificationReport4Digits: string;
  classificationReportDict: ReportDict;
  reportWithEmptyClass: string;
  confusionMatrix: number[][];
  accuracy: number;
  balancedAccuracy: number;
  cohenKappa: number;
  matthews: number;
  logLoss: number;
  brierMulticlassSum: number;
  rocAucOvrMacro: number;
  rocAucOvrWeighted: number;
  rocAucOvoMacro: number;
  averagePrecision: number[];
  top2: number;
  roc: Record<string, { fpr: number[]; tpr: number[]; thresholds: (number | "inf")[] }>;
  mcnemar: { table: [[number, number], [number, number]]; exactP: number; chi2CorrectedP: number };
  clopperPearson95: CountedLimits[];
  wilson95: CountedLimits[];
  wilcoxon: { x: number[]; p: number };
}

const FILE = "golden/metrics.json";
const present = existsSync(shared(FILE));
if (!present) console.warn(`skipped: the reference data ${FILE} is not beside this checkout`);

describe.skipIf(!present)("metrics of scikit-learn, SciPy and statsmodels", () => {
  const golden = present ? sharedJson<Golden>(FILE) : ({} as Golden);
  const { classes, labels, probabilities } = golden;
  const numClasses = classes?.length ?? 0;
  const predicted = (probabilities ?? []).map(argmax);
  const matrix = present ? confusionMatrix(labels, predicted, { numClasses }) : [];

  it("counts the same confusion matrix", () => {
    expect(matrix).toEqual(golden.confusionMatrix);
  });

  it("writes the report to the letter", () => {
    expect(classificationReport(matrix, classes)).toBe(golden.classificationReport);
    expect(classificationReport(matrix, classes, { digits: 4 })).toBe(golden.classificationReport4Digits);
  });

  it("writes the report of a class without images to the letter", () => {
    const withEmpty = confusionMatrix([0, 0, 1, 1], [0, 0, 1, 0], { numClasses: 3 });
    expect(classificationReport(withEmpty, ["a", "b", "c"])).toBe(golden.reportWithEmptyClass);
  });

  it("gives the report as data", () => {
    const dict = classificationReportDict(matrix, classes);
    expect(Object.keys(dict)).toEqual(Object.keys(golden.classificationReportDict));
    expect(flatten(dict)).toEqual(flatten(golden.classificationReportDict));
  });

  it("agrees on every figure from the confusion matrix", () => {
    expectClose(accuracy(matrix), golden.accuracy);
    expectClose(balancedAccuracy(matrix), golden.balancedAccuracy);
    expectClose(cohenKappa(matrix), golden.cohenKappa);
    expectClose(matthews(matrix), golden.matthews);
  });

  it("agrees on every figure from the probabilities", () => {
    expectClose(logLoss(labels, probabilities), golden.logLoss);
    expectClose(brierScore(labels, probabilities), golden.brierMulticlassSum);
    expectClose(topKAccuracy(labels, probabilities, { k: 2 }), golden.top2);
    expectClose(rocAuc(labels, probabilities), golden.rocAucOvrMacro);
    expectClose(rocAuc(labels, probabilities, { average: "ovr-weighted" }), golden.rocAucOvrWeighted);
    expectClose(rocAuc(labels, probabilities, { average: "ovo-macro" }), golden.rocAucOvoMacro);
  });

  it("draws the same ROC curves and precision-recall areas", () => {
    for (const [k, name] of classes.entries()) {
      const positive = labels.map((label) => label === k);
      const scores = probabilities.map((row) => row[k]!);
      const curve = rocCurve(positive, scores);
      const expected = golden.roc[name]!;
      expect(curve.thresholds).toEqual(expected.thresholds.map((t) => (t === "inf" ? Number.POSITIVE_INFINITY : t)));
      expect(curve.fpr).toHaveLength(expected.fpr.length);
      for (const [i, fpr] of expected.fpr.entries()) expectClose(curve.fpr[i], fpr);
      for (const [i, tpr] of expected.tpr.entries()) expectClose(curve.tpr[i], tpr);
      expectClose(averagePrecision(positive, scores), golden.averagePrecision[k]!);
    }
  });

  it("agrees on McNemar's test, from the answers on", () => {
    const right = predicted.map((answer, i) => answer === labels[i]);
    const right2 = golden.predictions2.map((answer, i) => answer === labels[i]);
    const firstOnly = right.filter((is, i) => is && !right2[i]).length;
    const secondOnly = right2.filter((is, i) => is && !right[i]).length;
    expect([firstOnly, secondOnly]).toEqual([golden.mcnemar.table[0][1], golden.mcnemar.table[1][0]]);
    expectClose(mcnemarExact({ firstOnly, secondOnly }), golden.mcnemar.exactP);
    expectClose(mcnemarChiSquared({ firstOnly, secondOnly }).p, golden.mcnemar.chi2CorrectedP);
  });

  it("agrees on limits of shares", () => {
    for (const { count, of, interval } of golden.clopperPearson95) {
      const { low, high } = clopperPearson(count, of);
      expectClose(low, interval[0]);
      expectClose(high, interval[1]);
    }
    for (const { count, of, interval } of golden.wilson95) {
      const { low, high } = wilson(count, of);
      expectClose(low, interval[0]);
      expectClose(high, interval[1]);
    }
  });

  it("agrees on Wilcoxon's test", () => {
    expectClose(wilcoxonSignedRank(golden.wilcoxon.x).p, golden.wilcoxon.p);
  });
});

function expectClose(received: number | undefined, expected: number): void {
  expect(received).toBeDefined();
  expect(Math.abs(received! - expected)).toBeLessThanOrEqual(1e-9);
}

// Twelve digits, for the last bit is not promised.
function flatten(dict: ReportDict): [string, number][] {
  return Object.entries(dict).flatMap(([heading, row]): [string, number][] =>
    typeof row === "number"
      ? [[heading, Number(row.toPrecision(12))]]
      : Object.entries(row).map(([key, value]) => [`${heading}.${key}`, Number((value as number).toPrecision(12))]),
  );
}
