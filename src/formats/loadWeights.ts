import { LeukogramError } from "../core/errors.ts";
import { sameShape, show } from "../core/shape.ts";
import type { Model } from "../nn/model.ts";
import type { StoredLayers, StoredWeight } from "./kerasH5.ts";

/** What {@link loadWeights} takes beside the file's contents. */
export interface LoadWeightsOptions {
  /** The file, for messages. */
  readonly source: string;
  /** Layers that the file need not have, such as a new head. Default: every layer must be there. */
  readonly optional?: ReadonlySet<string>;
  /** Whether layers are matched by name, or one after the other. Default: name. */
  readonly match?: "name" | "order";
}

/**
 * Puts the weights of a file into a model, after checking that every one fits.
 *
 * @throws ERR_WEIGHTS naming the layer and both shapes where one does not fit; the model is then unchanged.
 */
export function loadWeights(model: Model, stored: StoredLayers, options: LoadWeightsOptions): void {
  const { source, optional = new Set(), match = "name" } = options;
  const layers = model.layers.filter(({ weights }) => weights.length > 0);
  const inOrder = [...stored.values()];
  if (match === "order" && inOrder.length !== layers.length)
    throw misfit(source, `it has ${inOrder.length} layers with weights, the model has ${layers.length}`);
  const values = new Map<string, Float32Array>();
  for (const [i, layer] of layers.entries()) {
    const found = match === "order" ? inOrder[i] : stored.get(layer.name);
    if (found === undefined && optional.has(layer.name)) continue;
    if (found === undefined) throw misfit(source, `it has no layer "${layer.name}" (${layer.className})`);
    for (const weight of layer.weights) {
      const value = pick(found, weight.name);
      if (value === undefined || !sameShape(value.shape, weight.shape)) {
        const received = value === undefined ? "no such weight" : show(value.shape);
        throw misfit(
          source,
          `layer "${layer.name}" ${weight.name}: expected ${show(weight.shape)}, received ${received}`,
        );
      }
      values.set(`${layer.name}/${weight.name}`, value.value);
    }
  }
  model.setWeights(values);
}

// Keras 2 calls a depthwise kernel depthwise_kernel, Keras 3 kernel.
function pick(weights: readonly StoredWeight[], name: string): StoredWeight | undefined {
  return (
    weights.find((weight) => weight.name === name) ??
    (name === "kernel" ? weights.find((weight) => weight.name === "depthwise_kernel") : undefined)
  );
}

function misfit(source: string, what: string): LeukogramError {
  return new LeukogramError("ERR_WEIGHTS", `${source} does not fit the model: ${what}`, {
    hint: "Check the model's alpha, image size and classes, or give the weights file that belongs to it.",
  });
}
