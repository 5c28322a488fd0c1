import { compile } from "@leukogram/engine/graph/compile";
import { seenPicture } from "@leukogram/engine/nn/exportGraph";
import type { Model } from "@leukogram/engine/nn/model";
import type { Session, Value } from "@leukogram/engine/runtime/session";
import { createSession, type WebSessionOptions } from "@leukogram/engine/runtime/web";
import { normalizedCells } from "../cells/cellNormalization.ts";
import type { RgbImage } from "../data/pictures/rgbImage.ts";
import { Explainer, type ExplainOptions, type Explanation } from "../explain/explainPicture.ts";
import { rgbOf, type SeenPicture } from "../explain/picture.ts";
import { argmax } from "../metrics/topKAccuracy.ts";
import { bringPictures, type ModelFacts } from "./classifier.ts";
import type { Picture } from "./pictures.ts";
import { redCellOf } from "./scale.ts";

/** What {@link openExplainer} takes beside model and facts. */
export interface ExplainerSettings extends WebSessionOptions {
  /** Untrained models against which each map is checked; default 0, no check. */
  readonly checks?: number;
}

/** What {@link WebExplainer.explain} takes beside the picture. */
export interface ExplainPictureOptions extends Partial<ExplainOptions> {
  /** How large the picture shows a cell, for models that take crops: 72px or 0.10um; default: what the model carries. */
  readonly scale?: string | undefined;
}

/** Where in a picture a model saw a class. */
export interface ExplainedPicture extends Explanation {
  readonly probabilities: readonly number[];
  /** The picture as the first layer took it, the cell in its middle where cells are found: the map lies on this. */
  readonly seen: RgbImage;
}

/** A model that is ready to say what it looked at. */
export interface WebExplainer {
  /**
   * Explains a picture: by Grad-CAM, and for the class that the model takes it for, unless other ones are asked for.
   *
   * @throws ERR_IMAGE if the picture can't be read; ERR_CONFIG if the model has no such layer; ERR_ABORTED.
   */
  explain(picture: Picture, options?: ExplainPictureOptions): Promise<ExplainedPicture>;
  close(): Promise<void>;
}

/**
 * Explains the answers of a model with its layers, as a .keras file has them.
 *
 * @param facts how its pictures are brought to it: a classifier that was loaded from its model.onnx, or `modelFacts`.
 * @throws ERR_RUNTIME if the device is not there.
 */
export async function openExplainer(
  model: Model,
  facts: ModelFacts,
  { checks = 0, ...settings }: ExplainerSettings = {},
): Promise<WebExplainer> {
  const eye = await createSession(compile({ seen: seenPicture(model, normalizedCells(facts.cells)) }), settings);
  const explainer = new Explainer(model, { open: (bytes) => createSession(bytes, settings), checks });
  return {
    async explain(picture, { scale, ...options } = {}) {
      const redCell = await redCellOf(facts, [picture], scale);
      const { images } = await bringPictures([picture], facts, redCell);
      const seen = await look(eye, images);
      const probabilities = await explainer.probabilities(seen);
      const { method = "gradcam", target = argmax(probabilities) } = options;
      const found = await explainer.explain(seen, { ...options, method, target });
      const { width, height } = seen;
      return { ...found, probabilities: Array.from(probabilities), seen: { data: rgbOf(seen), width, height } };
    },
    async close() {
      await explainer.close();
      await eye.release();
    },
  };
}

async function look(eye: Session, images: Value): Promise<SeenPicture> {
  const { seen } = await eye.run({ images });
  const [, channels, height, width] = seen!.shape as [number, number, number, number];
  return { data: seen!.data as Float32Array, channels, height, width };
}
