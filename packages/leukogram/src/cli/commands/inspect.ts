import { LeukogramError } from "@leukogram/engine/core/errors";
import { readModel } from "@leukogram/engine/formats/readModel";
import { preprocessingSmells } from "@leukogram/engine/models/preprocessing";
import type { Model } from "@leukogram/engine/nn/model";
import { openToJudge } from "../../data/laboratories.ts";
import { type TriedPreprocessing, tryPreprocessings } from "../../evaluation/foreign/findPreprocessing.ts";
import { isForeign, openForeign } from "../../evaluation/foreign/foreignModel.ts";
import { type GivenModel, openGiven } from "../../jobs/models/givenModel.ts";
import { percent } from "../../report/text/format.ts";
import { textTable } from "../../report/text/textTable.ts";
import type { CommandModule } from "../command.ts";
import { addModelFlags, foreignOf, MODEL_WORDS, type ModelFlags } from "../foreignModel.ts";
import { addSessionFlags, print, sessionOf, wholeNumber } from "../options.ts";

/** Flags of `inspect`. */
interface Flags extends ModelFlags {
  readonly data?: string;
  readonly images: number;
  readonly json?: boolean;
}

const inspect: CommandModule = {
  define(command) {
    command
      .description(
        "Show what a model file contains: layers, shapes, parameters, and anything suspicious about its pixel scaling.",
      )
      .argument("<model>", MODEL_WORDS)
      .option("--data <dir>", "labelled images, to find out which pixel scaling the model expects")
      .option("--images <number>", "maximum number of images", wholeNumber, 100);
    addModelFlags(command);
    addSessionFlags(command);
  },
  examples: [
    "leukogram inspect model.h5",
    "leukogram inspect cnn_3.h5 --data cells/Test",
    "leukogram inspect web/model.json --json",
  ],
  async execute({ args: [word], options, signal }) {
    const { data, images, json, ...flags } = options as unknown as Flags;
    const given = await lookAt(String(word), flags);
    const { model, kind, classes, classesFrom, outputs, notes, warnings } = given;
    if (data !== undefined && given.cropRedCells !== undefined)
      throw new LeukogramError("ERR_USAGE", `inspect: ${word} already crops cells and scales its own pixels`, {
        hint: "Remove --data, or use leukogram evaluate.",
      });
    if (data !== undefined && classes === undefined) throw given.fault!;
    const tried =
      data === undefined
        ? undefined
        : await tryPreprocessings(model, openToJudge([data]), {
            ...sessionOf(options),
            classes: classes!,
            images,
            signal,
          });
    const layers = model.layers.map(({ name, className, weights }) => ({
      name,
      class: className,
      parameters: weights.reduce((sum, { value }) => sum + value.length, 0),
    }));
    const facts = { input: model.input.shape, output: model.output.shape, parameters: model.parameters };
    const told = { classes, classesFrom, outputs, layers, notes, warnings, tried };
    print(Boolean(json), { model: word, kind, ...facts, ...told }, () =>
      [
        model.summary(),
        "",
        `File     ${kind}`,
        `Input    ${model.input.shape.join(" x ")}`,
        `Output   ${model.output.shape.join(" x ")}${outputs ? ` ${outputs}` : ""}${classes ? `: ${classes.join(", ")}` : ""}`,
        ...(classesFrom === undefined ? [] : [`Classes  ${classesFrom}`]),
        ...[...notes, ...warnings].map((text) => `Note: ${text}`),
        ...(tried ? ["", ...triedLines(tried)] : []),
      ].join("\n"),
    );
  },
};

/** What is known of a model, be it usable as a classifier or not. */
interface Looked extends Pick<GivenModel, "kind" | "notes" | "warnings" | "cropRedCells"> {
  readonly model: Model;
  readonly classes?: readonly string[] | undefined;
  readonly classesFrom?: string | undefined;
  readonly outputs?: string | undefined;
  /** Why no other command takes it as it is. */
  readonly fault?: LeukogramError;
}

async function lookAt(word: string, flags: ModelFlags): Promise<Looked> {
  if (!isForeign(word)) {
    const { foreign, ...given } = await openGiven(word, foreignOf(flags));
    return { ...given, ...(foreign && { model: foreign.layers }) };
  }
  try {
    const { layers, ...given } = await openForeign(word, foreignOf(flags));
    return { ...given, model: layers };
  } catch (fault) {
    if (!(fault instanceof LeukogramError) || fault.code !== "ERR_USAGE") throw fault;
    const { model, kind, notes } = await readModel(word, flags);
    const why = `other commands can't use this model directly: ${fault.message.replace(/^ERR_\w+ /, "")}`;
    return { model, kind, notes: [...notes, why], warnings: preprocessingSmells(model), fault };
  }
}

function triedLines(tried: readonly TriedPreprocessing[]): string[] {
  const [best] = tried;
  return [
    textTable([
      ["Pixels scaled to", "Accuracy", "Log loss"],
      ...tried.map(({ preprocessing, accuracy, logLoss }) => [preprocessing, percent(accuracy), logLoss.toFixed(3)]),
    ]),
    `These images suggest: --preprocessing ${best!.preprocessing}`,
  ];
}

export default inspect;
