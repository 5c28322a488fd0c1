import { LeukogramError } from "@leukogram/engine/core/errors";
import { nearest } from "@leukogram/engine/core/nearest";
import type { LayerOutput } from "@leukogram/engine/nn/layer";
import type { Model } from "@leukogram/engine/nn/model";

/** Names of a model's layers whose output is a map [H, W, C] with H and W above 1, in order. */
export function mapLayerNames(model: Model): string[] {
  return [...new Set(mapSteps(model).map(({ layer }) => layer.name))];
}

/**
 * The step whose maps are explained: the last of that layer, or of any layer that has one.
 *
 * @throws ERR_CONFIG if the model has no such layer, or the layer no map.
 */
export function mapStep(model: Model, layer?: string): LayerOutput {
  const steps = mapSteps(model);
  const found = layer === undefined ? steps.at(-1) : steps.findLast((step) => step.layer.name === layer);
  if (found !== undefined) return found;
  const names = mapLayerNames(model);
  if (names.length === 0)
    throw new LeukogramError("ERR_CONFIG", `model ${model.name} has no layer with feature maps [H, W, C]`, {
      hint: "Use integrated gradients or occlusion, which need no feature maps.",
    });
  const isThere = model.layers.some(({ name }) => name === layer);
  const near = isThere ? undefined : nearest(layer!, names);
  throw new LeukogramError(
    "ERR_CONFIG",
    isThere
      ? `layer "${layer}" of model ${model.name} has no feature maps [H, W, C] with H and W above 1`
      : `model ${model.name} has no layer "${layer}"`,
    { hint: `${near === undefined ? "" : `Did you mean "${near}"? `}Layers with feature maps: ${listed(names)}.` },
  );
}

/** Whether some of what a model sees goes to its output by ways around a step. */
export function isBypassed(model: Model, step: LayerOutput): boolean {
  const seen = new Set<LayerOutput>([step]);
  const reachesInput = (from: LayerOutput): boolean => {
    if (from === model.input) return true;
    if (seen.has(from)) return false;
    seen.add(from);
    return from.inputs.some(reachesInput);
  };
  return reachesInput(model.output);
}

const LISTED = 12;

function listed(names: readonly string[]): string {
  if (names.length <= LISTED) return names.join(", ");
  const last = names.slice(-LISTED).join(", ");
  return `${last}, and ${names.length - LISTED} earlier layers (leukogram inspect lists all layers)`;
}

function mapSteps(model: Model): LayerOutput[] {
  return model.steps.filter(({ shape }) => shape.length === 3 && shape[0]! > 1 && shape[1]! > 1);
}
