import { counted } from "@leukogram/engine/core/counted";
import { LeukogramError } from "@leukogram/engine/core/errors";
import { joinJob } from "../../jobs/joinJob.ts";
import { addClassNameFlags, howReadOf } from "../classNameFlags.ts";
import type { CommandModule } from "../command.ts";
import { addSessionFlags, collect, print, sessionOf, shareText } from "../options.ts";
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
      .argument("<own>", "the first run; if the models normalise colours, the one that sees cells in their own colours")
      .argument("<normalized>", "the second run; then the one that sees cells in normalised colours")
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
    const { validation } = await joinJob({
      ...{ ...howReadOf(options), ...sessionOf(options), data, out, signal },
      runs: [String(args[0]), String(args[1])],
      replace: Boolean(yes),
      onProgress: new Progress(Boolean(quiet)).hear,
    });
    const { accuracy, balancedAccuracy, count } = validation;
    print(Boolean(json), { out, judgedOn: "validation", count, accuracy, balancedAccuracy }, () =>
      [
        `${counted(count, "image")} that neither learned from: accuracy ${shareText(accuracy)}, balanced ${shareText(balancedAccuracy)}`,
        `Written: ${out}`,
      ].join("\n"),
    );
  },
};

export default join;
