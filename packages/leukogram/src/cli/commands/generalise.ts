import { LeukogramError } from "@leukogram/engine/core/errors";
import type { AwayFigures, Generalisation, SetFigures } from "../../adaptation/generalise.ts";
import { familiarityWarning } from "../../evaluation/familiarity.ts";
import { generaliseJob } from "../../jobs/generaliseJob.ts";
import { mistakes } from "../../report/generalisationReport.ts";
import { capital, decimalEstimate, percent, percentEstimate, pointsEstimate } from "../../report/text/format.ts";
import { textTable } from "../../report/text/textTable.ts";
import { addClassNameFlags, labelledDataOf } from "../classNameFlags.ts";
import type { CommandModule } from "../command.ts";
import { addModelFlags, foreignOf, MODEL_WORDS, type ModelFlags } from "../foreignModel.ts";
import { addSessionFlags, collect, print, sessionOf } from "../options.ts";
import { Progress } from "../progress.ts";
import { addScaleFlag, type ScaleFlag } from "../scaleFlag.ts";

/** Flags of `generalise`. */
interface Flags extends ScaleFlag, ModelFlags {
  readonly home?: string;
  readonly sets?: readonly string[];
  readonly corrections: boolean;
  readonly out?: string;
  readonly skipBad?: boolean;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

const generalise: CommandModule = {
  define(command) {
    command
      .description(
        "How much accuracy models lose in other laboratories: metrics by laboratory, the classes affected most, whether the models could have noticed, and what corrections without labels gain.",
      )
      .argument("<models...>", MODEL_WORDS)
      .option("--home <name=dir>", "labelled test images from the models' home laboratory")
      .option("--sets <name=dir>", "labelled images from another laboratory; repeat for each", collect)
      .option("--no-corrections", "skip the corrections without labels, which take four times longer")
      .option("--group-by <column>", "manifest column that groups images for resampling: patient, slide")
      .option("--out <file>", "write an HTML report")
      .option("--skip-bad", "skip unreadable images");
    addModelFlags(command);
    addScaleFlag(command, { several: true });
    addClassNameFlags(command);
    addSessionFlags(command);
  },
  examples: [
    "leukogram generalise mobilenetv2-anylab --home pbc=pbc/Test --sets jtsc=jtsc --out change.html",
    "leukogram generalise theirs.keras --preprocessing 0..1 --home A=cells-a/Test --sets B=cells-b",
    "leukogram generalise runs/cnn runs/mobilenetv2 --home A=cells-a/Test --sets B=cells-b --sets C=cells-c --json",
  ],
  async execute({ args: [words], options, signal }) {
    const flags = options as unknown as Flags;
    const { home, sets, out } = flags;
    if (home === undefined || sets === undefined)
      throw new LeukogramError("ERR_USAGE", `generalise: --${home === undefined ? "home" : "sets"} is missing`, {
        hint: "Give test images from the models' home laboratory with --home, and images from other laboratories with --sets.",
      });
    const models = await generaliseJob({
      ...{ ...sessionOf(options), models: words as readonly string[], home, sets, out, signal },
      labels: labelledDataOf(options),
      scale: flags.scale,
      foreign: foreignOf(flags),
      corrections: flags.corrections,
      skipBad: Boolean(flags.skipBad),
      onProgress: new Progress(Boolean(flags.quiet)).hear,
    });
    print(Boolean(flags.json), { home, sets, models }, () =>
      [...models.flatMap(lines), ...(out ? [`Report: ${out}`] : [])].join("\n"),
    );
  },
};

function lines({ model, home, away, notes }: Generalisation): string[] {
  const table = textTable([
    ["Laboratory", "images", "accuracy", "balanced", "calibration error", "unlike its own", "AUROC"],
    ...[home, ...away].map((set: SetFigures & Partial<Pick<AwayFigures, "toldApart">>) => [
      set === home ? `${set.name} (home)` : set.name,
      String(set.evaluation.count),
      percentEstimate(set.evaluation.accuracy),
      percentEstimate(set.balancedAccuracy),
      percent(set.confidence.calibrationError),
      set.familiarity ? percent(set.familiarity.unfamiliar.value) : "unknown",
      set.toldApart ? decimalEstimate(set.toldApart) : "",
    ]),
  ]);
  return [model, table, ...away.flatMap(awayLines), ...notes.map((note) => `Note: ${note}`), ""];
}

function awayLines({ name, fall, classes, corrections, familiarity }: Generalisation["away"][number]): string[] {
  const told = mistakes({ classes });
  const warning = familiarityWarning(familiarity);
  return [
    "",
    `${name}: accuracy drops by ${pointsEstimate(fall.accuracy).replace(/^\+/, "")}, balanced accuracy by ${pointsEstimate(fall.balancedAccuracy).replace(/^\+/, "")}.`,
    ...(told === undefined ? [] : [told]),
    ...(warning === undefined ? [] : [warning]),
    ...corrections.map(
      (own) =>
        `${capital(own.name)}: accuracy ${pointsEstimate(own.change.accuracy)}, balanced ${pointsEstimate(own.change.balancedAccuracy)}${own.applied ? "" : ` (not applied: ${own.reason})`}`,
    ),
  ];
}

export default generalise;
