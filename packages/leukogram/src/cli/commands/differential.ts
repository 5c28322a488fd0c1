import { existsSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import { LeukogramError } from "@leukogram/engine/core/errors";
import { writeFileWhole } from "@leukogram/engine/formats/writeFile";
import { isBeyondFive } from "../../cells/cellTypes.ts";
import { shownPath } from "../../data/archives/unpackedFolder.ts";
import { isManifestName } from "../../data/manifestTable.ts";
import { diagnosticReport } from "../../differential/fhir.ts";
import { readRanges } from "../../differential/referenceRanges.ts";
import { reportAnswers } from "../../differential/reportAnswers.ts";
import { CellCrops, type CropSummary } from "../../evaluation/cellCrops.ts";
import { badImage, classifyFiles, loadClassifier } from "../../evaluation/classifier.ts";
import { holdsAnswers, readPredictionsCsv } from "../../evaluation/predictionsCsv.ts";
import { rollUpPredictions, type Types } from "../../evaluation/rollUp.ts";
import { scaleJson, scaleSentences } from "../../evaluation/scaleWords.ts";
import type { Prediction, Predictions } from "../../evaluation/types.ts";
import { rejectThreshold } from "../../review/answer.ts";
import { NOT_OF_FIVE } from "../../review/rollUp.ts";
import { DEFAULT_MODEL } from "../../shipped/shipped.ts";
import type { HomeFacts } from "../../training/homeFacts.ts";
import { VERSION } from "../../version.ts";
import type { CommandModule } from "../command.ts";
import { differentialLines } from "../differentialLines.ts";
import { addModelFlags, foreignOf, MODEL_WORDS, type ModelFlags, modelJson, tellModel } from "../foreignModel.ts";
import { picturesOf } from "../imageFiles.ts";
import { addSessionFlags, number, print, sessionOf, wholeNumber } from "../options.ts";
import { Progress } from "../progress.ts";
import { addScaleFlag, type ScaleFlag, tellScale, toldScalesOf } from "../scaleFlag.ts";
import { addTypesFlag } from "../typesFlag.ts";

/** Flags of `differential`. */
interface Flags extends ScaleFlag, ModelFlags {
  readonly model: string;
  readonly judged?: string;
  readonly cells?: number;
  readonly types?: Types;
  readonly reject?: number;
  readonly age?: number;
  readonly ranges?: string;
  readonly leukocytes?: number;
  readonly fhir?: string;
  readonly effective?: string;
  readonly seed: number;
  readonly skipBad?: boolean;
  readonly yes?: boolean;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

const differential: CommandModule = {
  define(command) {
    command
      .description("Count the white blood cells of one smear (a differential), with uncertainty. Not for diagnosis.")
      .argument("<cells>", "images of single cells: a folder, a zip or a manifest CSV; or a predictions.csv")
      .option("--model <model>", MODEL_WORDS, DEFAULT_MODEL)
      .option(
        "--judged <file>",
        "predictions.csv of the same model on labelled cells from this laboratory, to correct for the model's errors",
      )
      .option(
        "--cells <number>",
        "number of white blood cells to count, such as 100, 200 or 400 (default: all)",
        wholeNumber,
      )
      .option(
        "--reject <share>",
        "do not count cells whose class is less probable than this (default: the model's own threshold, else 0.5)",
        number,
      )
      .option("--age <years>", "age in years, for reference ranges (default: adult)", number)
      .option("--ranges <file>", "YAML file with your laboratory's reference ranges")
      .option("--leukocytes <number>", "white blood cell count in 10^9 per litre, for absolute counts", number)
      .option("--fhir <file>", "write a FHIR R4 DiagnosticReport")
      .option("--effective <time>", "date of the blood sample, for the FHIR report: 2026-11-25")
      .option("--seed <number>", "random seed", number, 0)
      .option("--skip-bad", "skip unreadable images and report how many")
      .option("--yes", "overwrite an existing FHIR file");
    addModelFlags(command);
    addTypesFlag(command, "all");
    addScaleFlag(command);
    addSessionFlags(command);
  },
  examples: [
    "leukogram differential smear/ --cells 200",
    "leukogram differential smear/ --model runs/my-lab --judged judged/predictions.csv --age 34 --leukocytes 6.2",
    "leukogram differential smear/ --model runs/types --types five",
    "leukogram differential predictions.csv --fhir report.json --json",
  ],
  async execute({ args: [source], options, signal }) {
    const flags = options as unknown as Flags;
    requireSensible(flags);
    const ranges = readRanges(flags.age, flags.ranges);
    const inTypes = (given: Predictions) => (flags.types === "five" ? rollUpPredictions(given) : given);
    const judged = flags.judged === undefined ? undefined : inTypes(await readPredictionsCsv(flags.judged));
    const {
      predictions: answers,
      model,
      skipped,
      crops,
      home,
      assumed,
    } = await answersOf(String(source), flags, { options, signal });
    const predictions = inTypes(answers);
    if (flags.types === undefined && predictions.classes.some(isBeyondFive))
      new Progress(Boolean(flags.quiet)).line(
        "Note: all cell types the model knows are counted. Use --types five to count only the five.",
      );
    const { cells, leukocytes, seed } = flags;
    const carried = rejectThreshold(home);
    const reject = flags.reject ?? carried.threshold;
    const promise =
      flags.reject === undefined && carried.error !== undefined
        ? { error: carried.error, classes: answers.classes.length }
        : undefined;
    const types = predictions.classes.includes(NOT_OF_FIVE) ? "five" : "all";
    const counted = reportAnswers(predictions, { cells, reject, promise, judged, leukocytes, ranges, seed });
    const report = { ...counted, notes: [...counted.notes, ...(crops?.notes ?? [])] };
    if (flags.fhir !== undefined) {
      const fhir = diagnosticReport(report, {
        model: { name: model, version: VERSION },
        effective: flags.effective,
        remarks: scaleSentences(crops?.laboratories ?? []),
      });
      await writeFileWhole(flags.fhir, `${JSON.stringify(fhir, undefined, 2)}\n`);
    }
    const scale = scaleJson(crops);
    print(Boolean(flags.json), { model, ...assumed, types, ...report, skipped, ...(scale && { scale }) }, () =>
      differentialLines(report, skipped).join("\n"),
    );
  },
};

function requireSensible({ reject, leukocytes, effective, fhir, yes }: Flags): void {
  const refuse = (message: string, hint: string) => {
    throw new LeukogramError("ERR_USAGE", `differential: ${message}`, { hint });
  };
  if (reject !== undefined && (reject < 0 || reject > 1))
    refuse(`--reject ${reject} is not between 0 and 1`, "Give a number from 0 to 1.");
  if (leukocytes !== undefined && !(leukocytes > 0 && leukocytes < 1000))
    refuse(
      `--leukocytes ${leukocytes} is not a valid white blood cell count`,
      "Give it in 10^9 per litre, such as 6.2.",
    );
  if (effective !== undefined && !isDateTime(effective))
    refuse(`--effective ${effective} is not a date`, "Give it as 2026-11-25, or as 2026-11-25T08:30:00+01:00.");
  if (fhir !== undefined && existsSync(fhir) && !yes && !readFileSync(fhir, "utf8").includes('"DiagnosticReport"'))
    throw new LeukogramError("ERR_OUTPUT", `${fhir}: exists and is not a DiagnosticReport`, {
      hint: "Overwrite it with --yes, or choose another file.",
    });
}

/** FHIR's dateTime, in the forms that a laboratory uses. */
const DATE_TIME =
  /^[1-9]\d{3}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])(T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(Z|[+-]((0\d|1[0-3]):[0-5]\d|14:00)))?$/;

