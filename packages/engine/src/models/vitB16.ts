import { LeukogramError } from "../core/errors.ts";
import type { LayerOutput } from "../nn/layer.ts";
import {
  Add,
  AddPositionEmbs,
  ClassToken,
  Conv2D,
  Cropping1D,
  Dense,
  Flatten,
  Input,
  LayerNormalization,
  MultiHeadAttention,
  Rescaling,
  Reshape,
} from "../nn/layers/index.ts";
import { type BackboneModel, type BackboneOptions, withHead } from "./backbone.ts";

/** Options of {@link vitB16}. */
export interface VitB16Options extends BackboneOptions {
  /** Numbers that stand for a patch; default 768. */
  readonly dim?: number;
  /** Number of blocks; default 12. */
  readonly depth?: number;
  /** Heads of the attention; default 12. */
  readonly heads?: number;
}

/** Side of a patch, pixels. */
const PATCH = 16;

/**
 * Vision transformer B/16 with a head for cell types (Dosovitskiy et al. 2021; timm's vit_base_patch16_224, its layer names
 * with underscores for dots): 85.8 million parameters. Takes pixels 0 to 255: the scaling to [-1, 1] is its first layer.
 * Features are the class token behind the last normalisation. The last block is blocks_11.
 *
 * @throws ERR_CONFIG if the image size is no multiple of 16, or the heads do not divide `dim`.
 */
export function vitB16(options: VitB16Options = {}): BackboneModel {
  const { imageSize = 224, dim = 768, depth = 12, heads = 12 } = options;
  if (imageSize % PATCH !== 0 || imageSize <= 0)
    throw new LeukogramError("ERR_CONFIG", `vitb16: imageSize must be a multiple of ${PATCH}, received ${imageSize}`);
  if (dim % heads !== 0)
    throw new LeukogramError("ERR_CONFIG", `vitb16: ${heads} heads do not divide ${dim} numbers per patch`);
  const input = Input([imageSize, imageSize, 3], { name: "images" });
  const scaled = new Rescaling({ scale: 1 / 127.5, offset: -1, name: "rescaling" }).apply(input);
  const count = (imageSize / PATCH) ** 2;
  const patches = new Conv2D({ filters: dim, kernelSize: PATCH, strides: PATCH, name: "patch_embed" }).apply(scaled);
  const rows = new Reshape({ targetShape: [count, dim], name: "patch_rows" }).apply(patches);
  let x = new AddPositionEmbs({ name: "pos_embed" }).apply(new ClassToken({ name: "cls_token" }).apply(rows));
  let lastBlocks = x;
  for (let i = 0; i < depth; i++) {
    lastBlocks = x;
    x = block(x, heads, `blocks_${i}`);
  }
  // Normalising is by row, so that only the class token's is needed.
  const token = new Cropping1D({ cropping: [0, count], name: "pool" }).apply(x);
  const features = new Flatten({ name: "pre_logits" }).apply(normalize(token, "norm"));
  const blocks = /^(blocks_\d+|patch_embed|cls_token|pos_embed|norm)/;
  return withHead({ name: "vitb16", input, features, lastBlocks, blocks }, options);
}

const normalize = (x: LayerOutput, name: string) => new LayerNormalization({ epsilon: 1e-6, name }).apply(x);

function block(x: LayerOutput, heads: number, name: string): LayerOutput {
  const dim = x.shape[1]!;
  const attention = new MultiHeadAttention({ numHeads: heads, keyDim: dim / heads, name: `${name}_attn` });
  const seen = normalize(x, `${name}_norm1`);
  const attended = new Add({ name: `${name}_add1` }).apply([x, attention.apply([seen, seen])]);
  const wide = new Dense({ units: 4 * dim, activation: "gelu", name: `${name}_mlp_fc1` });
  const narrow = new Dense({ units: dim, name: `${name}_mlp_fc2` });
  const mixed = narrow.apply(wide.apply(normalize(attended, `${name}_norm2`)));
  return new Add({ name: `${name}_add2` }).apply([attended, mixed]);
}
