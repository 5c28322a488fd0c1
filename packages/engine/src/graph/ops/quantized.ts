import { LeukogramError } from "../../core/errors.ts";
import { numElements, show } from "../../core/shape.ts";
import { apply, type Op, type Tensor } from "../tensor.ts";

type RoundedAttributes = { readonly scale: number; readonly zero: number };

/** x as 8 bits without sign hold it: (round(x / scale) + zero, within 0 and 255, less zero) * scale. */
export function rounded8(x: Tensor, scale: number, zero: number): Tensor {
  return apply(rounded8Op, [x], { scale, zero });
}

/** The operator of {@link rounded8}: ONNX's QuantizeLinear and DequantizeLinear, which the runtime fuses with what follows. */
export const rounded8Op: Op<RoundedAttributes> = {
  name: "rounded8",
  infer: ([x]) => ({ shape: x!.shape, dtype: x!.dtype }),
  emit(emitter, { inputs: [x] }, { scale, zero }) {
    const settings = [emitter.scalar(scale), emitter.initializer([], Uint8Array.of(zero))];
    return emitter.node("DequantizeLinear", [
      emitter.node("QuantizeLinear", [emitter.name(x!), ...settings]),
      ...settings,
    ]);
  },
};

type WholeAttributes = {
  readonly data: Int8Array | Int32Array;
  readonly shape: readonly number[];
  /** One a slice along `axis`. */
  readonly scales: Float32Array;
  readonly axis: number;
};

/** Real numbers kept as whole ones: data * scale, one scale for each place along `axis`. @throws ERR_SHAPE */
export function wholeConstant(attributes: WholeAttributes): Tensor {
  return apply(wholeConstantOp, [], attributes);
}

/** The operator of {@link wholeConstant}: an initializer and ONNX's DequantizeLinear. */
export const wholeConstantOp: Op<WholeAttributes> = {
  name: "wholeConstant",
  infer(_, { data, shape, scales, axis }) {
    if (data.length !== numElements(shape) || scales.length !== shape[axis])
      throw new LeukogramError("ERR_SHAPE", `${data.length} numbers and ${scales.length} scales for ${show(shape)}`);
    return { shape, dtype: "float32" };
  },
  emit(emitter, _, { data, shape, scales, axis }) {
    const zeros = data instanceof Int8Array ? new Int8Array(scales.length) : new Int32Array(scales.length);
    const inputs = [
      emitter.initializer(shape, data),
      emitter.initializer([scales.length], scales),
      emitter.initializer([scales.length], zeros),
    ];
    return emitter.node("DequantizeLinear", inputs, { axis: { int: axis } });
  },
};
