// What a single layer of a Keras file becomes.
import { LeukogramError } from "../../core/errors.ts";
import type { Layer, LayerOutput } from "../../nn/layer.ts";
import { type KerasConfig, layerFromConfig } from "../../nn/layerFromConfig.ts";
import { largestPart } from "../../nn/layers/centerCrop.ts";
import * as layers from "../../nn/layers/index.ts";
import { boundArguments, type Call, isTensor } from "./arguments.ts";
import type { LayerJson } from "./json.ts";
import { dependsOnTraining, inWordsOfToday, TRAINING_ONLY } from "./layerJson.ts";
import type { Operator } from "./operator.ts";
import { KERAS_OPERATORS, TENSORFLOW_OPERATORS } from "./operators.ts";

/** What a layer or model does to tensors; some models give several. */
export type Step = (call: Call) => readonly LayerOutput[];

/** What {@link layerStep} is told of the file. */
export interface LayerContext {
  /** The file, for messages. */
  readonly source: string;
  /** The Keras that wrote it. */
  readonly kerasVersion: string;
  /** A name for a layer that is free in the model. */
  free(name: string): string;
  /** Says what was passed over. */
  note(text: string): void;
  /** The same, of the model as a whole. */
  noteOnce(text: string): void;
}

/** Modules whose classes mean what they are called; the last are ours (scripts/kerasLayers.py). */
const KERAS_MODULES = /^((tf_)?keras|tensorflow|leukogram)(\.|$)/;

/** What a layer of a file does; layers with weights are made at once, in the file's order. */
export function layerStep(json: LayerJson, context: LayerContext): Step {
  const { class_name: className } = json;
  const where = `layer "${nameOf(json)}" (${className})`;
  if (typeof json.module === "string" && !KERAS_MODULES.test(json.module))
    throw new LeukogramError("ERR_FORMAT", `${where}: a class of the module ${json.module}, not of Keras`, {
      hint: "Leukogram runs no code from files. Use a Keras layer.",
    });
  if (className === "InputLayer") return ({ args }) => tensorsOf(args[0], where);
  const isOperator = OPERATOR_CLASSES.has(className) || /\.ops\.|\.activations\./.test(String(json.module));
  if (isOperator) return operatorStep(json, where, context);
  if (json.module === undefined && Object.hasOwn(KERAS_OPERATORS, className)) {
    // Files of HDF5 say no module, and both may be meant, under one name: operators take their operands one by one, and
    // some have settings that layers call otherwise.
    const config = json.config as Readonly<Record<string, unknown>>;
    const isSet = KERAS_OPERATORS[className]!.names.some((name) => name in config) && !("trainable" in config);
    if (isSet || !(className in layers)) return operatorStep(json, where, context);
    const name = context.free(nameOf(json));
    const named = { ...context, free: (wanted: string) => (wanted === nameOf(json) ? name : context.free(wanted)) };
    const [operator, layer] = [operatorStep(json, where, named), plainStep(json, where, named)];
    return (call) => (call.args.length > 1 ? operator : layer)(call);
  }
  return plainStep(json, where, context);
}

function plainStep(json: LayerJson, where: string, context: LayerContext): Step {
  const act = actOf(json, where, context);
  return (call) => [act(inputsOf(whenPredicting(call, json, context), json, where))];
}

type Act = (inputs: readonly LayerOutput[]) => LayerOutput;

