// A small whole file of every format, as our own writers and those of older programs make it.
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { writeKeras } from "@leukogram/engine/formats/keras/kerasV3";
import { writeKerasH5, writeTensorflowJs, writeWeightsH5 } from "@leukogram/engine/formats/keras/kerasWriters";
import { writeSafeTensors } from "@leukogram/engine/formats/weights/safetensors";
import { compile } from "@leukogram/engine/graph/compile";
import { encodeModel } from "@leukogram/engine/graph/onnx/proto";
import { exportGraph } from "@leukogram/engine/nn/exportGraph";
import {
  Add,
  BatchNormalization,
  Conv2D,
  Dense,
  DepthwiseConv2D,
  Flatten,
  Input,
  MaxPooling2D,
  ReLU,
  Rescaling,
} from "@leukogram/engine/nn/layers/index";
import { Model } from "@leukogram/engine/nn/model";
import { strToU8, zipSync } from "fflate";
import h5wasm, { type Group } from "h5wasm";
import { writeNamed } from "../support/h5.ts";

/** Files of a model by their names; the first is the one that is read. */
export type Files = Readonly<Record<string, Uint8Array>>;

/** A network with layers that have weights and such that have none, side by side too. */
export function smallModel(): Model {
  const images = Input([8, 8, 3], { name: "images" });
  const scaled = new Rescaling({ scale: 1 / 255, name: "scale" }).apply(images);
  const conv = new Conv2D({ filters: 4, kernelSize: 3, padding: "same", name: "conv" }).apply(scaled);
  const normal = new BatchNormalization({ name: "normal" }).apply(conv);
  const bent = new ReLU({ name: "bent" }).apply(normal);
  const deep = new DepthwiseConv2D({ kernelSize: 3, padding: "same", name: "deep" }).apply(bent);
  const sum = new Add({ name: "sum" }).apply([bent, deep]);
  const pooled = new MaxPooling2D({ name: "pooled" }).apply(sum);
  const flat = new Flatten({ name: "flat" }).apply(pooled);
  const output = new Dense({ units: 3, activation: "softmax", name: "scores" }).apply(flat);
  return new Model({ input: images, output, name: "small" }).initialize(1);
}

