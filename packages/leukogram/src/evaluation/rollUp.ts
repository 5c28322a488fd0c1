// Answers, classifiers and sets of many types as ones of the five.

import { LeukogramError } from "@leukogram/engine/core/errors";
import { cellType, isBeyondFive } from "../cells/cellTypes.ts";
import type { Dataset } from "../data/sample.ts";
import { NOT_OF_FIVE, type RollUp, rolledRow, rollUpOf } from "../review/rollUp.ts";
import { type Classifier, takingPictures } from "./classifier.ts";
import type { Predictions } from "./types.ts";

/** Which types answers are given in: all that the model knows, or the five. */
export const TYPES = ["all", "five"] as const;

/** One of {@link TYPES}. */
export type Types = (typeof TYPES)[number];

/**
 * How a model's classes become the five.
 *
 * @throws ERR_DATA for a class that is no known type: nobody can say what it counts as.
 */
export function knownRollUp(classes: readonly string[]): RollUp {
  const unknown = classes.find((name) => name !== NOT_OF_FIVE && cellType(name) === undefined);
  if (unknown === undefined) return rollUpOf(classes);
  throw new LeukogramError(
    "ERR_DATA",
    `types: nothing is known of class "${unknown}", so it can't count as one of five`,
    { hint: "Use --types all." },
  );
}

/** Predictions and their labels as the five. @throws as {@link knownRollUp}. */
export function rollUpPredictions({ model, classes, rows }: Predictions): Predictions {
  const rollUp = knownRollUp(classes);
  const rolled = rows.map(({ predicted: _, label, probabilities, ...row }) => ({
    ...row,
    label: label === undefined ? undefined : rollUp.places[label]!,
    probabilities: rolledRow(rollUp, probabilities),
  }));
  return { ...(model !== undefined && { model }), classes: rollUp.classes, rows: rolled };
}

/** The same classifier, which answers in the five. @throws as {@link knownRollUp}. */
export function rollUpClassifier(classifier: Classifier): Classifier {
  const rollUp = knownRollUp(classifier.classes);
  const [from, to] = [classifier.classes.length, rollUp.classes.length];
  return takingPictures({
    ...classifier,
    classes: rollUp.classes,
    async probabilities(images, count, size) {
      const given = await classifier.probabilities(images, count, size); // [N, K]
      const rolled = new Float32Array(count * to);
      for (let i = 0; i < count; i++) rolled.set(rolledRow(rollUp, given.subarray(i * from, (i + 1) * from)), i * to);
      return rolled;
    },
  });
}

/** A labelled set whose labels are the five. @throws as {@link knownRollUp}. */
export function rollUpDataset(dataset: Dataset): Dataset {
  const { classes, places } = knownRollUp(dataset.classes);
  return { ...dataset, classes, samples: dataset.samples.map((s) => ({ ...s, label: places[s.label]! })) };
}

/** What is judged as what, and a sentence on what was assumed. */
export interface JudgedTypes {
  readonly types: Types;
  readonly said: string | undefined;
}

/**
 * In which types a model is judged by labelled images: as asked for, else in all types where both have the same, and in
 * the five where only one of them knows more.
 *
 * @throws ERR_DATA if labels are types that the model has no answer for, even in the five.
 */
export function typesToJudge(
  model: readonly string[],
  data: readonly string[],
  wanted: Types | undefined,
): JudgedTypes {
  const [modelBeyond, dataBeyond] = [model.filter(isBeyondFive), data.filter(isBeyondFive)];
  const isKnown = [...model, ...data].every((name) => cellType(name) !== undefined);
  if (wanted === "all" || (wanted === undefined && !isKnown)) return { types: "all", said: undefined };
  if (modelBeyond.length === 0 && dataBeyond.length === 0) return { types: wanted ?? "all", said: undefined };
  const coincide = dataBeyond.length > 0 && data.every((name) => model.includes(name));
  if (wanted === undefined && coincide) return { types: "all", said: undefined };
  requireAnswers(model, data);
  if (wanted !== undefined) return { types: "five", said: undefined };
  const said =
    modelBeyond.length > 0
      ? `The labels do not use all types the model knows: predictions are mapped to the five (--types five), and other types to ${NOT_OF_FIVE}.`
      : `The model knows five types: labels are mapped to these (--types five), ${dataBeyond.map((name) => `${name} as ${cellType(name)!.five}`).join(", ")}.`;
  return { types: "five", said };
}

function requireAnswers(model: readonly string[], data: readonly string[]): void {
  const answers = knownRollUp(model).classes;
  const without = data.filter((name) => !answers.includes(knownRollUp([name]).classes[0]!));
  if (without.length === 0) return;
  throw new LeukogramError(
    "ERR_DATA",
    `the model can't predict ${without.join(", ")}: it knows only ${model.join(", ")}`,
    { hint: "Remove those folders, or use a model that knows these types." },
  );
}
