import { scaleJson } from "../../evaluation/crops/scaleWords.ts";
import type { Explanation } from "../../explain/explainPicture.ts";
import { STEPS } from "../../explain/integratedGradients.ts";
import { METHODS, methodEntry } from "../../explain/methods.ts";
import type { ExplainedFile } from "../../jobs/cells/explainImages.ts";
import { BASELINES, type Baseline, explainJob } from "../../jobs/cells/explainJob.ts";
import { explanationWarnings } from "../../report/explanationWords.ts";
import { decimal, percent } from "../../report/text/format.ts";
import { textTable } from "../../report/text/textTable.ts";
import { DEFAULT_MODEL } from "../../shipped/shipped.ts";
import type { CommandModule } from "../command.ts";
import { addModelFlags, foreignOf, MODEL_ENDINGS, MODEL_WORDS, type ModelFlags } from "../foreignModel.ts";
import { modelAndPaths } from "../modelAndPaths.ts";
import { addSessionFlags, number, oneOf, print, sessionOf, wholeNumber } from "../options.ts";
import { Progress } from "../progress.ts";
import { addScaleFlag, type ScaleFlag } from "../scaleFlag.ts";

/** Flags of `explain`. */
interface Flags extends ScaleFlag, ModelFlags {
  readonly model?: string;
  readonly method: string;
  readonly class?: string;
  readonly layer?: string;
  readonly baseline: Baseline;
  readonly steps: number;
  readonly check: boolean;
  readonly checks: number;
  readonly seed: number;
  readonly images: number;
  readonly skipBad?: boolean;
  readonly out: string;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

const explain: CommandModule = {
  define(command) {
    command
      .description(
        "Draw maps of the image regions that support the predicted class, as overlays. Models with random weights check each map: a map that does not change explains nothing.",
      )
      .argument("<paths...>", `images, or folders of images, optionally preceded by MODEL (default: ${DEFAULT_MODEL})`)
      .usage("[MODEL] <paths...> [options]")
      .option("--model <model>", MODEL_WORDS)
      .option(
        "--method <names>",
        `${METHODS.map(({ name }) => name).join(", ")}, separated by commas, or all`,
        "gradcam,occlusion",
      )
      .option("--class <name>", "the class to explain (default: the most probable one)")
      .option("--layer <name>", "layer for gradcam and scorecam (default: the last layer with feature maps)")
      .option(
        "--baseline <colour>",
        "baseline image: background, black, white",
        oneOf("baseline", BASELINES),
        "background",
      )
      .option("--steps <number>", "number of steps for integrated gradients", wholeNumber, STEPS)
      .option("--checks <number>", "number of models with random weights that check each map", wholeNumber, 3)
      .option("--no-check", "skip the check, which saves time")
      .option("--seed <number>", "seed of the random weights", number, 0)
      .option("--images <number>", "maximum number of images, spread evenly", wholeNumber, 24)
      .option("--skip-bad", "skip unreadable images and report how many")
      .option(
        "--out <dir>",
        "folder for overlays and explain.html; a folder from an earlier explain is overwritten",
        "explain",
      );
    addModelFlags(command);
    addScaleFlag(command);
    addSessionFlags(command);
  },
  examples: [
    "leukogram explain cell.jpg",
    "leukogram explain cnn-anylab cells/ --method all --out why",
    "leukogram explain runs/cnn cell.jpg --class Monocyte --json",
    "leukogram explain cnn_3.h5 cell.jpg --preprocessing 0..1",
  ],
  async execute({ args: [words], options, signal }) {
    const flags = options as unknown as Flags;
    const { model: named, check, checks, images: most, json, quiet, ...settings } = flags;
    const { model, paths } = modelAndPaths(words as string[], { command: "explain", named, endings: MODEL_ENDINGS });
    const found = await explainJob({
      ...{ ...settings, ...sessionOf(options), model, images: paths, most, checks: check ? checks : 0, signal },
      foreign: foreignOf(flags),
      onProgress: new Progress(Boolean(quiet)).hear,
    });
    const { out } = flags;
    const scale = scaleJson(found.crops);
    const images = found.images.map((image) => imageJson(image, found.classes));
    const { assumptions, skipped } = found;
    print(Boolean(json), { model, out, assumptions, images, skipped, ...(scale && { scale }) }, () =>
      [...lines(found.images, found.classes), `Report: ${out}/explain.html`].join("\n"),
    );
  },
};

function imageJson(image: ExplainedFile, classes: readonly string[]) {
  const { file, probabilities, familiarity, target, explanations, overlays } = image;
  const shares = Object.fromEntries(classes.map((name, k) => [name, probabilities[k]!]));
  const told = explanations.map((found, i) => ({ ...explanationJson(found), overlay: overlays[i] }));
  return { file, class: classes[target], probabilities: shares, familiarity, explanations: told };
}

// As JSON tells it: small maps with their values, rounded.
function explanationJson(found: Explanation): Record<string, unknown> {
  const { method, layer, isBypassed, map, onCell, cell, check, figures } = found;
  const few = map.data.length <= 1024;
  return {
    method,
    ...(layer !== undefined && { layer, isBypassed }),
    mapSize: [map.height, map.width],
    ...(few && { map: Array.from(map.data, (value) => Number(value.toPrecision(6))) }),
    onCell: Number.isNaN(onCell) ? null : onCell,
    cellArea: cell.area,
    ...(check && { check: { ...check, mean: Number.isNaN(check.mean) ? null : check.mean } }),
    ...(Object.keys(figures).length > 0 && { figures }),
  };
}

function lines(explained: readonly ExplainedFile[], classes: readonly string[]): string[] {
  const rows = explained.flatMap(({ file, probabilities, explanations }) =>
    explanations.map((found) => [
      file,
      `${classes[found.target]} ${percent(probabilities[found.target])}`,
      methodEntry(found.method).title,
      percent(found.onCell, 0),
      percent(found.cell.area, 0),
      found.check === undefined ? "not checked" : `${found.check.verdict} (${decimal(found.check.mean, 2)})`,
    ]),
  );
  const notes = explained.flatMap(({ file, explanations }) =>
    explanations.flatMap((found) =>
      explanationWarnings(found, classes[found.target]!).map((text) => `Note: ${file}: ${text}`),
    ),
  );
  const heading = ["Image", "Class", "Method", "On the cell", "Cell's share", "With random weights the map"];
  return [...(rows.length > 0 ? [textTable([heading, ...rows])] : []), ...notes];
}

export default explain;
