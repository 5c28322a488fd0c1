import { counted } from "@leukogram/engine/core/counted";
import { LeukogramError } from "@leukogram/engine/core/errors";
import type { ConfidenceRules, RulesTried } from "../../evaluation/confidence/confidence.ts";
import { scaleJson } from "../../evaluation/crops/scaleWords.ts";
import type { Types } from "../../evaluation/rollUp.ts";
import type { LabelFreeWishes } from "../../jobs/cells/labelFreeWishes.ts";
import { type Calibrated, type EvaluateJobResult, evaluateJob } from "../../jobs/evaluateJob.ts";
import { percent } from "../../report/text/format.ts";
import { addClassNameFlags, labelledDataOf } from "../classNameFlags.ts";
import type { CommandModule } from "../command.ts";
import { addModelFlags, foreignOf, MODEL_WORDS, type ModelFlags } from "../foreignModel.ts";
import { addLabelFreeFlags } from "../labelFreeFlags.ts";
import { laboratoryHeadline, laboratoryLines } from "../laboratories.ts";
import { addSessionFlags, collect, print, sessionOf, share, shareText } from "../options.ts";
import { addProfileFlag } from "../profileFlag.ts";
import { Progress } from "../progress.ts";
import { addScaleFlag, type ScaleFlag } from "../scaleFlag.ts";
import { addTypesFlag } from "../typesFlag.ts";

/** Flags of `evaluate`. */
interface Flags extends LabelFreeWishes, ScaleFlag, ModelFlags {
  readonly data?: readonly string[];
  readonly out?: string;
  readonly calibration?: string;
  readonly error: number;
  readonly coverage: number;
  readonly types?: Types;
  readonly skipBad?: boolean;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

const evaluate: CommandModule = {
  define(command) {
    command
      .description("Evaluate a model on labelled images: metrics with 95 % intervals.")
      .argument("<model>", MODEL_WORDS)
      .option(
        "--data <[name=]dir>",
        "labelled images: class folders, a folder that contains Test/, or a manifest CSV; repeat for each laboratory",
        collect,
      )
      .option("--out <dir>", "folder for predictions.csv, metrics.json and figures (default: none are written)")
      .option(
        "--calibration <file>",
        "predictions.csv of labelled images not used in training, to fit the temperature, the reject threshold and prediction sets (default: the run's validation images)",
      )
      .option("--error <share>", "largest share of wrong predictions allowed, for the reject threshold", share, 0.02)
      .option("--coverage <share>", "share of images whose prediction set must contain the true class", share, 0.95)
      .option("--group-by <column>", "manifest column that groups images for resampling: patient, slide")
      .option("--skip-bad", "skip unreadable images and report how many");
    addModelFlags(command);
    addTypesFlag(command, "the five, if the model or the labels have only these");
    addScaleFlag(command, { several: true });
    addLabelFreeFlags(command);
    addClassNameFlags(command);
    addSessionFlags(command);
    addProfileFlag(command);
  },
  examples: [
    "leukogram evaluate runs/cnn --data cells",
    "leukogram evaluate model.onnx --data cells/Test --json",
    "leukogram evaluate cnn-anylab --data A=cells-a --data B=cells-b",
  ],
  async execute({ args: [model], options, signal }) {
    const flags = options as unknown as Flags;
    const { data, json, quiet, ...wishes } = flags;
    if (data === undefined)
      throw new LeukogramError("ERR_USAGE", "evaluate: --data is missing", {
        hint: "Give a folder of labelled images.",
      });
    const found = await evaluateJob({
      ...{ ...wishes, ...sessionOf(options), model: String(model), data, foreign: foreignOf(flags), signal },
      labels: labelledDataOf(options),
      onProgress: new Progress(Boolean(quiet)).hear,
    });
    const { evaluation, confidence, rules, tried, calibrated, familiarity, laboratories, labelFree } = found;
    const scale = scaleJson(found.crops);
    const result = {
      model: found.model,
      assumptions: found.assumptions,
      data: data.length === 1 ? data[0] : data,
      types: found.types,
      ...evaluation,
      confidence,
      ...(rules && { rules, tried }),
      ...(calibrated && { calibrated }),
      ...(familiarity && { familiarity }),
      ...(scale && { scale }),
      ...(laboratories.length > 0 && { laboratories: laboratories.map(laboratoryHeadline) }),
      skipped: found.skipped,
      ...(labelFree.length > 0 && { labelFree }),
    };
    print(Boolean(json), result, () => textOf(found));
  },
};

function textOf({ evaluation, confidence, rules, tried, ...found }: EvaluateJobResult): string {
  const { skipped, calibrated, laboratories, warning } = found;
  const { low, high } = confidence.calibratedRange;
  return [
    evaluation.report,
    `Accuracy           ${shareText(evaluation.accuracy)}`,
    `Balanced accuracy  ${shareText(evaluation.balancedAccuracy)}`,
    `Macro F1           ${shareText(evaluation.macroF1)}`,
    `Images             ${evaluation.count}${skipped.length > 0 ? `, and ${skipped.length} unreadable` : ""}`,
    `Calibration error  ${percent(confidence.calibrationError)}; expected for perfect probabilities: ${percent(low)} to ${percent(high)}`,
    ...(rules && tried ? ruleLines(rules, tried) : []),
    ...(calibrated ? [temperatureLine(calibrated)] : []),
    ...(laboratories.length > 0 ? ["", laboratoryLines(laboratories), ""] : []),
    ...(warning === undefined ? [] : [`Note: ${warning}`]),
    ...(evaluation.notes ?? []).map((note) => `Note: ${note}`),
  ].join("\n");
}

function temperatureLine({ temperature, familiar, calibrationError }: Calibrated): string {
  const unlike = familiar ? "" : "; these images look different, so predict --calibrated does not change them";
  return `With temperature   ${percent(calibrationError)} (${temperature.toFixed(2)}, fitted on the model's own validation images${unlike})`;
}

function ruleLines(rules: ConfidenceRules, tried: RulesTried): string[] {
  const { temperature, reject, error, conformal, images } = rules;
  const { before, after } = tried.calibrationError;
  const none = reject.coverage === 0;
  const isBroken = tried.conformal.coverage.high < conformal.coverage || tried.reject.risk.low > error;
  return [
    "",
    `Rules fitted on ${counted(images, "other image")}, and their effect on these:`,
    `Temperature ${temperature.toFixed(2)}: calibration error ${percent(before)}, then ${percent(after)}.`,
    none
      ? `At most ${percent(error)} wrong predictions: too few images to guarantee this.`
      : `At most ${percent(error)} wrong predictions: accept probabilities of ${reject.threshold.toFixed(3)} and above; here ${percent(tried.reject.coverage)} are accepted, ${shareText(tried.reject.risk)} of them wrong.`,
    `Prediction sets that contain the class for ${percent(conformal.coverage)} of images: here for ${shareText(tried.conformal.coverage)}, ${tried.conformal.size.toFixed(2)} classes each.`,
    ...(isBroken
      ? [
          "These images look different, so the guarantees do not hold. Fit the rules on labelled images from this laboratory.",
        ]
      : []),
    "",
  ];
}

export default evaluate;
