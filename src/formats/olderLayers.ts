// What Keras 2 (tf_keras) and TensorFlow.js have not got, or mean otherwise, said by layers that they have.
import type { Layer, LayerOutput } from "../nn/layer.ts";
import { kerasConfig, layerFromConfig } from "../nn/layerFromConfig.ts";
import {
  Activation,
  DepthwiseConv2D,
  LayerScale,
  Multiply,
  Normalization,
  ReLU,
  Rescaling,
} from "../nn/layers/index.ts";
import { Model } from "../nn/model.ts";

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
 * The same model in layers that an older program has. Weights are shared, but for those of `Normalization` and `LayerScale`,
 * which become a `DepthwiseConv2D` of one pixel.
 */
export function inOlderLayers(model: Model, program: OlderProgram): Model {
  return substituted(model, (layer, inputs) => {
    const byFunction = functionSubstitute(layer, FUNCTIONS[program]);
    if (byFunction !== undefined || inputs[0]?.shape.length !== 3) return byFunction;
    if (layer instanceof LayerScale) return perChannel(layer, scaleOf(layer));
    if (layer instanceof Normalization && program === "tensorflowJs")
      return perChannel(layer, shiftOf(layer, inputs[0].shape[2]!));
    return undefined;
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

interface Line {
  readonly scale: readonly number[];
  readonly offset?: readonly number[];
}

const scaleOf = ({ weights }: LayerScale): Line => ({ scale: [...weights[0]!.value] });

// (x - mean) / deviation
function shiftOf({ config, weights }: Normalization, channels: number): Line {
  const values = (given: number | readonly number[] | null, i: number) =>
    Array.from({ length: channels }, (_, c) => {
      if (given === null) return weights[i]!.value[c]!;
      return typeof given === "number" ? given : given[c % given.length]!;
    });
  const scale = values(config.variance, 1).map((variance) => 1 / Math.max(Math.sqrt(variance), 1e-7));
  return { scale, offset: values(config.mean, 0).map((mean, c) => -mean * scale[c]!) };
}

function perChannel({ name, trainable }: Layer, { scale, offset }: Line): Substitute {
  const made = new DepthwiseConv2D({ kernelSize: 1, useBias: offset !== undefined, name, trainable });
  return (inputs) => {
    const output = made.apply(inputs);
    made.weights[0]!.value = Float32Array.from(scale);
    if (offset !== undefined) made.weights[1]!.value = Float32Array.from(offset);
    return output;
  };
}
