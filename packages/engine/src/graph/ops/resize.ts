import { LeukogramError } from "../../core/errors.ts";
import { show } from "../../core/shape.ts";
import { apply, type Op, type Tensor } from "../tensor.ts";
import { perImageOfFirst } from "./perImage.ts";

type ResizeAttributes = { readonly size: readonly [number, number] };

/** x [N, C, H, W] at another height and width: bilinear, half-pixel centres, no antialiasing, as `tf.image.resize`. */
export function resize(x: Tensor, size: readonly [number, number]): Tensor {
  return x.shape[2] === size[0] && x.shape[3] === size[1] ? x : apply(resizeOp, [x], { size });
}

/** The operator of {@link resize}: ONNX's Resize. */
export const resizeOp: Op<ResizeAttributes> = {
  name: "resize",
  perImage: perImageOfFirst,
  infer([x], { size }) {
    if (x!.rank !== 4)
      throw new LeukogramError("ERR_SHAPE", `resize: expected [N, C, H, W], received ${show(x!.shape)}`);
    return { shape: [x!.shape[0]!, x!.shape[1]!, ...size], dtype: x!.dtype };
  },
  emit(emitter, { inputs: [x] }, { size }) {
    const name = emitter.name(x!);
    // All four sizes, and no `axes`: ONNX Runtime's turning of layouts takes sizes out of place where there are axes.
    const kept = x!.shape.slice(0, 2);
    const sizes = kept.every((dim) => typeof dim === "number")
      ? emitter.ints([...(kept as number[]), ...size])
      : emitter.node(
          "Concat",
          [emitter.node("Shape", [name], { start: { int: 0 }, end: { int: 2 } }), emitter.ints(size)],
          { axis: { int: 0 } },
        );
    return emitter.node("Resize", [name, "", "", sizes], {
      mode: { string: "linear" },
      coordinate_transformation_mode: { string: "half_pixel" },
    });
  },
  gradient({ inputs: [x], attributes: { size }, dy, ops }) {
    // Bilinear resizing is a matrix from each side: Y = A X B.
    const [h, w] = x!.shape.slice(2) as [number, number];
    const rows = ops.constant(interpolation(h, size[0]), [h, size[0]]);
    const columns = ops.transpose(ops.constant(interpolation(w, size[1]), [w, size[1]]), [1, 0]);
    return [ops.matMul(ops.matMul(rows, dy), columns)];
  },
};

/** Weights [from, to] of each old entry in each new one. */
export function interpolation(from: number, to: number): Float32Array {
  const weights = new Float32Array(from * to);
  for (let i = 0; i < to; i++) {
    const at = Math.min(Math.max(((i + 0.5) * from) / to - 0.5, 0), from - 1);
    const low = Math.floor(at);
    weights[low * to + i]! += 1 - (at - low);
    if (low + 1 < from) weights[(low + 1) * to + i]! += at - low;
  }
  return weights;
}
