// The weights of timm's vision transformers (github.com/huggingface/pytorch-image-models, vision_transformer.py).

import { LeukogramError } from "../../core/errors.ts";
import { permuted } from "../../core/permute.ts";
import { show } from "../../core/shape.ts";
import { MultiHeadAttention } from "../../nn/layers/index.ts";
import type { Model } from "../../nn/model.ts";
import type { StoredLayers, StoredWeight } from "../keras/storedLayers.ts";
import type { SafeTensors } from "./safetensors.ts";

/** Parts of timm's names, and of ours: a dense layer's weight is a kernel, a normalisation's is gamma. */
const DENSE = { "mlp.fc1": "mlp_fc1", "mlp.fc2": "mlp_fc2" } as const;
const NORMS = { norm1: "norm1", norm2: "norm2" } as const;

/**
 * The layers of a vision transformer from timm's tensors, in Keras's layout and by the names of `vitb16`. Its classifier,
 * `head`, is left out.
 *
 * @param model says how many heads its attention has, which the tensors do not.
 * @throws ERR_WEIGHTS if a tensor is missing or has another rank than timm's.
 */
export function timmVitLayers(file: SafeTensors, model: Model, source: string): StoredLayers {
  const reader = new Reader(file, source);
  const layers = new Map<string, readonly StoredWeight[]>([
    ["patch_embed", [reader.patches("patch_embed.proj.weight"), reader.vector("patch_embed.proj.bias", "bias")]],
    ["cls_token", [reader.rows("cls_token", "cls")]],
    ["pos_embed", [reader.rows("pos_embed", "pe")]],
    ["norm", reader.norm("norm")],
  ]);
  for (const layer of model.layers) {
    if (!(layer instanceof MultiHeadAttention)) continue;
    const block = layer.name.replace(/_attn$/, "");
    const from = block.replace("_", ".");
    layers.set(layer.name, reader.attention(`${from}.attn`, layer.config.numHeads));
    for (const [theirs, ours] of Object.entries(NORMS))
      layers.set(`${block}_${ours}`, reader.norm(`${from}.${theirs}`));
    for (const [theirs, ours] of Object.entries(DENSE))
      layers.set(`${block}_${ours}`, reader.dense(`${from}.${theirs}`));
  }
  return layers;
}

interface Matrix {
  readonly shape: readonly number[];
  readonly value: Float32Array;
}

class Reader {
  readonly #file: SafeTensors;
  readonly #source: string;

  constructor(file: SafeTensors, source: string) {
    this.#file = file;
    this.#source = source;
  }

  vector(from: string, name: string): StoredWeight {
    return { name, ...this.#tensor(from, 1) };
  }

  rows(from: string, name: string): StoredWeight {
    return { name, ...this.#tensor(from, 3) };
  }

  norm(from: string): StoredWeight[] {
    return [this.vector(`${from}.weight`, "gamma"), this.vector(`${from}.bias`, "beta")];
  }

  dense(from: string): StoredWeight[] {
    return [{ name: "kernel", ...turned(this.#tensor(`${from}.weight`, 2)) }, this.vector(`${from}.bias`, "bias")];
  }

  // [D, C, KH, KW] -> [KH, KW, C, D]
  patches(from: string): StoredWeight {
    const { shape, value } = this.#tensor(from, 4);
    const [filters, channels, height, width] = shape as readonly [number, number, number, number];
    const flat = turned({ shape: [filters * channels, height * width], value });
    const perPixel = filters * channels;
    const moved = new Float32Array(value.length);
    for (let at = 0; at < value.length; at += perPixel)
      moved.set(turned({ shape: [filters, channels], value: flat.value.subarray(at, at + perPixel) }).value, at);
    return { name: "kernel", shape: [height, width, channels, filters], value: moved };
  }

  // Queries, keys and values lie in one matrix [3 D, D] there, and bear the heads' number in their shapes here.
  attention(from: string, heads: number): StoredWeight[] {
    const kernels = this.#tensor(`${from}.qkv.weight`, 2);
    const biases = this.#tensor(`${from}.qkv.bias`, 1);
    const output = this.#tensor(`${from}.proj.weight`, 2);
    const dim = kernels.shape[1]!;
    const each = dim / heads;
    const weights = ["query", "key", "value"].flatMap((name, i) => {
      const rows = kernels.value.subarray(i * dim * dim, (i + 1) * dim * dim);
      const bias = biases.value.slice(i * dim, (i + 1) * dim);
      return [
        { name: `${name}/kernel`, shape: [dim, heads, each], value: turned({ shape: [dim, dim], value: rows }).value },
        { name: `${name}/bias`, shape: [heads, each], value: bias },
      ];
    });
    return [
      ...weights,
      { name: "attention_output/kernel", shape: [heads, each, dim], value: turned(output).value },
      this.vector(`${from}.proj.bias`, "attention_output/bias"),
    ];
  }

  #tensor(name: string, rank: number): Matrix {
    const value = this.#file.tensors.get(name);
    const shape = this.#file.shapes?.get(name);
    if (value !== undefined && shape?.length === rank) return { shape, value };
    const what = value === undefined ? `has no tensor "${name}"` : `tensor "${name}" is ${show(shape ?? [])}`;
    throw new LeukogramError("ERR_WEIGHTS", `${this.#source}: ${what}: not a vision transformer of timm`, {
      hint: "Give the model.safetensors of timm's vit_base_patch16_224, or a Keras file.",
    });
  }
}

// [rows, columns] -> [columns, rows]; PyTorch's kernels are [out, in].
function turned({ shape, value }: Matrix): Matrix {
  return { shape: shape.toReversed(), value: permuted(value, shape, [1, 0]) };
}