async function written(write: (path: string) => Promise<void>, name: string): Promise<Files> {
  const folder = mkdtempSync(join(tmpdir(), "leukogram-seed-"));
  try {
    mkdirSync(folder, { recursive: true });
    await write(join(folder, name));
    const names = [
      name,
      ...readdirSync(folder)
        .sort()
        .filter((other) => other !== name),
    ];
    return Object.fromEntries(names.map((each) => [each, readFileSync(join(folder, each))]));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const floats = (count: number) => Float32Array.from({ length: count }, (_, i) => ((i * 7) % 11) / 10 - 0.5);

const KERAS_1 = {
  class_name: "Sequential",
  keras_version: "1.2.2",
  config: [
    {
      class_name: "Convolution2D",
      config: {
        name: "c1",
        nb_filter: 2,
        nb_row: 3,
        nb_col: 3,
        subsample: [1, 1],
        border_mode: "same",
        bias: true,
        activation: "relu",
        dim_ordering: "tf",
        batch_input_shape: [null, 6, 6, 3],
      },
    },
    { class_name: "MaxPooling2D", config: { name: "p1", pool_size: [2, 2], strides: [2, 2], border_mode: "valid" } },
    { class_name: "Flatten", config: { name: "f1" } },
    { class_name: "Dense", config: { name: "d1", output_dim: 3, bias: true, activation: "softmax" } },
  ],
};

// With the structures of HDF5's first version, which h5py and so Keras writes: symbol tables, B-trees, local heaps.
async function keras1(): Promise<Files> {
  const { FS } = await h5wasm.ready;
  const file = new h5wasm.File("/seed-keras1.h5", "w", { libver: ["earliest", "latest"] });
  const root = file.create_group("model_weights") as Group;
  file.create_attribute("model_config", JSON.stringify(KERAS_1));
  writeNamed(root, {
    c1: { c1_W: { shape: [3, 3, 3, 2], value: floats(54) }, c1_b: { shape: [2], value: floats(2) } },
    p1: {},
    f1: {},
    d1: { d1_W: { shape: [18, 3], value: floats(54) }, d1_b: { shape: [3], value: floats(3) } },
  });
  file.close();
  const bytes = FS.readFile("/seed-keras1.h5") as Uint8Array;
  FS.unlink("/seed-keras1.h5");
  return { "model.h5": bytes };
}

/** A network as other programs export it, with the arithmetic on shapes that they leave in it. */
function otherOnnx(): Uint8Array {
  const real = (name: string, shape: readonly number[]) => {
    return { name, dtype: "float32" as const, shape, data: floats(shape.reduce((a, b) => a * b, 1)) };
  };
  const whole = (name: string, values: readonly number[]) => {
    return { name, dtype: "int64" as const, shape: [values.length], data: BigInt64Array.from(values, BigInt) };
  };
  const node = (type: string, inputs: readonly string[], output: string, attributes = {}) => {
    return { type, inputs, outputs: [output], attributes };
  };
  return encodeModel({
    name: "net",
    opset: 18,
    producer: { name: "other", version: "1" },
    nodes: [
      node("Conv", ["x", "k", "b"], "conv", {
        pads: { ints: [1, 1, 1, 1] },
        strides: { ints: [2, 2] },
        group: { int: 1 },
      }),
      node("Clip", ["conv", "low", "high"], "clip"),
      node("Split", ["clip", "parts"], "left", { axis: { int: 1 } }),
      node("Pad", ["left", "pads"], "padded"),
      node("MaxPool", ["padded"], "pool", {
        kernel_shape: { ints: [2, 2] },
        strides: { ints: [2, 2] },
        ceil_mode: { int: 1 },
      }),
      node("Shape", ["pool"], "shape"),
      node("Gather", ["shape", "first"], "batch", { axis: { int: 0 } }),
      node("Range", ["from", "to", "by"], "range"),
      node("ReduceProd", ["range"], "product"),
      node("Concat", ["batch", "rest"], "target", { axis: { int: 0 } }),
      node("ConstantOfShape", ["sizes"], "filled"),
      node("Transpose", ["pool"], "turned", { perm: { ints: [0, 2, 3, 1] } }),
      node("Slice", ["turned", "first", "two", "three"], "sliced"),
      node("Expand", ["sliced", "one"], "expanded"),
      node("Reshape", ["expanded", "target"], "flat"),
      node("LayerNormalization", ["flat", "g"], "normal", { axis: { int: -1 } }),
      node("Gemm", ["normal", "w", "c"], "y", { transB: { int: 1 }, alpha: { float: 0.5 } }),
    ].map((made) => (made.type === "Split" ? { ...made, outputs: ["left", "right"] } : made)),
    initializers: [
      real("k", [4, 3, 3, 3]),
      real("b", [4]),
      real("low", []),
      real("high", []),
      real("w", [3, 18]),
      real("c", [3]),
      real("g", [18]),
      whole("parts", [2, 2]),
      whole("pads", [0, 0, 0, 0, 0, 0, 1, 1]),
      whole("first", [0]),
      whole("rest", [-1]),
      whole("from", [1]),
      whole("to", [5]),
      whole("by", [1]),
      whole("sizes", [2, 3]),
      whole("two", [2]),
      whole("three", [3]),
      whole("one", [1]),
    ],
    inputs: [{ name: "x", dtype: "float32", shape: ["batch", 3, 8, 8] }],
    outputs: [{ name: "y", dtype: "float32", shape: ["batch", 3] }],
    metadata: { classes: '["a","b","c"]' },
  });
}

const ownOnnx = () =>
  compile(exportGraph(smallModel()), { metadata: { classes: '["a","b","c"]', imageSize: "[8,8]" } });

const tensors = () => {
  const metadata = { checkpoint: '{"step":1}', shape: "[4]" };
  return {
    metadata,
    tensors: new Map([
      ["a", floats(20)],
      ["b", floats(3)],
    ]),
    integers: new Map([["c", Int8Array.of(1, 2, 3)]]),
  };
};

/** An array of NumPy, of bytes. */
function npyOf(shape: readonly number[]): Uint8Array {
  const text = `{'descr': '|u1', 'fortran_order': False, 'shape': (${shape.join(", ")},), }`.padEnd(117);
  const length = shape.reduce((product, size) => product * size, 1);
  return Uint8Array.from([
    0x93,
    ...strToU8("NUMPY"),
    1,
    0,
    118,
    0,
    ...strToU8(`${text}\n`),
    ...new Uint8Array(length).fill(7),
  ]);
}

/** A model of 1 MB that Keras itself wrote, where the reference data is there. */
const BY_H5PY = fileURLToPath(new URL("../../../../shared/models/cnn_3.h5", import.meta.url));

/** The seeds, by name; some need files of this repository. */
export const SEEDS = {
  keras3: () => written((path) => writeKeras(smallModel(), path), "model.keras"),
  keras2: () => written((path) => writeKerasH5(smallModel(), path), "model.h5"),
  keras1,
  weights: () => written((path) => writeWeightsH5(smallModel(), path), "model.weights.h5"),
  tensorflowJs: () => written((path) => writeTensorflowJs(smallModel(), path), "model.json"),
  onnx: async () => ({ "model.onnx": otherOnnx() }),
  ownOnnx: async () => ({ "model.onnx": ownOnnx() }),
  safetensors: () => written((path) => writeSafeTensors(path, tensors()), "memory.safetensors"),
  npz: async () => ({ "set.npz": zipSync({ "images.npy": npyOf([3, 4, 4, 3]), "labels.npy": npyOf([3, 1]) }) }),
  index: async () => ({
    "index.json": readFileSync(new URL("../../../packages/leukogram/models/index.json", import.meta.url)),
  }),
  h5py: async () => (existsSync(BY_H5PY) ? { "model.h5": readFileSync(BY_H5PY) } : await keras1()),
} satisfies Record<string, () => Promise<Files>>;
