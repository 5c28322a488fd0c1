import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { counted } from "@leukogram/engine/core/counted";
import { LeukogramError } from "@leukogram/engine/core/errors";
import { writeFileWhole } from "@leukogram/engine/formats/writeFile";
import { type LabelFreeStep, labelFreeClassifier, withCorrectedPriors } from "../../adaptation/labelFree/labelFree.ts";
import { laboratoryNames, openToJudge } from "../../data/laboratories.ts";
import { classCurves } from "../../evaluation/classCurves.ts";
import {
  type ConfidenceRules,
  findRules,
  judgeConfidence,
  type RulesTried,
  tryRules,
} from "../../evaluation/confidence/confidence.ts";
import { scaleJson } from "../../evaluation/crops/scaleWords.ts";
import { evaluatePredictions } from "../../evaluation/evaluate.ts";
import { answerImages, spelledAs } from "../../evaluation/evaluateModel.ts";
import { FAMILIARITY_UNKNOWN, familiarityWarning, judgeFamiliarity } from "../../evaluation/familiarity.ts";
import { assumptionsOf, tellAssumptions } from "../../evaluation/foreign/assumptions.ts";
import { evaluateByLaboratory } from "../../evaluation/laboratories/laboratories.ts";
import { readPredictionsCsv, writePredictionsCsv } from "../../evaluation/predictionsCsv.ts";
import {
  rollUpClassifier,
  rollUpDataset,
  rollUpPredictions,
  type Types,
  typesToJudge,
} from "../../evaluation/rollUp.ts";
import type { Predictions } from "../../evaluation/types.ts";
import { JobTeller } from "../../jobs/jobTeller.ts";
import { confusionMatrixPlot } from "../../report/plots/confusionMatrixPlot.ts";
import { precisionRecallPlot, rocPlot } from "../../report/plots/curvePlots.ts";
import { perClassBars } from "../../report/plots/perClassBars.ts";
import { reliabilityPlot } from "../../report/plots/reliabilityPlot.ts";
import { riskCoveragePlot } from "../../report/plots/riskCoveragePlot.ts";
import { percent } from "../../report/text/format.ts";
import { JUDGED_NAMES, runFiles } from "../../run/runFolder.ts";
import { addClassNameFlags, labelledDataOf } from "../classNameFlags.ts";
import type { CommandModule } from "../command.ts";
import { addModelFlags, foreignOf, MODEL_WORDS, type ModelFlags } from "../foreignModel.ts";
import { addLabelFreeFlags, type LabelFreeFlags, stepLine } from "../labelFreeFlags.ts";
import { laboratoryHeadline, laboratoryLines } from "../laboratories.ts";
import { addSessionFlags, collect, number, print, sessionOf, shareText } from "../options.ts";
import { Progress } from "../progress.ts";
import { addScaleFlag, type ScaleFlag, tellCropNotes, tellScale, toldScalesOf } from "../scaleFlag.ts";
import { addTypesFlag } from "../typesFlag.ts";

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
      .option("--error <share>", "largest share of wrong predictions allowed, for the reject threshold", number, 0.02)
      .option("--coverage <share>", "share of images whose prediction set must contain the true class", number, 0.95)
      .option("--group-by <column>", "manifest column that groups images for resampling: patient, slide")
      .option("--skip-bad", "skip unreadable images and report how many");
    addModelFlags(command);
    addTypesFlag(command, "the five, if the model or the labels have only these");
    addScaleFlag(command, { several: true });
    addLabelFreeFlags(command);
    addClassNameFlags(command);
    addSessionFlags(command);
  },
  examples: [
    "leukogram evaluate runs/cnn --data cells",
    "leukogram evaluate model.onnx --data cells/Test --json",
    "leukogram evaluate cnn-anylab --data A=cells-a --data B=cells-b",
  ],
  async execute({ args: [model], options, signal }) {
    const flags = options as unknown as LabelFreeFlags &
      ScaleFlag &
      ModelFlags & {
        data?: readonly string[];
        out?: string;
        calibration?: string;
        error: number;
        coverage: number;
        types?: Types;
        skipBad?: boolean;
        json?: boolean;
        quiet?: boolean;
      };
    if (flags.data === undefined)
      throw new LeukogramError("ERR_USAGE", "evaluate: --data is missing", {
        hint: "Give a folder of labelled images.",
      });
    const session = sessionOf(options);
    const found = await rulesData(String(model), flags);
    if (flags.out !== undefined) requireOwnFolder(flags.out);
    const opened = openToJudge(flags.data, labelledDataOf(options));
    const progress = new Progress(Boolean(flags.quiet));
    const files = opened.samples.map(({ path }) => path);
    const {
      classifier: whole,
      crops,
      steps,
    } = await labelFreeClassifier(String(model), files, {
      ...session,
      ...flags,
      foreign: foreignOf(flags),
      samples: opened.samples,
      told: toldScalesOf(flags),
      signal,
      onStage: progress.stage,
    });
    tellAssumptions(new JobTeller(progress.hear), whole);
    tellScale(progress, crops);
    try {
      const labelled = spelledAs(opened, whole.classes);
      const { types, said } = typesToJudge(whole.classes, labelled.classes, flags.types);
      if (said !== undefined) progress.line(`Note: ${said}`);
      const isRolled = types === "five";
      const [classifier, dataset] = isRolled ? [rollUpClassifier(whole), rollUpDataset(labelled)] : [whole, labelled];
      const rules = found && findRules(isRolled ? rollUpPredictions(found) : found, flags);
      const {
        predictions: given,
        skipped,
        crops: cropped,
      } = await answerImages(classifier, dataset, dataset.samples, {
        skipBad: flags.skipBad ?? false,
        crops,
        signal,
        onProgress: (done, total) => progress.stage("Classifying", done, total),
      });
      const { predictions, labelFree } = corrected(given, steps, Boolean(flags.priorCorrection));
      for (const step of labelFree) progress.line(stepLine(step));
      tellCropNotes(progress, cropped);
      const scale = scaleJson(cropped);
      const evaluation = evaluatePredictions(predictions);
      const confidence = judgeConfidence(predictions);
      const tried = rules && tryRules(predictions, rules);
      const familiarity = judgeFamiliarity(given.rows.map((row) => row.familiarity));
      const warning = familiarity === undefined ? FAMILIARITY_UNKNOWN : familiarityWarning(familiarity);
      const { temperature } = classifier.home;
      // It was found on all types.
      const calibrated =
        rules || isRolled || temperature === undefined
          ? undefined
          : {
              temperature,
              familiar: !familiarity?.warns,
              calibrationError: judgeConfidence(predictions, { temperature, resamples: 1 }).calibrationError,
            };
      const several = laboratoryNames(dataset.samples).length > 1;
      const laboratories = several ? evaluateByLaboratory(predictions, dataset.samples) : [];
      if (flags.out !== undefined) {
        await writePredictionsCsv(runFiles(flags.out).answers, predictions);
        const figures = { ...evaluation, confidence, ...(rules && { rules, tried }), ...(scale && { scale }) };
        await writeFileWhole(runFiles(flags.out).evaluation, `${JSON.stringify(figures, undefined, 2)}\n`);
        await writeFileWhole(join(flags.out, "reliability.svg"), reliabilityPlot(confidence.bins));
        await writeFileWhole(join(flags.out, "risk-coverage.svg"), riskCoveragePlot(confidence.riskCoverage));
        await writeFileWhole(join(flags.out, "confusion-matrix.svg"), confusionMatrixPlot(evaluation));
        await writeFileWhole(join(flags.out, "per-class.svg"), perClassBars(evaluation));
        const { roc, precisionRecall } = classCurves(predictions, evaluation);
        await writeFileWhole(join(flags.out, "roc.svg"), rocPlot(roc));
        await writeFileWhole(join(flags.out, "precision-recall.svg"), precisionRecallPlot(precisionRecall));
      }
      print(
        Boolean(flags.json),
        {
          model: classifier.path,
          assumptions: assumptionsOf(whole),
          data: flags.data.length === 1 ? flags.data[0] : flags.data,
          types,
          ...evaluation,
          confidence,
          ...(rules && { rules, tried }),
          ...(calibrated && { calibrated }),
          ...(familiarity && { familiarity }),
          ...(scale && { scale }),
          ...(several && { laboratories: laboratories.map(laboratoryHeadline) }),
          skipped,
          ...(labelFree.length > 0 && { labelFree }),
        },
        () =>
          [
            evaluation.report,
            `Accuracy           ${shareText(evaluation.accuracy)}`,
            `Balanced accuracy  ${shareText(evaluation.balancedAccuracy)}`,
            `Macro F1           ${shareText(evaluation.macroF1)}`,
            `Images             ${evaluation.count}${skipped.length > 0 ? `, and ${skipped.length} unreadable` : ""}`,
            `Calibration error  ${percent(confidence.calibrationError)}; expected for perfect probabilities: ${percent(confidence.calibratedRange.low)} to ${percent(confidence.calibratedRange.high)}`,
            ...(rules && tried ? ruleLines(rules, tried) : []),
            ...(calibrated
              ? [
                  `With temperature   ${percent(calibrated.calibrationError)} (${calibrated.temperature.toFixed(2)}, fitted on the model's own validation images${calibrated.familiar ? "" : "; these images look different, so predict --calibrated does not change them"})`,
                ]
              : []),
            ...(several ? ["", laboratoryLines(laboratories), ""] : []),
            ...(warning === undefined ? [] : [`Note: ${warning}`]),
            ...(evaluation.notes ?? []).map((note) => `Note: ${note}`),
          ].join("\n"),
      );
    } finally {
      await whole.close();
    }
  },
};