function actOf(json: LayerJson, where: string, context: LayerContext): Act {
  const { class_name: className } = json;
  if (TRAINING_ONLY.has(className)) {
    context.note(`layer "${nameOf(json)}" (${className}) has no effect in prediction and was removed`);
    return ([x]) => x!;
  }
  if (className === "RandomCrop") return randomCrop(json, where, context);
  if (SCALED_SUMS.has(className)) return scaledSum(json, context);
  const { className: known, settings } = inWordsOfToday(json, context.source);
  if (isOf16(settings.dtype))
    context.noteOnce(`Keras computes this layer in ${nameOfDtype(settings.dtype)}; Leukogram uses float32`);
  const activation = settings.activation as LayerJson | null | undefined;
  const isLayer = typeof activation === "object" && activation !== null && activation.class_name in layers;
  const layer = layerFromConfig(known, (isLayer ? { ...settings, activation: "linear" } : settings) as KerasConfig);
  layer.name = context.free(nameOf(json));
  const apply = (by: Layer) => (inputs: readonly LayerOutput[]) => by.apply(inputs.length === 1 ? inputs[0]! : inputs);
  if (!isLayer) return apply(layer);
  if (activation.class_name === "PReLU")
    throw new LeukogramError("ERR_FORMAT", `${where}: PReLU as the activation of a layer is not supported`, {
      hint: "Add it after the layer in Keras and save again.",
    });
  const second = actOf({ ...activation, name: `${layer.name}_activation` }, where, context);
  return (inputs) => second([apply(layer)(inputs)]);
}

const nameOfDtype = (dtype: unknown) => {
  const { config } = (typeof dtype === "object" && dtype !== null ? dtype : {}) as { config?: { name?: unknown } };
  return String(config?.name ?? dtype);
};

// With mixed_float16 the same is meant to come out.
const isOf16 = (dtype: unknown) => /^b?float16$/.test(nameOfDtype(dtype));

function operatorStep(json: LayerJson, where: string, { free }: LayerContext): Step {
  const { name: _, trainable: __, dtype, function: called, ...others } = json.config as Record<string, unknown>;
  const isTensorflow = OPERATOR_CLASSES.has(json.class_name);
  const [table, word] = isTensorflow ? [TENSORFLOW_OPERATORS, String(called)] : [KERAS_OPERATORS, json.class_name];
  if (!Object.hasOwn(table, word))
    throw new LeukogramError("ERR_FORMAT", `layer "${nameOf(json)}": the operator ${word} is not supported`, {
      hint: `Supported: ${Object.keys(table).join(", ")}.`,
    });
  // A cast says there what it casts to.
  const settings = isTensorflow || dtype === undefined ? others : { ...others, dtype };
  const name = free(nameOf(json));
  const label = isTensorflow ? `layer "${nameOf(json)}" (${word})` : where;
  return ({ args, kwargs }) => [
    operate(table[word]!, { args, kwargs: { ...settings, ...kwargs } }, { name, where: label }),
  ];
}

function operate(
  { names, make }: Operator,
  call: Call,
  { name, where }: { readonly name: string; readonly where: string },
): LayerOutput {
  const bound = boundArguments(call, { names, where });
  const refuse = (what: string) => new LeukogramError("ERR_FORMAT", `${where}: ${what}, which is not supported`);
  const value = (place: number) => bound.get(names[place]!);
  return make({
    name,
    refuse,
    value,
    tensor: (place) => {
      const given = value(place);
      if (!isTensor(given)) throw refuse("takes an input that is not a tensor");
      return given;
    },
    number: (place, otherwise) => {
      const given = value(place) ?? otherwise;
      if (typeof given !== "number") throw refuse(`has ${names[place]} ${JSON.stringify(given)}`);
      return given;
    },
  });
}

/** Layers of Keras 2 that are operators of TensorFlow. */
const OPERATOR_CLASSES: ReadonlySet<string> = new Set(["TFOpLambda", "SlicingOpLambda"]);

/** What layers of Keras call their input. */
const INPUT_NAMES = ["inputs", "x", "data", "images"];

// Keras 3 puts training=False in the place of what a call says, when a model predicts; Keras 2 does as the call says.
function whenPredicting({ args, kwargs }: Call, json: LayerJson, { kerasVersion, noteOnce }: LayerContext): Call {
  const { training, ...others } = kwargs;
  if (!training || !dependsOnTraining(json)) return { args, kwargs: others };
  if (Number.parseInt(kerasVersion, 10) < 3) return { args, kwargs: { ...others, training: true } };
  if (!TRAINING_ONLY.has(json.class_name) && json.class_name !== "RandomCrop")
    noteOnce(`layer "${nameOf(json)}" is called with training=True, which Keras 3 ignores in prediction`);
  return { args, kwargs: others };
}

