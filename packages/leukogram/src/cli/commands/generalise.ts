import { LeukogramError } from "@leukogram/engine/core/errors";
import { writeFileWhole } from "@leukogram/engine/formats/writeFile";
import {
  type AwayFigures,
  type Generalisation,
  judgeGeneralisation,
  type NamedSet,
  type SetFigures,
} from "../../adaptation/generalise.ts";
import { nameOf, openToJudge, parseSource } from "../../data/laboratories.ts";
import { toldScale } from "../../data/toldScales.ts";
import { familiarityWarning } from "../../evaluation/familiarity.ts";
import { isForeign } from "../../evaluation/foreignModel.ts";
import { capital, decimalEstimate, percent, percentEstimate, pointsEstimate } from "../../report/format.ts";
import { generalisationReport, mistakes } from "../../report/generalisationReport.ts";
import { textTable } from "../../report/textTable.ts";
import { VERSION } from "../../version.ts";
import { addClassNameFlags, labelledDataOf } from "../classNameFlags.ts";
import type { CommandModule } from "../command.ts";
import { addModelFlags, foreignOf, MODEL_WORDS, type ModelFlags, tellModel } from "../foreignModel.ts";
import { addSessionFlags, collect, print, sessionOf } from "../options.ts";
import { Progress } from "../progress.ts";
import { requireOwnReport } from "../reportFile.ts";
import { addScaleFlag, type ScaleFlag, toldScalesOf } from "../scaleFlag.ts";

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
    if (out !== undefined) requireOwnReport(out);
    const labelledAs = labelledDataOf(options);
    const open = (source: string): NamedSet => ({
      name: nameOf(parseSource(source)),
      data: openToJudge([source], labelledAs),
    });
    const names = [home, ...sets].map((source) => nameOf(parseSource(source)));
    const told = toldScalesOf(flags);
    const opened = [home, ...sets].map(open);
    const [own, ...others] = opened.map((set) => ({ ...set, scale: toldScale(told, set.name, names) }));
    const twice = names.find((name, i, all) => all.indexOf(name) < i);
    if (twice !== undefined)
      throw new LeukogramError("ERR_USAGE", `generalise: two sets are named "${twice}"`, {
        hint: "Give each set a different name: --sets NAME=DIR.",
      });
    const progress = new Progress(Boolean(flags.quiet));
    const models: Generalisation[] = [];
    // Flags say what they say of those that another program wrote.
    const foreignOnes = (words as readonly string[]).filter(isForeign);
    for (const model of words as readonly string[]) {
      const isOther = foreignOnes.length === 0 || foreignOnes.includes(model);
      models.push(
        await judgeGeneralisation(model, own!, others, {
          ...sessionOf(options),
          foreign: isOther ? foreignOf(flags) : {},
          corrections: flags.corrections,
          skipBad: Boolean(flags.skipBad),
          signal,
          onStage: (stage, done, total) => progress.stage(`${model}, ${stage}`, done, total),
        }),
      );
      tellModel(progress, { notes: (models.at(-1)!.assumptions?.notes ?? []).map((note) => `${model}: ${note}`) });
    }
    if (out !== undefined) await writeFileWhole(out, generalisationReport({ models, version: VERSION }));
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
