import { LeukogramError } from "@leukogram/engine/core/errors";
import type { StopSignal } from "@leukogram/engine/core/stopSignal";
import { compile } from "@leukogram/engine/graph/compile";
import { inputOp } from "@leukogram/engine/graph/ops/index";
import { rewrite } from "@leukogram/engine/graph/rewrite";
import type { Tensor } from "@leukogram/engine/graph/tensor";
import { seenPicture } from "@leukogram/engine/nn/exportGraph";
import type { Model } from "@leukogram/engine/nn/model";
import { PICTURE, planQuantization, quantizedCall, rangesGraph, type Seen } from "@leukogram/engine/nn/quantize";
import { createSession } from "@leukogram/engine/runtime/node";
import type { SessionOptions, Value } from "@leukogram/engine/runtime/session";
import { type CellNormalizationOptions, FIELD_SIZE, normalizedCells } from "../../cells/cellNormalization.ts";
import { decodeImage } from "../../data/pictures/image.ts";
import type { JpegDct } from "../../data/pictures/jpegDct.ts";
import type { Sample } from "../../data/sample.ts";
import { redCellsOf } from "../../data/scale/laboratoryScales.ts";
import type { Scale } from "../../data/scale/scale.ts";
import { bringImage } from "../classifierFacts.ts";

/** How familiar images look is not asked. */
const NO_HOME = { looks: [], temperature: undefined };

/** Options of {@link quantize}. */
export interface QuantizeOptions extends SessionOptions {
  /** How pictures are normalised first; default: not. */
  readonly cells?: CellNormalizationOptions | undefined;
  /** Side of the crops, in widths of a red cell; default: whole pictures. */
  readonly cropRedCells?: number | undefined;
  /** The scale that the model carries; default: each laboratory's is measured. */
  readonly scale?: Scale | undefined;
  /** How JPEG files become pixels; "accurate" by default. */
  readonly jpegDct?: JpegDct | undefined;
  readonly signal?: StopSignal | undefined;
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

const BATCH = 8;

/**
 * Static quantisation to 8 bits: the ranges of a model's activations are those that images of its training show.
 *
 * @returns what `exportGraph` takes as `call`.
 * @throws ERR_DATA without images; ERR_USAGE for a model without convolutions; ERR_IMAGE for a bad one; ERR_ABORTED.
 */
export async function quantize(
  model: Model,
  samples: readonly Sample[],
  { cells, cropRedCells, scale, jpegDct, signal, onProgress, ...session }: QuantizeOptions = {},
): Promise<(picture: Tensor) => Tensor> {
  if (samples.length === 0) throw new LeukogramError("ERR_DATA", "int8: no images for calibration");
  const plan = planQuantization(model);
  if (plan.points.length === 0)
    throw new LeukogramError("ERR_USAGE", "int8: the model has no convolutions, which alone are rounded to 8 bits", {
      hint: "Write it with --precision float16.",
    });
  const seen: Seen[] = plan.points.map(({ shape }) => ({
    low: Number.POSITIVE_INFINITY,
    high: Number.NEGATIVE_INFINITY,
    means: new Float32Array(shape[1] as number),
  }));
  const picture = seenPicture(model, normalizedCells(cells));
  const graph = rewrite(rangesGraph(plan), [
    (node) => (node.op === inputOp && node.attributes.name === PICTURE ? picture : undefined),
  ]);
  const runner = await createSession(compile(graph), session);
  const [height, width] = cells ? [FIELD_SIZE, FIELD_SIZE] : (model.input.shape as readonly [number, number]);
  const facts = { imageSize: [height, width], isSquare: cells !== undefined, cropRedCells, home: NO_HOME } as const;
  const redCells = cropRedCells === undefined ? [] : await redCellsOf(samples, { known: scale, signal });
  try {
    for (let start = 0; start < samples.length; start += BATCH) {
      if (signal?.aborted) throw new LeukogramError("ERR_ABORTED", "calibration was interrupted");
      const part = samples.slice(start, start + BATCH);
      const data = new Uint8Array(part.length * height * width * 3);
      const pictures = await Promise.all(part.map(({ path }) => decodeImage(path, { jpegDct })));
      for (const [i, image] of pictures.entries())
        data.set(bringImage(image, facts, redCells[start + i]).pixels, i * height * width * 3);
      const found = await runner.run({ images: { data, shape: [part.length, height, width, 3] } });
      widen(seen, found, part.length / samples.length);
      onProgress?.(Math.min(start + BATCH, samples.length), samples.length);
    }
  } finally {
    await runner.release();
  }
  return quantizedCall(plan, seen);
}

/** Adds what a batch showed, which is `share` of all images. */
function widen(seen: Seen[], found: Readonly<Record<string, Value>>, share: number): void {
  const [low, high, means] = ["low", "high", "means"].map((name) => found[name]!.data as Float32Array);
  let start = 0;
  for (const [i, before] of seen.entries()) {
    seen[i] = {
      low: Math.min(before.low, low![i]!),
      high: Math.max(before.high, high![i]!),
      means: before.means.map((mean, c) => mean + means![start + c]! * share),
    };
    start += before.means.length;
  }
}
