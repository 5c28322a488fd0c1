import { LeukogramError } from "@leukogram/engine/core/errors";
import { type LabelFreeStep, labelFreeClassifier, withCorrectedPriors } from "../../adaptation/labelFree/labelFree.ts";
import { shownPath } from "../../data/archives/unpackedFolder.ts";
import { remarksSoFar } from "../../data/remarks.ts";
import { predictedClass } from "../../evaluation/checkPredictions.ts";
import type { Classifier } from "../../evaluation/classifier.ts";
import { badImage, type Classified, classifyFiles } from "../../evaluation/classifyFiles.ts";
import { scaleJson } from "../../evaluation/crops/scaleWords.ts";
import { assumptionsOf, tellAssumptions } from "../../evaluation/foreign/assumptions.ts";
import { knownRollUp, type Types } from "../../evaluation/rollUp.ts";
import { picturesOf } from "../../jobs/imageFiles.ts";
import { JobTeller } from "../../jobs/jobTeller.ts";
import { withTemperature } from "../../metrics/calibration.ts";
import { isUnfamiliar } from "../../metrics/familiarity.ts";
import { rolledRow } from "../../review/rollUp.ts";
import { DEFAULT_MODEL } from "../../shipped/shipped.ts";
import type { CommandModule } from "../command.ts";
import { addModelFlags, foreignOf, MODEL_ENDINGS, MODEL_WORDS, type ModelFlags } from "../foreignModel.ts";
import { addLabelFreeFlags, type LabelFreeFlags, stepLine } from "../labelFreeFlags.ts";
import { modelAndPaths } from "../modelAndPaths.ts";
import { addSessionFlags, sessionOf } from "../options.ts";
import { Progress } from "../progress.ts";
import { addScaleFlag, type ScaleFlag, tellCropNotes, tellScale, toldScalesOf } from "../scaleFlag.ts";
import { type LookedAt, strangeLines } from "../strangeLines.ts";
import { addTypesFlag } from "../typesFlag.ts";

