import { counted } from "@leukogram/engine/core/counted";
import { LeukogramError } from "@leukogram/engine/core/errors";
import { joinedRecipe, joinRuns } from "../../adaptation/joinRuns.ts";
import { openRun } from "../../adaptation/openRun.ts";
import { openLaboratories } from "../../data/laboratories.ts";
import { checkRunFolder, prepareRunFolder } from "../../jobs/runs/runConfig.ts";
import { addClassNameFlags, classNamesOf, howReadOf } from "../classNameFlags.ts";
import type { CommandModule } from "../command.ts";
import { addSessionFlags, collect, groupingOf, print, sessionOf, shareText } from "../options.ts";
import { addPictureFlags } from "../pictureFlags.ts";
import { Progress } from "../progress.ts";

/** Flags of `join`. */
interface Flags {
  readonly data?: readonly string[];
  readonly out?: string;
  readonly yes?: boolean;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

const join: CommandModule = {
  define(command) {
    command
      .description(
        "Make one model of two runs: of the same crop at the laboratory's scale, or of cells in their own and in normalised colours.",
      )
      .argument("<own>", "the first run; of the older kind the one that sees cells in their own colours")
      .argument("<normalized>", "the second; of the older kind the one that sees them in normalised colours")
      .option("--data <[name=]dir>", "the images that both were trained on", collect)
      .option("--out <dir>", "the run folder of the joined model")
      .option("--yes", "overwrite the run in --out");
    addClassNameFlags(command);
    addSessionFlags(command);
    addPictureFlags(command);
  },
  examples: ["leukogram join runs/mobilenetv2 runs/cnn-anylab --data pbc/Train --out runs/mobilenetv2-anylab"],
  async execute({ args, options, signal }) {
    const { data, out, yes, json, quiet } = options as Flags;
    if (data === undefined || out === undefined)
      throw new LeukogramError("ERR_USAGE", `join: --${data === undefined ? "data" : "out"} is missing`, {
        hint: "Give the images that both were trained on, and a folder for the joined model.",
      });
    const progress = new Progress(Boolean(quiet));
    const [first, second] = [await openRun(String(args[0])), await openRun(String(args[1]))];
    const recipe = joinedRecipe(first, second);
    const config = { data: data.length === 1 ? data[0]! : data, ...howReadOf(options), recipe };
    const folder = { resume: false, replace: Boolean(yes) };
    checkRunFolder(out, config, folder);
    const opened = openLaboratories(data, { ...groupingOf(recipe), ...classNamesOf(options) });
    await prepareRunFolder(out, config, folder);
    const { accuracy, balancedAccuracy, count } = await joinRuns(first, second, {
      ...sessionOf(options),
      data: opened,
      out,
      signal,
      onStage: progress.stage,
    });
    print(Boolean(json), { out, judgedOn: "validation", count, accuracy, balancedAccuracy }, () =>
      [
        `${counted(count, "image")} that neither learned from: accuracy ${shareText(accuracy)}, balanced ${shareText(balancedAccuracy)}`,
        `Written: ${out}`,
      ].join("\n"),
    );
  },
};

export default join;
