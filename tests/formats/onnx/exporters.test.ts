// What exporters, PyTorch's above all, leave in a graph.
import { onnxModelOf } from "@leukogram/engine/formats/onnx/onnxModel";
import type { OnnxNode } from "@leukogram/engine/graph/onnx/proto";
import { describe, expect, test } from "vitest";
import { difference } from "./difference.ts";
import { CONV, conv, float, int, named, netBytes } from "./onnxNet.ts";

describe("rows of places within images", () => {
  test("Flatten of two axes makes them, and a table without images is joined with all", async () => {
    const bytes = netBytes({
      nodes: [
        conv,
        named("Reshape", ["t0", "three"], "places"),
        named("Flatten", ["places"], "rows", { axis: int(2) }),
        named("MatMul", ["rows", "m"], "product"),
        named("Reshape", ["product", "back"], "again"),
        named("Shape", ["again"], "shape"),
        named("Slice", ["shape", "zero", "one"], "batch"),
        named("Concat", ["batch", "ones"], "repeats", { axis: int(0) }),
        named("Tile", ["table", "repeats"], "tiled"),
        named("Add", ["again", "tiled"], "sum"),
        named("Flatten", ["sum"], "y"),
      ],
      weights: { ...CONV, m: [36, 5], table: [1, 4, 5] },
      whole: { three: [0, 4, 36], back: [-1, 4, 5], zero: [0], one: [1], ones: [1, 1] },
    });
    expect(await difference(bytes)).toBeLessThan(1e-6);
  });
});

describe("what PyTorch's exporters leave in a graph", () => {
  const stride = (offsets: number[], step = 4) =>
    netBytes({
      nodes: [
        conv,
        named("GlobalAveragePool", ["t0"], "means"),
        named("Reshape", ["means", "all"], "row"),
        named("Shape", ["x"], "shape"),
        named("Gather", ["shape", "first"], "batch", { axis: int(0) }),
        named("Squeeze", ["batch"], "count"),
        named("Constant", [], "none", { value_int: int(0) }),
        named("Constant", [], "one", { value_int: int(1) }),
        named("Constant", [], "step", { value_int: int(step) }),
        named("Range", ["none", "count", "one"], "images"),
        named("Mul", ["images", "step"], "starts"),
        named("Unsqueeze", ["starts", "end"], "column"),
        named("Add", ["column", "offsets"], "places"),
        named("Gather", ["row", "places"], "y", { axis: int(0) }),
      ],
      weights: CONV,
      whole: { all: [-1], first: [0], end: [1], offsets },
    });

  test("as_strided, where each image reads its own entries", async () => {
    expect(await difference(stride([3, 1, 0, 2, 2]))).toBeLessThan(1e-6);
  });

  test("as_strided is refused where an image would read another's", () => {
    const read = (bytes: Uint8Array) => () => onnxModelOf(bytes, { source: "net.onnx" });
    expect(read(stride([0, 4]))).toThrow(/\(Gather\) mixes the images of a batch/);
    expect(read(stride([0, 1], 2))).toThrow(/\(Gather\) mixes the images of a batch/);
  });

  test("masks that are made of constants", async () => {
    const bytes = netBytes({
      nodes: [
        conv,
        named("ConstantOfShape", ["size"], "zeros"),
        named("Constant", [], "five", { value_float: float(5) }),
        named("Unsqueeze", ["five", "first"], "mark"),
        named("Reshape", ["at", "pair"], "index"),
        named("ScatterND", ["zeros", "index", "mark"], "marked"),
        named("Transpose", ["marked"], "turned"),
        named("Sub", ["marked", "turned"], "apart"),
        named("Constant", [], "nothing", { value_float: float(0) }),
        named("Equal", ["apart", "nothing"], "same"),
        named("Not", ["same"], "other"),
        named("Constant", [], "low", { value_float: float(-3) }),
        named("Where", ["other", "low", "apart"], "mask"),
        named("Tile", ["mask", "twice"], "wide"),
        named("Add", ["t0", "wide"], "sum"),
        named("Flatten", ["sum"], "y"),
      ],
      weights: CONV,
      whole: { size: [3, 3], at: [0, 2], pair: [1, 2], twice: [2, 2], first: [0] },
    });
    expect(await difference(bytes)).toBeLessThan(1e-6);
  });

  test("weights that are standardised by their own statistics", async () => {
    const standardised = (input: string, output: string): OnnxNode => ({
      ...{ type: "BatchNormalization", inputs: [input, "scale", "shift", "shift", "pvariance"] },
      ...{ outputs: [output, "mean", "variance"], attributes: { training_mode: int(1) } },
    });
    const bytes = netBytes({
      nodes: [
        named("Reshape", ["k", "rows"], "flat"),
        standardised("flat", "normal"),
        named("Reshape", ["normal", "kernel"], "whole"),
        named("Conv", ["x", "whole"], "t0"),
        named("Flatten", ["t0"], "y"),
      ],
      weights: { k: [4, 3, 3, 3], scale: [4], shift: [4], pvariance: [4] },
      whole: { rows: [1, 4, 27], kernel: [4, 3, 3, 3] },
    });
    expect(await difference(bytes)).toBeLessThan(1e-5);
  });
});
