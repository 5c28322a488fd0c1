// An operator that is read answers as ONNX Runtime does for the file itself.
import { describe, expect, test } from "vitest";
import { difference } from "./difference.ts";
import { CONV, conv, flat, type Given, int, ints, type Net, netBytes } from "./onnxNet.ts";
import { CASES } from "./operatorCases.ts";

describe("an operator of ONNX means what ONNX Runtime takes it for", () => {
  test.each<[string, Given, Partial<Net>?]>(CASES)("%s", async (_, node, more = {}) => {
    const bytes = netBytes({ nodes: [conv, node, flat], ...more, weights: { ...CONV, ...more.weights } });
    expect(await difference(bytes)).toBeLessThan(2e-6);
  });
});

describe("a window over a line", () => {
  const reshape: Given = ["Reshape", ["t0", "line"]];
  const read = (node: Given, weights: Record<string, number[]> = {}) =>
    difference(
      netBytes({
        nodes: [conv, reshape, node, ["Flatten", ["t2"]]],
        weights: { ...CONV, ...weights },
        whole: { line: [0, 4, 36] },
      }),
    );

  test.each<[Given, Record<string, number[]>?]>([
    [["Conv", ["t1", "w"], { pads: ints(2, 1), strides: ints(2), dilations: ints(2) }], { w: [6, 4, 3] }],
    [["Conv", ["t1", "w", "d"], { group: int(2), auto_pad: { string: "SAME_UPPER" } }], { w: [6, 2, 4], d: [6] }],
    [["ConvTranspose", ["t1", "w"], { strides: ints(2), pads: ints(1, 0), output_padding: ints(1) }], { w: [4, 3, 3] }],
    [["MaxPool", ["t1"], { kernel_shape: ints(3), strides: ints(2), ceil_mode: int(1) }]],
    [["AveragePool", ["t1"], { kernel_shape: ints(4), pads: ints(1, 2), count_include_pad: int(1) }]],
    [["GlobalAveragePool", ["t1"]]],
    [["GlobalMaxPool", ["t1"]]],
  ])("%j", async (node, weights) => {
    expect(await read(node, weights)).toBeLessThan(1e-6);
  });

  test("needs attributes of one axis", async () => {
    await expect(read(["Conv", ["t1", "w"], { strides: ints(2, 2) }], { w: [6, 4, 3] })).rejects.toThrow(
      /\(Conv\) has strides \[2,2\], but an input of 3 axes/,
    );
  });
});
