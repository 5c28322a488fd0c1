// A whole model as Keras describes it, in any of its generations: Sequential and Functional, models within models.

import { LeukogramError } from "../../core/errors.ts";
import type { LayerOutput } from "../../nn/layer.ts";
import { Flatten, Input } from "../../nn/layers/index.ts";
import type { LayerShape } from "../../nn/layout.ts";
import { Model } from "../../nn/model.ts";
import { checkImage } from "../imageSize.ts";
import type { LayerJson, Settings } from "./json.ts";
import { type End, endsOf, nodeOf, Origin } from "./kerasNodes.ts";
import { layerStep, type Step, tensorsOf } from "./layerSteps.ts";
import { freeName } from "./storedLayers.ts";

/** A model that was put together from a description, its weights not set. */
export interface DescribedModel {
  readonly model: Model;
  /** What was passed over, in words. */
  readonly notes: readonly string[];
}

/** What {@link modelFromJson} takes beside the description. */
export interface DescribedOptions {
  /** Height and width of images, where the model leaves them open. */
  readonly imageSize?: number | undefined;
  /** Which of several outputs is the class. */
  readonly output?: string | undefined;
  /** The Keras that wrote it; default 3. */
  readonly kerasVersion?: string | undefined;
}

const MODELS = new Set(["Sequential", "Functional", "Model"]);

/** Layers of a model, and uses of them; one within another that uses it twice, within another that does, would be without end. */
const MOST_STEPS = 20_000;

/**
 * Puts a model together as its JSON describes it; layers of models within it become layers of the model.
 *
 * @param json of `config.json` or `model_config`.
 * @param source the file, for messages.
 * @throws ERR_FORMAT if it is no Sequential or Functional model with one input, has several outputs of which none is
 * chosen, or has a layer, setting or argument that is not supported.
 */
export function modelFromJson(json: LayerJson, source: string, options: DescribedOptions = {}): DescribedModel {
  return new Builder(source, options).build(json);
}

class Builder {
  readonly #source: string;
  readonly #options: DescribedOptions;
  readonly #names = new Set<string>();
  readonly #notes: string[] = [];
  #steps = 0;

  constructor(source: string, options: DescribedOptions) {
    this.#source = source;
    this.#options = options;
  }

  build(json: LayerJson): DescribedModel {
    if (!MODELS.has(json.class_name))
      throw this.#error(
        `a model of class ${json.class_name} can't be read`,
        "Sequential and Functional models are supported.",
      );
    const shape = this.#shape(json);
    checkImage(shape);
    const input = Input(shape, { name: this.#free(inputNameOf(json) ?? "images", "") });
    const outputs = this.#model(json, "")({ args: [input], kwargs: {} });
    const output = this.#flat(this.#chosen(json, outputs));
    return { model: new Model({ input, output, name: settingsOf(json).name ?? "model" }), notes: this.#notes };
  }

  #shape(json: LayerJson): LayerShape {
    const { imageSize } = this.#options;
    const shape = inputShapeOf(json);
    if (shape === undefined) throw this.#error("has no input shape", "Build the model before saving it.");
    const known = shape.map((size, i) => size ?? (i < 2 && shape.length === 3 ? imageSize : undefined));
    if (known.every((size) => size !== undefined)) return known;
    throw this.#error("does not fix the image size", "Set it with --image-size 224 (height and width).");
  }

  #chosen(json: LayerJson, outputs: readonly LayerOutput[]): LayerOutput {
    const { output } = this.#options;
    const names =
      json.class_name === "Sequential" ? [] : this.#ends(settingsOf(json).output_layers).map(({ name }) => name);
    const place = output === undefined ? 0 : names.indexOf(output);
    if (outputs[place] !== undefined && (outputs.length === 1 || output !== undefined)) return outputs[place];
    const listed = names.map((name) => `"${name}"`).join(", ");
    throw output === undefined
      ? this.#error(`has ${outputs.length} outputs: ${listed}`, `Choose the class output with --output ${names[0]}.`)
      : this.#error(`has no output "${output}", only ${listed || "a single one"}`);
  }

  // [N, 1, 1, C], of a convolution or pool at the end, is as many classes.
  #flat(output: LayerOutput): LayerOutput {
    const [h, w] = output.shape;
    if (output.shape.length !== 3 || h !== 1 || w !== 1) return output;
    this.#notes.push(`its output, an image of one pixel [1, 1, ${output.shape[2]}], was flattened`);
    return new Flatten({ name: this.#free(`${output.layer.name}_row`, "") }).apply(output);
  }

  #model(json: LayerJson, prefix: string): Step {
    return json.class_name === "Sequential" ? this.#sequential(json, prefix) : this.#functional(json, prefix);
  }

