import { compile } from "@leukogram/engine/graph/compile";
import { exportGraph, type PictureVariant } from "@leukogram/engine/nn/exportGraph";
import { createSession } from "@leukogram/engine/runtime/node";
import type { SessionOptions } from "@leukogram/engine/runtime/session";
import { FIELD_SIZE, normalizedCells } from "../../cells/cellNormalization.ts";
import { type Classifier, modelId, takingPictures } from "../../evaluation/classifier.ts";
import { stainVariants } from "../../training/recipe/cellsOfRecipe.ts";
import type { OpenRun } from "../openRun.ts";

/** Which views of a picture {@link testTimeClassifier} averages. */
export interface TestTimeViews {
  /** Turned and mirrored views, 1 to 8. */
  readonly views: number;
  /** How the cell's picture is varied before that. */
  readonly pictures: readonly PictureVariant[];
}

/** The views of a run's own exported model. */
export function ownViews({ recipe }: OpenRun): TestTimeViews {
  return { views: recipe.views ?? 1, pictures: stainVariants(recipe.viewStain ?? 1) };
}

/** Test-time augmentation: all eight turned and mirrored views, of crops of three sizes and stains of three strengths. */
export function manyViews({ cells, recipe }: OpenRun): TestTimeViews {
  const { cropRedCells, viewStain = 1 } = recipe;
  const scales = cells || cropRedCells !== undefined ? [1, 0.85, 1.18] : [1, 0.8, 0.6];
  const stains = viewStain === 1 ? [0.87, 1.15] : [1 / viewStain, viewStain];
  return {
    views: 8,
    pictures: [...scales.map((scale) => ({ scale, stain: 1 })), ...stains.map((stain) => ({ scale: 1, stain }))],
  };
}

/**
 * A run's model, with its weights as they are now, as a classifier that averages the logarithms of probabilities over
 * views. Decoding, finding the cell and scaling are as in the exported model.
 */
export async function testTimeClassifier(
  run: OpenRun,
  { views, pictures }: TestTimeViews,
  options: SessionOptions = {},
): Promise<Classifier> {
  const { model, cells, classes, recipe } = run;
  const { cropRedCells } = recipe;
  const size = model.input.shape.slice(0, 2) as [number, number];
  const wide = cropRedCells === undefined ? undefined : wideCrop(size[0], pictures);
  const shown = wide ? pictures.map((picture) => ({ ...picture, scale: picture.scale / wide.share })) : pictures;
  const bytes = compile(exportGraph(model, { crop: normalizedCells(cells), views, pictures: shown }), {
    name: model.name,
  });
  const session = await createSession(bytes, options);
  const [height, width] = cells ? [FIELD_SIZE, FIELD_SIZE] : wide ? [wide.size, wide.size] : fieldOf(size, pictures);
  return takingPictures({
    path: run.path,
    classes,
    imageSize: [height, width],
    cropRedCells: cropRedCells && wide && cropRedCells * wide.share,
    looksSize: wide && size[0],
    scale: run.scale,
    isSquare: cells !== undefined,
    jpegDct: "accurate",
    parameters: model.parameters,
    fileBytes: bytes.length,
    id: modelId(bytes),
    model: recipe.model,
    home: run.home,
    async probabilities(images, count) {
      const { probabilities } = await session.run({ images: { data: images, shape: [count, height, width, 3] } });
      return probabilities!.data as Float32Array;
    },
    close: () => session.release(),
  });
}

// A crop that holds the largest of the pictures, and the usual one in its middle, pixel for pixel.
function wideCrop(size: number, pictures: readonly PictureVariant[]) {
  const largest = Math.max(...pictures.map(({ scale }) => scale));
  const wide = size + 2 * Math.max(0, Math.ceil(((largest - 1) * size) / 2));
  return { size: wide, share: wide / size };
}

// Enough pixels that the smallest crop is not blown up.
function fieldOf([height, width]: readonly [number, number], pictures: readonly PictureVariant[]): [number, number] {
  const smallest = Math.min(...pictures.map(({ scale }) => scale));
  return [Math.round(height / smallest), Math.round(width / smallest)];
}
