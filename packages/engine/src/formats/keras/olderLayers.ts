// What Keras 2 (tf_keras) and TensorFlow.js have not got, or mean otherwise, said by layers that they have.
import { LeukogramError } from "../../core/errors.ts";
import type { Layer, LayerOutput } from "../../nn/layer.ts";
import { kerasConfig, layerFromConfig } from "../../nn/layerFromConfig.ts";
import type { DepthwiseOptions } from "../../nn/layers/depthwiseConv2D.ts";
import {
  Activation,
  Conv2D,
  DepthwiseConv2D,
  GlobalAveragePooling2D,
  GlobalMaxPooling2D,
  LayerScale,
  Multiply,
  Normalization,
  ReLU,
  Rescaling,
  Reshape,
  Resizing,
} from "../../nn/layers/index.ts";
import { Model } from "../../nn/model.ts";
import { resizedByKernels } from "./resizingByKernels.ts";

/** A program that reads files of Keras 2. */
export type OlderProgram = "keras2" | "tensorflowJs";

/** What stands for a layer: the same numbers from its inputs. */
type Substitute = (inputs: readonly LayerOutput[]) => LayerOutput;
/** An activation function by other layers, the last of which has `name`. */
type Function = (name: string) => (x: LayerOutput) => LayerOutput;

// Keras 3: relu6(x + 3) / 6.
const hardSigmoid: Function = (name) => {
  const shift = new Rescaling({ scale: 1, offset: 3, name: `${name}_shift` });
  const cut = new ReLU({ maxValue: 6, name: `${name}_cut` });
  const share = new Rescaling({ scale: 1 / 6, name });
  return (x) => share.apply(cut.apply(shift.apply(x)));
};

const hardSilu: Function = (name) => {
  const [gate, product] = [hardSigmoid(`${name}_gate`), new Multiply({ name })];
  return (x) => product.apply([x, gate(x)]);
};

// Keras 1 and 2, TensorFlow.js: 0.2 x + 0.5, from 0 to 1.
const olderHardSigmoid: Function = (name) => {
  const line = new Rescaling({ scale: 0.2, offset: 0.5, name: `${name}_line` });
  const cut = new ReLU({ maxValue: 1, name });
  return (x) => cut.apply(line.apply(x));
};

const swish: Function = (name) => {
  const layer = new Activation({ activation: "swish", name });
  return (x) => layer.apply(x);
};

const FUNCTIONS: Readonly<Record<OlderProgram, Readonly<Record<string, Function>>>> = {
  keras2: { hard_sigmoid: hardSigmoid, hard_silu: hardSilu, hard_swish: hardSilu },
  tensorflowJs: { hard_sigmoid: hardSigmoid, hard_silu: hardSilu, hard_swish: hardSilu, silu: swish },
};

/**
 * The same model in layers that an older program has. Weights are shared, but for those that take another form: of
 * `Normalization`, `LayerScale` and convolutions by channel, which become `DepthwiseConv2D`.
 *
 * @throws ERR_FORMAT if TensorFlow.js has nothing that stands for a convolution by groups.
 */
export function inOlderLayers(model: Model, program: OlderProgram): Model {
  const plain = substituted(model, (layer) => functionSubstitute(layer, FUNCTIONS[program]));
  return substituted(plain, (layer, [input]) => {
    if (input?.shape.length !== 3) return undefined;
    const channels = input.shape[2]!;
    if (layer instanceof LayerScale) return depthwise(layer, { kernel: layer.weights[0]!.value });
    if (program === "keras2") return undefined;
    if (layer instanceof Resizing) return ([x]) => resizedByKernels(layer, x!);
    if (layer instanceof Normalization) return depthwise(layer, standardizing(layer, channels));
    if (layer instanceof Conv2D && layer.config.groups > 1) return byChannel(layer, channels);
    const isPool = layer instanceof GlobalAveragePooling2D || layer instanceof GlobalMaxPooling2D;
    return isPool && layer.config.keepdims ? flatPool(layer, channels) : undefined;
  });
}

/** The same model as Keras 3 means it, of a file whose Keras or TensorFlow.js meant `hard_sigmoid` otherwise. */
export function fromOlderLayers(model: Model): Model {
  return substituted(model, (layer) => functionSubstitute(layer, { hard_sigmoid: olderHardSigmoid }));
}

