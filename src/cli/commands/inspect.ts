import { LeukogramError } from "../../core/errors.ts";
import { openToJudge } from "../../data/laboratories.ts";
import { type TriedPreprocessing, tryPreprocessings } from "../../evaluation/findPreprocessing.ts";
import { preprocessingSmells } from "../../models/preprocessing.ts";
import { percent } from "../../report/format.ts";
import { textTable } from "../../report/textTable.ts";
import type { CommandModule } from "../command.ts";
import { classesOf, openGiven } from "../foreignModel.ts";
import { addSessionFlags, print, sessionOf, wholeNumber } from "../options.ts";

/** Flags of `inspect`. */
interface Flags {
  readonly data?: string;
  readonly images: number;
  readonly classes?: string;
  readonly imageSize?: number;
  readonly output?: string;
  readonly json?: boolean;
}

const inspect: CommandModule = {
  define(command) {
    command
      .description(
        "What is in a model file: layers, shapes, parameters; and what smells wrong about how its pixels are scaled.",
      )
      .argument(
        "<model>",
        "Keras .keras or .h5, .onnx, model.json of TensorFlow.js or its folder, run folder, or name of a shipped model",
      )
      .option("--data <dir>", "labelled images, to find out how the model's pixels were scaled")
      .option("--images <number>", "at most so many of them", wholeNumber, 100)
      .option("--classes <names>", "classes in the order of the outputs: A,B,C (default: the five cell types)")
      .option("--image-size <pixels>", "height and width, where the file leaves them open", wholeNumber)
      .option("--output <name>", "which of several outputs of a Keras model is the class");
    addSessionFlags(command);
  },
  examples: [
    "leukogram inspect model.h5",
    "leukogram inspect cnn_3.h5 --data cells/Test",
    "leukogram inspect web/model.json --json",
  ],
  async execute({ args: [word], options, signal }) {
    const { data, images, classes: names, imageSize, output, json } = options as unknown as Flags;
    const given = await openGiven(String(word), { imageSize, output });
    const { model, kind, notes } = given;
    if (data !== undefined && given.cropRedCells !== undefined)
      throw new LeukogramError(
        "ERR_USAGE",
        `inspect: ${word} crops cells at their scale, and scales its pixels itself`,
        {
          hint: "Leave out --data, or judge it: leukogram evaluate.",
        },
      );
    const warnings = given.isOurs ? [] : preprocessingSmells(model);
    const tried =
      data === undefined
        ? undefined
        : await tryPreprocessings(model, openToJudge([data]), {
            ...sessionOf(options),
            classes: classesOf(given, names),
            images,
            signal,
          });
    const layers = model.layers.map(({ name, className, weights }) => ({
      name,
      class: className,
      parameters: weights.reduce((sum, { value }) => sum + value.length, 0),
    }));
    const facts = { input: model.input.shape, output: model.output.shape, parameters: model.parameters };
    print(Boolean(json), { model: word, kind, ...facts, classes: given.classes, layers, notes, warnings, tried }, () =>
      [
        model.summary(),
        "",
        `File     ${kind}`,
        `Input    ${model.input.shape.join(" x ")}`,
        `Output   ${model.output.shape.join(" x ")}${given.classes ? `: ${given.classes.join(", ")}` : ""}`,
        ...[...notes, ...warnings].map((text) => `Note: ${text}`),
        ...(tried ? ["", ...triedLines(tried)] : []),
      ].join("\n"),
    );
  },
};

function triedLines(tried: readonly TriedPreprocessing[]): string[] {
  const [best] = tried;
  return [
    textTable([
      ["Pixels scaled to", "Accuracy", "Log loss"],
      ...tried.map(({ preprocessing, accuracy, logLoss }) => [preprocessing, percent(accuracy), logLoss.toFixed(3)]),
    ]),
    `These images say: --preprocessing ${best!.preprocessing}`,
  ];
}

export default inspect;
