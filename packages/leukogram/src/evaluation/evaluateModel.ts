import { alikeIn } from "@leukogram/engine/core/alikeNames";
import { LeukogramError } from "@leukogram/engine/core/errors";
import { cellType, TYPE_NAMES } from "../cells/cellTypes.ts";
import { mapClassNames, offeredMapping } from "../data/folders/classNames.ts";
import type { SkippedImage } from "../data/loading/cacheBuild.ts";
import { remark } from "../data/remarks.ts";
import type { Dataset, Sample } from "../data/sample.ts";
import { startWatch, type TimeTaken } from "../training/progress/processorTime.ts";
import type { Classifier } from "./classifier.ts";
import { badImage, type ClassifyFilesOptions, classifyFiles } from "./classifyFiles.ts";
import { CellCrops, type CropSummary } from "./crops/cellCrops.ts";
import type { Prediction, Predictions } from "./types.ts";

/** A model's answers to a labelled set. */
export interface ModelAnswers {
  readonly predictions: Predictions;
  readonly skipped: readonly SkippedImage[];
  /** Milliseconds an image, decoding included. */
  readonly millisecondsPerImage: number;
  /** How cells were cropped; undefined if the model takes whole pictures. */
  readonly crops: CropSummary | undefined;
}

/** Options of {@link answerImages}. */
export interface AnswerOptions extends Omit<ClassifyFilesOptions, "redCellOf"> {
  readonly skipBad?: boolean;
  /** How cells are cropped, where that was found before; default: it is found here. */
  readonly crops?: CellCrops | undefined;
}

/**
 * Classifies the images of a labelled set.
 *
 * @throws ERR_DATA if the set's classes are not the model's; ERR_IMAGE for a bad image unless `skipBad`.
 */
export async function answerImages(
  classifier: Classifier,
  { classes }: Pick<Dataset, "classes">,
  samples: readonly Sample[],
  { skipBad = false, crops: planned, ...options }: AnswerOptions = {},
): Promise<ModelAnswers> {
  const labels = labelMap(classifier, classes);
  const crops = planned ?? (await CellCrops.plan(classifier, samples, { signal: options.signal }));
  const rows: Prediction[] = [];
  const skipped: SkippedImage[] = [];
  const started = performance.now();
  let i = 0;
  for await (const { probabilities, error, familiarity, crop } of classifyFiles(
    classifier,
    samples.map(({ path }) => path),
    { ...options, redCellOf: crops.redCellOf },
  )) {
    crops.add({ probabilities, crop });
    const { file, label, group } = samples[i++]!;
    if (error !== undefined && !skipBad) throw badImage(error);
    if (error !== undefined) skipped.push({ file, reason: error.reason });
    else
      rows.push({
        file,
        label: labels[label]!,
        group,
        probabilities: probabilities!,
        ...(familiarity !== undefined && { familiarity }),
      });
  }
  const millisecondsPerImage = (performance.now() - started) / Math.max(1, samples.length);
  return {
    predictions: { model: classifier.id, classes: classifier.classes, rows },
    skipped,
    millisecondsPerImage,
    crops: crops.summary(classifier.classes),
  };
}

/**
 * The set's class indices as the model's. The set may lack classes. Names that differ from the model's only in case, spaces,
 * hyphens or underscores are taken for these, which is remarked.
 *
 * @throws ERR_DATA if it has one that the model does not know.
 */
export function labelMap(
  { classes: known, path }: Pick<Classifier, "classes" | "path">,
  classes: readonly string[],
): number[] {
  const found = classes.map((name) => {
    const own = alikeIn(name, known);
    if (own !== undefined) return own;
    throw new LeukogramError("ERR_DATA", `class "${name}" is not one of the model's (${path}): ${known.join(", ")}`, {
      hint: hintFor(classes, known),
    });
  });
  remarkSpelling(classes, found);
  return found.map((name) => known.indexOf(name));
}

/**
 * A labelled set whose classes are spelled as the model's, or as the types that are known, where names differ only in case,
 * spaces, hyphens or underscores, which is remarked.
 */
export function spelledAs(dataset: Dataset, known: readonly string[]): Dataset {
  const classes = dataset.classes.map((name) => alikeIn(name, known) ?? alikeIn(name, TYPE_NAMES) ?? name);
  // Two names of the set for one class are two labels that count as one.
  if (new Set(classes).size < classes.length) return dataset;
  remarkSpelling(dataset.classes, classes);
  return { ...dataset, classes };
}

function remarkSpelling(names: readonly string[], taken: readonly string[]): void {
  const changed = names.flatMap((name, i) => (taken[i] === name ? [] : [`"${name}" is read as "${taken[i]}"`]));
  if (changed.length > 0) remark(`class names that differ only in spelling: ${changed.join(", ")}`);
}

// A way that ends in names that the model has, or in the five that its types count as.
function hintFor(classes: readonly string[], known: readonly string[]): string {
  const types = known.every((name) => cellType(name) !== undefined) ? known.map((name) => cellType(name)!.five) : [];
  const isIn = (names: readonly (string | undefined)[]) =>
    classes.every((name) => {
      const own = alikeIn(name, TYPE_NAMES) ?? mapClassNames([name])[0]!.to;
      return own === undefined || names.includes(own);
    });
  const offer = offeredMapping(classes);
  const left = offer?.includes("as none of") ? ", and --others leave-out excludes these" : "";
  const inFive = "leukogram evaluate can use the five: --types five";
  if (offer === undefined)
    return !isIn(known) && isIn(types)
      ? `The model has more types than the labels; ${inFive}.`
      : "Rename or remove that folder, or map its class with --map-classes map.csv.";
  if (!isIn(known) && isIn(types)) return `${offer}${left}; because the model has more types, ${inFive}.`;
  return isIn(known)
    ? `${offer}${left}.`
    : `Map each class to one of the model's names: --map-classes map.csv with the columns from and to.`;
}

/** Median milliseconds an image over batches of 16, the model alone, without decoding: on the clock, and of processor time. */
export async function measureSpeed(
  classifier: Classifier,
): Promise<{ readonly millisecondsPerImage: number; readonly cpuMillisecondsPerImage: number }> {
  const [height, width] = classifier.imageSize;
  const count = 16;
  const images = new Uint8Array(count * height * width * 3).fill(128);
  const times: TimeTaken[] = [];
  for (let i = 0; i < 6; i++) {
    const taken = startWatch();
    await classifier.probabilities(images, count);
    times.push(taken());
  }
  // The first run warms up.
  const median = (values: readonly number[]) => (1000 * [...values].sort((a, b) => a - b)[2]!) / count;
  const warm = times.slice(1);
  return {
    millisecondsPerImage: median(warm.map(({ seconds }) => seconds)),
    cpuMillisecondsPerImage: median(warm.map(({ cpuSeconds }) => cpuSeconds!)),
  };
}
