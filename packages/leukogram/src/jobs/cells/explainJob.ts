// Why a model predicts what it predicts, as a whole: images, maps, overlays, a page.
import { LeukogramError } from "@leukogram/engine/core/errors";
import { nearest } from "@leukogram/engine/core/nearest";
import type { Model } from "@leukogram/engine/nn/model";
import type { SessionOptions } from "@leukogram/engine/runtime/session";
import type { SkippedImage } from "../../data/loading/cacheBuild.ts";
import { replaceFolder } from "../../data/outputFolder.ts";
import { parseToldScales } from "../../data/scale/toldScales.ts";
import { CellCrops, type CropSummary } from "../../evaluation/crops/cellCrops.ts";
import { scaleSentences } from "../../evaluation/crops/scaleWords.ts";
import { type Assumptions, assumptionsOf, tellAssumptions } from "../../evaluation/foreign/assumptions.ts";
import { type ForeignOptions, takesNoColours } from "../../evaluation/foreign/foreignModel.ts";
import { STEPS } from "../../explain/integratedGradients.ts";
import { mapLayerNames, mapStep } from "../../explain/mapLayers.ts";
import { type Method, methodEntry, parseMethods } from "../../explain/methods.ts";
import { DEFAULT_MODEL } from "../../shipped/shipped.ts";
import type { JobOptions } from "../jobEvents.ts";
import { type JobTeller, runJob } from "../jobTeller.ts";
import { type GivenModel, openGiven } from "../models/givenModel.ts";
import { type ExplainedFile, type ExplainedFiles, explainImages } from "./explainImages.ts";
import { imagesOf } from "./imageFiles.ts";
import { strangeLines } from "./strangeLines.ts";

/** What counts as an empty image. */
export const BASELINES = ["background", "black", "white"] as const;

/** One of {@link BASELINES}. */
export type Baseline = (typeof BASELINES)[number];

/** What {@link explainJob} takes. */
export interface ExplainJobOptions extends JobOptions, SessionOptions {
  /** Images, folders or zips of images, of one laboratory. */
  readonly images: readonly string[];
  /** Run folder, name of a built-in model, or model file; default: a built-in one. */
  readonly model?: string;
  /** Settings of a model that another program wrote. */
  readonly foreign?: ForeignOptions;
  /** Names of methods separated by commas, or `all`; default `gradcam,occlusion`. */
  readonly method?: string;
  /** The class to explain; default: each image's most probable one. */
  readonly class?: string | undefined;
  /** Layer for gradcam and scorecam; default: the last layer with feature maps. */
  readonly layer?: string | undefined;
  /** Baseline image of integrated gradients and occlusion; default `background`. */
  readonly baseline?: Baseline;
  /** Steps of integrated gradients; default 64. */
  readonly steps?: number;
  /** Models with random weights that check each map; default 3; 0 for no check. */
  readonly checks?: number;
  /** Seed of the random weights; default 0. */
  readonly seed?: number;
  /** At most so many images, spread evenly; default 24. */
  readonly most?: number;
  /** Scale of the images; default: measured. */
  readonly scale?: readonly string[] | undefined;
  /** Skip images that can't be read. */
  readonly skipBad?: boolean;
  /** Folder for overlays and explain.html; a folder of an earlier explanation is overwritten. */
  readonly out: string;
}

/** What {@link explainJob} gives. */
export interface ExplainJobResult {
  readonly model: string;
  readonly classes: readonly string[];
  /** Undefined of a model that Leukogram trained. */
  readonly assumptions: Assumptions | undefined;
  readonly images: readonly ExplainedFile[];
  /** Images that can't be read. */
  readonly skipped: readonly SkippedImage[];
  /** How cells were cropped; undefined for a model that takes whole images. */
  readonly crops: CropSummary | undefined;
}

