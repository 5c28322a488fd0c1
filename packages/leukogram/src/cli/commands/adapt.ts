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
        "Adapt a model to a new laboratory, using unlabelled cells or a few labelled cells, or suggest which cells to label first.",
      )
      .argument("<model>", "run folder, or name of a built-in model")
      .argument(
        "[dir]",
        "labelled cells from the new laboratory, 5 to 40 per class: class folders or a manifest CSV; classes may be missing. With --suggest, any folder of images; with --unlabelled, optional",
      )
      .option(
        "--unlabelled <dir>",
        "unlabelled images of cells from the new laboratory, not sorted or selected: a folder, or a manifest CSV; labels are ignored",
      )
      .option("--out <dir>", "run folder for the adapted model")
      .option("--suggest <number>", "do not adapt; list this many cells to label next", wholeNumber)
      .option("--labelled <dir>", "with --suggest: cells that are already labelled")
      .option("--group-by <column>", "manifest column that groups cells for cross-validation: patient, slide")
      .option(
        "--home-loss <points>",
        "largest loss of accuracy allowed in the model's home laboratory, in percentage points",
        number,
        1,
      )
      .option("--seed <number>", "random seed", number, 0)
      .option(
        "--judge <dir>",
        "labelled cells to hold out: both models are evaluated on them; results go to judged.json",
      )
      .option("--yes", "overwrite the run in --out");
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
    [dir === undefined && unlabelled === undefined, "no cells to adapt to"],
    [unlabelled !== undefined && suggest !== undefined, "--unlabelled and --suggest can't be combined"],
    [out === undefined && suggest === undefined, "--out is missing"],
    [out !== undefined && suggest !== undefined, "--out and --suggest can't be combined"],
    [labelled !== undefined && suggest === undefined, "--labelled requires --suggest"],
    [judge !== undefined && suggest !== undefined, "--judge requires --out"],
    [!(homeLoss >= 0 && homeLoss <= 100), `--home-loss expects 0 to 100 percentage points, received ${homeLoss}`],
  ];
  const fault = faults.find(([isFault]) => isFault)?.[1];
  if (fault === undefined) return;
  throw new LeukogramError("ERR_USAGE", `adapt: ${fault}`, {
    hint: "Give labelled cells or --unlabelled DIR, and the new model's folder with --out; or list cells to label with --suggest 20.",
  });
}

function suggestionText(cells: readonly Suggestion[]): string {
  return cells.map(({ path, predicted, probability }) => `${path}\t${predicted}\t${probability.toFixed(4)}`).join("\n");
}

export default adapt;
