// A whole model as Keras describes it, in any of its generations: Sequential and Functional, models within models.
import { LeukogramError } from "../core/errors.ts";
import type { Layer, LayerOutput } from "../nn/layer.ts";
import { type KerasConfig, layerFromConfig } from "../nn/layerFromConfig.ts";
import { ChannelSlice, Input, Rescaling } from "../nn/layers/index.ts";
import type { LayerShape } from "../nn/layout.ts";
import { Model } from "../nn/model.ts";
import { checkImage } from "./imageSize.ts";
import { isKeras1, modernLayer } from "./keras1.ts";
import { endsOf, nodeOf, numberOf, type Origin, sliceOf } from "./kerasNodes.ts";
import { freeName } from "./storedLayers.ts";

/** A layer or model as Keras's JSON has it. */
export interface LayerJson {
  readonly class_name: string;
  readonly name?: string;
  /** A list of layers in a Sequential of Keras 1 and early 2. */
  readonly config: Settings | readonly LayerJson[];
  readonly inbound_nodes?: readonly unknown[];
  readonly build_config?: { readonly input_shape?: readonly (number | null)[] | null };
}

type Settings = Readonly<Record<string, unknown>> & { readonly name?: string; readonly layers?: readonly LayerJson[] };

/** A model that was put together from a description, its weights not set. */
export interface DescribedModel {
  readonly model: Model;
  /** What was passed over, in words. */
  readonly notes: readonly string[];
}

const MODELS = new Set(["Sequential", "Functional", "Model"]);
/** Layers that do nothing where a model predicts. */
const TRAINING_ONLY = new Set([
  "ActivityRegularization",
  "GaussianDropout",
  "GaussianNoise",
  "Identity",
  "RandomBrightness",
  "RandomContrast",
  "RandomCrop",
  "RandomFlip",
  "RandomHeight",
  "RandomRotation",
  "RandomTranslation",
  "RandomWidth",
  "RandomZoom",
  "SpatialDropout2D",
]);
/** Class names that mean the same as ours. */
const SAME: Readonly<Record<string, string>> = {
  BatchNormalizationV1: "BatchNormalization",
  BatchNormalizationV2: "BatchNormalization",
};

/** Layers of a model, and uses of them; one within another that uses it twice, within another that does, would be without end. */
const MOST_STEPS = 20_000;

/**
 * Puts a model together as its JSON describes it; layers of models within it become layers of the model.
 *
 * @param json of `config.json` or `model_config`.
 * @param source the file, for messages.
 * @throws ERR_FORMAT where it is no Sequential or Functional model with one input and one output, or has a layer that
 * is not supported.
 */
export function modelFromJson(json: LayerJson, source: string): DescribedModel {
  return new Builder(source).build(json);
}

/** What a layer or model does to tensors. */
type Step = (inputs: readonly LayerOutput[], args: readonly unknown[]) => LayerOutput;

class Builder {
  readonly #source: string;
  readonly #names = new Set<string>();
  readonly #notes: string[] = [];
  #steps = 0;

  constructor(source: string) {
    this.#source = source;
  }