/**
 * Draws maps of the image regions that support a class, as overlays and a page. Models with random weights check each map.
 *
 * @throws ERR_USAGE for an unknown method or class; ERR_CONFIG for an unknown layer, and if the model takes no colour images; ERR_IMAGE;
 * ERR_OUTPUT if `out` is a folder of something else.
 *
 * @example
 * const { images } = await explainJob({ images: ["cell.jpg"], out: "explain" });
 * console.log(images[0]?.explanations[0]?.onCell);
 */
export function explainJob(options: ExplainJobOptions): Promise<ExplainJobResult> {
  return runJob(options, options.images, (tell) => explainAll(options, tell));
}

async function explainAll(options: ExplainJobOptions, tell: JobTeller): Promise<ExplainJobResult> {
  const { model: word = DEFAULT_MODEL, most = 24, scale = [], signal, device, threads } = options;
  const { method = "gradcam,occlusion", baseline = "background" } = options;
  const wanted = parseMethods(method);
  const found = imagesOf(options.images);
  const chosen = spread(found, most);
  const given = await openWith(word, options.foreign, tell);
  const { classes } = given;
  const samples = found.map((path) => ({ path }));
  const crops = await CellCrops.plan({ ...given, path: word }, samples, { told: parseToldScales(scale), signal });
  for (const sentence of scaleSentences(crops.laboratories)) tell.line(sentence);
  const settings = {
    model: word,
    classes,
    target: options.class === undefined ? undefined : indexOfClass(options.class, classes),
    methods: methodsFor(given.model, wanted, { method, layer: options.layer }, tell),
    layer: options.layer,
    baseline: baselineOf(baseline, given.model),
    steps: options.steps ?? STEPS,
    checks: options.checks ?? 3,
    seed: options.seed ?? 0,
    skipBad: Boolean(options.skipBad),
    redCellOf: () => crops.redCellOf(0), // the files are of one laboratory
    session: { device, threads },
    signal,
  };
  if (chosen.length < found.length)
    tell.line(`Explaining ${chosen.length} of ${found.length} images; use --images for more.`);
  let done: ExplainedFiles = { images: [], skipped: [] };
  await replaceFolder(options.out, "leukogram explain", async (dir) => {
    done = await explainImages(given, chosen, { ...settings, dir, tell });
  });
  const { images, skipped } = done;
  if (skipped.length > 0) tell.line(`Unreadable images skipped: ${skipped.length} of ${chosen.length}`);
  for (const line of strangeLines(images)) tell.note(line);
  const assumptions = assumptionsOf(given.foreign ?? {});
  return { model: word, classes, assumptions, images, skipped, crops: crops.summary(classes) };
}

async function openWith(word: string, foreign: ForeignOptions | undefined, tell: JobTeller): Promise<GivenModel> {
  const given = await openGiven(word, foreign);
  if (!given.isOurs) tellAssumptions(tell, { notes: [...given.notes, ...given.warnings] });
  const { shape } = given.model.input;
  if (shape.length === 3 && (given.cells !== undefined || shape[2] === 3)) return given;
  throw takesNoColours(word, shape);
}

// Without a layer that has maps, `all` is the others.
function methodsFor(
  model: Model,
  wanted: readonly Method[],
  { method, layer }: { readonly method: string; readonly layer: string | undefined },
  tell: JobTeller,
): readonly Method[] {
  const needing = wanted.filter((name) => methodEntry(name).needsMaps);
  if (needing.length === 0 && layer !== undefined)
    throw new LeukogramError("ERR_USAGE", `explain: --layer works with gradcam and scorecam, not with ${method}`, {
      hint: "Remove --layer, or add --method gradcam.",
    });
  const isOptional = method.includes("all") && layer === undefined && mapLayerNames(model).length === 0;
  if (needing.length > 0 && !isOptional) mapStep(model, layer);
  if (!isOptional) return wanted;
  tell.note(`no layer of ${model.name} has feature maps, which ${needing.join(" and ")} need.`);
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
