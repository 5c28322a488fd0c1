// Damaged and hostile files end in a model or a clear error, within seconds, memory bounded, nothing outside touched.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { LeukogramError } from "@leukogram/engine/core/errors";
import type { LayerJson } from "@leukogram/engine/formats/keras/json";
import { kerasLayersOf, kerasModelOf } from "@leukogram/engine/formats/keras/kerasFile";
import { modelFromJson } from "@leukogram/engine/formats/keras/kerasModel";
import { onnxModelOf } from "@leukogram/engine/formats/onnx/onnxModel";
import { readModel } from "@leukogram/engine/formats/readModel";
import { readSafeTensors } from "@leukogram/engine/formats/weights/safetensors";
import { encodeModel, type OnnxInitializer, type OnnxNode } from "@leukogram/engine/graph/onnx/proto";
import { zipSync } from "fflate";
import h5wasm, { type Group } from "h5wasm";
import { withNpz } from "leukogram/data/archives/npz";
import { describe, expect, test } from "vitest";
import { temporaryFolder } from "../data/folders.ts";
import { READERS } from "./fuzz/readers.ts";
import { fuzzReader } from "./fuzz/runFuzz.ts";
import { SEEDS } from "./fuzz/seeds.ts";
import { h5Bytes } from "./support/h5.ts";
import { message } from "./support/message.ts";

const folder = temporaryFolder();

// By scripts/fuzzFormats.ts with as many as are asked for. One process for all, as it takes seconds to start.
test("files of every format, damaged at random, end in a model or one line that says what is wrong", async () => {
  const { ".h5 of h5py": _, ...readers } = READERS;
  const names = Object.keys(readers);
  const { mutations, faults, codes } = await fuzzReader(names.join("|"), { seed: "test", count: 40 * names.length });
  expect(faults).toEqual([]);
  expect(mutations).toBe(440);
  expect(Object.keys(codes).sort()).toEqual(["ERR_DATA", "ERR_FORMAT", "ERR_WEIGHTS", "read"]);
});

describe("a zip archive", () => {
  const keras = async () => (await SEEDS.keras3())["model.keras"]!;

  test("that unpacks to hundreds of times its bytes is not unpacked", async () => {
    const bomb = zipSync(
      { "config.json": new Uint8Array(70 * 2 ** 20), "model.weights.h5": new Uint8Array(1) },
      { level: 9 },
    );
    expect(await message(kerasModelOf(bomb, "m.keras"))).toMatch(
      /^ERR_FORMAT m.keras: unpacks to far more than its \d+ bytes/,
    );
  });

  test("whose sizes lie takes no memory for them", async () => {
    const bytes = Buffer.from(await keras());
    const head = bytes.indexOf("PK\x01\x02", 0, "latin1");
    bytes.writeUInt32LE(0xfffffff0, head + 24);
    expect(await message(kerasModelOf(bytes, "m.keras"))).toMatch(/^ERR_FORMAT m.keras: /);
  });
});

describe("HDF5", () => {
  test("with a heap that has no end is told before the library goes round in it", async () => {
    const bytes = Buffer.from((await SEEDS.keras2())["model.h5"]!);
    const heap = bytes.indexOf("GCOL");
    bytes.writeUInt16LE(0, heap + 16); // its first object: free, and
    bytes.writeBigUInt64LE(0n, heap + 24); // of no length
    expect(await message(kerasModelOf(bytes, "m.h5"))).toBe(
      "ERR_FORMAT m.h5: damaged or incomplete (strings lie outside their heap). Copy or download it again.",
    );
  });

  test("with an array of a billion numbers that were never written takes no memory for it", async () => {
    const bytes = await h5Bytes((root) => {
      const vars = root.create_group("layers").create_group("dense").create_group("vars");
      const options = { name: "0", data: new Float32Array(4), shape: [4], maxshape: [null], chunks: [4096] };
      vars.create_dataset(options).resize([2 ** 28]);
    });
    expect(bytes.length).toBeLessThan(100_000);
    expect(await message(kerasLayersOf(bytes, "w.h5"))).toMatch(
      /^ERR_FORMAT .*its arrays are far larger than the file/,
    );
  });

  test("with text in place of numbers, or a link to the keyboard, is refused", async () => {
    const vars = (write: (group: Group) => void) =>
      h5Bytes((root) => write(root.create_group("layers").create_group("dense").create_group("vars")));
    const text = await vars((group) => group.create_dataset({ name: "0", data: ["a", "b"] }));
    expect(await message(kerasLayersOf(text, "w.h5"))).toMatch(/^ERR_FORMAT .*contains no numbers/);
    const link = await vars((group) => group.create_external_link("/dev/stdin", "/x", "0"));
    expect(await message(kerasLayersOf(link, "w.h5"))).toMatch(/^ERR_FORMAT /);
    const { FS } = await h5wasm.ready;
    expect(FS.analyzePath("/dev/stdin", true).exists).toBe(false);
  });
});

