// Graph models of TensorFlow.js as files: their signature, their weights, their names.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { kerasBytes } from "@leukogram/engine/formats/keras/kerasV3";
import { readModel } from "@leukogram/engine/formats/readModel";
import { graphModelOf } from "@leukogram/engine/formats/tensorflow/tensorflowGraph";
import { Conv2D } from "@leukogram/engine/nn/layers/index";
import { describe, expect, test } from "vitest";
import { temporaryFolder } from "../../data/folders.ts";
import { answer, average, expectClose, soft, withWeights } from "./answers.ts";
import { ends, gap, graphOf, node, read, reals, SHAPE, VALID } from "./tensorflowNet.ts";

const dir = temporaryFolder();
const [k, b] = [reals("k", 3, 2, 3, 4), reals("b", 4)];

test("the signature says the sizes and the result, and names lose the scope that all have", async () => {
  const nodes = [
    node("call/net/c", "Conv2D", ["x", "k"], VALID),
    node("call/net/m", "Mean", ["call/net/c", "gapAxes"]),
    node("call/net/other", "Softmax", ["call/net/m"]),
    node("later", "Unheard", ["call/net/other"]),
  ];
  const dim = [-1, 6, 5, 3].map((size) => ({ size }));
  const signature = {
    inputs: { image: { name: "x:0", tensorShape: { dim } } },
    outputs: { y: { name: "call/net/other:0" } },
  };
  const model = read({ nodes, constants: { k, ...ends }, shape: [-1, -1, 3], signature });
  expect(model.input.shape).toEqual(SHAPE);
  expect(model.layers.map(({ name }) => name)).toEqual(["images", "c", "m", "other"]);
  expect((await kerasBytes(model)).length).toBeGreaterThan(0);
  const left = graphOf({ nodes: nodes.slice(0, 3), constants: { k, ...ends }, shape: [-1, -1, 3] });
  expect(() => graphModelOf(left, { source: "model.json" })).toThrow(
    /model\.json: does not fix the image size.*--image-size/,
  );
  expect(graphModelOf(left, { source: "model.json", imageSize: 9 }).model.input.shape).toEqual([9, 9, 3]);
});

describe("files", () => {
  const nodes = [node("z", "Conv2D", ["x", "k"], VALID), node("a", "BiasAdd", ["z", "b"]), ...gap("a")];

  /** Writes a graph model whose weights are stored as `dtype`. */
  function write(name: string, dtype: string, path = "weights.bin"): string {
    const { graph } = graphOf({ nodes, constants: { k, b, ...ends } });
    const stored = Object.entries({ k, b, ...ends }).map(([weight, { shape, data }]) => {
      if (!(data instanceof Float32Array))
        return { json: { name: weight, shape, dtype: "int32" }, bytes: new Uint8Array(Int32Array.from(data).buffer) };
      if (dtype === "float32")
        return { json: { name: weight, shape, dtype }, bytes: new Uint8Array(data.slice().buffer) };
      const [min, scale] = [Math.min(...data), (Math.max(...data) - Math.min(...data)) / 255];
      const json = { name: weight, shape, dtype: "float32", quantization: { dtype, min, scale } };
      return { json, bytes: Uint8Array.from(data, (value) => Math.round((value - min) / scale)) };
    });
    const weightsManifest = [{ paths: [path], weights: stored.map(({ json }) => json) }];
    mkdirSync(join(dir, name), { recursive: true });
    writeFileSync(join(dir, name, "weights.bin"), Buffer.concat(stored.map(({ bytes }) => bytes)));
    const json = { format: "graph-model", modelTopology: graph, weightsManifest };
    writeFileSync(join(dir, name, "model.json"), JSON.stringify(json));
    return join(dir, name);
  }

  const expected = () =>
    answer(withWeights(SHAPE, [new Conv2D({ filters: 4, kernelSize: [3, 2] }), average(), soft()], [k, b]));

  test("a folder is read, and said to be a graph model", async () => {
    const { model, kind, path } = await readModel(write("plain", "float32"));
    expect(kind).toBe("TensorFlow.js graph model");
    expect(path).toBe(join(dir, "plain", "model.json"));
    expectClose(await answer(model), await expected());
  });

  test("weights in 8 bits are read", async () => {
    const { model } = await readModel(write("small", "uint8"));
    expectClose(await answer(model), await expected(), 0.01);
  });

  test("weights outside the folder are refused", async () => {
    await expect(readModel(write("outside", "float32", "../plain/weights.bin"))).rejects.toThrow(
      "refers to weights outside its folder",
    );
  });

  test("a graph without nodes is refused", async () => {
    mkdirSync(join(dir, "empty"));
    const json = { format: "graph-model", modelTopology: {}, weightsManifest: [] };
    writeFileSync(join(dir, "empty", "model.json"), JSON.stringify(json));
    await expect(readModel(join(dir, "empty"))).rejects.toThrow("a graph model without a graph");
  });
});
