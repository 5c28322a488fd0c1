import { LeukogramError } from "../../core/errors.ts";
import { show } from "../../core/shape.ts";
import { apply, type Op, type Tensor } from "../tensor.ts";
import { type ConvolutionAttributes, onnxConvolution, outputSize, PLAIN } from "./convolution.ts";
import { perImageOfFirst } from "./perImage.ts";

/**
 * Cross-correlation of x [N, C, H, W] with kernel [O, C / groups, KH, KW], plus bias [O] if given:
 * [N, O, OH, OW].
 */
export function conv2d(
  x: Tensor,
  kernel: Tensor,
  { bias, ...settings }: Partial<ConvolutionAttributes> & { readonly bias?: Tensor | undefined } = {},
): Tensor {
  return apply(conv2dOp, bias === undefined ? [x, kernel] : [x, kernel, bias], { ...PLAIN, ...settings });
}

/** The operator of {@link conv2d}: ONNX's Conv. */
export const conv2dOp: Op<ConvolutionAttributes> = {
  name: "conv2d",
  perImage: perImageOfFirst,
  infer([x, kernel], attributes) {
    const [o, c, kh, kw] = kernel!.shape as readonly number[];
    if (x!.rank !== 4 || x!.shape[1] !== c! * attributes.groups || o! % attributes.groups !== 0)
      throw new LeukogramError(
        "ERR_SHAPE",
        `conv2d: ${show(x!.shape)} does not match a kernel ${show(kernel!.shape)} in ${attributes.groups} groups`,
      );
    return { shape: [x!.shape[0]!, o!, ...outputSize(x!.shape, [kh!, kw!], attributes)], dtype: x!.dtype };
  },
  emit(emitter, { inputs }, attributes) {
    return emitter.node(
      "Conv",
      inputs.map((t) => emitter.name(t)),
      onnxConvolution(attributes),
    );
  },
  gradient({ inputs: [x, kernel, bias], attributes, dy, ops }) {
    const [h, w, kh, kw] = [...x!.shape.slice(2), ...kernel!.shape.slice(2)] as [number, number, number, number];
    return [
      ops.conv2dInputGradient(dy, kernel!, { ...attributes, inputSize: [h, w] }),
      ops.conv2dKernelGradient(x!, dy, { ...attributes, kernelSize: [kh, kw] }),
      bias && ops.reduceSum(dy, [0, 2, 3]),
    ];
  },
};
