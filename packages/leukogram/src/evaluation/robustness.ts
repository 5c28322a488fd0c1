import { LeukogramError } from "@leukogram/engine/core/errors";
import type { Estimate } from "@leukogram/engine/core/estimate";
import { Rng } from "@leukogram/engine/core/rng";
import { spread } from "@leukogram/engine/core/spread";
import type { StopSignal } from "@leukogram/engine/core/stopSignal";
import { CORRUPTIONS, type Corruption, UNCHANGED } from "../data/microscopy/corruptions.ts";
import { PictureMaker } from "../data/microscopy/pictureMaker.ts";
import { decodeImage } from "../data/pictures/image.ts";
import { interleavedTarget } from "../data/pictures/pixelLayout.ts";
import type { Dataset, Sample } from "../data/sample.ts";
import { indicesByClass } from "../data/sampling/sampler.ts";
import type { ToldScales } from "../data/scale/toldScales.ts";
import type { FamiliarityFigures } from "../metrics/familiarity.ts";
import { stratifiedBootstrap } from "../metrics/limits/bootstrap.ts";
import { argmax } from "../metrics/topKAccuracy.ts";
import type { Classifier } from "./classifier.ts";
import { bringImage } from "./classifierFacts.ts";
import { badImage } from "./classifyFiles.ts";
import { CellCrops, type CropSummary } from "./crops/cellCrops.ts";
import { labelMap } from "./evaluateModel.ts";
import { judgeFamiliarity } from "./familiarity.ts";
import { boundedEstimate, meanRecall, meanRecallDifference } from "./limits.ts";

/** What one strength of a corruption does to a model. */
export interface RobustnessPoint {
  readonly strength: number;
  readonly balancedAccuracy: Estimate;
  /** Balanced accuracy less that on unchanged images; the same images are resampled in both. */
  readonly change: Estimate;
}

/** What a corruption does to a model, from weak to strong. */
export interface RobustnessRow {
  readonly name: string;
  /** As a reader knows it. */
  readonly title: string;
  /** What its strengths are measured in. */
  readonly unit: string;
  readonly points: readonly RobustnessPoint[];
}

/** How a model bears what a microscope does to pictures. */
export interface Robustness {
  /** Images that were spoilt. */
  readonly count: number;
  readonly classes: readonly string[];
  /** On the pictures as they are. */
  readonly balancedAccuracy: Estimate;
  /** Mean over all corruptions and strengths. */
  readonly corrupted: Estimate;
  readonly rows: readonly RobustnessRow[];
  /** How cells were cropped; undefined if the model takes whole pictures. */
  readonly crops: CropSummary | undefined;
  /** Whether the pictures as they are look like the model's own; undefined if it is not known. */
  readonly familiarity: FamiliarityFigures | undefined;
}

