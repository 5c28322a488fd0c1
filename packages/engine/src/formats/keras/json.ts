/** A layer or model as Keras's JSON has it. */
export interface LayerJson {
  readonly class_name: string;
  /** Where Python finds the class; tells layers and operators of one name apart. */
  readonly module?: string | null;
  readonly name?: string;
  /** A list of layers in a Sequential of Keras 1 and early 2. */
  readonly config: Settings | readonly LayerJson[];
  readonly inbound_nodes?: readonly unknown[];
  readonly build_config?: { readonly input_shape?: readonly (number | null)[] | null };
}

/** Settings of a layer, or of a model with its layers. */
export type Settings = Readonly<Record<string, unknown>> & {
  readonly name?: string;
  readonly layers?: readonly LayerJson[];
};
