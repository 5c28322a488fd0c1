import type { Classifier } from "../../evaluation/classifier.ts";
import { compile } from "../../graph/compile.ts";
import { FIELD_SIZE } from "../../nn/cellNormalization.ts";
import { exportGraph } from "../../nn/modelGraphs.ts";
import { createSession } from "../../runtime/node.ts";
import type { SessionOptions } from "../../runtime/session.ts";
import type { OpenRun } from "../openRun.ts";

/** Which views of a picture {@link testTimeClassifier} averages. */
export interface TestTimeViews {
  /** Turned and mirrored views, 1 to 8. */
  readonly views: number;
  /** Sizes of the crop as shares of the usual one; above 1 only where cells are found and cropped. */
  readonly scales: readonly number[];
}

/** The views of a run's own exported model. */
export function ownViews({ recipe }: OpenRun): TestTimeViews {
  return { views: recipe.views ?? 1, scales: [1] };
}

/** Test-time augmentation: all eight turned and mirrored views at three sizes of the crop. */
export function manyViews({ cells }: OpenRun): TestTimeViews {
  return { views: 8, scales: cells ? [0.85, 1, 1.18] : [0.6, 0.8, 1] };
}

/**
 * A run's model, with its weights as they are now, as a classifier that averages the logarithms of probabilities over
 * views. Decoding, finding the cell and scaling are as in the exported model.
 */
export async function testTimeClassifier(
  run: OpenRun,
  { views, scales }: TestTimeViews,
  options: SessionOptions = {},
): Promise<Classifier> {
  const { model, cells, classes, recipe } = run;
  const bytes = compile(exportGraph(model, { cells, views, scales }), { name: model.name });
  const session = await createSession(bytes, options);
  const imageSize = cells ? [FIELD_SIZE, FIELD_SIZE] : fieldOf(model.input.shape as [number, number, number], scales);
  const [height, width] = imageSize as [number, number];
  return {
    path: run.path,
    classes,
    imageSize: [height, width],
    isSquare: cells !== undefined,
    parameters: model.parameters,
    fileBytes: bytes.length,
    model: recipe.model,
    home: run.home,
    async classify(images, count) {
      const { probabilities } = await session.run({ images: { data: images, shape: [count, height, width, 3] } });
      return probabilities!.data as Float32Array;
    },
    close: () => session.release(),
  };
}

// Enough pixels that the smallest crop is not blown up.
function fieldOf([height, width]: readonly [number, number, number], scales: readonly number[]): [number, number] {
  const smallest = Math.min(...scales);
  return [Math.round(height / smallest), Math.round(width / smallest)];
}
