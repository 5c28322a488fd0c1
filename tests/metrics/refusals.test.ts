import { readdirSync } from "node:fs";
import { LeukogramError } from "@leukogram/engine/core/errors";
import { Rng } from "@leukogram/engine/core/rng";
import { describe, expect, it } from "vitest";

// Every function that src/metrics exports has a row here: a call that it answers. Each number of that call is then
// made NaN, infinite or no label, each list shorter or empty, and the function must refuse it by name and place.

type Arguments = readonly unknown[];

interface Row {
  readonly call: () => Arguments;
  /** Places of arguments, or of keys of the options, that may be infinite. */
  readonly infinite?: readonly string[];
  /** Arguments that hold indices of classes. */
  readonly labels?: readonly number[];
  /** Lists that may be shorter than they are in this call; true for all. */
  readonly anyLength?: true | readonly string[];
  /** Whether empty lists are an answer. */
  readonly empty?: true;
}

const SURE = [0.9, 0.8, 0.7, 0.6, 0.55, 0.4];
const RIGHT = [1, 1, 0, 1, 0, 0];
const LABELS = [0, 0, 1, 1, 2, 2];
const GROUPS = ["a", "b", "c", "d", "e", "f"];
const PROBABILITIES = [
  [0.8, 0.1, 0.1],
  [0.3, 0.4, 0.3],
  [0.2, 0.7, 0.1],
  [0.1, 0.6, 0.3],
  [0.1, 0.2, 0.7],
  [0.5, 0.2, 0.3],
];
const MATRIX = [
  [5, 1, 0],
  [1, 4, 1],
  [0, 2, 6],
];
const SUMS = { truths: [6, 6, 8], predictions: [6, 7, 7], hits: [5, 4, 6], total: 20 };
const CLASSES = ["Basophil", "Lymphocyte", "Monocyte"];
const ESTIMATE = { value: 0.5, low: 0.4, high: 0.6 };
const FAMILIARITY = { mean: [0, 1], whitening: [1, 0, 1], distances: [0.1, 0.5, 2] };
const copy = <T>(value: T): T => structuredClone(value);
const rows = (...args: Arguments): Row => ({ call: () => copy(args) });
const counted = (weights: Uint32Array) => [weights.reduce((sum, weight) => sum + weight, 0)];
const sampled = (...args: Arguments): Row => ({ call: () => [...copy(args), { rng: new Rng(0), resamples: 5 }] });

