import { LeukogramError } from "@leukogram/engine/core/errors";
import { writeFileWhole } from "@leukogram/engine/formats/writeFile";
import { openToJudge } from "../../data/laboratories.ts";
import { loadClassifier } from "../../evaluation/classifier.ts";
import { familiarityWarning } from "../../evaluation/familiarity.ts";
import { judgeRobustness, type Robustness } from "../../evaluation/robustness.ts";
import { cropSentences, scaleJson } from "../../evaluation/scaleWords.ts";
import { percent, pointsEstimate } from "../../report/format.ts";
import { robustnessReport } from "../../report/robustnessReport.ts";
import { textTable } from "../../report/textTable.ts";
import { dataName } from "../../report/writeRun.ts";
import { VERSION } from "../../version.ts";
import { addClassNameFlags, labelledDataOf } from "../classNameFlags.ts";
import type { CommandModule } from "../command.ts";
import { addModelFlags, foreignOf, MODEL_WORDS, type ModelFlags, modelJson, tellModel } from "../foreignModel.ts";
import { addSessionFlags, number, print, sessionOf, shareText, wholeNumber } from "../options.ts";
import { Progress } from "../progress.ts";
import { requireOwnReport } from "../reportFile.ts";
import { addScaleFlag, type ScaleFlag, toldScalesOf } from "../scaleFlag.ts";

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
    if (out !== undefined) requireOwnReport(out);
    const dataset = openToJudge([data], labelledDataOf(options));
    const progress = new Progress(Boolean(quiet));
    const classifier = await loadClassifier(String(model), { ...sessionOf(options), foreign: foreignOf(flags) });
    tellModel(progress, classifier);
    try {
      const result = await judgeRobustness(classifier, dataset, {
        images,
        seed,
        told: toldScalesOf({ scale }),
        signal,
        onProgress: (done, total) => progress.stage("Corrupting and classifying", done, total),
      });
      if (out !== undefined)
        await writeFileWhole(
          out,
          robustnessReport({ model: String(model), dataName: dataName([data]), robustness: result, version: VERSION }),
        );
      const { crops, ...figures } = result;
      for (const sentence of cropSentences(crops)) progress.line(sentence);
      const warning = familiarityWarning(figures.familiarity);
      if (warning !== undefined) progress.line(`Note: ${warning}`);
      const cut = scaleJson(crops);
      print(
        Boolean(json),
        { model: classifier.path, ...modelJson(classifier), data, ...figures, ...(cut && { scale: cut }) },
        () => [...lines(result), ...(out ? [`Report: ${out}`] : [])].join("\n"),
      );
    } finally {
      await classifier.close();
    }
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