function inputsOf({ args, kwargs }: Call, json: LayerJson, where: string): readonly LayerOutput[] {
  const first = INPUT_NAMES.find((name) => name in kwargs) ?? INPUT_NAMES[0]!;
  const names = json.class_name === "MultiHeadAttention" ? ["query", "value", "key"] : [first];
  const bound = boundArguments({ args, kwargs }, { names, where });
  return names.flatMap((name) => (bound.has(name) ? tensorsOf(bound.get(name), where) : []));
}

/** The tensors of an argument: one, or a list. @throws ERR_FORMAT if there is something else. */
export function tensorsOf(value: unknown, where: string): readonly LayerOutput[] {
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  if (list.length > 0 && list.every(isTensor)) return list;
  throw new LeukogramError("ERR_FORMAT", `${where}: takes an input that is not a tensor`);
}

/** The version from which Keras 3 leaves an image as it is where a RandomCrop predicts: 3.9, or later than that. */
const LEAVES_CROPS = 9;

// Keras 2.9 and later resize the largest part of the crop's shape; those before cut after resizing, which is the same
// where the image has that shape.
function randomCrop(json: LayerJson, where: string, { free, kerasVersion, note }: LayerContext): Act {
  const { height, width } = json.config as unknown as Record<"height" | "width", number>;
  const name = free(nameOf(json));
  const [major, minor] = kerasVersion.split(".").map(Number) as [number, number?];
  return ([x]) => {
    const [h, w] = x!.shape as [number, number];
    if (h === height && w === width) return x!;
    if (major >= 3) {
      if (major === 3 && (minor ?? LEAVES_CROPS) < LEAVES_CROPS)
        throw new LeukogramError(
          "ERR_FORMAT",
          `${where}: it is unknown which part Keras ${kerasVersion} crops in prediction`,
          {
            hint: "Replace it with a CenterCrop or Resizing layer and save again.",
          },
        );
      note(`layer "${nameOf(json)}" (RandomCrop) has no effect in prediction with Keras 3 and was removed`);
      return x!;
    }
    const [rows, columns] = largestPart([h, w], [height, width]);
    const isCut = rows !== h || columns !== w;
    if (isCut && major === 2 && (minor ?? 0) < 9)
      throw new LeukogramError("ERR_FORMAT", `${where}: crops ${height} x ${width} from images of another shape`, {
        hint: `Keras ${kerasVersion} crops differently from versions after 2.9. Resize the images before this layer.`,
      });
    note(`layer "${nameOf(json)}" (RandomCrop) resizes to ${height} x ${width} in prediction with Keras 2`);
    const [top, left] = [Math.floor((h - rows) / 2), Math.floor((w - columns) / 2)];
    const cropping = [
      [top, h - rows - top],
      [left, w - columns - left],
    ] as const;
    const part = isCut ? new layers.Cropping2D({ cropping, name: free(`${name}_part`) }).apply(x!) : x!;
    return new layers.Resizing({ height, width, name }).apply(part);
  };
}

/** What keras.applications calls the layer of InceptionResNetV2; tf_keras has it among the classes of users. */
const SCALED_SUMS: ReadonlySet<string> = new Set(["CustomScaleLayer", "Custom>CustomScaleLayer"]);

// inputs[0] + inputs[1] * scale.
function scaledSum(json: LayerJson, { free }: LayerContext): Act {
  const { scale } = json.config as unknown as { scale: number };
  const name = free(nameOf(json));
  const scaling = new layers.Rescaling({ scale, name: free(`${name}_scale`) });
  return ([a, b]) => new layers.Add({ name }).apply([a!, scaling.apply(b!)]);
}

function nameOf({ name, config }: LayerJson): string {
  return name ?? (config as { name?: string }).name ?? "";
}