function corrected(given: Predictions, steps: readonly LabelFreeStep[], wanted: boolean) {
  if (!wanted) return { predictions: given, labelFree: steps };
  const { rows, step } = withCorrectedPriors(given.rows, given.classes);
  return { predictions: { ...given, model: `${given.model}+priors`, rows }, labelFree: [...steps, step] };
}

// Found on what the run did not learn from, never on the images that are judged.
async function rulesData(
  model: string,
  { calibration }: { readonly calibration?: string },
): Promise<Predictions | undefined> {
  const stored = runFiles(model).predictionsOf("validation");
  const path = calibration ?? (existsSync(stored) ? stored : undefined);
  return path === undefined ? undefined : await readPredictionsCsv(path);
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

const OUTPUTS = [
  ...JUDGED_NAMES,
  "confusion-matrix.svg",
  "per-class.svg",
  "roc.svg",
  "precision-recall.svg",
  "reliability.svg",
  "risk-coverage.svg",
];

function requireOwnFolder(out: string): void {
  const isFolder = statSync(out, { throwIfNoEntry: false })?.isDirectory();
  const others = isFolder
    ? readdirSync(out)
        .sort()
        .filter((name) => !OUTPUTS.includes(name))
    : [];
  if (isFolder === undefined || (isFolder && others.length === 0)) return;
  throw new LeukogramError(
    "ERR_OUTPUT",
    isFolder
      ? `${out}: contains files that do not belong to an evaluation, such as ${others.sort()[0]}`
      : `${out}: not a folder`,
    { hint: "Choose a new folder with --out." },
  );
}

export default evaluate;
