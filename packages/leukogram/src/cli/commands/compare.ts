import { splitSentence } from "../../evaluation/compareSplits.ts";
import { scaleJson } from "../../evaluation/crops/scaleWords.ts";
import { compareJob } from "../../jobs/compareJob.ts";
import { comparisonTable } from "../../report/comparisonTable.ts";
import { addClassNameFlags, labelledDataOf } from "../classNameFlags.ts";
import type { CommandModule } from "../command.ts";
import { addModelFlags, foreignOf, type ModelFlags } from "../foreignModel.ts";
import { addSessionFlags, print, sessionOf } from "../options.ts";
import { Progress } from "../progress.ts";
import { addScaleFlag, type ScaleFlag } from "../scaleFlag.ts";

/** Flags of `compare`. */
interface Flags extends ScaleFlag, ModelFlags {
  readonly data?: string;
  readonly out?: string;
  readonly skipBad?: boolean;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

const compare: CommandModule = {
  define(command) {
    command
      .description(
        "Compare two or more models on the same images: metrics, differences, tests, and a verdict in words. Runs that differ only in their seed count as one model.",
      )
      .argument(
        "<models...>",
        "run folders, model files, names of built-in models, predictions.csv files, or crossvalidate folders",
      )
      .option("--data <dir>", "labelled images (default: the test predictions in the run folders)")
      .option("--group-by <column>", "with --data: manifest column that groups images for resampling: patient, slide")
      .option("--out <file>", "write an HTML report")
      .option("--skip-bad", "skip unreadable images");
    addModelFlags(command);
    addScaleFlag(command, { several: true });
    addClassNameFlags(command);
    addSessionFlags(command);
  },
  examples: [
    "leukogram compare runs/cnn runs/mobilenetv2",
    "leukogram compare runs/cnn runs/mobilenetv2 --data cells --out comparison.html",
    "leukogram compare runs/cnn-cv runs/mobilenetv2-cv",
    "leukogram compare runs/cnn-seed* runs/mobilenetv2-seed*",
    "leukogram compare theirs/predictions.csv runs/cnn/predictions/test.csv --json",
  ],
  async execute({ args: [paths], options, signal }) {
    const flags = options as Flags;
    const { data, out, scale } = flags;
    const found = await compareJob({
      ...{ ...sessionOf(options), models: paths as string[], data, out, scale, signal },
      ...(data !== undefined && { labels: labelledDataOf(options) }),
      foreign: foreignOf(flags),
      skipBad: Boolean(flags.skipBad),
      onProgress: new Progress(Boolean(flags.quiet)).hear,
    });
    const { models, comparisons, overSplits, warnings, assumptions } = found;
    const scales = found.crops.flatMap(({ name, crops }) => (crops ? [[name, scaleJson(crops)] as const] : []));
    const result = {
      models: models.map(({ name, seeds, evaluations, costs }) => ({
        name,
        ...evaluations[0],
        costs,
        ...(seeds.length > 1 && { seeds, accuracyBySeed: evaluations.map(({ accuracy }) => accuracy.value) }),
      })),
      comparisons,
      ...(overSplits.length > 0 && { overSplits }),
      ...(scales.length > 0 && { scale: Object.fromEntries(scales) }),
      ...(Object.keys(assumptions).length > 0 && { assumptions }),
    };
    print(Boolean(flags.json), result, () =>
      [
        comparisonTable(models),
        "",
        ...comparisons.map(({ verdict }) => verdict),
        ...overSplits.map(splitSentence),
        ...warnings,
      ].join("\n"),
    );
  },
};

export default compare;
