import { readKerasFile } from "@leukogram/engine/formats/keras/readKeras";
import type { StoredLayers, StoredWeight } from "@leukogram/engine/formats/keras/storedLayers";
import { loadWeights } from "@leukogram/engine/formats/weights/loadWeights";
import { cnn } from "@leukogram/engine/models/cnn";
import { mobilenetV2 } from "@leukogram/engine/models/mobilenetV2";
import { Dense } from "@leukogram/engine/nn/layers/index";
import { Model, Sequential } from "@leukogram/engine/nn/model";
import { describe, expect, test } from "vitest";
import { shared, testWith } from "../../support/shared.ts";

const CNN = "models/cnn_3.h5";
const IMAGENET = "weights/mobilenet_v2_weights_tf_dim_ordering_tf_kernels_1.0_224_no_top.h5";
const TRANSFER = "golden/transfer/mobilenetv2_035_96";

const backbone = (alpha: number) => {
  const { model, features } = mobilenetV2({ alpha });
  return new Model({ input: model.input, output: features }).initialize(1);
};
const values = (model: Model) => [...model.weights.values()].map(({ value }) => Array.from(value.slice(0, 50)));
const weight = (name: string, shape: number[], first = 0): StoredWeight => ({
  name,
  shape,
  value: Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => first + i),
});
const two = () => new Sequential([2], [new Dense({ units: 2 }), new Dense({ units: 2 })]).initialize(0);
const dense = (first: number) => [weight("kernel", [2, 2], first), weight("bias", [2], first)];

describe("matching", () => {
  testWith(CNN)("the project's own CNN takes cnn_3.h5 in order", async () => {
    const model = cnn({ imageSize: 350 });
    const stored = await readKerasFile(shared(CNN));
    loadWeights(model, stored, { source: CNN, match: "order" });
    const first = model.layer("conv2d").weights[0]!.value;
    expect(first).toEqual(stored.get("conv2d_4")![0]!.value);
    expect(model.layer("dense_1").weights[1]!.value).toEqual(stored.get("dense_3")![1]!.value);
  });

  testWith(
    "golden/training/initial.h5",
    "golden/training/initial.keras",
    "golden/training/initial.weights.h5",
  )(".h5, .keras and .weights.h5 of one model give the same weights in order", async () => {
    const loaded = await Promise.all(
      ["h5", "keras", "weights.h5"].map(async (ending) => {
        const path = shared(`golden/training/initial.${ending}`);
        const model = cnn({ imageSize: 64 });
        loadWeights(model, await readKerasFile(path), { source: path, match: "order" });
        return new Map([...model.weights].map(([name, { value }]) => [name, value]));
      }),
    );
    expect(loaded[0]!.get("conv2d/kernel")!.some((value) => value !== 0)).toBe(true);
    expect(loaded[1]).toEqual(loaded[0]);
    expect(loaded[2]).toEqual(loaded[0]);
  });

  testWith(`${TRANSFER}.h5`, `${TRANSFER}.keras`)(
    "MobileNetV2 takes a transfer model in order or, but for the head, by name",
    async () => {
      const load = async (ending: string, match: "name" | "order") => {
        const { model } = mobilenetV2({ alpha: 0.35, imageSize: 96 });
        const optional = new Set(match === "name" ? ["head_dense", "head_bn", "predictions"] : []);
        loadWeights(model, await readKerasFile(shared(`${TRANSFER}.${ending}`)), { source: ending, match, optional });
        return new Map([...model.weights].map(([name, { value }]) => [name, value]));
      };
      const ordered = await load("h5", "order");
      expect(await load("keras", "order")).toEqual(ordered);
      const named = await load("h5", "name");
      expect(named.get("block_7_depthwise/kernel")).toEqual(ordered.get("block_7_depthwise/kernel"));
      expect(named.get("block_7_depthwise/kernel")!.some((value) => value !== 0)).toBe(true);
    },
  );

  test("in order, optional layers may be missing from the file", () => {
    const model = two();
    const before = Array.from(model.layer("dense_1").weights[0]!.value);
    const options = { source: "f", match: "order", optional: new Set(["dense_1"]) } as const;
    loadWeights(model, new Map([["backbone", dense(5)]]), options);
    expect(Array.from(model.layer("dense").weights[0]!.value)).toEqual([5, 6, 7, 8]);
    expect(Array.from(model.layer("dense_1").weights[0]!.value)).toEqual(before);
  });

  test("where the file knows the order of a class only, layers are matched class by class", () => {
    const stored: StoredLayers = Object.assign(
      new Map([
        ["x", dense(1)],
        ["y", dense(10)],
      ]),
      {
        classes: new Map([
          ["x", "dense"],
          ["y", "dense"],
        ]),
      },
    );
    const model = two();
    loadWeights(model, stored, { source: "f", match: "order" });
    expect(Array.from(model.layer("dense_1").weights[0]!.value)).toEqual([10, 11, 12, 13]);
  });
});

