import { apply, type Op, type Tensor } from "../tensor.ts";
import { type ConvolutionAttributes, onnxConvolution } from "./convolution.ts";
import { perImageOfFirst } from "./perImage.ts";

/** Settings of the convolution, and the height and width of its input. */
export type InputGradientAttributes = ConvolutionAttributes & { readonly inputSize: readonly [number, number] };

/** The gradient of a convolution by its input: dz [N, O, OH, OW] and kernel [O, C / groups, KH, KW] give [N, C, H, W]. */
export function conv2dInputGradient(dz: Tensor, kernel: Tensor, attributes: InputGradientAttributes): Tensor {
  return apply(conv2dInputGradientOp, [dz, kernel], attributes);
}

/** The operator of {@link conv2dInputGradient}: ONNX's ConvTranspose. */
export const conv2dInputGradientOp: Op<InputGradientAttributes> = {
  name: "conv2dInputGradient",
  perImage: perImageOfFirst,
  infer: ([dz, kernel], { groups, inputSize }) => ({
    shape: [dz!.shape[0]!, (kernel!.shape[1] as number) * groups, ...inputSize],
    dtype: dz!.dtype,
  }),
  emit(emitter, { inputs: [dz, kernel] }, { inputSize, ...attributes }) {
    const [, , kh, kw] = kernel!.shape as readonly number[];
    // Rows and columns that the last window did not reach are added back.
    const left = ([0, 1] as const).map((i) => {
      const covered = ((dz!.shape[2 + i] as number) - 1) * attributes.strides[i] + [kh!, kw!][i]!;
      return inputSize[i] - covered + attributes.pads[i] + attributes.pads[i + 2]!;
    });
    return emitter.node("ConvTranspose", [emitter.name(dz!), emitter.name(kernel!)], {
      ...onnxConvolution(attributes),
      output_padding: { ints: left },
    });
  },
  gradient({ inputs: [dz, kernel], attributes: { inputSize: _, ...attributes }, dy, ops }) {
    const [kh, kw] = kernel!.shape.slice(2) as [number, number];
    return [
      ops.conv2d(dy, kernel!, attributes),
      ops.conv2dKernelGradient(dy, dz!, { ...attributes, kernelSize: [kh, kw] }),
    ];
  },
};