const ROWS: Readonly<Record<string, Row>> = {
  accuracy: rows(MATRIX),
  aucLimits: rows({ area: 0.8, positives: 5, negatives: 7 }, { confidence: 0.9 }),
  argmax: { ...rows([0.1, 0.7, 0.2]), anyLength: true },
  averagePrecision: rows(RIGHT, SURE),
  balancedAccuracy: rows(MATRIX),
  betaQuantile: rows(0.3, { a: 2, b: 3 }),
  binaryRocAuc: rows(RIGHT, SURE),
  binomialCdf: rows(2, { trials: 5, p: 0.4 }),
  brierScore: { ...rows(LABELS, PROBABILITIES), labels: [0] },
  brierScores: { ...rows(LABELS, PROBABILITIES), labels: [0] },
  calibratedRange: {
    call: () => [[...SURE], { rng: new Rng(0), draws: 20, bins: 2 }],
    anyLength: true,
  },
  calibrationBins: rows(SURE, RIGHT, { bins: 2 }),
  calibrationError: { ...rows([{ count: 3, confidence: 0.8, accuracy: { value: 0.7 } }]), anyLength: true },
  checkedMargins: rows("checkedMargins", MATRIX),
  chiSquaredSurvival: rows(2),
  classificationReport: rows(MATRIX, CLASSES, { digits: 3 }),
  classificationReportDict: rows(MATRIX, CLASSES),
  clopperPearson: rows(3, 5, { confidence: 0.9 }),
  clopperPearsonOf: rows(2.5, 5, { confidence: 0.9 }),
  cohenKappa: rows(MATRIX),
  conformalRule: { ...rows(LABELS, PROBABILITIES, { coverage: 0.8 }), labels: [0] },
  conformalSet: rows([0.2, 0.8], { thresholds: [0.3, 0.4] }),
  confusionMatrix: { ...rows(LABELS, LABELS, { numClasses: 3, weights: [1, 2, 1, 0, 1, 1] }), labels: [0, 1] },
  correctedResampledTest: { ...rows([0.1, 0.2, 0.15], { testToTrain: 0.25, confidence: 0.9 }), anyLength: true },
  countedShares: {
    ...rows([10, 20, 30], [{ part: [0], among: [0, 1] }], { confusion: MATRIX, seed: 1, draws: 10 }),
    anyLength: ["1"],
  },
  countLoneStrata: rows(LABELS, GROUPS),
  countsByThreshold: rows(RIGHT, SURE),
  countShare: { ...rows(RIGHT, GROUPS), empty: true },
  curveBands: sampled(RIGHT, SURE),
  differenceOfEstimates: rows(ESTIMATE, ESTIMATE),
  differentialCount: rows([10, 20, 30], { confusion: MATRIX, seed: 1, draws: 10 }),
  effectiveImages: rows(SURE, GROUPS),
  familiarityOf: rows(3, 5),
  familiarityP: { ...rows(FAMILIARITY, [0.5, 0.5]), anyLength: ["0.distances"] },
  fitFamiliarity: {
    call: () => [Array.from({ length: 25 }, (_, i) => [i % 5, (i * 7) % 11])],
    anyLength: true,
    empty: true,
  },
  fitTemperature: { ...rows(LABELS, PROBABILITIES), labels: [0] },
  groupedShare: { ...rows(RIGHT, GROUPS), empty: true },
  holm: { ...rows([0.01, 0.2, 0.03]), anyLength: true, empty: true },
  incompleteBeta: rows(0.3, { a: 2, b: 3 }),
  kappaLimits: rows(MATRIX),
  logGamma: rows(3),
  logLoss: { ...rows(LABELS, PROBABILITIES), labels: [0] },
  logLosses: { ...rows(LABELS, PROBABILITIES), labels: [0] },
  margins: rows(MATRIX),
  matrixLimits: {
    call: () => [
      copy(MATRIX),
      { figure: () => 0.5, recalls: MATRIX.map(() => ({ low: 0.2, high: 0.9 })), least: 0, most: 1 },
    ],
  },
  matthews: rows(MATRIX),
  mcnemarChiSquared: rows({ firstOnly: 3, secondOnly: 5 }),
  mcnemarExact: rows({ firstOnly: 3, secondOnly: 5 }),
  mean: { ...rows(SURE), anyLength: true },
  meanOfEstimates: { ...rows([ESTIMATE, ESTIMATE], { least: 0, most: 1 }), anyLength: true },
  meanOfShares: { ...rows([{ value: 0.5, of: 4 }]), anyLength: true },
  midP: rows(3, 5, { confidence: 0.9 }),
  normalQuantile: rows(0.3),
  normalSurvival: rows(0.3),
  pairedBootstrap: {
    call: () => [[...LABELS], [counted, counted], { rng: new Rng(0), resamples: 5 }],
    anyLength: true,
  },
  pairedShareDifference: rows([1, 0, -1, 1, 0, 0], GROUPS),
  pairwiseSum: { ...rows(SURE), anyLength: true, empty: true },
  precisionRecallCurve: rows(RIGHT, SURE),
  precisionRecallF1: rows(MATRIX),
  precisionRecallF1OfClasses: rows(SUMS),
  prepareAuc: rows(RIGHT, SURE),
  prepareConfusion: { ...rows(LABELS, LABELS, { numClasses: 3 }), labels: [0, 1] },
  prepareIncompleteBeta: rows({ a: 2, b: 3 }),
  prepareRiskCoverageArea: rows(SURE, RIGHT),
  quantile: { call: () => [Float64Array.of(1, 2, 3), 0.3], anyLength: true },
  quantilesOf: { call: () => [Float64Array.of(3, 1, 2), [0.3, 0.6]], anyLength: true },
  rankByScore: { ...rows(SURE), anyLength: true },
  rankCorrelation: rows(SURE, [1, 3, 2, 5, 4, 6]),
  rejectRule: rows(SURE, RIGHT, { error: 0.5, confidence: 0.9 }),
  requireMargins: rows("requireMargins", SUMS),
  requireScored: rows("requireScored", RIGHT, SURE),
  riskCoverage: rows(SURE, RIGHT),
  riskCoverageArea: rows(SURE, RIGHT),
  rocAuc: { ...rows(LABELS, PROBABILITIES), labels: [0] },
  rocCurve: rows(RIGHT, SURE),
  safestRule: rows(SURE, RIGHT),
  shareLimits: rows({ value: 0.5, of: 4 }),
  squaredDistance: rows({ mean: [0, 1], whitening: [1, 0, 1] }, [0.5, 0.5]),
  stratifiedBootstrap: {
    call: () => [[...LABELS], counted, { rng: new Rng(0), resamples: 5, confidence: 0.9, groups: [1, 2, 3, 4, 5, 6] }],
  },
  studentQuantile: rows(0.3, 5),
  studentSurvival: { ...rows(1.5, 5), infinite: ["0"] },
  tangoLimits: rows({ firstOnly: 2, secondOnly: 1, of: 10 }, { confidence: 0.9 }),
  topKAccuracy: { ...rows(LABELS, PROBABILITIES, { k: 2 }), labels: [0] },
  upperIncompleteGamma: rows(2, 3),
  wilcoxonSignedRank: { ...rows([0.1, -0.2, 0.3]), anyLength: true },
  wilson: rows(3, 5, { confidence: 0.9 }),
  withTemperature: { ...rows([0.2, 0.8], 1.5), anyLength: true },
};