describe("a file that does not fit", () => {
  const refused = (
    stored: StoredLayers,
    options: Partial<Parameters<typeof loadWeights>[2]> = {},
    model: Model = two(),
  ) => {
    const before = values(model);
    let error = "no error";
    try {
      loadWeights(model, stored, { source: "file.h5", ...options });
    } catch (thrown) {
      error = (thrown as Error).message;
    }
    expect(values(model)).toEqual(before);
    return error;
  };

  testWith(IMAGENET)(
    "weights of alpha 1 for a model of alpha 0.5: layer and shapes are named, nothing is changed",
    async () => {
      const error = refused(await readKerasFile(shared(IMAGENET)), { source: IMAGENET }, backbone(0.5));
      expect(error).toBe(
        `ERR_WEIGHTS ${IMAGENET} does not fit the model: layer "Conv1" kernel: expected [3, 3, 3, 16], received [3, 3, 3, 32]. Check the model's alpha, image size and classes, or give the weights file that belongs to it.`,
      );
    },
  );

  test("a misfit in the last layer changes none before it", () => {
    const last = [weight("kernel", [2, 3]), weight("bias", [3])];
    expect(
      refused(
        new Map([
          ["dense", dense(1)],
          ["dense_1", last],
        ]),
      ),
    ).toContain('layer "dense_1" kernel: expected [2, 2], received [2, 3]');
  });

  test("a missing layer, and another number of layers", () => {
    expect(refused(new Map([["dense", dense(1)]]))).toContain('it has no layer "dense_1" (Dense)');
    expect(refused(new Map([["dense", dense(1)]]), { match: "order" })).toContain(
      "it has 1 layers with weights, but the model has 2",
    );
  });

  test("a weight too few and a weight too many", () => {
    const kernel = [weight("kernel", [2, 2])];
    expect(
      refused(
        new Map([
          ["dense", kernel],
          ["dense_1", dense(1)],
        ]),
      ),
    ).toContain('layer "dense" bias: expected [2], received no such weight, only kernel [2, 2]');
    const three = [...dense(1), weight("scale", [2])];
    expect(
      refused(
        new Map([
          ["dense", three],
          ["dense_1", dense(1)],
        ]),
      ),
    ).toContain('layer "dense": expected kernel [2, 2], bias [2], received kernel [2, 2], bias [2], scale [2]');
  });

  test("in order by class, another class or a model within the model", () => {
    const of = (classes: [string, string][]) =>
      Object.assign(
        new Map([
          ["x", dense(1)],
          ["y", dense(2)],
        ]),
        { classes: new Map(classes) },
      );
    expect(
      refused(
        of([
          ["x", "dense"],
          ["y", "conv2d"],
        ]),
        { match: "order" },
      ),
    ).toContain('it has too few Dense layers for "dense_1"');
    expect(
      refused(
        of([
          ["x", "dense"],
          ["y", "inner/dense"],
        ]),
        { match: "order" },
      ),
    ).toContain("it has a nested model without an order of layers");
  });
});
