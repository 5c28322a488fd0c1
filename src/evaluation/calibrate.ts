import { LeukogramError } from "../core/errors.ts";
import type { Sample } from "../data/dataset.ts";
import { decodeImage } from "../data/image.ts";
import { resizeBilinearUint8 } from "../data/resize.ts";
import { squareField } from "../data/squareField.ts";
import { compile } from "../graph/compile.ts";
import { inputOp } from "../graph/ops/index.ts";
import { rewrite } from "../graph/rewrite.ts";
import type { Tensor } from "../graph/tensor.ts";
import { type CellNormalizationOptions, FIELD_SIZE } from "../nn/cellNormalization.ts";
import { seenPicture } from "../nn/exportGraph.ts";
import type { Model } from "../nn/model.ts";
import { PICTURE, planQuantization, quantizedCall, type Range, rangesGraph } from "../nn/quantize.ts";
import { createSession } from "../runtime/node.ts";
import type { SessionOptions } from "../runtime/session.ts";

/** Options of {@link quantize}. */
export interface QuantizeOptions extends SessionOptions {
  /** How pictures are normalised first; default: not. */
  readonly cells?: CellNormalizationOptions | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

const BATCH = 8;

/**
 * Static quantisation to 8 bits: the ranges of a model's activations are those that images of its training show.
 *
 * @returns what `exportGraph` takes as `call`.
 * @throws ERR_DATA without images; ERR_IMAGE for a bad one; ERR_ABORTED.
 */
export async function quantize(
  model: Model,
  samples: readonly Sample[],
  { cells, signal, onProgress, ...session }: QuantizeOptions = {},
): Promise<(picture: Tensor) => Tensor> {
  if (samples.length === 0) throw new LeukogramError("ERR_DATA", "int8: there are no images to calibrate on");
  const plan = planQuantization(model);
  const ranges: Range[] = plan.points.map(() => ({ low: Number.POSITIVE_INFINITY, high: Number.NEGATIVE_INFINITY }));
  const picture = seenPicture(model, cells);
  const graph = rewrite(rangesGraph(plan), [
    (node) => (node.op === inputOp && node.attributes.name === PICTURE ? picture : undefined),
  ]);
  const runner = await createSession(compile(graph), session);
  const [height, width] = cells ? [FIELD_SIZE, FIELD_SIZE] : (model.input.shape as readonly [number, number]);
  try {
    for (let start = 0; start < samples.length; start += BATCH) {
      if (signal?.aborted) throw new LeukogramError("ERR_ABORTED", "calibration was interrupted");
      const part = samples.slice(start, start + BATCH);
      const data = new Uint8Array(part.length * height * width * 3);
      const pictures = await Promise.all(part.map(({ path }) => decodeImage(path)));
      for (const [i, image] of pictures.entries())
        data.set(
          cells ? squareField(image, height) : resizeBilinearUint8(image, height, width),
          i * height * width * 3,
        );
      const found = await runner.run({ images: { data, shape: [part.length, height, width, 3] } });
      widen(ranges, found.low!.data as Float32Array, found.high!.data as Float32Array);
      onProgress?.(Math.min(start + BATCH, samples.length), samples.length);
    }
  } finally {
    await runner.release();
  }
  return quantizedCall(plan, ranges);
}

function widen(ranges: Range[], low: Float32Array, high: Float32Array): void {
  for (const [i, range] of ranges.entries())
    ranges[i] = { low: Math.min(range.low, low[i]!), high: Math.max(range.high, high[i]!) };
}
