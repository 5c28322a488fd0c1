// Nodes of ONNX that add and multiply: with one number, with a number for each channel, or with another image.
import { numElements } from "../../core/shape.ts";
import { Add, DepthwiseConv2D, Multiply, Rescaling } from "../../nn/layers/index.ts";
import { isChannelwise } from "./biasedLayer.ts";
import { constant, type Mapping } from "./mapping.ts";
import { shapeOf, type Value } from "./values.ts";

/** Whether all of them are what layers give. */
export const allLayers = (values: readonly (Value | undefined)[]) => values.every((value) => value?.kind === "layer");

/** Of images or rows, one as large as the other. */
export const merge =
  (LayerClass: typeof Add | typeof Multiply): Mapping =>
  ({ values, shape, name }) => {
    const isOneRank = values.every((value) => value !== undefined && shapeOf(value).length === shape.length);
    if (!isOneRank || !allLayers(values) || values.length < 2) return undefined;
    return { inputs: values as Value[], layers: [new LayerClass({ name })] };
  };

/** Arithmetic with one number. */
export const withNumber =
  (rescaling: (value: number) => { scale: number; offset?: number }, otherwise?: Mapping, swaps = false): Mapping =>
  (given) => {
    const [a, b] = given.values;
    const [x, other] = swaps && a?.kind === "constant" ? [b, a] : [a, b];
    const number = constant(other);
    if (
      x?.kind !== "layer" ||
      number?.data.length !== 1 ||
      numElements(number.shape) !== 1 ||
      given.shape.length < number.shape.length
    )
      return otherwise?.(given);
    return { inputs: [x], layers: [new Rescaling({ ...rescaling(number.data[0]!), name: given.name })] };
  };

/** A factor for each channel, which is a convolution of one pixel. */
export const scaleChannels: Mapping = (given) => {
  const [a, b] = given.values;
  const [x, factors] = a?.kind === "constant" ? [b, a] : [a, constant(b)];
  if (x?.kind !== "layer" || factors === undefined || given.shape.length !== 4) return merge(Multiply)(given);
  if (!isChannelwise(factors, given.shape)) return undefined;
  const layer = new DepthwiseConv2D({ kernelSize: 1, useBias: false, name: given.name });
  return { inputs: [x], layers: [layer], weights: [factors.data] };
};

/** A number for each channel, added: the bias of a convolution of one pixel that changes nothing else. */
export const plusChannels: Mapping = (given) => {
  const [a, b] = given.values;
  const [x, offsets] = a?.kind === "constant" ? [b, a] : [a, constant(b)];
  if (x?.kind !== "layer" || offsets === undefined || given.shape.length !== 4) return merge(Add)(given);
  if (!isChannelwise(offsets, given.shape)) return undefined;
  const layer = new DepthwiseConv2D({ kernelSize: 1, name: given.name });
  return { inputs: [x], layers: [layer], weights: [new Float32Array(offsets.data.length).fill(1), offsets.data] };
};
