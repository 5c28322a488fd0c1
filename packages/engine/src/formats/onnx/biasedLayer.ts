import type { Dim } from "../../core/shape.ts";
import type { LayerOutput } from "../../nn/layer.ts";
import { Conv2D, Dense, DepthwiseConv2D } from "../../nn/layers/index.ts";
import { toGraphShape } from "../../nn/layout.ts";
import type { FoundLayer } from "./mapping.ts";
import type { Constant } from "./values.ts";

/** Whether a constant has one number for each channel of [N, C, ...]. */
export function isChannelwise({ data, shape }: Constant, [, channels, ...rest]: readonly Dim[]): boolean {
  const isRow = rest.length === 0 && shape.length === 1;
  return data.length === channels && (isRow || shape.at(-1 - rest.length) === channels);
}

/** A layer without a bias, and the constant that is added behind it: the same layer with that bias. */
export function withBias({ layer, inputs, shape }: LayerOutput, added: Constant): FoundLayer | undefined {
  if (!(layer instanceof Dense || layer instanceof Conv2D || layer instanceof DepthwiseConv2D)) return undefined;
  if (added.shape.length > toGraphShape(shape, 1).length) return undefined;
  const isFree = !layer.config.useBias && layer.config.activation === "linear";
  const isFitting =
    layer instanceof Dense && shape.length !== 3
      ? added.data.length === shape.at(-1) && added.shape.at(-1) === shape.at(-1)
      : isChannelwise(added, toGraphShape(shape, 1));
  if (!isFree || !isFitting) return undefined;
  const settings = { ...layer.config, useBias: true, name: layer.name };
  const biased =
    layer instanceof Dense
      ? new Dense(settings as Dense["config"])
      : layer instanceof Conv2D
        ? new Conv2D(settings as Conv2D["config"])
        : new DepthwiseConv2D(settings as DepthwiseConv2D["config"]);
  return {
    inputs: inputs.map((input) => ({ kind: "layer", output: input })),
    layers: [biased],
    weights: [layer.weights[0]!.value, added.data],
  };
}
