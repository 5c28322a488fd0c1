import { LeukogramError } from "@leukogram/engine/core/errors";
import type { Suggestion } from "../../adaptation/fewLabels/suggestCells.ts";
import { adaptJob } from "../../jobs/adaptJob.ts";
import { suggestJob } from "../../jobs/suggestJob.ts";
import { labelledText, labelsJson, unlabelledText, votesJson } from "../adaptText.ts";
import { addClassNameFlags, labelledDataOf } from "../classNameFlags.ts";
import type { CommandInput, CommandModule } from "../command.ts";
import { addProgressFlag, addSessionFlags, number, print, sessionOf, wholeNumber } from "../options.ts";
import { Progress } from "../progress.ts";
import { addScaleFlag, type ScaleFlag } from "../scaleFlag.ts";

/** Flags of `adapt`. */
interface Flags extends ScaleFlag {
  readonly out?: string;
  readonly suggest?: number;
  readonly labelled?: string;
  readonly unlabelled?: string;
  readonly homeLoss: number;
  readonly seed: number;
  readonly yes?: boolean;
  readonly judge?: string;
  readonly progressFile?: string;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

const adapt: CommandModule = {
  define(command) {
    command
      .description(
        "Adapt a model to a new laboratory by its unlabelled cells, by a few labelled ones, or name the cells to label first.",
      )
      .argument("<model>", "run folder, or name of a shipped model")
      .argument(
        "[dir]",
        "labelled cells of the new laboratory, 5 to 40 a class: class folders or a manifest CSV; classes may be missing. With --suggest any folder of images; with --unlabelled none is needed",
      )
      .option(
        "--unlabelled <dir>",
        "images of the new laboratory's cells, as they come: a folder, or a manifest CSV; no label is read",
      )
      .option("--out <dir>", "the run folder of the adapted model")
      .option("--suggest <number>", "change nothing: name so many cells to label next", wholeNumber)
      .option("--labelled <dir>", "with --suggest: cells that have a label already")
      .option(
        "--group-by <column>",
        "manifest column whose cells belong together when ways to learn are judged: patient, slide",
      )
      .option("--home-loss <points>", "accuracy that may be lost on the model's own laboratory, points", number, 1)
      .option("--seed <number>", "what all chance comes from", number, 0)
      .option("--judge <dir>", "labelled cells to learn nothing from: both models are judged on them, in judged.json")
      .option("--yes", "replace the run that is in --out");
    addScaleFlag(command);
    addProgressFlag(command);
    addClassNameFlags(command);
    addSessionFlags(command);
  },
  examples: [
    "leukogram adapt mobilenetv2-anylab unlabelled/ --suggest 20",
    "leukogram adapt mobilenetv2-anylab --unlabelled cells/ --out runs/my-lab",
    "leukogram adapt mobilenetv2-anylab labelled/ --out runs/my-lab",
    "leukogram adapt runs/my-lab more-labels/ --out runs/my-lab-2 --home-loss 0.5 --json",
  ],
  async execute(input) {
    const { progressFile, quiet } = input.options as unknown as Flags;
    const progress = new Progress(Boolean(quiet), progressFile);
    await progress.during(() => execute(input, progress));
  },
};

async function execute({ args: [model, dir], options, signal }: CommandInput, progress: Progress): Promise<void> {
  const flags = options as unknown as Flags;
  const { scale, seed, suggest, unlabelled, judge, homeLoss } = flags;
  const shared = { ...sessionOf(options), model: String(model), scale, seed, signal, onProgress: progress.hear };
  requireFlags(flags, dir);
  if (suggest !== undefined) {
    const cells = await suggestJob({ ...shared, data: String(dir), count: suggest, labelled: flags.labelled });
    print(Boolean(flags.json), { model, dir, suggest: cells }, () => suggestionText(cells));
    return;
  }
  const takesLabels = dir !== undefined || judge !== undefined;
  const adapted = await adaptJob({
    ...{ ...shared, out: flags.out!, unlabelled, judge, homeLoss, replace: Boolean(flags.yes) },
    labelled: dir === undefined ? undefined : String(dir),
    ...(takesLabels && { labels: labelledDataOf(options) }),
  });
  const json = adapted.by === "labels" ? labelsJson(adapted) : votesJson(adapted);
  print(Boolean(flags.json), json, () =>
    adapted.by === "labels" ? labelledText(adapted, homeLoss) : unlabelledText(adapted, homeLoss),
  );
}

function requireFlags({ out, suggest, labelled, unlabelled, judge, homeLoss }: Flags, dir: unknown): void {
  const faults: readonly (readonly [boolean, string])[] = [
    [dir === undefined && unlabelled === undefined, "there are no cells to adapt to"],
    [unlabelled !== undefined && suggest !== undefined, "--unlabelled and --suggest were both given"],
    [out === undefined && suggest === undefined, "--out is missing"],
    [out !== undefined && suggest !== undefined, "--out and --suggest were both given"],
    [labelled !== undefined && suggest === undefined, "--labelled goes with --suggest"],
    [judge !== undefined && suggest !== undefined, "--judge goes with --out"],
    [!(homeLoss >= 0 && homeLoss <= 100), `--home-loss takes points from 0 to 100, received ${homeLoss}`],
  ];
  const fault = faults.find(([isFault]) => isFault)?.[1];
  if (fault === undefined) return;
  throw new LeukogramError("ERR_USAGE", `adapt: ${fault}`, {
    hint: "Give labelled cells or --unlabelled DIR, and name the new model with --out; or ask for cells to label with --suggest 20.",
  });
}

function suggestionText(cells: readonly Suggestion[]): string {
  return cells.map(({ path, predicted, probability }) => `${path}\t${predicted}\t${probability.toFixed(4)}`).join("\n");
}

export default adapt;
