// The architectures of the registry as scripts/checkModels.py has them in Keras and timm: weights, images, gradients.

import type { BackboneModel } from "@leukogram/engine/models/backbone";
import { convnextTiny } from "@leukogram/engine/models/convnextTiny";
import { densenet121 } from "@leukogram/engine/models/densenet121";
import { efficientnetB0 } from "@leukogram/engine/models/efficientnetB0";
import { mobilenetV3Large, mobilenetV3Small } from "@leukogram/engine/models/mobilenetV3";
import { resnet50 } from "@leukogram/engine/models/resnet50";
import { vgg16 } from "@leukogram/engine/models/vgg16";
import { vitB16 } from "@leukogram/engine/models/vitB16";
import type { Layer } from "@leukogram/engine/nn/layer";
import { BatchNormalization } from "@leukogram/engine/nn/layers/index";
import type { Model } from "@leukogram/engine/nn/model";
import { flatLayout } from "@leukogram/engine/nn/modelGraphs";
import { sgd } from "@leukogram/engine/nn/optimizers";
import { copyInto, layoutSize, layoutTarget, type PixelLayout } from "leukogram/data/pictures/pixelLayout";
import { StepRunner } from "leukogram/training/stepRunner";

/** How a backbone is built for a comparison: five classes, one dense layer on it, all of it trained. */
export interface BackboneSettings {
  readonly imageSize: number;
  readonly head?: "dense" | "linear";
}

const all = ({ imageSize, head = "linear" }: BackboneSettings) => ({ imageSize, head, classes: 5, frozen: false });

/** The architectures by their names in the registry; nothing falls out in training. */
export const BACKBONES: Readonly<Record<string, (settings: BackboneSettings) => BackboneModel>> = {
  vgg16: (settings) => vgg16(all(settings)),
  resnet50: (settings) => resnet50(all(settings)),
  densenet121: (settings) => densenet121(all(settings)),
  efficientnetb0: (settings) => efficientnetB0({ ...all(settings), dropConnectRate: 0 }),
  mobilenetv3small: (settings) => mobilenetV3Small(all(settings)),
  mobilenetv3large: (settings) => mobilenetV3Large(all(settings)),
  convnexttiny: (settings) => convnextTiny(all(settings)),
  vitb16: (settings) => vitB16(all(settings)),
};

/** timm's vit_tiny_patch16_224: the same blocks, less wide. */
export const vitTiny = (settings: BackboneSettings) => vitB16({ ...all(settings), dim: 192, heads: 3 });

/** Numbers in [0, 1) that follow from a name alone: FNV-1a, then the finaliser of MurmurHash3 over the index. */
export function uniform(name: string, count: number): Float64Array {
  let seed = 2166136261;
  for (const byte of Buffer.from(name)) seed = Math.imul(seed ^ byte, 16777619) >>> 0;
  const values = new Float64Array(count);
  // A loop: of the largest models these are tens of millions.
  for (let i = 0; i < count; i++) {
    let h = (Math.imul(i, 0x9e3779b9) + seed) >>> 0;
    h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
    h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
    values[i] = ((h ^ (h >>> 16)) >>> 0) / 4294967296;
  }
  return values;
}

/** Gives every weight the entries that scripts/checkModels.py gives it; what belongs to the pixels stays, and the last kernel is scaled. */
export function fillWeights(model: Model, headScale = 1): void {
  for (const layer of model.layers) {
    if (/^(preprocessing|normalization)$/.test(layer.name)) continue;
    for (const weight of layer.weights) {
      const [scale, offset] = spreadOf(layer, weight);
      const values = uniform(`${layer.name}/${weight.name}`, weight.value.length);
      const factor = layer.name === "predictions" && weight.name === "kernel" ? headScale : 1;
      for (let i = 0; i < values.length; i++) weight.value[i] = factor * (scale * values[i]! + offset);
    }
  }
}