function substituted(
  model: Model,
  find: (layer: Layer, inputs: readonly LayerOutput[]) => Substitute | undefined,
): Model {
  const substitutes = new Map<Layer, Substitute>();
  const copies = new Map<LayerOutput, LayerOutput>([[model.input, model.input]]);
  const copy = (step: LayerOutput): LayerOutput => {
    const known = copies.get(step);
    if (known !== undefined) return known;
    const inputs = step.inputs.map(copy);
    const substitute = substitutes.get(step.layer) ?? find(step.layer, inputs);
    if (substitute !== undefined) substitutes.set(step.layer, substitute);
    const isSame = inputs.every((input, i) => input === step.inputs[i]);
    const made = substitute?.(inputs) ?? (isSame ? step : step.layer.apply(inputs));
    copies.set(step, made);
    return made;
  };
  const output = copy(model.output);
  return output === model.output ? model : new Model({ input: model.input, output, name: model.name });
}

// An activation by itself goes; another layer keeps all but its own.
function functionSubstitute(layer: Layer, functions: Readonly<Record<string, Function>>): Substitute | undefined {
  const { activation } = layer.config as { readonly activation?: string };
  const found = activation === undefined || !Object.hasOwn(functions, activation) ? undefined : functions[activation];
  if (found === undefined) return undefined;
  if (layer instanceof Activation) {
    const apply = found(layer.name);
    return ([x]) => apply(x!);
  }
  const plain = layerFromConfig(layer.className, { ...kerasConfig(layer), activation: "linear" });
  const apply = found(`${layer.name}_${activation}`);
  return (inputs) => {
    const made = plain.apply(inputs);
    plain.weights = layer.weights;
    return apply(made);
  };
}

function flatPool(layer: Layer, channels: number): Substitute {
  const pool = layerFromConfig(layer.className, { name: `${layer.name}_flat` });
  const image = new Reshape({ targetShape: [1, 1, channels], name: layer.name });
  return (inputs) => image.apply(pool.apply(inputs));
}

interface Depthwise extends Partial<DepthwiseOptions> {
  /** [KH, KW, C, multiplier] */
  readonly kernel: Float32Array;
  readonly bias?: Float32Array | undefined;
}

function depthwise({ name, trainable }: Layer, { kernel, bias, ...options }: Depthwise): Substitute {
  const made = new DepthwiseConv2D({ kernelSize: 1, ...options, useBias: bias !== undefined, name, trainable });
  return (inputs) => {
    const output = made.apply(inputs);
    made.weights[0]!.value = kernel;
    if (bias !== undefined) made.weights[1]!.value = bias;
    return output;
  };
}

// (x - mean) / deviation
function standardizing({ config, weights }: Normalization, channels: number): Depthwise {
  const values = (given: number | readonly number[] | null, i: number) =>
    Array.from({ length: channels }, (_, c) => {
      if (given === null) return weights[i]!.value[c]!;
      return typeof given === "number" ? given : given[c % given.length]!;
    });
  const kernel = values(config.variance, 1).map((variance) => 1 / Math.max(Math.sqrt(variance), 1e-7));
  const bias = values(config.mean, 0).map((mean, c) => -mean * kernel[c]!);
  return { kernel: Float32Array.from(kernel), bias: Float32Array.from(bias) };
}

// The filters of a channel lie side by side in both: [KH, KW, 1, C * multiplier] is [KH, KW, C, multiplier].
function byChannel(layer: Conv2D, channels: number): Substitute {
  const { filters, groups, kernelInitializer: _, useBias: __, ...options } = layer.config;
  if (groups !== channels)
    throw new LeukogramError(
      "ERR_FORMAT",
      `layer "${layer.name}": TensorFlow.js has no convolution of ${channels} channels in ${groups} groups`,
      { hint: "Use .keras or .onnx." },
    );
  const [kernel, bias] = layer.weights;
  return depthwise(layer, {
    ...options,
    depthMultiplier: filters / channels,
    kernel: kernel!.value,
    bias: bias?.value,
  });
}
