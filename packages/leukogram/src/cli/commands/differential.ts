import { scaleJson } from "../../evaluation/crops/scaleWords.ts";
import type { Types } from "../../evaluation/rollUp.ts";
import { differentialJob } from "../../jobs/differentialJob.ts";
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
      .description("A differential count of the cells of one smear, with its uncertainty. Not for diagnosis.")
      .argument("<cells>", "images of single cells: a folder, a zip or a manifest CSV; or a predictions.csv")
      .option("--model <model>", MODEL_WORDS, DEFAULT_MODEL)
      .option(
        "--judged <file>",
        "predictions.csv of the same model on labelled cells of this laboratory, to correct for its mistakes",
      )
      .option(
        "--cells <number>",
        "count the first so many leukocytes, such as 100, 200 or 400 (default: all)",
        wholeNumber,
      )
      .option(
        "--reject <share>",
        "leave cells uncounted whose class is less probable than this (default: what the model carries, else 0.5)",
        number,
      )
      .option("--age <years>", "whose usual ranges are looked up (default: an adult's)", number)
      .option("--ranges <file>", "your laboratory's own ranges, a YAML file")
      .option("--leukocytes <number>", "white cells, 10^9 per litre, for absolute counts", number)
      .option("--fhir <file>", "write a FHIR R4 DiagnosticReport")
      .option("--effective <time>", "when the blood was taken, for the FHIR report: 2026-11-25")
      .option("--seed <number>", "what all chance comes from", number, 0)
      .option("--skip-bad", "leave out images that can't be read, and count them")
      .option("--yes", "write over a FHIR file that is there");
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
