import type { RgbImage } from "../data/image.ts";
import { gradCamOf } from "../explain/gradCam.ts";
import { compile } from "../graph/compile.ts";
import { seenPicture } from "../nn/exportGraph.ts";
import type { Model } from "../nn/model.ts";
import type { Session } from "../runtime/session.ts";
import { createSession, type WebSessionOptions } from "../runtime/web.ts";
import { bringPictures, indexOfLargest, type ModelFacts } from "./classifier.ts";
import type { Picture } from "./pictures.ts";

/** What {@link openGradCam} takes beside the model. */
export interface GradCamSettings extends WebSessionOptions {
  /** The layer whose maps are weighted; default: the last that has any. */
  readonly layer?: string;
}

/** Where in a picture a model saw a class. */
export interface Explanation {
  /** Index of the class that is explained. */
  readonly target: number;
  readonly probabilities: readonly number[];
  /** [height, width], 0 and above: as small as the layer's maps. */
  readonly map: Float32Array;
  readonly height: number;
  readonly width: number;
  /** The picture as the first layer took it, the cell in its middle where cells are found: the map lies on this. */
  readonly seen: RgbImage;
}

/** A model that is ready to say what it looked at. */
export interface GradCam {
  /** @param target index of the class to explain; default: the one that it takes the picture for. */
  explain(picture: Picture, options?: { readonly target?: number }): Promise<Explanation>;
  close(): Promise<void>;
}

/**
 * Grad-CAM of a model with its layers, as a .keras file has them.
 *
 * @param facts how its pictures are brought to it: a classifier that was loaded from its model.onnx, or `modelFacts`.
 * @throws ERR_CONFIG where there is no such layer; ERR_RUNTIME where the device is not there.
 */
export async function openGradCam(model: Model, facts: ModelFacts, settings: GradCamSettings = {}): Promise<GradCam> {
  const seen = seenPicture(model, facts.cells);
  const session = await createSession(compile({ ...gradCamOf(model, seen, settings.layer), seen }), settings);
  return {
    explain: (picture, { target } = {}) => explain(session, { picture, facts, target }),
    close: () => session.release(),
  };
}

interface Question {
  readonly picture: Picture;
  readonly facts: ModelFacts;
  readonly target: number | undefined;
}

async function explain(session: Session, { picture, facts, target }: Question): Promise<Explanation> {
  const { images } = await bringPictures([picture], facts);
  const ask = (index: number) => session.run({ images, target: { data: Int32Array.of(index), shape: [1] } });
  let asked = target ?? 0;
  let found = await ask(asked);
  const probabilities = found.probabilities!.data as Float32Array;
  const best = indexOfLargest(probabilities);
  if (target === undefined && best !== asked) {
    asked = best;
    found = await ask(asked);
  }
  const [, height, width] = found.map!.shape as [number, number, number];
  const [, , seenHeight, seenWidth] = found.seen!.shape as [number, number, number, number];
  return {
    target: asked,
    probabilities: Array.from(probabilities),
    map: found.map!.data as Float32Array,
    height,
    width,
    seen: {
      data: interleaved(found.seen!.data as Float32Array, seenHeight * seenWidth),
      height: seenHeight,
      width: seenWidth,
    },
  };
}

// [C, H, W] to [H, W, 3]: the first three of its channels.
function interleaved(planar: Float32Array, places: number): Uint8Array {
  const out = new Uint8Array(places * 3);
  for (let channel = 0; channel < 3; channel++)
    for (let i = 0; i < places; i++) out[i * 3 + channel] = planar[channel * places + i]! + 0.5;
  return out;
}
