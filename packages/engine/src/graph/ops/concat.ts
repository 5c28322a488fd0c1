import { LeukogramError } from "../../core/errors.ts";
import { show } from "../../core/shape.ts";
import { apply, type Op, type Tensor, type TensorData } from "../tensor.ts";

type ConcatAttributes = { readonly axis: number };

/** Tensors set side by side along `axis`. */
export function concat(parts: readonly Tensor[], axis: number): Tensor {
  return parts.length === 1 ? parts[0]! : apply(concatOp, parts, { axis });
}

/** The operator of {@link concat}: ONNX's Concat. */
export const concatOp: Op<ConcatAttributes> = {
  name: "concat",
  perImage: ({ inputs }, { axis }, isBatched) => axis > 0 && inputs.every(isBatched),
  infer(inputs, { axis }) {
    const first = inputs[0]!;
    for (const { shape, dtype } of inputs)
      if (
        dtype !== first.dtype ||
        shape.length !== first.rank ||
        shape.some((dim, i) => i !== axis && dim !== first.shape[i])
      )
        throw new LeukogramError("ERR_SHAPE", `concat: ${inputs.map((t) => show(t.shape)).join(", ")} on axis ${axis}`);
    const size = inputs.reduce((sum, { shape }) => sum + (shape[axis] as number), 0);
    return { shape: first.shape.with(axis, size), dtype: first.dtype };
  },
  emit: (emitter, { inputs }, { axis }) =>
    emitter.node(
      "Concat",
      inputs.map((t) => emitter.name(t)),
      { axis: { int: axis } },
    ),
  evaluate(inputs, { axis }) {
    if (axis !== 0 || inputs.some(({ data }) => !(data instanceof Float32Array))) return undefined;
    const out = new Float32Array(inputs.reduce((sum, { data }) => sum + data.length, 0));
    let at = 0;
    for (const { data } of inputs) {
      out.set(data as Float32Array, at);
      at += data.length;
    }
    return out as TensorData;
  },
  gradient({ inputs, attributes: { axis }, dy, ops }) {
    let start = 0;
    return inputs.map(({ shape }) => {
      const end = start + (shape[axis] as number);
      const part = ops.slice(dy, axis, start, end);
      start = end;
      return part;
    });
  },
};
