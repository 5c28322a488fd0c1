import { LeukogramError } from "../core/errors.ts";
import { numElements } from "../core/shape.ts";
import { graft } from "../nn/graft.ts";
import type { LayerOutput } from "../nn/layer.ts";
import { ChannelSlice, Concatenate, Dense, Flatten, Input, Reshape } from "../nn/layers/index.ts";
import { Model } from "../nn/model.ts";
import type { BuiltModel } from "./builtModel.ts";

/** Two models that see one cell, with one head on both. */
export interface JoinedModel extends BuiltModel {
  /** Takes over the weights of the two: the joined logits are the mean of theirs. */
  takeWeights(): void;
}

/** Options of {@link joinModels}. */
export interface JoinModelsOptions {
  /** Whether both see the same three channels; else the first has its own colours, and the second normalised ones. */
  readonly shared?: boolean;
}

/**
 * Joins two classifiers that end in a softmax layer: pixels [H, W, 6], the crop in its own colours and the normalised
 * one; [H, W, 3] where they are `shared`. The joined logits are the mean of the two models' logits, so its probabilities are the geometric mean of theirs, brought to
 * a sum of 1 (a product of experts, Hinton 2002). The first model's last blocks stay changeable; the second's are behind
 * the cut. Layers of the second bear its name before their own.
 *
 * @throws ERR_CONFIG if the two differ in image size or classes.
 */
export function joinModels(
  first: BuiltModel,
  second: BuiltModel,
  { shared = false }: JoinModelsOptions = {},
): JoinedModel {
  const [height, width] = first.model.input.shape as [number, number, number];
  const classes = first.model.output.shape[0]!;
  requireAlike(first.model, second.model);
  const prefix = second.model.name.replace(/\W/g, "_");
  for (const layer of second.model.layers) layer.name = `${prefix}_${layer.name}`;
  const input = Input([height, width, shared ? 3 : 6], { name: "images" });
  const part = (x: LayerOutput, start: number, stop: number, name: string) =>
    new ChannelSlice({ start, stop, name }).apply(x);
  const below = first.lastBlocks ?? first.model.output.inputs[0]!;
  const [own, normalized] = shared
    ? [input, input]
    : [part(input, 0, 3, "own_colours"), part(input, 3, 6, "normalized_colours")];
  const maps = graft(first.model.input, below, own);
  const row = below.shape.length === 1 ? maps : new Flatten({ name: "blocks_flat" }).apply(maps);
  const seen = graft(second.model.input, second.model.output.inputs[0]!, normalized);
  const lastBlocks = new Concatenate({ name: "seen" }).apply([row, seen]);
  const size = numElements(below.shape);
  const again = part(lastBlocks, 0, size, "blocks_again");
  const entry =
    below.shape.length === 1 ? again : new Reshape({ targetShape: below.shape, name: "blocks" }).apply(again);
  const features = [
    graft(below, first.model.output.inputs[0]!, entry),
    part(lastBlocks, size, size + seen.shape[0]!, `${prefix}_features`),
  ];
  const both = new Concatenate({ name: "features" }).apply(features);
  const head = new Dense({ units: classes, activation: "softmax", name: "predictions" });
  const model = new Model({ input, output: head.apply(both), name: `${first.model.name}_${prefix}` });
  return {
    model,
    lastBlocks,
    takeWeights() {
      const heads = [first, second].map(({ model: { output } }) => output.layer.weights);
      const [kernel, bias] = head.weights;
      kernel!.value = Float32Array.from(
        heads.flatMap(([own]) => [...own!.value]),
        (value) => value / 2,
      );
      bias!.value = heads[0]![1]!.value.map((value, k) => (value + heads[1]![1]!.value[k]!) / 2);
    },
  };
}

function requireAlike(first: Model, second: Model): void {
  const told = ({ input, output }: Model) =>
    `${input.shape[0]} x ${input.shape[1]} pixels and ${output.shape[0]} classes`;
  if (told(first) === told(second)) return;
  throw new LeukogramError("ERR_CONFIG", `models with ${told(first)} and with ${told(second)} can't be joined`, {
    hint: "Train both with the same imageSize and classes.",
  });
}
