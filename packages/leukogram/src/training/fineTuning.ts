// Which parts of a pretrained model learn, and how fast.
import { LeukogramError } from "@leukogram/engine/core/errors";
import { nearest } from "@leukogram/engine/core/nearest";
import type { BuiltModel } from "@leukogram/engine/models/builtModel";
import { PREPROCESSING_LAYER } from "@leukogram/engine/models/preprocessing";
import type { Layer } from "@leukogram/engine/nn/layer";
import { BatchNormalization } from "@leukogram/engine/nn/layers/index";
import { Model } from "@leukogram/engine/nn/model";
import type { Recipe } from "./recipe/recipe.ts";
import type { StepRunnerOptions } from "./stepRunner.ts";

/** The block that a layer belongs to: in MobileNetV2 `block_13_expand_BN` to `block_13`, `bn_Conv1` to `Conv1`. */
function blockOf(layer: string, blocks: RegExp | undefined): string {
  const found = blocks?.exec(layer)?.slice(1).filter(Boolean).join("");
  return found || layer;
}

/** A backbone's layers that have weights, by block, from the pixels upwards. */
function backboneBlocks({ model, backbone, blocks: pattern }: BuiltModel): Map<string, Model["layers"]> {
  const blocks = new Map<string, Model["layers"]>();
  if (backbone === undefined) return blocks;
  for (const layer of new Model({ input: model.input, output: backbone }).layers) {
    const block = blockOf(layer.name, pattern);
    if (isLearned(layer)) blocks.set(block, [...(blocks.get(block) ?? []), layer]);
  }
  return blocks;
}

// Statistics of ImageNet's pixels belong to no block.
const isLearned = (layer: Layer) =>
  layer.name !== PREPROCESSING_LAYER && layer.weights.some(({ trainable }) => trainable);

/**
 * Freezes what the recipe keeps as it is: the blocks before `unfreezeFrom`, and with `batchNorm: frozen` the backbone's
 * batch normalisations, which then run on their moving statistics.
 *
 * @throws LeukogramError ERR_CONFIG if there is no such block, naming those that there are.
 */
export function freezeParts(built: BuiltModel, { unfreezeFrom, batchNorm }: Recipe): void {
  const blocks = backboneBlocks(built);
  if (unfreezeFrom !== undefined) {
    const names = [...blocks.keys()];
    const first = names.indexOf(unfreezeFrom);
    if (first < 0) throw noBlock(built.model.name, unfreezeFrom, names);
    for (const name of names.slice(0, first)) for (const layer of blocks.get(name)!) layer.trainable = false;
  }
  if (batchNorm === "frozen")
    for (const layer of [...blocks.values()].flat()) if (layer instanceof BatchNormalization) layer.trainable = false;
}

function noBlock(model: string, block: string, names: readonly string[]): LeukogramError {
  if (names.length === 0)
    return new LeukogramError("ERR_CONFIG", `unfreezeFrom: model ${model} has no pretrained blocks`, {
      hint: "Remove unfreezeFrom: the whole model is trained.",
    });
  const near = nearest(block, names);
  return new LeukogramError("ERR_CONFIG", `unfreezeFrom: model ${model} has no block "${block}"`, {
    hint: `${near === undefined ? "" : `Did you mean "${near}"? `}Blocks: ${names.join(", ")}.`,
  });
}

/**
 * Which weights learn at which rate, and which decay. The backbone's last block learns at `backboneRate`, each block
 * below it at `layerDecay` times the rate of the one above (Clark et al. 2020, ELECTRA; BEiT).
 */
export function weightRules(
  built: BuiltModel,
  { backboneRate = 1, layerDecay = 1, decayNorms = true }: Recipe,
): Pick<StepRunnerOptions, "rateOf" | "decays"> {
  const blocks = [...backboneBlocks(built).values()];
  const rates = new Map(
    blocks.flatMap((layers, i) => {
      const rate = backboneRate * layerDecay ** (blocks.length - 1 - i);
      return layers.flatMap(({ weights }) => weights.map((weight) => [weight, rate] as const));
    }),
  );
  const isEven = backboneRate === 1 && layerDecay === 1;
  return {
    ...(!isEven && { rateOf: (weight) => rates.get(weight) ?? 1 }),
    ...(!decayNorms && { decays: ({ shape }) => shape.length > 1 }),
  };
}