/** Sums that are known of the matrix beforehand are checked in its place. */
const WITH_SUMS = ["accuracy", "balancedAccuracy", "cohenKappa", "matthews", "precisionRecallF1"];

/** Exports without a row, and why. */
const EXEMPT: Readonly<Record<string, string>> = {
  drawnQuantiles: "takes the draws of a bootstrap, a list a figure, from which NaN was left out",
  isUnfamiliar: "takes null and undefined for what is not known, and compares one number",
  formatFixed: "writes nan and inf as Python does",
};

/**
 * Inner functions that are not exported, and take weights once a resample or x once a halving: their callers draw those
 * numbers themselves. Checks here would cost as much as the figures.
 */
const UNCHECKED = ["prepareAuc", "prepareConfusion", "prepareIncompleteBeta", "prepareRiskCoverageArea"];

const folder = new URL("../../packages/leukogram/src/metrics/", import.meta.url);
// checkInputs.ts holds the checks themselves.
const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter(
  (name) => name.endsWith(".ts") && name !== "checkInputs.ts",
);
const exported = new Map<string, (...args: Arguments) => unknown>();
for (const file of files.sort()) {
  const module: Record<string, unknown> = await import(new URL(file, folder).href);
  for (const [name, value] of Object.entries(module))
    if (typeof value === "function") exported.set(name, value as (...args: Arguments) => unknown);
}

type Path = readonly (string | number)[];

function isList(value: unknown): value is unknown[] | Float64Array {
  return Array.isArray(value) || value instanceof Float64Array;
}

// The places of all numbers in arguments, of all lists, or of both.
function places(value: unknown, wanted: (value: unknown) => boolean, path: Path = []): Path[] {
  const own = wanted(value) ? [path] : [];
  const isPlain = isList(value) || (typeof value === "object" && value !== null && !(value instanceof Rng));
  if (!isPlain) return own;
  const keys = isList(value) ? [...value.keys()] : Object.keys(value);
  return [
    ...own,
    ...keys.flatMap((key) => places((value as Record<string | number, unknown>)[key], wanted, [...path, key])),
  ];
}

