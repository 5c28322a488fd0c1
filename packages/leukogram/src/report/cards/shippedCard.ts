import type { Evaluation } from "../../evaluation/types.ts";
import type { ShippedModel } from "../../shipped/shipped.ts";
import { classFigure } from "../perClass.ts";
import { flattenSettings } from "../settings.ts";
import { mistakesOf } from "../summary.ts";
import { bytes, count, percent, percentEstimate, plural } from "../text/format.ts";
import { markdownTable, plainText, shellBlock } from "../text/markdown.ts";
import { RESEARCH_USE } from "../text/page.ts";
import { cardHeader } from "./cardHeader.ts";

/** Mistakes that are told of each set of images. */
const MISTAKES_TOLD = 3;

/** What a shipped model got on one set of images. */
export interface JudgedSet {
  /** Name of the images. */
  readonly data: string;
  /** Whether they come from the laboratory of the training images. */
  readonly place: "home" | "away";
  readonly evaluation: Evaluation;
}

/** What a network by the same recipe got on a laboratory that was left out of its training, as `judgePreset` writes it. */
export interface LeftOut {
  readonly laboratory: string;
  /** Passes over the training images, and pixels of a side. */
  readonly epochs: number;
  readonly imageSize: number;
  readonly images: number;
  /** Shares, 0 to 1. */
  readonly accuracy: number;
  readonly balanced: number;
  /** Right answers of each class, such as "Monocyte 66/77". */
  readonly byClass: readonly string[];
}

/** All that the card of a shipped model says. */
export interface ShippedCardInput {
  readonly model: ShippedModel;
  readonly sets: readonly JudgedSet[];
  /** Worst laboratory first; none if nothing was left out. */
  readonly leftOut?: readonly LeftOut[];
  /** Where the training images come from, and under which licence: one sentence each. */
  readonly dataNotes: readonly string[];
  /** What it is known to get wrong beside what the figures show: one sentence each. */
  readonly failures: readonly string[];
  /** The resolved recipe. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** Version of Leukogram. */
  readonly version: string;
  /** The command lines that make the model again. */
  readonly command?: string | undefined;
}

/**
 * The card of a model that comes with the package, in Markdown: use, figures at home and away, data and works to cite,
 * known failures, files. It holds no time and no date, so that the same run gives the same bytes.
 */
export function shippedCard(input: ShippedCardInput): string {
  const { model, sets, settings, version, command } = input;
  return `${[
    cardHeader({
      name: model.name,
      licence: model.licence,
      sets: sets.map(({ data, evaluation }) => ({ ...evaluation, data })),
    }),
    `# ${plainText(model.title)}`,
    `**${RESEARCH_USE}**`,
    `\`${model.name}\` predicts the class of one white blood cell in a microscope image: ${model.classes.map(plainText).join(", ")}. It has ${count(model.parameters)} parameters and takes uint8 RGB images of ${model.imageSize.join(" x ")} pixels; all other preprocessing is part of the model. Made by Leukogram ${plainText(version)}.`,
    shellBlock(`leukogram predict ${model.name} cell.jpg`),
    "## Figures",
    ...(sets.length === 0 ? ["It has not been evaluated."] : figures(sets)),
    ...leftOutTable(input.leftOut ?? []),
    "## Data and licence",
    [
      `- Trained only on ${plainText(model.data)}.`,
      ...input.dataNotes.map((note) => `- ${plainText(note)}`),
      `- Licence of this model: ${plainText(model.licence)}.`,
    ].join("\n"),
    "Please cite:",
    model.citations.map((work) => `- ${plainText(work)}`).join("\n"),
    "## Known failures",
    failures(input),
    "## Files",
    markdownTable(
      ["File", "Weights", "Size", "SHA-256"],
      model.files.map((file) => [plainText(file.file), file.precision, bytes(file.bytes), file.sha256]),
    ),
    `All files compute in float32; float16 means that the weights were rounded to it. ${
      model.files.some(({ format }) => format === "keras")
        ? "Adaptation starts from the .keras file, and uses the memory (activations of validation images) to protect accuracy in the home laboratory."
        : "The layers are not included, so the model can predict but can't be adapted."
    }`,
    "## Settings",
    markdownTable(
      ["Setting", "Value"],
      flattenSettings(settings).map(([key, value]) => [plainText(key), plainText(value)]),
    ),
    ...(command === undefined ? [] : ["## Reproduce this model", shellBlock(command)]),
  ].join("\n\n")}\n`;
}

function figures(sets: readonly JudgedSet[]): string[] {
  const places = { home: "laboratory of the training images", away: "another laboratory" };
  const { classes } = sets[0]!.evaluation;
  return [
    markdownTable(
      ["Images", "From", "Number", "Accuracy", "Balanced accuracy", "Macro F1"],
      sets.map(({ data, place, evaluation }) => [
        plainText(data),
        places[place],
        count(evaluation.count),
        percentEstimate(evaluation.accuracy),
        percentEstimate(evaluation.balancedAccuracy),
        percentEstimate(evaluation.macroF1),
      ]),
    ),
    "Recall of each class (number of images):",
    markdownTable(
      ["Class", ...sets.map(({ data }) => plainText(data))],
      classes.map((name) => [plainText(name), ...sets.map(({ evaluation }) => recall(evaluation, name))]),
    ),
    "Brackets show 95 % intervals: mid-P for shares, MOVER for balanced accuracy and macro F1. They do not apply to laboratories not listed here.",
  ];
}

function leftOutTable(judged: readonly LeftOut[]): string[] {
  if (judged.length === 0) return [];
  return [
    "## Laboratories left out",
    "One network each, trained with the same recipe on the other laboratories:",
    markdownTable(
      ["Left out", "Passes", "Pixels", "Images", "Accuracy", "Balanced accuracy", "Correct predictions"],
      judged.map(({ laboratory, epochs, imageSize, images, accuracy, balanced, byClass }) => [
        plainText(laboratory),
        count(epochs),
        count(imageSize),
        count(images),
        percent(accuracy),
        percent(balanced),
        plainText(byClass.join(", ")),
      ]),
    ),
  ];
}

function recall({ perClass }: Evaluation, name: string): string {
  const row = perClass.find((figure) => figure.class === name);
  return row === undefined || row.support === 0
    ? "none"
    : `${percentEstimate(classFigure(row, "recall"))} of ${count(row.support)}`;
}

function failures({ sets, failures: told }: ShippedCardInput): string {
  const counted = sets.flatMap(({ data, evaluation }) =>
    mistakesOf(evaluation)
      .slice(0, MISTAKES_TOLD)
      .map(
        ({ truth, predicted, count: wrong, support }) =>
          `On ${data}: ${truth} taken for ${predicted}, ${plural(wrong, "image")} of ${count(support)} (${percent(wrong / support)}).`,
      ),
  );
  return [
    ...told,
    ...counted,
    "Every image is assigned to one of the classes above, even if it shows something else: a blast, a smudge cell, a platelet, no cell.",
    "Probabilities are not calibrated for laboratories that were not in the training data.",
    "Not for diagnosis or any other clinical use.",
  ]
    .map((sentence) => `- ${plainText(sentence)}`)
    .join("\n");
}
