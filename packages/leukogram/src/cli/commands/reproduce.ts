import { splitSentence } from "../../evaluation/compareSplits.ts";
import { reproduceJob } from "../../jobs/reproduceJob.ts";
import { comparisonTable } from "../../report/comparisonTable.ts";
import type { CommandModule } from "../command.ts";
import { addSessionFlags, number, print, wholeNumber } from "../options.ts";
import { addPictureFlags } from "../pictureFlags.ts";
import { Progress } from "../progress.ts";
import { addWeightsFlags, type WeightsFlags, weightsOf } from "../weights.ts";

/** Flags of `reproduce`. */
interface Flags extends WeightsFlags {
  readonly data?: string;
  readonly out: string;
  readonly seeds: number;
  readonly seed: number;
  readonly device: string;
  readonly threads?: number;
  readonly epochs?: number;
  readonly asPublished?: boolean;
  readonly resume?: boolean;
  readonly yes?: boolean;
  readonly skipBad?: boolean;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

const reproduce: CommandModule = {
  define(command) {
    command
      .description(
        "Repeat the student project's comparison without its mistakes: a custom CNN against MobileNetV2 (frozen, if its ImageNet weights are given), with several seeds and intervals.",
      )
      .option("--data <dir>", "folder that contains Train/ and Test/ (default: synthetic smears, drawn in --out)")
      .option("--out <dir>", "folder for runs and report", "runs/reproduce")
      .option("--seeds <number>", "trainings per model", wholeNumber, 3)
      .option("--seed <number>", "first seed", number, 0)
      .option("--epochs <number>", "epochs of the CNN (default: its recipe's)", wholeNumber)
      .option("--as-published", "also repeat the published mistakes, to show the effect of each")
      .option("--resume", "resume the runs in --out")
      .option("--yes", "overwrite the runs in --out")
      .option("--skip-bad", "skip unreadable images and report how many");
    addSessionFlags(command);
    addWeightsFlags(command);
    addPictureFlags(command);
  },
  examples: [
    "leukogram reproduce --seeds 1",
    "leukogram reproduce --data cells --weights mobilenet_v2.h5",
    "leukogram reproduce --data cells --fetch-weights --as-published",
  ],
  async execute({ options, signal }) {
    const flags = options as unknown as Flags;
    const { out, yes, json, quiet, ...settings } = flags;
    const { models, report, ...found } = await reproduceJob({
      ...{ ...settings, out, weights: weightsOf(flags), replace: Boolean(yes), signal },
      onProgress: new Progress(Boolean(quiet)).hear,
    });
    const { comparisons, overSplits, notes, warnings, summary } = found;
    print(Boolean(json), summary, () =>
      [
        comparisonTable(models),
        "",
        `Intervals are 95 %: over test images for one seed, over seeds (Student's t) for several. Gap: training minus test accuracy, in percentage points.`,
        "",
        ...comparisons.map(({ verdict }) => verdict),
        ...overSplits.map(splitSentence),
        ...notes.flatMap(({ heading, paragraphs }) => ["", heading, ...paragraphs]),
        "",
        ...warnings.map((warning) => `Note: ${warning}`),
        `Report: ${report}`,
      ].join("\n"),
    );
  },
};

export default reproduce;
