import { gradients } from "@leukogram/engine/graph/autodiff";
import * as ops from "@leukogram/engine/graph/ops/index";
import type { Tensor } from "@leukogram/engine/graph/tensor";
import { seenPicture } from "@leukogram/engine/nn/exportGraph";
import type { CallContext } from "@leukogram/engine/nn/layer";
import { oneHot } from "@leukogram/engine/nn/losses";
import type { Model } from "@leukogram/engine/nn/model";
import { FIXED, logitsOf, type Outputs } from "@leukogram/engine/nn/modelGraphs";
import { type CellSettings, normalizedCells } from "../cells/cellNormalization.ts";
import { mapStep } from "./mapLayers.ts";

/** What {@link gradCamGraph} takes beside the model. */
export interface GradCamOptions {
  /** The layer whose maps are weighted; default: the last that has any. */
  readonly layer?: string | undefined;
  /** Finds the cell and normalises its stain first; default: the whole picture. */
  readonly cells?: CellSettings | undefined;
}

/**
 * Grad-CAM (Selvaraju et al. 2017, equations 1 and 2): the layer's channels, each weighted by the mean gradient of the
 * class's logit over its map, summed, negative values cut off.
 *
 * Inputs: `images`, uint8 RGB [batch, height, width, 3] of any size, and `target`, int32 [batch], the class to explain.
 * Outputs: `map` [batch, h, w], as small as the layer's maps, and `probabilities` [batch, K].
 *
 * @throws ERR_CONFIG if there is no such layer, it has no map, or the model does not end in a softmax.
 */
export function gradCamGraph(model: Model, { layer, cells }: GradCamOptions = {}): Outputs {
  return gradCamOf(model, seenPicture(model, normalizedCells(cells)), { layer });
}

/** {@link gradCamGraph} on `seen` [batch, C, H, W], the picture as the first layer takes it. */
export function gradCamOf(
  model: Model,
  seen: Tensor,
  { layer, context = FIXED }: { readonly layer?: string | undefined; readonly context?: CallContext } = {},
): Outputs {
  const step = mapStep(model, layer);
  const tensors = model.callSteps(seen, context);
  const probabilities = tensors.get(model.output)!;
  const maps = tensors.get(step)!; // [N, C, h, w]
  const slope = targetGradient(model, probabilities, maps);
  const weights = ops.reduceMean(slope, [2, 3], true); // [N, C, 1, 1]
  return { map: ops.relu(ops.reduceSum(ops.mul(maps, weights), [1])), probabilities };
}

/** Gradient of the logit of the class that the input `target` names, each picture's by itself. */
export function targetGradient(model: Model, probabilities: Tensor, source: Tensor): Tensor {
  const logits = logitsOf(model, probabilities, "no class has a logit to explain");
  const target = ops.input("target", [logits.shape[0]!], "int32");
  return gradients(logits, [source], oneHot(target, logits.shape[1] as number))[0]!;
}
