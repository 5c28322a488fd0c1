// What a network's last numbers are, told by the numbers themselves, and layers that make probabilities of them.
import { LeukogramError } from "../core/errors.ts";
import * as ops from "../graph/ops/index.ts";
import type { LayerOutput } from "../nn/layer.ts";
import { Activation, Dense, Rescaling } from "../nn/layers/index.ts";
import { ShareOfSum } from "../nn/layers/shareOfSum.ts";
import { toGraphShape } from "../nn/layout.ts";
import { Model } from "../nn/model.ts";
import { FIXED } from "../nn/modelGraphs.ts";
import type { Session } from "../runtime/session.ts";
import { fixed } from "./backbone.ts";
import { probeRows, UNSCALED } from "./probes.ts";

/**
 * Kinds of outputs: shares that sum to 1; the same in percent; one unit from 0 to 1 for each class (one unit alone: the second of
 * two classes); scores of which a softmax makes probabilities.
 */
export const OUTPUTS = ["probabilities", "percent", "sigmoid", "scores"] as const;

/** The name of a kind of outputs. */
export type OutputKind = (typeof OUTPUTS)[number];

/** How far a sum may be from 1: clipped and half-precision probabilities are, scores of several pictures are not all so near. */
const SUM_ERROR = 0.005;
/** How far a number may be below 0 or above 1 by rounding. */
const ROUNDING = 1e-5;

/**
 * The kind of outputs that rows of numbers are, by range and sum; undefined if they leave it open: nothing but zeros or no
 * numbers, or one unit that is never below 0 and goes above 1.
 *
 * @param rows what a model gave for several pictures that differ, [K] each
 */
export function judgeOutputs(rows: readonly ArrayLike<number>[]): OutputKind | undefined {
  const telling = rows
    .map((row) => Array.from(row))
    .filter((row) => row.every(Number.isFinite) && row.some((value) => value !== 0));
  if (telling.length === 0) return undefined;
  const all = telling.flat();
  const sumsTo = (total: number) =>
    telling.every((row) => Math.abs(row.reduce((a, b) => a + b, 0) / total - 1) < SUM_ERROR);
  const [isPositive, isUnit] = [all.every((x) => x >= -ROUNDING), all.every((x) => x <= 1 + ROUNDING)];
  if (!isPositive) return "scores";
  if (isUnit && telling[0]!.length === 1) return "sigmoid";
  if (telling[0]!.length === 1) return undefined;
  if (sumsTo(1)) return "probabilities";
  if (sumsTo(100)) return "percent";
  return isUnit ? "sigmoid" : "scores";
}

/** A model whose outputs are probabilities, and what they were before. */
export interface JudgedModel {
  readonly model: Model;
  readonly outputs: OutputKind;
  /** What was assumed and added, in words; undefined if they were probabilities already. */
  readonly note: string | undefined;
  /** What it gave before for the first {@link UNSCALED} probe pictures as they are, [K] each. */
  readonly rows: readonly Float32Array[];
}

/** What {@link withProbabilities} takes beside the model. */
export interface OutputsOptions {
  /** Opens the bytes of an ONNX model: `createSession` of whatever runtime there is. */
  readonly open: (model: Uint8Array) => Promise<Session>;
  /** What somebody says that its outputs are; default: what they show to be. */
  readonly outputs?: OutputKind | undefined;
}

/**
 * The model with probabilities of its classes as its output, whatever it ends in. What that is, what it gives for probe pictures
 * says, not the name of its last operator.
 *
 * @throws ERR_USAGE if its outputs leave that open, or are not what somebody says.
 */
export async function withProbabilities(model: Model, { open, outputs: told }: OutputsOptions): Promise<JudgedModel> {
  const rows = await probeRows(model, open, settledBy(model));
  const shown = judgeOutputs(rows);
  const outputs = told ?? shown;
  if (outputs === undefined) throw undecided(rows);
  requirePossible(outputs, shown, rows);
  const output = probabilitiesOf(model, outputs);
  const isSame = output === model.output;
  return {
    model: isSame ? model : new Model({ input: model.input, output, name: model.name }),
    outputs,
    note: noteOn(outputs, { units: model.output.shape.at(-1)!, told }),
    rows: rows.slice(0, UNSCALED),
  };
}

/**
 * The probabilities that a model's raw outputs stand for, computed apart from its graph.
 *
 * @param row what it gives for one picture, [K]
 * @param isWhole whether they are divided by their sum; default true
 * @returns [K], or [2] for one unit
 */
export function probabilitiesOfRow(row: Float32Array, outputs: OutputKind, isWhole = true): Float32Array {
  const over = (values: Float32Array, total: number) => values.map((value) => value / total);
  const sum = (values: Float32Array) => values.reduce((total, value) => total + value, 0);
  const shares = (values: Float32Array) => {
    const clipped = values.map((value) => Math.max(value, 1e-30)); // as ShareOfSum: zeros are equal shares
    return over(clipped, sum(clipped));
  };
  if (row.length === 1) {
    const p = outputs === "scores" ? 1 / (1 + Math.exp(-row[0]!)) : outputs === "percent" ? row[0]! / 100 : row[0]!;
    const both = Float32Array.of(1 - p, p);
    return outputs === "scores" || !isWhole ? both : shares(both);
  }
  if (outputs === "scores") {
    const most = Math.max(...row);
    const values = row.map((value) => Math.exp(value - most));
    return over(values, sum(values));
  }
  if (!isWhole) return over(row, outputs === "percent" ? 100 : 1);
  return shares(row);
}