const predict: CommandModule = {
  define(command) {
    command
      .description("Predict the class of each image, with probabilities.")
      .argument(
        "<paths...>",
        `images, folders or zip files of images, or a manifest CSV, optionally preceded by MODEL (default: ${DEFAULT_MODEL})`,
      )
      .usage("[MODEL] <paths...> [options]")
      .option("--model <model>", MODEL_WORDS)
      .option(
        "--calibrated",
        "divide logits by the temperature fitted on the model's validation images; skipped for images that look different",
      )
      .option("--skip-bad", "skip unreadable images and report how many");
    addModelFlags(command);
    addTypesFlag(command, "all");
    addScaleFlag(command);
    addLabelFreeFlags(command);
    addSessionFlags(command);
  },
  examples: [
    "leukogram predict cell.jpg",
    "leukogram predict runs/cnn cell.jpg",
    "leukogram predict cnn-anylab cells/ --json > classes.jsonl",
    "leukogram predict runs/types cells/ --types five",
    "leukogram predict --model model.onnx cells/",
    "leukogram predict runs/cnn new-laboratory/ --tta --adapt-statistics",
    "leukogram predict runs/cnn cell.jpg --scale 0.10um",
  ],
  async execute({ args: [words], options, signal }) {
    const flags = options as LabelFreeFlags &
      ScaleFlag &
      ModelFlags & {
        model?: string;
        calibrated?: boolean;
        types?: Types;
        skipBad?: boolean;
        json?: boolean;
        quiet?: boolean;
      };
    const session = sessionOf(options);
    const { model, paths } = modelAndPaths(words as string[], {
      command: "predict",
      named: flags.model,
      endings: MODEL_ENDINGS,
    });
    const samples = picturesOf(paths);
    const files = samples.map(({ path }) => path);
    const progress = new Progress(Boolean(flags.quiet));
    const onStage = progress.stage;
    const { classifier, crops, steps } = await labelFreeClassifier(model, files, {
      ...session,
      ...flags,
      foreign: foreignOf(flags),
      samples,
      told: toldScalesOf(flags),
      signal,
      onStage,
    });
    tellAssumptions(new JobTeller(progress.hear), classifier);
    for (const step of steps) progress.line(stepLine(step));
    tellScale(progress, crops);
    const temperature = flags.calibrated ? temperatureOf(classifier) : 1;
    let [skipped, uncalibrated] = [0, 0];
    const looked: LookedAt[] = [];
    try {
      const rollUp = flags.types === "five" ? knownRollUp(classifier.classes) : undefined;
      const classes = rollUp?.classes ?? classifier.classes;
      const onProgress = (done: number, total: number) => progress.stage("Classifying", done, total);
      const answers = classifyFiles(classifier, files, { redCellOf: crops.redCellOf, signal, onProgress });
      let priors: LabelFreeStep | undefined;
      const onStep = (step: LabelFreeStep) => {
        priors = step;
        progress.line(stepLine(step));
      };
      const corrected = flags.priorCorrection ? correctedTogether(answers, classifier.classes, onStep) : answers;
      for await (const { path: own, probabilities: given, error, familiarity, crop } of corrected) {
        const path = shownPath(own);
        if (error !== undefined && !flags.skipBad) throw badImage(error);
        if (given === undefined) {
          skipped++;
          progress.line(`Skipped: ${error!.message.replace(/^ERR_\w+ /, "")}`);
          continue;
        }
        looked.push({ path, familiarity });
        crops.add({ probabilities: given, crop });
        const isStrange = isUnfamiliar(familiarity);
        const calibrated = Boolean(flags.calibrated) && !isStrange;
        if (flags.calibrated && !calibrated) uncalibrated++;
        const tempered = calibrated ? withTemperature(given, temperature) : given;
        const probabilities = rollUp === undefined ? tempered : rolledRow(rollUp, tempered);
        const best = predictedClass({ probabilities, file: path, label: undefined, group: path });
        const name = classes[best]!;
        const shares = Object.fromEntries(classes.map((key, k) => [key, probabilities[k]!]));
        const cut = crop && { outside: crop.outside, nucleus: crop.nucleus !== undefined };
        const line = flags.json
          ? JSON.stringify({
              file: path,
              class: name,
              probabilities: shares,
              familiarity,
              crop: cut,
              ...(flags.calibrated && { calibrated }),
              ...(priors && { priorCorrection: priors.applied }),
            })
          : `${path}\t${name}\t${probabilities[best]!.toFixed(4)}`;
        process.stdout.write(`${line}\n`);
      }
      const summary = crops.summary(classifier.classes);
      tellCropNotes(progress, summary);
      const assumptions = assumptionsOf(classifier);
      if (flags.json && assumptions !== undefined) process.stdout.write(`${JSON.stringify({ assumptions })}\n`);
      if (flags.json && summary !== undefined)
        process.stdout.write(`${JSON.stringify({ scale: scaleJson(summary) })}\n`);
      const pictures = remarksSoFar();
      if (flags.json && pictures !== undefined) process.stdout.write(`${JSON.stringify({ pictures })}\n`);
      for (const line of strangeLines(looked)) progress.line(`Note: ${line}`);
      if (uncalibrated > 0)
        progress.line(
          `Calibration: skipped for ${uncalibrated} of ${looked.length} images, which do not look like the images the temperature was fitted on`,
        );
      if (skipped > 0) progress.line(`Unreadable images skipped: ${skipped} of ${files.length}`);
    } finally {
      await classifier.close();
    }
  },
};

function temperatureOf({ home, path }: Classifier): number {
  if (home.temperature !== undefined) return home.temperature;
  throw new LeukogramError("ERR_FORMAT", `${path}: contains no temperature`, {
    hint: "Retrain the model with this version on at least 350 images, or remove --calibrated.",
  });
}

// How frequent classes are is known when all images have been seen.
async function* correctedTogether(
  answers: AsyncIterable<Classified>,
  classes: readonly string[],
  onStep: (step: LabelFreeStep) => void,
): AsyncGenerator<Classified, void, undefined> {
  const all: Classified[] = [];
  for await (const answer of answers) all.push(answer);
  const { rows, step } = withCorrectedPriors(all, classes);
  onStep(step);
  yield* rows;
}

export default predict;
