import { onnxModelOf } from "@leukogram/engine/formats/onnx/onnxModel";
import { describe, expect, test } from "vitest";
import { CONV, conv, flat, netBytes } from "./onnxNet.ts";

describe("what can't be read ends in words", () => {
  const read = (bytes: Uint8Array) => () => onnxModelOf(bytes, { source: "net.onnx" });
  const whole = netBytes({ nodes: [conv, ["Relu", ["t0"]], flat], weights: CONV });

  test.each<[string, Uint8Array, RegExp]>([
    ["text", new TextEncoder().encode("no model"), /^ERR_FORMAT net.onnx: not an ONNX model/],
    [
      "half a file",
      whole.subarray(0, whole.length >> 1),
      /^ERR_FORMAT net.onnx: not an ONNX model, or damaged\. Export/,
    ],
    [
      "an operator that is not known",
      netBytes({ nodes: [["NonZero", ["x"]]] }),
      /node "y" \(NonZero\) is not supported\. Supported: .*Conv/,
    ],
    [
      "another domain",
      netBytes({ nodes: [{ type: "Magic", domain: "my.ops", inputs: ["x"], outputs: ["y"], attributes: {} }] }),
      /node "y" \(Magic\) has the domain my\.ops, whose operators are not supported/,
    ],
    ["an old opset", netBytes({ nodes: [["Relu", ["x"]]], opset: 3 }), /uses opset 3; the oldest supported opset is 6/],
    ["no row", netBytes({ nodes: [["Relu", ["x"]]] }), /outputs 0 rows of scores/],
    ["what nothing gives", netBytes({ nodes: [["Relu", ["gone"]]] }), /reads "gone", which no earlier node outputs/],
    ["no images", netBytes({ nodes: [["Relu", ["x"]]] }, [7]), /takes "x" \[batch, 7\], not images/],
    [
      "images of open size",
      netBytes({ nodes: [["Relu", ["x"]]] }, [3, -1, -1]),
      /does not fix the image size.*--image-size 224/,
    ],
    [
      "a kernel that does not fit",
      netBytes({ nodes: [conv, flat], weights: { k: [4, 5, 3, 3], b: [4] } }),
      /net.onnx: node "t0": its kernel does not match its input/,
    ],
    [
      "a tensor that no memory holds",
      netBytes({
        nodes: [conv, ["Pad", ["t0", "pads"]], flat],
        weights: CONV,
        whole: { pads: [0, 0, 2e6, 2e6, 0, 0, 0, 0] },
      }),
      /has a tensor of \d+ entries per image/,
    ],
  ])("%s", (_, bytes, message) => {
    expect(read(bytes)).toThrow(message);
  });
});
