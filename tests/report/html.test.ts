import { LeukogramError } from "@leukogram/engine/core/errors";
import { comparisonTable } from "leukogram/report/comparisonTable";
import { comparisonReport, runReport } from "leukogram/report/text/html";
import { describe, expect, it } from "vitest";
import { comparisonInput, evaluationOf, historyOf, MATRIX, rocCurves, runInput } from "./fixtures.ts";
import { findAll, type Node, parseXml, textOf, texts } from "./parseXml.ts";

const HOSTILE = `<script>alert("x")</script> & 'more' <img src=x onerror=1>`;

/** Parses a page; asserts that it needs nothing else and that all its links lead somewhere. */
function expectSoundPage(html: string): Node {
  const root = parseXml(html);
  expect(html.startsWith("<!doctype html>")).toBe(true);
  expect(html).not.toMatch(/<script|<link|<img|@import|url\(|NaN|Infinity|\[object|>undefined</);
  expect(html.replaceAll('xmlns="http://www.w3.org/2000/svg"', "")).not.toMatch(/(src|href)="(?!#)/);
  const ids = findAll(root, ({ attributes }) => "id" in attributes).map(({ attributes }) => attributes.id!);
  expect(new Set(ids).size).toBe(ids.length);
  for (const { attributes } of findAll(root, ({ name }) => name === "a"))
    expect(ids).toContain(attributes.href!.slice(1));
  expect(textOf(root)).toContain("Research use only; not a medical device.");
  return root;
}

const text = (html: string) => textOf(expectSoundPage(html)).replace(/\s+/g, " ");

describe("runReport", () => {
  it("opens with the headline figures, their limits and what was got wrong", () => {
    const root = expectSoundPage(runReport(runInput()));
    const values = findAll(root, ({ attributes }) => attributes.class === "value").map(textOf);
    expect(values).toEqual(["97.7 %", "95.5 %", "95.6 %", "0.994"]);
    expect(textOf(root)).toContain(
      "Of 4,339 test images, 4,241 were classified correctly: 97.7 % (97.3 to 98.2). " +
        "Hardest class: Monocyte, recall 88.9 % (84.9 to 92.9). " +
        "Most frequent mistake: Neutrophil taken for Eosinophil, 31 images (1.2 % of that class).",
    );
  });

  it("holds the five plots", () => {
    const root = expectSoundPage(runReport(runInput()));
    const titles = findAll(root, ({ attributes }) => attributes.role === "img").map((svg) => texts(svg, "title")[0]);
    expect(titles).toEqual([
      "Confusion matrix",
      "Precision, recall and F1 of each class",
      "ROC curves, each class against the rest",
      "Precision and recall, each class against the rest",
      "Learning curves",
    ]);
  });

  it("tells data, costs, settings, method and warnings", () => {
    const page = text(runReport(runInput()));
    for (const part of [
      "Raabin-WBC (Train, Test-A)",
      "8,137",
      "2 images skipped.",
      "not a JPEG file: unexpected end of data",
      "2,264,389",
      "9.2 MB",
      "31 min 13 s",
      "4.21 ms",
      "optimizer.learningRate",
      "2,000 resamples, seed 0",
      "One seed only",
      "leukogram train ./Raabin-WBC",
      "Leukogram 0.1.0",
      "f1-score",
    ]) {
      expect(page).toContain(part);
    }
  });

  it("tells processor time beside the time on the clock", () => {
    const { costs } = runInput();
    const timed = { ...costs, trainingCpuSeconds: 3601, cpuMillisecondsPerImage: 8.1 };
    const page = text(runReport(runInput({ costs: timed })));
    expect(page).toContain("31 min 13 s (CPU 1 h 0 min)");
    expect(page).toContain("4.21 ms (CPU 8.10 ms)");
    expect(text(runReport(runInput()))).not.toContain("(CPU");
  });

  it("escapes every text of the user", () => {
    const evaluation = evaluationOf(MATRIX, [HOSTILE, "B", "C", "D", "E"]);
    const html = runReport(
      runInput({
        title: HOSTILE,
        model: HOSTILE,
        dataName: HOSTILE,
        evaluation: { ...evaluation, report: HOSTILE },
        skipped: [{ file: HOSTILE, reason: HOSTILE }],
        settings: { [HOSTILE]: HOSTILE, list: [HOSTILE] },
        curves: { roc: [{ ...rocCurves()[0]!, class: HOSTILE }], precisionRecall: [] },
        warnings: [HOSTILE],
        command: HOSTILE,
        version: HOSTILE,
      }),
    );
    expect(texts(expectSoundPage(html), "h1")).toEqual([HOSTILE]);
  });

  it("stands with nothing but one epoch, no validation and a class without images", () => {
    const evaluation = evaluationOf([[0, 0, 0, 0, 0], ...MATRIX.slice(1)]);
    const unknown = { value: Number.NaN, low: Number.NaN, high: Number.NaN };
    const html = runReport(
      runInput({
        evaluation: { ...evaluation, macroRocAuc: undefined, logLoss: unknown },
        history: historyOf(1, { epochs: 1 }).map((row) => ({ ...row, valLoss: undefined, valAccuracy: undefined })),
        costs: {
          parameters: undefined,
          fileBytes: undefined,
          trainingSeconds: undefined,
          millisecondsPerImage: undefined,
        },
        classCounts: { train: {}, validation: {}, test: {} },
        skipped: [],
        settings: {},
        curves: { roc: [], precisionRecall: [] },
        warnings: [],
        bootstrap: undefined,
        command: undefined,
      }),
    );
    const page = text(html);
    expect(page).toContain("log loss n/a");
    expect(page).toContain("No images were skipped.");
    expect(page).toContain("not recorded");
    expect(page).not.toContain("Read this before using these results");
  });

  it("gives the same bytes for the same input", () => {
    expect(runReport(runInput())).toBe(runReport(runInput()));
  });
});

describe("comparisonReport", () => {
  it("sets the models side by side", () => {
    const root = expectSoundPage(comparisonReport(comparisonInput()));
    const [table] = findAll(root, ({ name }) => name === "table");
    const rows = findAll(table!, ({ name }) => name === "tr").map((row) =>
      row.children.map((cell) => (typeof cell === "string" ? cell : textOf(cell))),
    );
    expect(rows[0]).toEqual([
      "Model",
      "Accuracy",
      "Balanced accuracy",
      "Macro F1",
      "Gap",
      "Training",
      "Parameters",
      "File size",
      "Per image",
    ]);
    expect(rows[3]!.slice(4)).toEqual(["+1.5 points(training 99.4 %)", "1 h 31 min", "2,264,389", "9.2 MB", "n/a"]);
  });

  it("gives the verdicts in words, with both p values and both differences", () => {
    const page = text(comparisonReport(comparisonInput()));
    expect(page).toContain("No difference in accuracy between MobileNetV2, frozen and CNN from scratch was shown.");
    expect(page).toContain("accuracy +0.6 points (\u22120.1 to 1.4), balanced accuracy \u22120.4 points");
    expect(page).toContain("Exact McNemar test: p = 0.041; after Holm\u2019s correction p = 0.124.");
    expect(page).toContain("only CNN from scratch 61");
  });

  it("tells processor time of models whose runs know it, as text too", () => {
    const [first, second, third] = comparisonInput().models;
    const costs = { ...first!.costs, trainingCpuSeconds: 4000, cpuMillisecondsPerImage: 3.5 };
    const seeds = { ...second!, trainingSeconds: [600, 700], trainingCpuSeconds: [1100, 1300] };
    // One seed of two is of an older version.
    const mixed = { ...third!, trainingSeconds: [5000, 5100], trainingCpuSeconds: [9000] };
    const models = [{ ...first!, costs }, seeds, mixed];
    const page = text(comparisonReport(comparisonInput({ models })));
    expect(page).toContain("36 min 50 sCPU 1 h 7 min");
    expect(page).toContain("1.92 msCPU 3.50 ms");
    expect(page).toContain("CPU 20 min 0 s");
    const [header, ...rows] = comparisonTable(models).split("\n");
    expect(header).toMatch(/ Training +CPU +Parameters /);
    expect(rows[0]).toMatch(/ 2210 s +4000 s .* 1\.9 ms \(CPU 3\.5 ms\)$/);
    expect(rows[2]).toMatch(/ s\) +- /);
    expect(comparisonTable(comparisonInput().models)).not.toContain("CPU");
  });

  it("shows the spread over seeds only where there are several", () => {
    expect(text(comparisonReport(comparisonInput()))).toContain("Variation between seeds");
    const models = comparisonInput().models.map((model) => ({
      ...model,
      evaluations: model.evaluations.slice(0, 1),
      seeds: [0],
    }));
    expect(text(comparisonReport(comparisonInput({ models })))).not.toContain("Variation between seeds");
  });

  it("has the notes as headings and paragraphs", () => {
    const root = expectSoundPage(comparisonReport(comparisonInput()));
    expect(texts(root, "h2")).toContain("Why these differ from the published figures");
    expect(texts(root, "p")).toContain("Here the split comes first.");
  });

  it("escapes every text of the user", () => {
    const { models, comparisons } = comparisonInput();
    const html = comparisonReport(
      comparisonInput({
        title: HOSTILE,
        dataName: HOSTILE,
        models: [{ ...models[0]!, name: HOSTILE }],
        comparisons: [{ ...comparisons[0]!, first: HOSTILE, verdict: HOSTILE }],
        notes: [{ heading: HOSTILE, paragraphs: [HOSTILE] }],
        warnings: [HOSTILE],
      }),
    );
    expect(texts(expectSoundPage(html), "h2")).toContain(HOSTILE);
  });

  it("stands with one model, no comparison and no training accuracy", () => {
    const [{ trainAccuracy: _, ...model }] = comparisonInput().models as [
      ReturnType<typeof comparisonInput>["models"][0],
    ];
    const input = comparisonInput({ models: [{ ...model, history: [] }], comparisons: [], warnings: [], notes: [] });
    const page = text(comparisonReport(input));
    expect(page).toContain("No pairs were compared.");
    expect(page).not.toContain("No epochs were recorded.");
  });

  it("stands where two models have the same name and figures", () => {
    const [model] = comparisonInput().models;
    expectSoundPage(comparisonReport(comparisonInput({ models: [model!, model!] })));
  });

  it("refuses a model without an evaluation", () => {
    const [model] = comparisonInput().models;
    const make = () => comparisonReport(comparisonInput({ models: [{ ...model!, evaluations: [] }] }));
    expect(make).toThrow(LeukogramError);
    expect(make).toThrow(
      'ERR_DATA comparisonReport: the model "CNN from scratch" has no evaluation. Evaluate it first, or remove it.',
    );
  });
});