const input = { class_name: "InputLayer", name: "in", config: { name: "in", batch_input_shape: [null, 4, 4, 3] } };
const sequential = (layers: readonly object[]) =>
  ({ class_name: "Sequential", config: { name: "s", layers: [input, ...layers] } }) as unknown as LayerJson;
const refusal = (act: () => unknown) => {
  try {
    act();
    return "no error";
  } catch (error) {
    expect(error).toBeInstanceOf(LeukogramError);
    return (error as Error).message;
  }
};

describe("the description of a Keras model", () => {
  test("with models that use models twice, thirty deep, ends", () => {
    const model = (name: string, layers: readonly object[], end: readonly unknown[]) => ({
      class_name: "Functional",
      name,
      config: { name, layers: [input, ...layers], input_layers: [["in", 0, 0]], output_layers: [end] },
    });
    const relu = { class_name: "ReLU", name: "u", config: { name: "u" }, inbound_nodes: [[["in", 0, 0, {}]]] };
    let deep: object = model("u", [relu], ["u", 0, 0]);
    for (let i = 0; i < 30; i++)
      deep = model("u", [{ ...deep, inbound_nodes: [[["in", 0, 0, {}]], [["u", 0, 0, {}]]] }], ["u", 1, 0]);
    expect(refusal(() => modelFromJson(deep as LayerJson, "m.h5"))).toMatch(/m.h5: needs more than 20000 steps/);
  });

  test("with ten thousand layers of one name ends", () => {
    const layers = new Array(10_000).fill({ class_name: "ReLU", config: { name: "r" } });
    expect(refusal(() => modelFromJson(sequential(layers), "m.h5"))).toMatch(/more than 100 layers named "r"/);
  });

  test("with layers of any size takes no memory for what the file has no numbers for", () => {
    const layer = { class_name: "Conv2D", config: { name: "big", filters: 2 ** 31, kernel_size: [3, 3] } };
    const { model } = modelFromJson(sequential([layer]), "m.h5");
    expect(model.layer("big").weights[0]!.shape).toEqual([3, 3, 3, 2 ** 31]);
  });

  test("for images that no memory holds is refused", () => {
    const json = {
      class_name: "Sequential",
      config: { layers: [{ ...input, config: { batch_shape: [null, 1e6, 1e6, 3] } }] },
    };
    expect(refusal(() => modelFromJson(json as unknown as LayerJson, "m.h5"))).toMatch(
      /takes images of \[1000000, 1000000, 3\]/,
    );
  });
});