  #sequential(json: LayerJson, prefix: string): Step {
    const steps = childrenOf(json)
      .filter(({ class_name: name }) => name !== "InputLayer")
      .map((child) => this.#step(child, prefix));
    const where = `model "${nameOf(json)}"`;
    return ({ args, kwargs }) => {
      const { training } = kwargs;
      const told = training === undefined ? {} : { training };
      return steps.reduce(
        (before, step) => step({ args: before, kwargs: told }),
        tensorsOf(args[0] ?? kwargs.inputs, where),
      );
    };
  }

  #functional(json: LayerJson, prefix: string): Step {
    const children = childrenOf(json);
    const { input_layers: inputs, output_layers: outputs } = settingsOf(json);
    const [entry, ...others] = this.#ends(inputs);
    const exits = this.#ends(outputs);
    if (entry === undefined || exits.length === 0 || others.length > 0)
      throw this.#error(
        `has ${others.length + (entry ? 1 : 0)} inputs and ${exits.length} outputs`,
        "Give a classifier of single images.",
      );
    const steps = new Map(children.map((child) => [nameOf(child), this.#step(child, prefix)]));
    const nodes = new Map(children.map((child) => [nameOf(child), (child.inbound_nodes ?? []).map(nodeOf)]));
    return ({ args, kwargs }) => {
      const { training } = kwargs;
      const tensors = new Map([
        [`${entry.origin.layer} 0`, tensorsOf(args[0] ?? kwargs.inputs, `model "${nameOf(json)}"`)],
      ]);
      const open = new Set<string>();
      const tensor = (origin: Origin): LayerOutput => {
        const { layer, node } = origin;
        const key = `${layer} ${node}`;
        const made = tensors.get(key) ?? use(key, origin);
        tensors.set(key, made);
        const one = made[origin.tensor];
        if (one === undefined) throw this.#error(`layer "${layer}": its tensor ${origin.tensor} is used but missing`);
        return one;
      };
      const use = (key: string, { layer, node }: Origin): readonly LayerOutput[] => {
        // In Keras 3 nodes within models are counted from the model's own use on.
        const all = nodes.get(layer) ?? [];
        const found = all[node] ?? (all.length === 1 ? all[0] : undefined);
        const step = steps.get(layer);
        if (found === undefined || step === undefined || open.has(key))
          throw this.#error(`layer "${layer}" is used, but is missing or depends on itself`);
        open.add(key);
        const given = withTensors(found, tensor) as typeof found;
        const told = training === undefined || (given.kwargs.training ?? null) !== null ? {} : { training };
        const made = this.#telling(() => step({ args: given.args, kwargs: { ...given.kwargs, ...told } }));
        open.delete(key);
        return made;
      };
      return exits.map(({ origin }) => tensor(origin));
    };
  }

  #step(json: LayerJson, prefix: string): Step {
    this.#count();
    const step = this.#telling(() => this.#plainStep(json, prefix));
    return (call) => {
      this.#count();
      return this.#telling(() => step(call));
    };
  }

  #count(): void {
    if (++this.#steps > MOST_STEPS) throw this.#error(`needs more than ${MOST_STEPS} steps, too many for a classifier`);
  }

  #plainStep(json: LayerJson, prefix: string): Step {
    if (MODELS.has(json.class_name)) return this.#model(json, `${prefix}${nameOf(json)}/`);
    return layerStep(json, {
      source: this.#source,
      kerasVersion: this.#options.kerasVersion ?? "3",
      free: (name) => this.#free(name, prefix),
      note: (text) => this.#notes.push(text),
      noteOnce: (text) => this.#notes.includes(text) || this.#notes.push(text),
    });
  }

  #ends(ends: unknown): readonly End[] {
    return this.#telling(() => endsOf(ends));
  }

  // What a layer says is wrong is wrong with the file.
  #telling<T>(act: () => T): T {
    try {
      return act();
    } catch (cause) {
      if (!(cause instanceof LeukogramError) || cause.reason.startsWith(this.#source)) throw cause;
      throw this.#error(cause.reason, cause.hint, cause);
    }
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

// Origins replaced by the tensors that they stand for, anywhere within a value.
function withTensors(value: unknown, tensor: (origin: Origin) => LayerOutput): unknown {
  if (value instanceof Origin) return tensor(value);
  if (Array.isArray(value)) return value.map((entry) => withTensors(entry, tensor));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, withTensors(entry, tensor)]));
}

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

// Of the InputLayer, of the first layer, or of the model that was built for it; null if a size is left open.
function inputShapeOf(json: LayerJson): readonly (number | null)[] | undefined {
  const settings = settingsOf(json);
  const [first] = childrenOf(json);
  const own = first && settingsOf(first);
  const inner = first && MODELS.has(first.class_name) ? inputShapeOf(first) : undefined;
  const full = [own?.batch_shape, own?.batch_input_shape, settings.build_input_shape, json.build_config?.input_shape];
  const shape = full.find(Array.isArray)?.slice(1) ?? (own?.input_shape as number[] | undefined);
  const isSize = (size: unknown) => size === null || (Number.isInteger(size) && (size as number) > 0);
  return shape?.every(isSize) ? (shape as (number | null)[]) : inner;
}
