import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { loadBackboneWeights } from "@leukogram/engine/formats/weights/backboneWeights";
import { vitB16 } from "@leukogram/engine/models/vitB16";
import { expect, test } from "vitest";
import { testFolder } from "../support/folder.ts";
import { message } from "../support/message.ts";

const vit = (imageSize = 32) => {
  const { model, features } = vitB16({ imageSize, dim: 4, depth: 1, heads: 2 });
  model.initialize(1);
  return { model, backbone: features };
};

// Names and shapes as timm's state_dict has them, with dim 4 and one block.
const SHAPES: Readonly<Record<string, readonly number[]>> = {
  cls_token: [1, 1, 4],
  pos_embed: [1, 5, 4],
  "patch_embed.proj.weight": [4, 3, 16, 16],
  "patch_embed.proj.bias": [4],
  "blocks.0.norm1.weight": [4],
  "blocks.0.norm1.bias": [4],
  "blocks.0.attn.qkv.weight": [12, 4],
  "blocks.0.attn.qkv.bias": [12],
  "blocks.0.attn.proj.weight": [4, 4],
  "blocks.0.attn.proj.bias": [4],
  "blocks.0.norm2.weight": [4],
  "blocks.0.norm2.bias": [4],
  "blocks.0.mlp.fc1.weight": [16, 4],
  "blocks.0.mlp.fc1.bias": [16],
  "blocks.0.mlp.fc2.weight": [4, 16],
  "blocks.0.mlp.fc2.bias": [4],
  "norm.weight": [4],
  "norm.bias": [4],
  "head.weight": [1000, 4],
  "head.bias": [1000],
};

/** A .safetensors file whose tensors count their entries. */
function written(shapes: Readonly<Record<string, readonly number[]>>, dtype = "F32"): string {
  let at = 0;
  const header: Record<string, object> = {};
  const parts: Float32Array[] = [];
  for (const [name, shape] of Object.entries(shapes)) {
    const data = Float32Array.from({ length: shape.reduce((a, b) => a * b) }, (_, i) => i);
    header[name] = { dtype, shape, data_offsets: [at, at + data.byteLength] };
    at += data.byteLength;
    parts.push(data);
  }
  const text = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  const path = join(testFolder(), "model.safetensors");
  writeFileSync(path, Buffer.concat([length, text, ...parts.map((part) => new Uint8Array(part.buffer))]));
  return path;
}

test("timm's matrices are turned, cut into queries, keys and values, and into heads", async () => {
  const built = vit();
  await loadBackboneWeights(built, written(SHAPES));
  const { weights } = built.model;
  const values = (path: string) => [...weights.get(path)!.value];
  // Row o of qkv, column d is 4 o + d; queries are rows 0 to 3, of 2 heads, keys rows 4 to 7.
  expect(values("blocks_0_attn/query/kernel")).toEqual([0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15]);
  expect(values("blocks_0_attn/key/kernel").slice(0, 4)).toEqual([16, 20, 24, 28]);
  expect(values("blocks_0_attn/value/bias")).toEqual([8, 9, 10, 11]);
  expect(values("blocks_0_attn/attention_output/kernel").slice(0, 4)).toEqual([0, 4, 8, 12]);
  expect(values("blocks_0_mlp_fc1/kernel").slice(0, 3)).toEqual([0, 4, 8]);
  // Filter f, channel c, row y, column x is 768 f + 256 c + 16 y + x; ours begin with row, then column.
  const kernel = values("patch_embed/kernel");
  expect(kernel.slice(0, 5)).toEqual([0, 768, 1536, 2304, 256]);
  expect(kernel[((2 * 16 + 5) * 3 + 1) * 4 + 3]).toBe(768 * 3 + 256 + 16 * 2 + 5);
  expect(values("pos_embed/pe").slice(0, 3)).toEqual([0, 1, 2]);
});

test("a file that does not fit is refused in words, and changes nothing", async () => {
  const built = vit();
  const before = [...built.model.weights.get("norm/gamma")!.value];
  const { "norm.weight": _, ...lacking } = SHAPES;
  expect(await message(loadBackboneWeights(built, written(lacking)))).toMatch(
    /^ERR_WEIGHTS .*model\.safetensors: has no tensor "norm\.weight": not a vision transformer of timm/,
  );
  expect(await message(loadBackboneWeights(vit(64), written(SHAPES)))).toMatch(
    /layer "pos_embed" pe: expected \[1, 17, 4\], received \[1, 5, 4\]/,
  );
  expect(await message(loadBackboneWeights(built, written(SHAPES, "F16")))).toMatch(
    /^ERR_FORMAT .*is damaged: cls_token has type F16/,
  );
  expect([...built.model.weights.get("norm/gamma")!.value]).toEqual(before);
});

test("image sizes that are no multiple of a patch are refused", () => {
  expect(() => vitB16({ imageSize: 100 })).toThrow(
    "ERR_CONFIG vitb16: imageSize must be a multiple of 16, received 100",
  );
  expect(() => vitB16({ dim: 10, heads: 3 })).toThrow("ERR_CONFIG vitb16: 3 heads do not divide 10 numbers per patch");
});