// No more rows can change what a number below 0 shows, nor what two pictures show of a softmax, which gives nothing else.
function settledBy(model: Model): (rows: readonly Float32Array[]) => boolean {
  const isSoftmax = endsInSoftmax(model);
  return (rows) => {
    if (rows.length < UNSCALED) return false; // a conversion compares what it writes with these
    const shown = judgeOutputs(rows);
    return shown === "scores"
      ? rows.some((row) => row.some((value) => value < -ROUNDING))
      : isSoftmax && shown === "probabilities";
  };
}

/** The same model without a last step that only divides by a sum, which formats of Keras can't hold. */
export function withoutShareOfSum(model: Model): Model {
  const { input, output, name } = model;
  return output.layer instanceof ShareOfSum ? new Model({ input, output: output.inputs[0]!, name }) : model;
}

// Every one ends in a softmax.
function probabilitiesOf(model: Model, outputs: OutputKind): LayerOutput {
  const { output } = model;
  const scores = outputs === "scores";
  if (output.shape.at(-1) === 1) {
    const two = twoClasses(output, outputs);
    return scores ? two : new ShareOfSum({ name: "shares" }).apply(two);
  }
  if (scores) return new Activation({ activation: "softmax", name: NAME }).apply(output);
  const whole = outputs === "percent" ? new Rescaling({ scale: 0.01, name: NAME }).apply(output) : output;
  return whole === output && endsInSoftmax(model) ? output : new ShareOfSum({ name: "shares" }).apply(whole);
}

const NAME = "probabilities";

function endsInSoftmax(model: Model): boolean {
  return model.call(ops.input("images", toGraphShape(model.input.shape, "batch")), FIXED).op === ops.softmaxOp;
}

// 1 - p and p; of a score the softmax of 0 and the score, which is its sigmoid.
function twoClasses(unit: LayerOutput, outputs: OutputKind): LayerOutput {
  const [factor, isScore] = [outputs === "percent" ? 0.01 : 1, outputs === "scores"];
  const layer = new Dense({ units: 2, activation: isScore ? "softmax" : "linear", name: NAME });
  const both = layer.apply(unit);
  const [kernel, bias] = isScore
    ? [
        [0, 1],
        [0, 0],
      ]
    : [
        [-factor, factor],
        [1, 0],
      ];
  fixed(layer, [kernel!, bias!]);
  return both;
}

function noteOn(outputs: OutputKind, { units, told }: { readonly units: number; readonly told: unknown }) {
  const otherwise = told === undefined ? "; use --outputs to change this" : "";
  if (units === 1) {
    const what =
      outputs === "scores" ? "score, whose sigmoid" : `number from 0 to ${outputs === "percent" ? 100 : 1}, which`;
    return `it ends in one ${what} is used as the probability of the second of two classes${otherwise}`;
  }
  if (outputs === "scores") return `it ends in scores; a softmax was added to get probabilities${otherwise}`;
  if (outputs === "percent") return "its outputs sum to 100; they were divided by 100";
  if (outputs === "probabilities") return undefined;
  return `its ${units} outputs are from 0 to 1 and do not sum to 1, like sigmoid units: each is divided by their sum${otherwise}`;
}

function undecided(rows: readonly ArrayLike<number>[]): LeukogramError {
  return new LeukogramError("ERR_USAGE", `unknown kind of model outputs: ${rangeOf(rows)}`, {
    hint: `Set it with --outputs: ${OUTPUTS.join(", ")}.`,
  });
}

// Scores may look like anything.
function requirePossible(outputs: OutputKind, shown: OutputKind | undefined, rows: readonly ArrayLike<number>[]) {
  const isUnit = shown === "probabilities" || shown === "sigmoid";
  const isPossible = outputs === "scores" || outputs === shown || (outputs === "sigmoid" && isUnit);
  const isOne = rows[0]!.length === 1;
  if (isPossible || (isOne && isUnit && outputs === "probabilities")) return;
  const highest = Math.max(...finiteOf(rows));
  if (shown === undefined && !(highest > (outputs === "percent" ? 100 : 1) + ROUNDING)) return;
  throw new LeukogramError("ERR_USAGE", `the model's outputs are not ${outputs}: ${rangeOf(rows)}`, {
    hint: shown === undefined ? "Use --outputs scores." : `Remove --outputs, or use --outputs ${shown}.`,
  });
}

const finiteOf = (rows: readonly ArrayLike<number>[]) => rows.flatMap((row) => Array.from(row)).filter(Number.isFinite);

function rangeOf(rows: readonly ArrayLike<number>[]): string {
  const all = finiteOf(rows);
  const sums = rows.map((row) => Array.from(row).reduce((a, b) => a + b, 0)).filter(Number.isFinite);
  if (all.length === 0) return "on test images they are NaN";
  const short = (value: number) => Number(value.toPrecision(3));
  const [least, most] = [Math.min(...all), Math.max(...all)];
  if (least === most) return `on test images they are always ${short(least)}`;
  const text = (values: readonly number[]) => `${short(Math.min(...values))} to ${short(Math.max(...values))}`;
  return `on test images they range from ${text(all)} and sum to ${text(sums)}`;
}
