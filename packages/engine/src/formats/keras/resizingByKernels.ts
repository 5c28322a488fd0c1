// Bilinear resizing by convolutions, for TensorFlow.js, whose own layer puts corners on corners and gives other numbers.
import { interpolation } from "../../graph/ops/resize.ts";
import type { LayerOutput } from "../../nn/layer.ts";
import { Conv2D, Reshape, type Resizing } from "../../nn/layers/index.ts";

/**
 * The same numbers as of a `Resizing` behind `input` [H, W, C]: what each row and each column becomes is a kernel as high as the
 * picture, and a third one puts the channels last again.
 */
export function resizedByKernels({ name, config: { height, width } }: Resizing, input: LayerOutput): LayerOutput {
  const [h, w, c] = input.shape as [number, number, number];
  if (h === height && w === width) return input;
  const identity = Float32Array.from({ length: c * c }, (_, i) => (i % (c + 1) === 0 ? 1 : 0));
  const rows = along(input, { size: h, to: height, kernel: interpolation(h, height), name: `${name}_rows` });
  const columns = along(rows, { size: w, to: width, kernel: interpolation(w, width), name: `${name}_columns` });
  const pixels = along(columns, { size: c, to: c, kernel: identity, name: `${name}_channels` });
  return new Reshape({ targetShape: [height, width, c], name }).apply(pixels);
}

interface Along {
  readonly size: number;
  readonly to: number;
  /** [size, to] */
  readonly kernel: Float32Array;
  readonly name: string;
}

// The first axis of what is before becomes the last: [size, rest] -> [rest, to].
function along(before: LayerOutput, { size, to, kernel, name }: Along): LayerOutput {
  const rest = before.shape.reduce((product, side) => product * side, 1) / size;
  const flat = new Reshape({ targetShape: [size, rest, 1], name: `${name}_first` }).apply(before);
  const layer = new Conv2D({ filters: to, kernelSize: [size, 1], useBias: false, name, trainable: false });
  const turned = layer.apply(flat);
  layer.weights[0]!.value = kernel;
  return turned;
}
