// `convert --precision int8`: calibrated on images of the training set, and judged on others.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LeukogramError } from "@leukogram/engine/core/errors";
import { Rng } from "@leukogram/engine/core/rng";
import type { StopSignal } from "@leukogram/engine/core/stopSignal";
import { writeFileWhole } from "@leukogram/engine/formats/writeFile";
import { compile } from "@leukogram/engine/graph/compile";
import { exportGraph } from "@leukogram/engine/nn/exportGraph";
import type { Model } from "@leukogram/engine/nn/model";
import { normalizedCells } from "../../cells/cellNormalization.ts";
import { openData } from "../../data/dataset.ts";
import type { JpegDct } from "../../data/pictures/jpegDct.ts";
import type { Sample } from "../../data/sample.ts";
import { loadClassifier } from "../../evaluation/classifier.ts";
import { quantize } from "../../evaluation/confidence/calibrate.ts";
import { answerImages } from "../../evaluation/evaluateModel.ts";
import { argmax } from "../../metrics/topKAccuracy.ts";
import { stainVariants } from "../../training/recipe/cellsOfRecipe.ts";
import type { GivenModel } from "./givenModel.ts";

/** What {@link writeInt8} takes beside the model. */
export interface Int8Options {
  /** Images of the training set; a Test folder beside them, or those that are left over, judge. */
  readonly calibrate: string | undefined;
  readonly images: number;
  readonly metadata: Readonly<Record<string, string>>;
  readonly views: number | undefined;
  readonly jpegDct: JpegDct;
  readonly signal: StopSignal | undefined;
  readonly onProgress?: (done: number, total: number) => void;
}

/** What was lost: shares of the same images that are right. */
export interface Int8Loss {
  readonly count: number;
  readonly float32: number;
  readonly int8: number;
  /** Share of images that get the same class from both. */
  readonly agreement: number;
}

/**
 * Writes a model in whole numbers of 8 bits, and asks it and the model that it came from about images that it was not
 * calibrated on.
 *
 * @throws ERR_USAGE if no images are named; ERR_DATA, ERR_IMAGE, ERR_ABORTED.
 */
export async function writeInt8(
  { cells, cropRedCells, scale, stain = 1 }: GivenModel,
  model: Model,
  out: string,
  options: Int8Options,
): Promise<Int8Loss | undefined> {
  const { calibrate, images, metadata, views, jpegDct, signal, onProgress } = options;
  if (calibrate === undefined)
    throw new LeukogramError("ERR_USAGE", "int8 needs images from the training set for calibration", {
      hint: "Give their folder with --calibrate DIR.",
    });
  const { train, test } = openData(calibrate);
  const shuffled = new Rng(0).fork("calibrate").shuffle([...train.samples]);
  const call = await quantize(model, shuffled.slice(0, images), {
    cells,
    cropRedCells,
    scale,
    jpegDct,
    signal,
    onProgress,
  });
  const pictures = stainVariants(stain);
  const bytes = (quantized: boolean) =>
    compile(exportGraph(model, { crop: normalizedCells(cells), views, pictures, ...(quantized && { call }) }), {
      name: model.name,
      metadata,
    });
  await writeFileWhole(out, bytes(true));
  const others = test ?? { classes: train.classes, samples: shuffled.slice(images) };
  if (others.samples.length === 0) return undefined;
  const folder = await mkdtemp(join(tmpdir(), "leukogram-int8-"));
  try {
    const plain = join(folder, "float32.onnx");
    await writeFileWhole(plain, bytes(false));
    const [before, after] = [await answersOf(plain, others, signal), await answersOf(out, others, signal)];
    const share = (is: (i: number) => boolean) => before.filter((_, i) => is(i)).length / before.length;
    return {
      count: before.length,
      float32: share((i) => before[i]!.found === before[i]!.label),
      int8: share((i) => after[i]!.found === after[i]!.label),
      agreement: share((i) => before[i]!.found === after[i]!.found),
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function answersOf(
  path: string,
  data: { readonly classes: readonly string[]; readonly samples: readonly Sample[] },
  signal: StopSignal | undefined,
): Promise<{ readonly label: number | undefined; readonly found: number }[]> {
  const classifier = await loadClassifier(path);
  try {
    const { predictions } = await answerImages(classifier, data, data.samples, { signal });
    return predictions.rows.map(({ label, probabilities }) => ({ label, found: argmax(probabilities) }));
  } finally {
    await classifier.close();
  }
}
