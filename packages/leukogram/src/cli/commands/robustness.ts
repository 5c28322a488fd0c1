import { LeukogramError } from "@leukogram/engine/core/errors";
import { scaleJson } from "../../evaluation/crops/scaleWords.ts";
import type { Robustness } from "../../evaluation/robustness.ts";
import { robustnessJob } from "../../jobs/robustnessJob.ts";
import { percent, pointsEstimate } from "../../report/text/format.ts";
import { textTable } from "../../report/text/textTable.ts";
import { addClassNameFlags, labelledDataOf } from "../classNameFlags.ts";
import type { CommandModule } from "../command.ts";
import { addModelFlags, foreignOf, MODEL_WORDS, type ModelFlags } from "../foreignModel.ts";
import { addSessionFlags, number, print, sessionOf, shareText, wholeNumber } from "../options.ts";
import { Progress } from "../progress.ts";
import { addScaleFlag, type ScaleFlag } from "../scaleFlag.ts";

/** Flags of `robustness`. */
interface Flags extends ScaleFlag, ModelFlags {
  readonly data?: string;
  readonly images: number;
  readonly seed: number;
  readonly out?: string;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

const robustness: CommandModule = {
  define(command) {
    command
      .description(
        "Test how well a model copes with image changes by microscope, stain and camera, at five strengths each.",
      )
      .argument("<model>", MODEL_WORDS)
      .option("--data <dir>", "labelled images: class folders, a folder that contains Test/, or a manifest CSV")
      .option("--images <number>", "maximum number of images, the same number from each class", wholeNumber, 200)
      .option("--group-by <column>", "manifest column that groups images for resampling: patient, slide")
      .option("--seed <number>", "random seed", number, 0)
      .option("--out <file>", "write an HTML report with the figure");
    addModelFlags(command);
    addScaleFlag(command, { several: true });
    addClassNameFlags(command);
    addSessionFlags(command);
  },
  examples: [
    "leukogram robustness mobilenetv2-anylab --data cells",
    "leukogram robustness runs/cnn --data cells --images 100 --out robustness.html",
  ],
  async execute({ args: [model], options, signal }) {
    const { data, images, seed, out, json, quiet, scale, ...flags } = options as unknown as Flags;
    if (data === undefined)
      throw new LeukogramError("ERR_USAGE", "robustness: --data is missing", {
        hint: "Give a folder of labelled images.",
      });
    const result = await robustnessJob({
      ...{ ...sessionOf(options), model: String(model), data, images, seed, out, scale, signal },
      labels: labelledDataOf(options),
      foreign: foreignOf(flags),
      onProgress: new Progress(Boolean(quiet)).hear,
    });
    const { model: path, assumptions, crops, ...figures } = result;
    const cut = scaleJson(crops);
    print(
      Boolean(json),
      { model: path, ...(assumptions && { assumptions }), data, ...figures, ...(cut && { scale: cut }) },
      () => [...lines(result), ...(out ? [`Report: ${out}`] : [])].join("\n"),
    );
  },
};

function lines({ rows, balancedAccuracy, corrupted, count }: Robustness): string[] {
  const table = textTable([
    ["Corruption", "1", "2", "3", "4", "5", "change at 5"],
    ...rows.map(({ title, points }) => [
      title,
      ...points.map((point) => percent(point.balancedAccuracy.value)),
      pointsEstimate(points.at(-1)!.change),
    ]),
  ]);
  return [
    table,
    "",
    `Balanced accuracy  ${shareText(balancedAccuracy)} on unchanged images`,
    `Mean of all        ${shareText(corrupted)} on corrupted images`,
    `Images             ${count}`,
  ];
}

export default robustness;