describe("model.json of TensorFlow.js", () => {
  const changed = async (change: (json: { weightsManifest: { paths: unknown; weights: unknown }[] }) => void) => {
    const files = (await SEEDS.tensorflowJs()) as Record<string, Uint8Array>;
    const json = JSON.parse(Buffer.from(files["model.json"]!).toString());
    change(json);
    for (const [name, bytes] of Object.entries(files)) writeFileSync(join(folder, name), bytes);
    writeFileSync(join(folder, "model.json"), JSON.stringify(json));
    return message(readModel(join(folder, "model.json")));
  };

  test.each(["../secret.bin", "/etc/passwd", "C:\\secret.bin", "\\\\server\\share"])(
    "reads nothing from %s",
    async (path) => {
      expect(await changed((json) => Object.assign(json.weightsManifest[0]!, { paths: [path] }))).toMatch(
        /outside its folder/,
      );
    },
  );

  test("does not read one file a thousand times", async () => {
    const paths = new Array(1000).fill("group1-shard1of1.bin");
    expect(await changed((json) => Object.assign(json.weightsManifest[0]!, { paths }))).toMatch(
      /lists the weights .* twice/,
    );
  });

  test("with something else in place of a list is told as damaged", async () => {
    expect(await changed((json) => Object.assign(json.weightsManifest[0]!, { paths: "ab" }))).toMatch(
      /^ERR_FORMAT .* is damaged \(/,
    );
    expect(await changed((json) => Object.assign(json.weightsManifest[0]!, { weights: [null] }))).toMatch(
      /^ERR_FORMAT .* is damaged \(/,
    );
  });
});

describe("ONNX", () => {
  const whole = (name: string, values: readonly number[]): OnnxInitializer => {
    return { name, dtype: "int64", shape: [values.length], data: BigInt64Array.from(values, BigInt) };
  };
  const real = (name: string, shape: readonly number[]): OnnxInitializer => {
    return { name, dtype: "float32", shape, data: new Float32Array(shape.reduce((a, b) => a * b, 1)) };
  };
  const told = (
    nodes: readonly OnnxNode[],
    initializers: readonly OnnxInitializer[],
    shape: readonly number[] = [3, 8, 8],
  ) => {
    const bytes = encodeModel({
      name: "n",
      opset: 18,
      producer: { name: "t", version: "1" },
      nodes,
      initializers,
      inputs: [{ name: "x", dtype: "float32", shape: ["batch", ...shape] }],
      outputs: [{ name: "y", dtype: "float32", shape: ["batch", 3] }],
      metadata: {},
    });
    expect(bytes.length).toBeLessThan(2_000_000);
    return refusal(() => onnxModelOf(bytes, { source: "m.onnx" }));
  };
  const node = (type: string, inputs: readonly string[], output: string): OnnxNode => {
    return { type, inputs, outputs: [output], attributes: type === "Concat" ? { axis: { int: 0 } } : {} };
  };
  const times = (count: number, make: (i: number) => OnnxNode) => Array.from({ length: count }, (_, i) => make(i));

  test("that joins numbers with themselves forty times is refused", () => {
    const nodes = times(40, (i) => node("Concat", [`t${i}`, `t${i}`], `t${i + 1}`));
    expect(told(nodes, [whole("t0", [1, 2])])).toMatch(/joins 1048576 numbers/);
    expect(told(nodes, [real("t0", [1000])])).toMatch(/makes far more numbers of its weights than it has/);
  });

  test("that fills, or uses one weight, thousands of times is refused", () => {
    const filled = times(3000, (i) => node("ConstantOfShape", ["n"], `t${i}`));
    expect(told(filled, [whole("n", [1e6])])).toMatch(/makes far more numbers/);
    const used = times(3000, (i) => node("Conv", ["x", "w"], `t${i}`));
    expect(
      told(used, [
        real(
          "w",
          [1000, 3, 8, 8].map((size, i) => (i === 0 ? 500 : size)),
        ),
      ]),
    ).toMatch(/makes far more numbers/);
  });

  test("whose nodes lack an input, or that takes images no memory holds, is refused", () => {
    expect(told([node("Split", [], "y")], [])).toMatch(/^ERR_FORMAT m.onnx: node "y" \(Split\) has no input "input"/);
    expect(told([node("Relu", ["x"], "y")], [], [3, 2 ** 40, 8])).toMatch(/do not fit in memory/);
  });
});

test("a .safetensors file with numbers that lie in one place a thousand times, or are no floats, is refused", async () => {
  const write = (header: object) => {
    const text = Buffer.from(JSON.stringify(header));
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(text.length));
    writeFileSync(join(folder, "m.safetensors"), Buffer.concat([length, text, Buffer.alloc(4000)]));
    return message(readSafeTensors(join(folder, "m.safetensors")));
  };
  const entry = (dtype: string, from: number, to: number) => ({ dtype, shape: [1000], data_offsets: [from, to] });
  const same = Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [`t${i}`, entry("F32", 0, 4000)]));
  expect(await write(same)).toMatch(/^ERR_FORMAT .*is damaged: t1 is incomplete/);
  expect(await write({ a: entry("F32", -8, 4000) })).toMatch(/is damaged: a is incomplete/);
  expect(await write({ a: entry("BF16", 0, 4000) })).toMatch(/a has type BF16/);
  expect(await write({ __metadata__: { a: 3 } })).toMatch(/its metadata are not strings/);
});

test("an .npz file whose arrays claim more than their bytes, or is damaged, is refused", async () => {
  const array = (shape: string) => {
    const text = `{'descr': '|u1', 'fortran_order': False, 'shape': (${shape}), }`.padEnd(117);
    return Buffer.concat([
      Buffer.from([0x93]),
      Buffer.from("NUMPY"),
      Buffer.from([1, 0, 118, 0]),
      Buffer.from(`${text}\n`),
    ]);
  };
  const read = (bytes: Uint8Array) => {
    writeFileSync(join(folder, "a.npz"), bytes);
    return message(withNpz(join(folder, "a.npz"), async () => undefined));
  };
  expect(await read(zipSync({ "a.npy": array("1000000000, 1, ") }))).toMatch(
    /^ERR_DATA .*which does not match its size/,
  );
  expect(await read(zipSync({ "a.npy": array("-1, 4") }))).toMatch(/^ERR_DATA .*is of shape \(-1, 4\)/);
  const broken = Buffer.from(zipSync({ "a.npy": array("1, 1") }));
  broken.writeUInt32LE(7, broken.indexOf("PK\x01\x02", 0, "latin1"));
  expect(await read(broken)).toMatch(/^ERR_DATA .*is damaged \(/);
});

test("what a file brings into a message is one line, without signs that move a terminal's cursor", () => {
  const { message: told } = new LeukogramError("ERR_FORMAT", `layer "a\n    at x\u001b[2J\u009b" ${"y".repeat(9000)}`, {
    hint: "Look.",
  });
  expect(told).toMatch(/^ERR_FORMAT layer "a\\n {4}at x\\u001b\[2J\\u009b" y+ \.\.\. y+\. Look\.$/);
  expect(told.length).toBeLessThan(2000);
});
