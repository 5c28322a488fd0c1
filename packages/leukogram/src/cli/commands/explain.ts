import { LeukogramError } from "@leukogram/engine/core/errors";
import { nearest } from "@leukogram/engine/core/nearest";
import type { Model } from "@leukogram/engine/nn/model";
import { replaceFolder } from "../../data/outputFolder.ts";
import { CellCrops } from "../../evaluation/crops/cellCrops.ts";
import { scaleJson } from "../../evaluation/crops/scaleWords.ts";
import { assumptionsOf, tellAssumptions } from "../../evaluation/foreign/assumptions.ts";
import { STEPS } from "../../explain/integratedGradients.ts";
import { mapLayerNames, mapStep } from "../../explain/mapLayers.ts";
import { METHODS, type Method, methodEntry, parseMethods } from "../../explain/methods.ts";
import { imagesOf } from "../../jobs/imageFiles.ts";
import { JobTeller } from "../../jobs/jobTeller.ts";
import { type GivenModel, openGiven } from "../../jobs/models/givenModel.ts";
import { explanationWarnings } from "../../report/explanationWords.ts";
import { decimal, percent } from "../../report/text/format.ts";
import { textTable } from "../../report/text/textTable.ts";
import { DEFAULT_MODEL } from "../../shipped/shipped.ts";
import type { CommandModule } from "../command.ts";
import { type ExplainedFile, explainImages } from "../explainImages.ts";
import { addModelFlags, foreignOf, MODEL_ENDINGS, MODEL_WORDS, type ModelFlags } from "../foreignModel.ts";
import { modelAndPaths } from "../modelAndPaths.ts";
import { addSessionFlags, number, oneOf, print, sessionOf, wholeNumber } from "../options.ts";
import { Progress } from "../progress.ts";
import { addScaleFlag, type ScaleFlag, tellScale, toldScalesOf } from "../scaleFlag.ts";
import { strangeLines } from "../strangeLines.ts";

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

/** What counts as an empty picture. */
const BASELINES = ["background", "black", "white"] as const;
type Baseline = (typeof BASELINES)[number];

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
    const session = sessionOf(options);
    const { model: word, paths } = modelAndPaths(words as string[], {
      command: "explain",
      named: flags.model,
      endings: MODEL_ENDINGS,
    });
    const wanted = parseMethods(flags.method);
    const found = imagesOf(paths);
    const chosen = spread(found, flags.images);
    const progress = new Progress(Boolean(flags.quiet));
    const given = await openWith(word, flags, progress);
    const { classes } = given;
    const samples = found.map((path) => ({ path }));
    const crops = await CellCrops.plan({ ...given, path: word }, samples, { told: toldScalesOf(flags), signal });
    tellScale(progress, crops);
    const settings = {
      model: word,
      classes,
      target: flags.class === undefined ? undefined : indexOfClass(flags.class, classes),
      methods: methodsFor(given.model, wanted, { flags, progress }),
      layer: flags.layer,
      baseline: baselineOf(flags.baseline, given.model),
      steps: flags.steps,
      checks: flags.check ? flags.checks : 0,
      seed: flags.seed,
      skipBad: Boolean(flags.skipBad),
      // The files are of one laboratory.
      redCellOf: () => crops.redCellOf(0),
      session,
      signal,
    };
    if (chosen.length < found.length)
      progress.line(`Explaining ${chosen.length} of ${found.length} images; use --images for more.`);
    let explained: readonly ExplainedFile[] = [];
    await replaceFolder(flags.out, "leukogram explain", async (dir) => {
      explained = await explainImages(given, chosen, { ...settings, dir, progress });
    });
    const { out } = flags;
    const scale = scaleJson(crops.summary(classes));
    const images = explained.map(({ json }) => json);
    for (const line of strangeLines(explained.map(({ file, familiarity }) => ({ path: file, familiarity }))))
      progress.line(`Note: ${line}`);
    print(
      Boolean(flags.json),
      { model: word, out, assumptions: assumptionsOf(given.foreign ?? {}), images, ...(scale && { scale }) },
      () => [...lines(explained, classes), `Report: ${out}/explain.html`].join("\n"),
    );
  },
};

async function openWith(word: string, flags: Flags, progress: Progress): Promise<GivenModel> {
  const given = await openGiven(word, foreignOf(flags));
  if (!given.isOurs) tellAssumptions(new JobTeller(progress.hear), { notes: [...given.notes, ...given.warnings] });
  const { shape } = given.model.input;
  if (shape.length === 3 && (given.cells !== undefined || shape[2] === 3)) return given;
  throw new LeukogramError(
    "ERR_CONFIG",
    `${word}: takes input of ${shape.join(" x ")}, not images with three colour channels`,
    {
      hint: "Give a model whose input is [height, width, 3].",
    },
  );
}

// Without a layer that has maps, `all` is the others.
function methodsFor(
  model: Model,
  wanted: readonly Method[],
  { flags: { method, layer }, progress }: { flags: Flags; progress: Progress },
): readonly Method[] {
  const needing = wanted.filter((name) => methodEntry(name).needsMaps);
  if (needing.length === 0 && layer !== undefined)
    throw new LeukogramError("ERR_USAGE", `explain: --layer works with gradcam and scorecam, not with ${method}`, {
      hint: "Remove --layer, or add --method gradcam.",
    });
  const isOptional = method.includes("all") && layer === undefined && mapLayerNames(model).length === 0;
  if (needing.length > 0 && !isOptional) mapStep(model, layer);
  if (!isOptional) return wanted;
  progress.line(`Note: no layer of ${model.name} has feature maps, which ${needing.join(" and ")} need.`);
  return wanted.filter((name) => !needing.includes(name));
}

function indexOfClass(name: string, classes: readonly string[]): number {
  const found = classes.findIndex((key) => key.toLowerCase() === name.toLowerCase());
  if (found >= 0) return found;
  const near = nearest(name, classes);
  throw new LeukogramError("ERR_USAGE", `explain: unknown class "${name}"`, {
    hint: near === undefined ? `The model's classes are ${classes.join(", ")}.` : `Did you mean "${near}"?`,
  });
}

function baselineOf(name: Baseline, model: Model): readonly number[] | undefined {
  if (name === "background") return undefined;
  return new Array<number>(model.input.shape[2]!).fill(name === "black" ? 0 : 255);
}

function spread(files: readonly string[], most: number): string[] {
  if (files.length <= most) return [...files];
  return Array.from({ length: most }, (_, i) => files[Math.floor(((i + 0.5) * files.length) / most)]!);
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