  build(json: LayerJson): DescribedModel {
    const shape = inputShapeOf(json);
    if (!MODELS.has(json.class_name))
      throw this.#error(
        `a model of class ${json.class_name} can't be read`,
        "Sequential and Functional models are supported.",
      );
    if (shape === undefined)
      throw this.#error("does not say the shape of its input", "Save the model after it was built.");
    checkImage(shape);
    const input = Input(shape, { name: this.#free(inputNameOf(json) ?? "images", "") });
    const output = this.#model(json, "")([input], []);
    return { model: new Model({ input, output, name: settingsOf(json).name ?? "model" }), notes: this.#notes };
  }

  #model(json: LayerJson, prefix: string): Step {
    return json.class_name === "Sequential" ? this.#sequential(json, prefix) : this.#functional(json, prefix);
  }

  #sequential(json: LayerJson, prefix: string): Step {
    const steps = childrenOf(json)
      .filter(({ class_name: name }) => name !== "InputLayer")
      .map((child) => this.#step(child, prefix));
    return ([x]) => steps.reduce((before, step) => step([before!], []), x!);
  }

  #functional(json: LayerJson, prefix: string): Step {
    const children = childrenOf(json);
    const { input_layers: inputs, output_layers: outputs } = settingsOf(json);
    const [entry, ...others] = endsOf(inputs);
    const [exit, ...otherExits] = endsOf(outputs);
    if (entry === undefined || exit === undefined || others.length > 0 || otherExits.length > 0)
      throw this.#error("has other than one input and one output", "Give a classifier of single images.");
    const steps = new Map(children.map((child) => [nameOf(child), this.#step(child, prefix)]));
    const nodes = new Map(children.map((child) => [nameOf(child), (child.inbound_nodes ?? []).map(nodeOf)]));
    return ([x]) => {
      const tensors = new Map<string, LayerOutput>([[`${entry.layer} 0`, x!]]);
      const open = new Set<string>();
      const tensor = ({ layer, node }: Origin): LayerOutput => {
        const key = `${layer} ${node}`;
        const known = tensors.get(key);
        if (known !== undefined) return known;
        // In Keras 3 nodes within models are counted from the model's own use on.
        const all = nodes.get(layer) ?? [];
        const found = all[node] ?? (all.length === 1 ? all[0] : undefined);
        const step = steps.get(layer);
        if (found === undefined || step === undefined || open.has(key))
          throw this.#error(`layer "${layer}" is used, and is not there or follows from itself`);
        open.add(key);
        const made = step(found.origins.map(tensor), found.args);
        open.delete(key);
        tensors.set(key, made);
        return made;
      };
      return tensor(exit);
    };
  }

  #step(json: LayerJson, prefix: string): Step {
    this.#count();
    const step = this.#plainStep(json, prefix);
    return (inputs, args) => {
      this.#count();
      return step(inputs, args);
    };
  }

  #count(): void {
    if (++this.#steps > MOST_STEPS) throw this.#error(`takes more than ${MOST_STEPS} steps, which is no classifier`);
  }

  #plainStep(json: LayerJson, prefix: string): Step {
    if (MODELS.has(json.class_name)) return this.#model(json, `${prefix}${nameOf(json)}/`);
    const name = nameOf(json);
    if (json.class_name === "InputLayer") return ([x]) => x!;
    if (TRAINING_ONLY.has(json.class_name)) {
      this.#notes.push(`layer "${name}" (${json.class_name}) does nothing where a model predicts, and was left out`);
      return ([x]) => x!;
    }
    const arithmetic = this.#arithmetic(json, prefix);
    if (arithmetic !== undefined) return arithmetic;
    const layer = this.#layer(json, prefix);
    return (inputs, args) =>
      this.#telling(() => {
        // Keras 3 calls the sum with a number what it calls the layer.
        const number = numberOf(args);
        const operator = inputs.length === 1 && number !== undefined && WITH_NUMBER[json.class_name];
        const step = operator ? new Rescaling({ ...operator(number), name: layer.name }) : layer;
        return step.apply(inputs.length === 1 ? inputs[0]! : inputs);
      });
  }

  #layer(json: LayerJson, prefix: string): Layer {
    const { class_name: given, config } = isKeras1(json) ? modernLayer(json, this.#source) : json;
    return this.#telling(() => {
      const layer = layerFromConfig(SAME[given] ?? given, config as KerasConfig);
      layer.name = this.#free(nameOf(json), prefix);
      return layer;
    });
  }

  // What a layer says is wrong is wrong with the file.
  #telling<T>(act: () => T): T {
    try {
      return act();
    } catch (cause) {
      if (!(cause instanceof LeukogramError)) throw cause;
      throw this.#error(cause.reason, cause.hint, cause);
    }
  }

  // Operators in place of layers: TFOpLambda of Keras 2, operations of Keras 3.
  #arithmetic(json: LayerJson, prefix: string): Step | undefined {
    const operator = OPERATORS[json.class_name === "TFOpLambda" ? String(settingsOf(json).function) : json.class_name];
    if (operator === undefined && json.class_name !== "GetItem") return undefined;
    const name = this.#free(nameOf(json), prefix);
    return (inputs, args) => {
      if (operator === undefined) {
        const { start, stop } = sliceOf(args) ?? {};
        if (start === undefined || stop === undefined)
          throw this.#error(`layer "${name}" (GetItem) takes something else than a range of channels`);
        return new ChannelSlice({ start, stop, name }).apply(inputs[0]!);
      }
      const number = numberOf(args);
      if (number === undefined || inputs.length !== 1)
        throw this.#error(`layer "${name}" (${json.class_name}) takes something else than one tensor and one number`);
      return new Rescaling({ ...operator(number), name }).apply(inputs[0]!);
    };
  }

  // As the weights of files are named: by the layer, or by its path where the name is taken.
  #free(name: string, prefix: string): string {
    const free = freeName({ name, path: `${prefix}${name}` }, (taken) => this.#names.has(taken));
    this.#names.add(free);
    return free;
  }

  #error(what: string, hint?: string, cause?: unknown): LeukogramError {
    return new LeukogramError("ERR_FORMAT", `${this.#source}: ${what}`, { ...(hint !== undefined && { hint }), cause });
  }
}

/** What an operator with a number is as a layer. */
type Operator = (value: number) => { readonly scale: number; readonly offset?: number };

const plus: Operator = (value) => ({ scale: 1, offset: value });
const minus: Operator = (value) => ({ scale: 1, offset: -value });
const times: Operator = (value) => ({ scale: value });
const over: Operator = (value) => ({ scale: 1 / value });

/** Classes that are layers, and operators where they are given a number. */
const WITH_NUMBER: Readonly<Record<string, Operator>> = { Add: plus, Multiply: times };

const OPERATORS: Readonly<Record<string, Operator | undefined>> = {
  "math.truediv": over,
  "math.divide": over,
  "math.multiply": times,
  "math.subtract": minus,
  "math.add": plus,
  "__operators__.add": plus,
  TrueDivide: over,
  Divide: over,
  Subtract: minus,
};

function settingsOf({ config }: LayerJson): Settings {
  return Array.isArray(config) ? { layers: config } : (config as Settings);
}

function childrenOf(json: LayerJson): readonly LayerJson[] {
  return settingsOf(json).layers ?? [];
}

function nameOf(json: LayerJson): string {
  return json.name ?? settingsOf(json).name ?? "";
}

function inputNameOf(json: LayerJson): string | undefined {
  const entry = childrenOf(json).find(({ class_name: name }) => name === "InputLayer");
  return entry && settingsOf(entry).name;
}

// Of the InputLayer, of the first layer, or of the model that was built for it.
function inputShapeOf(json: LayerJson): LayerShape | undefined {
  const settings = settingsOf(json);
  const [first] = childrenOf(json);
  const own = first && settingsOf(first);
  const inner = first && MODELS.has(first.class_name) ? inputShapeOf(first) : undefined;
  const full = [own?.batch_shape, own?.batch_input_shape, settings.build_input_shape, json.build_config?.input_shape];
  const shape = full.find(Array.isArray)?.slice(1) ?? (own?.input_shape as number[] | undefined);
  const known = shape?.every((size) => Number.isInteger(size) && (size as number) > 0)
    ? (shape as number[])
    : undefined;
  return known ?? inner;
}