// Entries u * scale + offset: [scale, offset].
function spreadOf({ className }: Layer, { name, shape }: { name: string; shape: readonly number[] }): [number, number] {
  const even = (most: number): [number, number] => [2 * most, -most];
  const product = (sizes: readonly number[]) => sizes.reduce((a, b) => a * b, 1);
  if (className === "BatchNormalization" && name === "gamma") return [0.1, 0.2];
  if (className === "BatchNormalization" && name === "beta") return [0.2, 0.5];
  if (name === "gamma") return [0.4, 0.8];
  if (name === "moving_variance") return [1, 0.5];
  if (!name.endsWith("kernel")) return even({ cls: 0.5, pe: 0.5 }[name] ?? (name.endsWith("bias") ? 0.1 : 0.2));
  const inputs = { query: 1, key: 1, value: 1, attention_output: 2 }[name.split("/")[0]!];
  const incoming = className === "DepthwiseConv2D" ? 2 : (inputs ?? -1);
  return even(Math.sqrt(6 / product(shape.slice(0, incoming))));
}

/** Four images [4, size, size, 3]: noise on a colour of its own for each. */
export function imagesOf(size: number): Uint8Array {
  const each = size * size * 3;
  const colours = uniform("colours", 4 * 3);
  const noise = uniform("images", 4 * each);
  return Uint8Array.from(noise, (u, i) => Math.floor(128 * u + 128 * colours[3 * Math.floor(i / each) + (i % 3)]!));
}

/** Classes of the four. */
export const LABELS = Int32Array.of(1, 3, 0, 4);

/** Whether batch normalisations keep their statistics, and are not trained. */
export function freezeNormalizations(model: Model, isFrozen: boolean): void {
  for (const layer of model.layers) if (layer instanceof BatchNormalization) layer.trainable = !isFrozen;
}

/** What one training step shows. */
export interface StepNumbers {
  readonly loss: number;
  /** Before the step, in inference: [N, K], flat. */
  readonly probabilities: Float32Array;
  /** Of each weight that is trained, by path. */
  readonly gradients: ReadonlyMap<string, Float32Array>;
}

/** So large a step that what is lost beside the parameters' own size is nothing. */
const RATE = 2 ** 20;

/** The gradients that a training step, as it is run, moves the weights by; images are [N, size, size, 3]. */
export async function stepNumbers(model: Model, images: Uint8Array, labels = LABELS): Promise<StepNumbers> {
  const runner = new StepRunner(model, { optimizer: sgd() });
  try {
    const size = model.input.shape[0]!;
    const plain = { phases: 1, height: size, width: size };
    const { probabilities } = await runner.evaluate({ images: arranged(images, size, plain), labels });
    const layout = (await runner.trainingLayout(labels.length))!;
    const before = runner.state.vectors.get("theta")!;
    const { loss } = await runner.step({ images: arranged(images, size, layout), labels }, RATE);
    const after = runner.state.vectors.get("theta")!;
    const gradients = new Map<string, Float32Array>();
    const paths = new Map([...model.weights].map(([path, weight]) => [weight, path]));
    let at = 0;
    for (const weight of flatLayout(model).theta) {
      const from = at;
      at += weight.value.length;
      const own = new Float32Array(weight.value.length);
      for (let i = 0; i < own.length; i++) own[i] = (before[from + i]! - after[from + i]!) / RATE;
      gradients.set(paths.get(weight)!, own);
    }
    return { loss, probabilities, gradients };
  } finally {
    await runner.release();
  }
}

/** Images [N, size, size, 3] as the layout wants them. */
export function arranged(images: Uint8Array, size: number, layout: PixelLayout): Uint8Array {
  const target = layoutTarget(layout, size, size);
  const [from, to] = [size * size * 3, layoutSize(layout)];
  const out = new Uint8Array((images.length / from) * to);
  for (let i = 0; i < images.length / from; i++)
    copyInto(images.subarray(i * from, (i + 1) * from), out.subarray(i * to, (i + 1) * to), target);
  return out;
}
