import { leavesPicture } from "leukogram/cells/cropCounts";
import { cellSizes } from "leukogram/data/microscopy/redCellWidths";
import { measureScale } from "leukogram/data/scale/scale";
import type { Classifier } from "leukogram/evaluation/classifier";
import { bringImage } from "leukogram/evaluation/classifierFacts";
import type { CroppedTensors, EngineJobs, TensorAnswers } from "./engineJobs.ts";

/**
 * Asks a model about pictures that were sent as they are. For one that takes crops they are cropped: at the scale that
 * is known, else what the model carries, else what their cells say, else each by its own.
 */
export async function answerTensors(
  classifier: Classifier,
  { images, shape, redCell }: Omit<EngineJobs["tensors"][0], "model">,
): Promise<TensorAnswers> {
  const [count, height, width] = shape;
  const { cropRedCells, scale, imageSize } = classifier;
  const data = plain(images);
  if (cropRedCells === undefined)
    return { probabilities: await classifier.probabilities(data, count, [height, width]), crops: undefined };
  const size = height * width * 3;
  const pictures = Array.from({ length: count }, (_, i) => ({
    data: data.subarray(i * size, (i + 1) * size),
    height,
    width,
  }));
  const known = redCell ?? scale?.redCell;
  const found = known === undefined ? measureScale(pictures.map(cellSizes)).scale : undefined;
  const measured = known ?? found?.redCell;
  const cropped = pictures.map((picture) => bringImage(picture, classifier, measured));
  const pixels = new Uint8Array(count * imageSize[0] * imageSize[1] * 3);
  for (const [i, { pixels: own }] of cropped.entries()) pixels.set(own, i * own.length);
  const crops: CroppedTensors = {
    redCell: measured ?? null,
    source: redCell !== undefined ? "told" : known !== undefined ? "model" : (found?.source ?? "each nucleus"),
    leaving: cropped.filter(({ crop }) => leavesPicture(crop!.outside)).length,
    withoutNucleus: cropped.filter(({ crop }) => crop!.nucleus === undefined).length,
  };
  return { probabilities: await classifier.probabilities(pixels, count), crops };
}

// A Buffer is no plain array of bytes to all that look at what they are given.
const plain = ({ buffer, byteOffset, length }: Uint8Array) => new Uint8Array(buffer, byteOffset, length);
