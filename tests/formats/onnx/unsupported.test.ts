// What a node says that is not supported is refused by name; one that lacks something, in plain words.
import { Rng } from "@leukogram/engine/core/rng";
import { onnxModelOf } from "@leukogram/engine/formats/onnx/onnxModel";
import type { OnnxNode } from "@leukogram/engine/graph/onnx/proto";
import { describe, expect, test } from "vitest";
import { CONV, conv, flat, float, type Given, int, ints, type Net, netBytes } from "./onnxNet.ts";
import { CASES } from "./operatorCases.ts";

describe("an attribute or input that is not supported is refused by name", () => {
  test.each<[Given, RegExp, Partial<Net>?]>([
    [["Relu", ["t0"], { slope: float(0.5) }], /\(Relu\) has an attribute that is not supported: slope = 0\.5/],
    [
      ["BatchNormalization", ["t0", "g", "g", "g", "g"], { training_mode: int(1) }],
      /node "t1" \(BatchNormalization\) has training_mode = 1; only 0 is supported/,
      { weights: { g: [4] } },
    ],
    [
      ["MaxPool", ["t0"], { kernel_shape: ints(2, 2), auto_pad: { string: "SAME" } }],
      /\(MaxPool\) has auto_pad = SAME; only NOTSET or SAME_UPPER/,
    ],
    [["Softmax", ["t0"], { axis: float(1) }], /\(Softmax\) has axis, which is not a whole number/],
    [["Softmax", ["t0"], { axis: int(0) }], /\(Softmax\) works along the batch/],
    [["ReduceMean", ["t0"]], /\(ReduceMean\) works along the batch/],
    [
      ["LayerNormalization", ["t0", "g"], { axis: int(0) }],
      /\(LayerNormalization\) has axis = 0, which is the batch axis/,
      { weights: { g: [6] } },
    ],
    [
      ["LayerNormalization", ["t0", "g"], { stash_type: int(16) }],
      /has stash_type = 16; only 1 is supported/,
      { weights: { g: [6] } },
    ],
    [
      ["Gelu", ["t0"], { approximate: { string: "sigmoid" } }],
      /\(Gelu\) has approximate = sigmoid; only none or tanh is supported/,
      { opset: 20 },
    ],
    [
      [
        "Resize",
        ["t0", "", "scales"],
        { mode: { string: "linear" }, coordinate_transformation_mode: { string: "tf_crop_and_resize" } },
      ],
      /\(Resize\) has coordinate_transformation_mode = tf_crop_and_resize/,
      { weights: { scales: [4] } },
    ],
    [
      ["Resize", ["t0", "", "", "sizes"], { keep_aspect_ratio_policy: { string: "not_larger" } }],
      /has keep_aspect_ratio_policy = not_larger; only stretch is supported/,
      { whole: { sizes: [1, 4, 3, 3] } },
    ],
    [["Relu", []], /\(Relu\) has no input "X"/],
    [["Conv", ["t0", ""]], /\(Conv\) has no input "W"/],
    [["Relu", ["t0", "t0"]], /\(Relu\) has 2 inputs; at most 1 supported/],
    [
      ["Reshape", ["t0", "t0"]],
      /\(Reshape\) takes "shape" from computed values; only constant whole numbers are supported/,
    ],
    [["Add", ["t0", "at"]], /\(Add\) computes with whole numbers \("B"\)/, { whole: { at: [1] } }],
    [["MaxPool", ["t0"]], /\(MaxPool\) has kernel_shape \[\]; only two whole numbers/],
    [
      ["GroupNormalization", ["t0", "g", "g"], { num_groups: int(3) }],
      /has num_groups = 3, which does not divide 4 channels/,
      { opset: 21, weights: { g: [4] } },
    ],
    [
      ["QuantizeLinear", ["t0", "p"]],
      /\(QuantizeLinear\) is not supported\. Give the model before quantisation of its activations/,
      { weights: { p: [] } },
    ],
  ])("%j", (node, message, more = {}) => {
    const bytes = netBytes({
      nodes: [conv, node, ["Flatten", ["t1"]]],
      ...more,
      weights: { ...CONV, ...more.weights },
    });
    expect(() => onnxModelOf(bytes, { source: "net.onnx" })).toThrow(message);
  });

  test("so is a second output that is read", () => {
    const bytes = netBytes({
      nodes: [
        conv,
        { type: "Dropout", inputs: ["t0"], outputs: ["d", "mask"], attributes: {} },
        ["Cast", ["mask"], { to: int(1) }],
        ["Flatten", ["t2"]],
      ],
      weights: CONV,
    });
    expect(() => onnxModelOf(bytes, { source: "net.onnx" })).toThrow(
      /node "d" \(Dropout\) has the output "mask" \(number 2\), which is not supported/,
    );
  });

  test("so is a shape that mixes the images of a batch", () => {
    const nodes: Given[] = [conv, ["Transpose", ["t0"], { perm: ints(1, 0, 2, 3) }], ["Reshape", ["t1", "to"]]];
    const bytes = netBytes({ nodes, weights: CONV, whole: { to: [-1, 144] } });
    expect(() => onnxModelOf(bytes, { source: "net.onnx" })).toThrow(
      /node "y" \(Reshape\) mixes the images of a batch: \[4,"batch",6,6\] to \[-1,144\]/,
    );
  });

  test("so is a name that two nodes give", () => {
    const twice: OnnxNode = { type: "Relu", inputs: ["t0"], outputs: ["t0"], attributes: {} };
    const bytes = netBytes({ nodes: [conv, twice, flat], weights: CONV });
    expect(() => onnxModelOf(bytes, { source: "net.onnx" })).toThrow(/outputs "t0" more than once/);
  });

  test("no graph that lacks an input or an attribute, or has one too many, is refused in JavaScript's words", () => {
    const rng = new Rng(7);
    const messages = CASES.flatMap(([, [type, inputs, attributes = {}], more = {}]) =>
      Array.from({ length: 12 }, () => {
        const spoiled = inputs.flatMap((name): string[] => {
          const draw = rng.uniform();
          return draw < 0.15 ? [] : draw < 0.3 ? [""] : draw < 0.45 ? [rng.uniform() < 0.5 ? "odd" : "zero"] : [name];
        });
        const kept = Object.entries(attributes).filter(() => rng.uniform() < 0.7);
        const node: Given = [type, spoiled, Object.fromEntries(kept)];
        const bytes = netBytes({
          nodes: [conv, node, flat],
          ...more,
          weights: { ...CONV, odd: [2, 3], none: [0], ...more.weights },
          whole: { zero: [0], ...more.whole },
        });
        try {
          onnxModelOf(bytes, { source: "net.onnx" });
          return "";
        } catch (cause) {
          return (cause as Error).message;
        }
      }),
    );
    expect(messages.filter((message) => message !== "").length).toBeGreaterThan(200);
    expect(
      messages.filter((message) =>
        /Cannot|undefined|is not a function|not iterable|contradict each other|graph can't be read/.test(message),
      ),
    ).toEqual([]);
  });
});
