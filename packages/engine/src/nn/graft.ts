import type { LayerOutput } from "./layer.ts";

/**
 * The layers from one step of a model to another, applied again behind `x`; weights are shared.
 *
 * @param from where the part begins; it stands for `x`.
 * @throws ERR_SHAPE if a layer does not take what now comes before it.
 */
export function graft(from: LayerOutput, to: LayerOutput, x: LayerOutput): LayerOutput {
  const copies = new Map<LayerOutput, LayerOutput>([[from, x]]);
  const copy = (step: LayerOutput): LayerOutput => {
    const made = copies.get(step) ?? step.layer.apply(step.inputs.map(copy));
    copies.set(step, made);
    return made;
  };
  return copy(to);
}