/** Options of {@link judgeRobustness}. */
export interface RobustnessOptions {
  /** At most so many images, equally many of each class as far as there are; default 200. */
  readonly images?: number;
  readonly seed?: number;
  readonly resamples?: number;
  /** Scales that the user tells. */
  readonly told?: ToldScales | undefined;
  readonly signal?: StopSignal | undefined;
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

const BATCH = 16;

/**
 * Spoils labelled images in fourteen ways at five strengths each, and asks a model about them (after Hendrycks and
 * Dietterich 2019, "Benchmarking neural network robustness to common corruptions and perturbations"). Pictures are
 * spoilt at the size that the model takes. Memory does not grow with the images.
 *
 * @throws ERR_DATA if a class is not one of the model's; ERR_IMAGE for a bad image; ERR_ABORTED.
 */
export async function judgeRobustness(
  classifier: Classifier,
  { classes, samples }: Pick<Dataset, "classes" | "samples">,
  { images = 200, seed = 0, resamples = 1000, told, signal, onProgress }: RobustnessOptions = {},
): Promise<Robustness> {
  const map = labelMap(classifier, classes);
  const chosen = chooseEvenly(samples, images);
  const crops = await CellCrops.plan(classifier, chosen, { told, signal });
  const labels = chosen.map(({ label }) => map[label]!);
  const rng = new Rng(seed).fork("robustness");
  // Whether each image was answered rightly: as it is, then by corruption and strength.
  const right = CONDITIONS.map(() => new Uint8Array(chosen.length));
  const familiarities: (number | undefined)[] = [];
  const [height, width] = classifier.imageSize;
  const maker = new PictureMaker({ height, width });
  for (let start = 0; start < chosen.length; start += BATCH) {
    const batch = chosen.slice(start, start + BATCH);
    const brought = await Promise.all(
      batch.map(({ path }, i) => broughtOf(path, classifier, crops.redCellOf(start + i))),
    );
    familiarities.push(...brought.map(({ familiarity }) => familiarity));
    const fields = brought.map(({ pixels: own }) => own);
    for (const [c, condition] of CONDITIONS.entries()) {
      if (signal?.aborted) throw new LeukogramError("ERR_ABORTED", "testing robustness was interrupted");
      const pixels = spoil(fields, condition, { classifier, maker, rng, start });
      const probabilities = await classifier.probabilities(pixels, batch.length);
      const classCount = classifier.classes.length;
      for (let i = 0; i < batch.length; i++) {
        const own = [...probabilities.subarray(i * classCount, (i + 1) * classCount)];
        if (c === 0) crops.add({ probabilities: own, crop: brought[i]!.crop });
        const answer = argmax(own);
        right[c]![start + i] = answer === labels[start + i] ? 1 : 0;
      }
    }
    onProgress?.(start + batch.length, chosen.length);
  }
  return {
    ...figuresOf(right, labels, { rng, resamples, groups: chosen.map(({ group }) => group) }),
    classes: classifier.classes,
    crops: crops.summary(classifier.classes),
    familiarity: judgeFamiliarity(familiarities),
  };
}

interface Condition {
  readonly corruption: Corruption | undefined;
  readonly strength: number;
}

/** As it is, then by corruption and strength. */
const CONDITIONS: readonly Condition[] = [
  { corruption: undefined, strength: 0 },
  ...CORRUPTIONS.flatMap((corruption) => corruption.strengths.map((strength) => ({ corruption, strength }))),
];

function chooseEvenly(samples: readonly Sample[], images: number): Sample[] {
  const classes = indicesByClass(
    samples.map(({ label }) => label),
    1 + Math.max(...samples.map(({ label }) => label)),
  ).filter(({ length }) => length > 0);
  const each = Math.max(1, Math.floor(images / classes.length));
  return classes.flatMap((own) => spread(own, each)).map((i) => samples[i]!);
}

async function broughtOf(path: string, classifier: Classifier, redCell: number | undefined) {
  const { jpegDct } = classifier;
  const image = await decodeImage(path, { jpegDct }).catch((error: unknown) => {
    throw error instanceof LeukogramError ? badImage(error) : error;
  });
  return bringImage(image, classifier, redCell);
}

// An image is spoilt the same way in whichever batch it stands.
function spoil(
  fields: readonly Uint8Array[],
  { corruption, strength }: Condition,
  { classifier, maker, rng, start }: { classifier: Classifier; maker: PictureMaker; rng: Rng; start: number },
): Uint8Array {
  const [height, width] = classifier.imageSize;
  const size = height * width * 3;
  const out = new Uint8Array(fields.length * size);
  const target = interleavedTarget(height, width);
  for (const [i, data] of fields.entries()) {
    const to = out.subarray(i * size, (i + 1) * size);
    if (corruption === undefined) to.set(data);
    else {
      const picture = { rng: rng.fork(corruption.name).fork(start + i), side: Math.max(height, width) };
      const draw = { ...UNCHANGED, ...corruption.draw(strength, picture) };
      maker.make({ data, height, width }, draw, { out: to, target });
    }
  }
  return out;
}

function figuresOf(
  right: readonly Uint8Array[],
  labels: readonly number[],
  { rng, resamples, groups }: { rng: Rng; resamples: number; groups: readonly string[] },
): Omit<Robustness, "classes" | "crops" | "familiarity"> {
  const known = [...new Set(labels)];
  const places = known.map((k) => labels.flatMap((label, i) => (label === k ? [i] : [])));
  const meanOfRecalls = (answers: Uint8Array, weights: Uint32Array) => {
    let sum = 0;
    for (const own of places) {
      let [hits, total] = [0, 0];
      for (const i of own) {
        hits += weights[i]! * answers[i]!;
        total += weights[i]!;
      }
      sum += hits / total;
    }
    return sum / places.length;
  };
  const count = right.length;
  // All figures come from the same resamples: as it is, each condition, each condition's change, and the mean.
  const statistic = (weights: Uint32Array) => {
    const levels = right.map((answers) => meanOfRecalls(answers, weights));
    const spoilt = levels.slice(1);
    return [...levels, ...spoilt.map((level) => level - levels[0]!), spoilt.reduce((a, b) => a + b, 0) / spoilt.length];
  };
  const drawn = stratifiedBootstrap(labels, statistic, { rng: rng.fork("limits"), resamples, groups });
  const images = { labels, groups };
  const levels = right.map((answers, c) => meanRecall(images, answers, () => drawn[c]!).estimate);
  const changeOf = (c: number) => {
    const leads = Array.from(right[c]!, (hit, i) => hit - right[0]![i]!);
    return meanRecallDifference(images, leads, () => drawn[count + c - 1]!);
  };
  let at = 1;
  const rows = CORRUPTIONS.map(({ name, title, unit, strengths }) => ({
    name,
    title,
    unit,
    points: strengths.map((strength) => {
      const point = { strength, balancedAccuracy: levels[at]!, change: changeOf(at) };
      at++;
      return point;
    }),
  }));
  const corrupted = boundedEstimate(images, drawn.at(-1)!);
  return { count: labels.length, balancedAccuracy: levels[0]!, corrupted, rows };
}