// FHIR's dateTime, from a day on, and a day of the calendar: 2026-02-30 is none.
function isDateTime(text: string): boolean {
  const day = text.slice(0, 10);
  return DATE_TIME.test(text) && new Date(`${day}T00:00:00Z`).toISOString().startsWith(day);
}

interface Run {
  readonly options: Readonly<Record<string, unknown>>;
  readonly signal: AbortSignal;
}

interface Answers {
  readonly predictions: Predictions;
  readonly model: string;
  readonly skipped: number;
  readonly crops: CropSummary | undefined;
  /** What the model knows of its own laboratories; of a file of answers it is not known. */
  readonly home: Pick<HomeFacts, "reject">;
  /** What was assumed of another program's model, for --json. */
  readonly assumed?: object;
}

async function answersOf(source: string, flags: Flags, { options, signal }: Run): Promise<Answers> {
  const { model, skipBad, quiet } = flags;
  const told = toldScalesOf(flags);
  if (isManifestName(source) && holdsAnswers(source)) {
    if (told.size > 0)
      throw new LeukogramError(
        "ERR_USAGE",
        `differential: ${source} contains predictions, which --scale can't change`,
        {
          hint: "Remove --scale, or give the folder of images.",
        },
      );
    return {
      predictions: await readPredictionsCsv(source),
      model: basename(source),
      skipped: 0,
      crops: undefined,
      home: {},
    };
  }
  const samples = picturesOf([source]);
  const files = samples.map(({ path }) => path);
  const progress = new Progress(Boolean(quiet));
  const classifier = await loadClassifier(model, { ...sessionOf(options), foreign: foreignOf(flags) });
  tellModel(progress, classifier);
  const rows: Prediction[] = [];
  let skipped = 0;
  try {
    const crops = await CellCrops.plan(classifier, samples, { told, signal });
    tellScale(progress, crops);
    const onProgress = (done: number, total: number) => progress.stage("Classifying", done, total);
    const answers = classifyFiles(classifier, files, { redCellOf: crops.redCellOf, signal, onProgress });
    for await (const { path, probabilities, error, familiarity, crop } of answers) {
      crops.add({ probabilities, crop });
      if (error !== undefined && !skipBad) throw badImage(error);
      if (probabilities === undefined) skipped++;
      else
        rows.push({
          ...{ file: shownPath(path), label: undefined, group: shownPath(path), probabilities },
          ...(familiarity !== undefined && { familiarity }),
        });
    }
    const predictions: Predictions = { model: classifier.id, classes: classifier.classes, rows };
    const { home } = classifier;
    return {
      predictions,
      model,
      skipped,
      crops: crops.summary(classifier.classes),
      home,
      assumed: modelJson(classifier),
    };
  } finally {
    await classifier.close();
  }
}

export default differential;