function withValue(args: Arguments, path: Path, change: (old: unknown) => unknown): Arguments {
  let holder = args as unknown as Record<string | number, unknown>;
  for (const key of path.slice(0, -1)) holder = holder[key] as Record<string | number, unknown>;
  const last = path.at(-1)!;
  holder[last] = change(holder[last]);
  return args;
}

function refusal(name: string, args: Arguments): string {
  try {
    exported.get(name)!(...args);
  } catch (error) {
    expect(error, `${name}: ${error}`).toBeInstanceOf(LeukogramError);
    return (error as LeukogramError).reason;
  }
  return `${name} answered`;
}

function expectRefusal(name: string, args: Arguments, what: string): string {
  const reason = refusal(name, args);
  expect(reason, what).not.toBe(`${name} answered`);
  expect(reason.slice(0, name.length + 1), what).toMatch(new RegExp(`^${name}[: ]`));
  return reason;
}

describe("the exports of src/metrics", () => {
  it("have a row each, or a reason to have none", () => {
    const listed = [...Object.keys(ROWS), ...Object.keys(EXEMPT)].sort();
    expect(listed).toEqual([...exported.keys()].sort());
  });

  it.each(Object.keys(ROWS))("%s answers, and refuses NaN and infinity by name and index", (name) => {
    const { call, infinite = [] } = ROWS[name]!;
    expect(refusal(name, call())).toBe(`${name} answered`);
    const numbers = places(call(), (value) => typeof value === "number");
    expect(numbers.length).toBeGreaterThan(0);
    for (const path of numbers)
      for (const value of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
        if (!Number.isNaN(value) && infinite.includes(path.join("."))) continue;
        const what = `${name} with ${value} at ${path.join(".")}`;
        const reason = expectRefusal(
          name,
          withValue(call(), path, () => value),
          what,
        );
        const last = path.at(-1)!;
        if (path.length > 1 && typeof last === "number") expect(reason, what).toMatch(new RegExp(`\\b${last}\\b`));
      }
  });

  it.each(WITH_SUMS)("%s refuses sums of a matrix that are NaN", (name) => {
    expect(refusal(name, [MATRIX, copy(SUMS)])).toBe(`${name} answered`);
    for (const path of places([MATRIX, SUMS], (value) => typeof value === "number").filter(([at]) => at === 1))
      expectRefusal(
        name,
        withValue([MATRIX, copy(SUMS)], path, () => Number.NaN),
        path.join("."),
      );
  });

  it.each(Object.keys(ROWS).filter((name) => ROWS[name]!.labels))("%s refuses labels that are no class", (name) => {
    const { call, labels = [] } = ROWS[name]!;
    for (const argument of labels)
      for (const label of [-1, 3, 0.5]) {
        const reason = expectRefusal(
          name,
          withValue(call(), [argument, 4], () => label),
          `${name}, label ${label}`,
        );
        expect(reason).toContain("entry 4");
      }
  });

  it.each(Object.keys(ROWS))("%s refuses empty lists, and lists of unequal length", (name) => {
    const { call, anyLength, empty } = ROWS[name]!;
    const lists = places(call(), isList).filter(({ length }) => length === 1 || length === 2);
    if (!empty && lists.length > 0) {
      const outer = lists.filter(([at], i) => lists[i]!.length === 1 || !isList(call()[at as number]));
      const none = outer.reduce((args, path) => withValue(args, path, () => []), call());
      expectRefusal(name, none, `${name}, empty`);
    }
    if (anyLength === true) return;
    for (const path of lists.filter((own) => !anyLength?.includes(own.join("."))))
      expectRefusal(
        name,
        withValue(call(), path, (list) => (list as unknown[]).slice(1)),
        `${name}, shorter at ${path.join(".")}`,
      );
  });

  it("give functions whose numbers are not checked under these names alone", () => {
    const inner = Object.keys(ROWS).filter((name) => typeof exported.get(name)!(...ROWS[name]!.call()) === "function");
    expect(inner).toEqual(UNCHECKED);
  });
});
