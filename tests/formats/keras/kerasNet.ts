// Small models as Keras's JSON has them.
import { type DescribedOptions, modelFromJson } from "@leukogram/engine/formats/keras/kerasModel";

export interface Use {
  readonly class_name: string;
  readonly module?: string;
  readonly config?: object;
  readonly inbound_nodes: unknown;
}

/** A Functional model of layers one behind the other by their names, `in` first. */
export function functional(
  shape: readonly (number | null)[],
  layers: Readonly<Record<string, Use>>,
  outputs?: unknown,
) {
  const entry = {
    class_name: "InputLayer",
    name: "in",
    config: { name: "in", batch_shape: [null, ...shape] },
    inbound_nodes: [],
  };
  const all = Object.entries(layers).map(([name, use]) => ({ ...use, name, config: { name, ...use.config } }));
  const last = Object.keys(layers).at(-1);
  const config = {
    name: "model",
    layers: [entry, ...all],
    input_layers: [["in", 0, 0]],
    output_layers: outputs ?? [[last, 0, 0]],
  };
  return { class_name: "Functional", config } as never;
}

export const described = (json: never, options?: DescribedOptions) => modelFromJson(json, "m.keras", options);
export const kerasTensor = (layer: string) => ({
  class_name: "__keras_tensor__",
  config: { keras_history: [layer, 0, 0] },
});
export const use3 = (className: string, args: readonly unknown[], { config = {}, kwargs = {} } = {}): Use => ({
  class_name: className,
  module: "keras.src.ops.numpy",
  config,
  inbound_nodes: [{ args, kwargs }],
});
export const lambda = (called: string, node: unknown): Use => ({
  class_name: called.endsWith("getitem") ? "SlicingOpLambda" : "TFOpLambda",
  module: "tf_keras.src.layers.core.tf_op_layer",
  config: { function: called, trainable: true, dtype: "float32" },
  inbound_nodes: node,
});
export const image = kerasTensor("in");
export const ellipsis = { class_name: "__ellipsis__", config: {} };
export const slice = (start: unknown, stop: unknown, step: unknown) => ({
  class_name: "__slice__",
  config: { start, stop, step },
});
export const tensor = (value: unknown) => ({ class_name: "__tensor__", config: { value, dtype: "float32" } });

export const layer3 = (
  className: string,
  config: object,
  kwargs: object = {},
  args: readonly unknown[] = [image],
): Use => ({
  class_name: className,
  module: "keras.layers",
  config,
  inbound_nodes: [{ args, kwargs }],
});
