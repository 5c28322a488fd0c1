// Answers of many types as answers of the five: probabilities are added up, and what is none of the five stays apart.

import { LeukogramError } from "@leukogram/engine/core/errors";
import { cellType, isBeyondFive } from "../cells/cellTypes.ts";
import { CELL_TYPES } from "../cells/classes.ts";
import type { Dataset } from "../data/sample.ts";
import type { Classifier } from "./classifier.ts";
import type { Predictions } from "./types.ts";

/** What a cell is called that is none of the five types: an erythroblast, a platelet, an immature granulocyte. */
export const NOT_OF_FIVE = "NotOneOfFive";

/** Which types answers are given in: all that the model knows, or the five. */
export const TYPES = ["all", "five"] as const;

/** One of {@link TYPES}. */
export type Types = (typeof TYPES)[number];

/** How classes become the five. */
export interface RollUp {
  /** Those of the five that any class counts as, in alphabetical order; then {@link NOT_OF_FIVE} where a class is none. */
  readonly classes: readonly string[];
  /** For each class of the model its place in `classes`, [K]. */
  readonly places: readonly number[];
}

/**
 * How a model's classes become the five.
 *
 * @throws ERR_DATA for a class that is no known type: nobody can say what it counts as.
 */
export function rollUpOf(classes: readonly string[]): RollUp {
  const names = classes.map((name): string => {
    if (name === NOT_OF_FIVE) return name;
    const type = cellType(name);
    if (type === undefined)
      throw new LeukogramError(
        "ERR_DATA",
        `types: class "${name}" is unknown, so it can't be mapped to one of the five`,
        {
          hint: "Use --types all.",
        },
      );
    return type.five ?? NOT_OF_FIVE;
  });
  const rolled = [...CELL_TYPES, NOT_OF_FIVE].filter((name) => names.includes(name));
  return { classes: rolled, places: names.map((name) => (rolled as string[]).indexOf(name)) };
}

/** Probabilities of the rolled classes: sums of those that count as each. */
export function rolledRow({ classes, places }: RollUp, probabilities: ArrayLike<number>): number[] {
  const sums = classes.map(() => 0);
  for (const [k, place] of places.entries()) sums[place]! += probabilities[k]!;
  // A sum of float32 can miss 1 from above.
  return sums.map((sum) => Math.min(1, sum));
}

/** Predictions and their labels as the five. @throws as {@link rollUpOf}. */
export function rollUpPredictions({ model, classes, rows }: Predictions): Predictions {
  const rollUp = rollUpOf(classes);
  const rolled = rows.map(({ predicted: _, label, probabilities, ...row }) => ({
    ...row,
    label: label === undefined ? undefined : rollUp.places[label]!,
    probabilities: rolledRow(rollUp, probabilities),
  }));
  return { ...(model !== undefined && { model }), classes: rollUp.classes, rows: rolled };
}

/** The same classifier, which answers in the five. @throws as {@link rollUpOf}. */
export function rollUpClassifier(classifier: Classifier): Classifier {
  const rollUp = rollUpOf(classifier.classes);
  const [from, to] = [classifier.classes.length, rollUp.classes.length];
  return {
    ...classifier,
    classes: rollUp.classes,
    async classify(images, count, size) {
      const given = await classifier.classify(images, count, size); // [N, K]
      const rolled = new Float32Array(count * to);
      for (let i = 0; i < count; i++) rolled.set(rolledRow(rollUp, given.subarray(i * from, (i + 1) * from)), i * to);
      return rolled;
    },
  };
}

/** A labelled set whose labels are the five. @throws as {@link rollUpOf}. */
export function rollUpDataset(dataset: Dataset): Dataset {
  const { classes, places } = rollUpOf(dataset.classes);
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
 * @throws ERR_DATA where labels are types that the model has no answer for, even in the five.
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
  const answers = rollUpOf(model).classes;
  const without = data.filter((name) => !answers.includes(rollUpOf([name]).classes[0]!));
  if (without.length === 0) return;
  throw new LeukogramError(
    "ERR_DATA",
    `the model can't predict ${without.join(", ")}: it knows only ${model.join(", ")}`,
    { hint: "Remove those folders, or use a model that knows these types." },
  );
}
