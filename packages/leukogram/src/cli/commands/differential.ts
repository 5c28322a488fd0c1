import { scaleJson } from "../../evaluation/crops/scaleWords.ts";
import type { Types } from "../../evaluation/rollUp.ts";
import { differentialJob } from "../../jobs/cells/differentialJob.ts";
import { DEFAULT_MODEL } from "../../shipped/shipped.ts";
import type { CommandModule } from "../command.ts";
import { differentialLines } from "../differentialLines.ts";
import { addModelFlags, foreignOf, MODEL_WORDS, type ModelFlags } from "../foreignModel.ts";
import { addSessionFlags, number, print, sessionOf, wholeNumber } from "../options.ts";
import { Progress } from "../progress.ts";
import { addScaleFlag, type ScaleFlag } from "../scaleFlag.ts";
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
    const { model: named, judged, cells, reject, age, ranges, leukocytes, fhir, effective, seed } = flags;
    const { model, assumptions, types, report, skipped, crops } = await differentialJob({
      ...{ ...sessionOf(options), data: String(source), model: named, judged, cells, types: flags.types, reject, age },
      ...{ ranges, leukocytes, fhir, effective, seed, scale: flags.scale, signal },
      foreign: foreignOf(flags),
      skipBad: Boolean(flags.skipBad),
      replace: Boolean(flags.yes),
      onProgress: new Progress(Boolean(flags.quiet)).hear,
    });
    const scale = scaleJson(crops);
    print(
      Boolean(flags.json),
      { model, ...(assumptions && { assumptions }), types, ...report, skipped, ...(scale && { scale }) },
      () => differentialLines(report, skipped).join("\n"),
    );
  },
};

export default differential;
