// Whole numbers in a graph: shapes, tables of indices and pads, and what a network itself cuts off.
import { onnxModelOf } from "@leukogram/engine/formats/onnx/onnxModel";
import type { OnnxNode } from "@leukogram/engine/graph/onnx/proto";
import { describe, expect, test } from "vitest";
import { difference } from "./difference.ts";
import { CONV, conv, float, type Given, int, ints, named, netBytes } from "./onnxNet.ts";

describe("whole numbers", () => {
  const between = (to: number, more: readonly Given[] = []): Uint8Array =>
    netBytes({
      nodes: [
        conv,
        ["Mul", ["t0", "four"]],
        ["Cast", ["t1"], { to: int(to) }],
        ...more,
        ["Cast", [`t${2 + more.length}`], { to: int(1) }],
        ["Flatten", [`t${3 + more.length}`]],
      ],
      weights: { ...CONV, four: [] },
    });

  test.each([6, 7, 9])("that the network makes are cut off as they are, type %i", async (to) => {
    expect(await difference(between(to))).toBeLessThan(1e-6);
  });

  test("stay so where they are only moved", async () => {
    expect(await difference(between(7, [["Transpose", ["t2"], { perm: ints(0, 3, 1, 2) }]]))).toBeLessThan(1e-6);
  });

  test("are not computed with as if they were real", () => {
    expect(() => onnxModelOf(between(7, [["Div", ["t2", "t2"]]]), { source: "net.onnx" })).toThrow(
      /node "t3" \(Div\) computes with whole numbers \("A"\), which is supported only for shapes/,
    );
  });

  test("that do not hold what a real can be are refused", () => {
    expect(() => onnxModelOf(between(2), { source: "net.onnx" })).toThrow(
      /node "t2" \(Cast\) has to = 2; only real numbers, int32, int64 and bool are supported/,
    );
  });

  test("become reals where a shape is divided", async () => {
    // Half the width, rounded down, and twice: 6 / 4 is 1.5, and 4 times that is 6; whole numbers would give 4.
    const bytes = netBytes({
      nodes: [
        conv,
        named("Shape", ["t0"], "s"),
        named("Gather", ["s", "last"], "w", { axis: int(0) }),
        named("Cast", ["w"], "real", { to: int(1) }),
        named("Constant", [], "four", { value_float: float(4) }),
        named("Div", ["real", "four"], "q"),
        named("Mul", ["q", "four"], "back"),
        named("Cast", ["back"], "whole", { to: int(7) }),
        named("Slice", ["t0", "zero", "whole", "three"], "part"),
        named("Flatten", ["part"], "y"),
      ],
      weights: CONV,
      whole: { last: [-1], zero: [0], three: [3] },
    });
    expect(await difference(bytes)).toBeLessThan(1e-6);
  });
});

describe("tables of whole numbers", () => {
  test("are turned, cut and joined, as an exporter does with pads in pairs", async () => {
    const bytes = netBytes({
      nodes: [
        conv,
        named("Reshape", ["pads", "pairs"], "table"),
        named("Slice", ["table", "last", "first", "zero", "last"], "backwards"),
        named("Transpose", ["backwards"], "turned", { perm: ints(1, 0) }),
        named("Concat", ["turned", "turned"], "twice", { axis: int(1) }),
        named("Slice", ["twice", "none", "both", "axes"], "part"),
        named("Reshape", ["part", "all"], "flat"),
        named("Pad", ["t0", "flat"], "padded"),
        named("Flatten", ["padded"], "y"),
      ],
      weights: CONV,
      whole: {
        ...{ pads: [2, 1, 0, 1, 0, 0, 0, 0], pairs: [4, 2], last: [-1], first: [-9], zero: [0] },
        ...{ none: [0, 0], both: [2, 4], axes: [0, 1], all: [-1] },
      },
    });
    expect(await difference(bytes)).toBeLessThan(1e-6);
  });

  test("are joined as NumPy broadcasts, tiled and expanded, and pick entries of several axes", async () => {
    const bytes = netBytes({
      nodes: [
        conv,
        named("Reshape", ["rows", "column"], "down"),
        named("Expand", ["columns", "square"], "across"),
        named("Add", ["down", "across"], "sums"),
        named("Gather", ["sums", "rows"], "same", { axis: int(0) }),
        named("Unsqueeze", ["same", "end"], "indices"),
        named("Tile", ["indices", "thrice"], "triples"),
        named("GatherND", ["w", "triples"], "bias"),
        named("Add", ["t0", "bias"], "added"),
        named("Flatten", ["added"], "y"),
      ],
      weights: { ...CONV, w: [7, 7, 7] },
      whole: {
        ...{ rows: [0, 2, 1, 2, 0, 1], column: [6, 1], columns: [0, 1, 2, 3, -1, 4], square: [6, 6] },
        ...{ end: [2], thrice: [1, 1, 3] },
      },
    });
    expect(await difference(bytes)).toBeLessThan(1e-6);
  });

  test("that do not fit are refused", () => {
    const refused = (node: OnnxNode, whole: Record<string, number[]>) => {
      const bytes = netBytes({ nodes: [conv, node, ["Reshape", ["t0", "t"]]], weights: CONV, whole });
      return () => onnxModelOf(bytes, { source: "net.onnx" });
    };
    expect(refused(named("Add", ["p", "q"], "t"), { p: [1, 2], q: [1, 2, 3] })).toThrow(
      /combines incompatible shapes: \[2\] and \[3\]/,
    );
    expect(refused(named("Gather", ["p", "q"], "t"), { p: [1, 2], q: [2] })).toThrow(/takes entry 2 of 2/);
    expect(refused(named("Transpose", ["p"], "t", { perm: ints(1, 0) }), { p: [1, 2] })).toThrow(/has perm \[1,0\]/);
    expect(refused(named("Tile", ["p", "q"], "t"), { p: [1, 2], q: [999_999] })).toThrow(/makes 1999998 whole numbers/);
  });
});
