// Graphs of TensorFlow that can't be read are refused in words that name the node.
import type { NodeJson } from "@leukogram/engine/formats/tensorflow/node";
import { expect, test } from "vitest";
import { ends, gap, int, matrix, node, one, read, reals, text, texts, VALID, whole, yes } from "./tensorflowNet.ts";

/** Read by the nodes below. */
const CONSTANTS = {
  around: matrix([2, 2], [1, 2]),
  block: whole(2, 2),
  copies: whole(1, 99_999, 1, 1),
  deep: reals("deep", 1, 1, 6, 5, 3),
  deeper: whole(-1, 1, 6, 5, 3),
  far: whole(7),
  five: whole(5, -1),
  ...ends,
  huge: whole(2e9, 3),
  k: reals("k", 3, 2, 3, 4),
  last: one(3),
  line: reals("line", 2, 3, 4),
  n: reals("n", 3),
  number: reals("number"),
  open: whole(1, -1),
  pads: matrix([0, 0], [1, 1], [1, 1], [0, 0]),
  size: whole(9, 9),
};

const REFUSED: readonly [string, readonly NodeJson[], RegExp][] = [
  [
    "an operator that is not known",
    [node("y", "Where", ["x"])],
    /node "y" \(Where\) is not supported. Supported: Abs, /,
  ],
  ["a mirrored edge", [node("y", "MirrorPad", ["x", "gapAxes"])], /node "y" \(MirrorPad\) is not supported/],
  ["padding by ones", [node("y", "PadV2", ["x", "pads", "number"])], /pads with values other than zero/],
  [
    "what is fused and not known",
    [node("y", "_FusedConv2D", ["x", "k"], { ...VALID, fused_ops: texts("FusedBatchNorm") })],
    /is fused with FusedBatchNorm, which is not supported. Supported: BiasAdd, /,
  ],
  [
    "a fused bias that is not there",
    [node("y", "_FusedConv2D", ["x", "k"], { ...VALID, fused_ops: texts("BiasAdd") })],
    /has no inputs for the operators it is fused with/,
  ],
  [
    "two ways to resize at once",
    [node("z", "ResizeBilinear", ["x", "size"], { align_corners: yes, half_pixel_centers: yes }), ...gap("z")],
    /node "z" \(ResizeBilinear\) has both align_corners and half_pixel_centers/,
  ],
  [
    "statistics of the batch",
    [node("y", "FusedBatchNorm", ["x", "n", "n", "n", "n"], { is_training: yes })],
    /normalises with the statistics of the batch/,
  ],
  [
    "a weight that is not listed",
    [{ name: "w", op: "Const" }, node("y", "Add", ["x", "w"])],
    /"w" \(Const\) is not among/,
  ],
  ["a circle", [node("a", "Relu", ["y"]), node("y", "Relu", ["a"]), node("end", "Add", ["x", "y"])], /its own result/],
  ["a missing node", [node("y", "Relu", ["gone"])], /has no node "gone"/],
  ["a missing input", [node("y", "Mul", ["x"])], /has 1 input, but needs 2/],
  [
    "a second result",
    [node("a", "Relu", ["x"]), node("y", "Relu", ["a:1"])],
    /"a" \(Relu\) is used for its result number 2/,
  ],
  ["an axis that is not there", [node("y", "Mean", ["x", "far"])], /has no axis 7/],
  [
    "pixels that are dealt out for something else",
    [node("s", "SpaceToBatchND", ["x", "block", "around"]), node("y", "Relu", ["s"])],
    /"s" \(SpaceToBatchND\) is not followed by a convolution and BatchToSpaceND/,
  ],
  [
    "pixels that are dealt out for a convolution with an edge",
    [
      node("s", "SpaceToBatchND", ["x", "block", "around"]),
      node("y", "Conv2D", ["s", "k"], { ...VALID, padding: text("SAME") }),
    ],
    /"y" \(Conv2D\) uses the output of SpaceToBatchND in an unsupported way/,
  ],
  ["no base64", [node("y", "MaxPool", ["x"], { padding: { s: "§" } })], /has an attribute that is not base64: "§"/],
  ["a node without an operator", [{ name: "y" } as NodeJson], /has a node without name or operator\. Copy it again/],
  ["pads for some axes", [node("y", "Pad", ["x", "gapAxes"])], /"y" \(Pad\) does not have two pads for each axis/],
  ["an order of some axes", [node("y", "Transpose", ["x", "gapAxes"])], /has the order \[1,2\] for 4 axes/],
  ["a size that is left open", [node("y", "SplitV", ["x", "open", "last"])], /\(SplitV\) leaves a size open/],
  ["a shape that is not known", [node("y", "Reshape", ["x", "n"])], /"y" \(Reshape\) has an unknown shape/],
  ["axes that are not named", [node("y", "Squeeze", ["x"])], /"y" \(Squeeze\) does not list the axes to remove/],
  [
    "a split without end",
    [node("y", "Split", ["last", "x"], { num_split: int(1e12) })],
    /is split into 1000000000000 parts/,
  ],
  ["copies without end", [node("y", "Tile", ["x", "copies"])], /\(Tile\) repeats 99999 times/],
  [
    "an image that is made larger without end",
    [node("z", "ResizeNearestNeighbor", ["x", "huge"]), ...gap("z")],
    /has a tensor of 18000000000 entries per image, too many for a classifier/,
  ],
  [
    "numbers that do not fill a shape",
    [node("r", "Reshape", ["k", "five"]), node("y", "Add", ["x", "r"])],
    /"r" \(Reshape\) reshapes 72 numbers to \[5,-1\]/,
  ],
  [
    "a sum with more axes than an image",
    [node("r", "Reshape", ["x", "deeper"]), node("y", "Add", ["r", "x"])],
    /has 5 axes; images have 4/,
  ],
  ["a sum with a constant of more axes", [node("y", "Add", ["x", "deep"])], /"deep" has 5 axes; images have 4/],
  [
    "a padding that is none",
    [node("y", "MaxPool", ["x"], { padding: text("FULL") })],
    /\(MaxPool\) has padding "FULL"/,
  ],
  ["a kernel of one line", [node("y", "Conv2D", ["x", "line"], VALID)], /has a kernel of 3 axes; only 4 are supported/],
  [
    "a block of one side",
    [node("y", "SpaceToBatchND", ["x", "far", "around"])],
    /\(SpaceToBatchND\) is not applied to an image/,
  ],
  [
    "pixels that were never dealt out",
    [node("y", "BatchToSpaceND", ["x", "block", "around"])],
    /does not follow SpaceToBatchND and a convolution; only this is supported/,
  ],
];

test.each(REFUSED)("%s is refused", (_, nodes, message) => {
  expect(() => read({ nodes, constants: CONSTANTS })).toThrow(message);
});
