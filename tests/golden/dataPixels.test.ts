import { readFileSync } from "node:fs";
import { applyAffine } from "leukogram/data/augmentation/affine";
import { type AffineTransform, IDENTITY } from "leukogram/data/augmentation/augment";
import { decodeImage } from "leukogram/data/pictures/image";
import { resizeBilinear } from "leukogram/data/pictures/resize";
import { expect } from "vitest";
import { readNpy, readNpz } from "../support/npy.ts";
import { shared, sharedJson, testWith } from "../support/shared.ts";

const PICTURES = { BA_1223: "Basophil", BNE_101007: "Neutrophil", LY_104155: "Lymphocyte" };
const decoded = (name: string) => {
  const { shape, data } = readNpy(readFileSync(shared(`golden/pixels/${name}.decoded.npy`)));
  return { height: shape[0]!, width: shape[1]!, data: data as Uint8Array };
};
const differences = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  Array.from({ length: b.length }, (_, i) => Math.abs(a[i]! - b[i]!));

testWith("golden/pixels")("resizes as tf.image.resize(method='bilinear')", () => {
  for (const name of Object.keys(PICTURES)) {
    const golden = readNpy(readFileSync(shared(`golden/pixels/${name}.resized48.npy`))).data as Float32Array;
    const off = differences(resizeBilinear(decoded(name), 48, 48), golden);
    expect(Math.max(...off)).toBeLessThan(1e-3);
  }
});

// The two JPEG decoders round differently: about one grey level a pixel.
testWith("golden/pixels", "data/pbc/Test")("decodes a JPEG to within rounding of TensorFlow's decoder", async () => {
  for (const [name, folder] of Object.entries(PICTURES)) {
    const golden = decoded(name);
    const image = await decodeImage(shared(`data/pbc/Test/${folder}/${name}.jpg`));
    expect([image.height, image.width]).toEqual([golden.height, golden.width]);
    const off = differences(image.data, golden.data);
    expect(off.reduce((sum, value) => sum + value, 0) / off.length).toBeLessThan(1);
  }
});

testWith("golden/affine.npz", "golden/affine.json")(
  "transforms as Keras's apply_affine_transform and flip_axis",
  () => {
    const arrays = readNpz(shared("golden/affine.npz"));
    const { cases } = sharedJson<{ cases: Partial<AffineTransform>[] }>("golden/affine.json");
    const input = arrays.input!.data as Float32Array;
    const wanted: [Partial<AffineTransform>, ArrayLike<number>][] = [
      ...cases.map((change, i): [Partial<AffineTransform>, Float32Array] => [
        change,
        arrays[`case${i}`]!.data as Float32Array,
      ]),
      [{ flipHorizontal: true }, arrays.flipped!.data as Float32Array],
    ];
    expect(wanted.length).toBe(5);
    for (const [change, golden] of wanted) {
      const transform = { ...IDENTITY, ...change };
      const off = differences(applyAffine(input, 40, 40, transform, new Float32Array(input.length)), golden);
      expect(Math.max(...off)).toBeLessThan(0.5);
      expect(off.filter((value) => value <= 0.01).length / off.length).toBeGreaterThan(0.99);
      const bytes = applyAffine(Uint8Array.from(input), 40, 40, transform, new Uint8Array(input.length));
      expect(Math.max(...differences(bytes, golden))).toBeLessThan(1);
    }
  },
);
