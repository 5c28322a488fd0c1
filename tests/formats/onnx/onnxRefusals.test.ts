// Nodes of ONNX that can't be read are refused in words that name them.
import { onnxModelOf } from "@leukogram/engine/formats/onnx/onnxModel";
import type { OnnxAttribute, OnnxNode } from "@leukogram/engine/graph/onnx/proto";
import { expect, test } from "vitest";
import { type Given, int, ints, type Net, named, netBytes, text } from "./onnxNet.ts";

const conv: Given = ["Conv", ["x", "k"], { pads: ints(1, 1, 1, 1) }];
const WEIGHTS = { k: [4, 3, 3, 3], odd: [2, 3], square: [2, 2] };
const WHOLE = { none: [0], one: [1], two: [2], pair: [1, 2], triple: [1, 2, 3], less: [-3], sides: [3, 3] };

function expectRefused(nodes: readonly (Given | OnnxNode)[], message: string, more: Partial<Net> = {}): void {
  const bytes = netBytes({
    ...{ nodes: [conv, ...nodes], ...more },
    ...{ weights: { ...WEIGHTS, ...more.weights }, whole: { ...WHOLE, ...more.whole } },
  });
  const read = () => onnxModelOf(bytes, { source: "net.onnx" });
  expect(read).toThrow("ERR_FORMAT net.onnx: ");
  expect(read).toThrow(message);
}

// On the result of a convolution, [batch, 4, 6, 6].
test.each<[Given, string, Partial<Net>?]>([
  [["Add", ["t0", "odd"]], '"y" (Add) is not valid: broadcast: [batch, 4, 6, 6] and [2, 3]'],
  [["MaxPool", ["t0"], { kernel_shape: ints(9, 9) }], "(MaxPool) is not valid: y (MaxPooling2D) on [6, 6, 4]"],
  [["Reshape", ["t0", "odd"]], '(Reshape) takes "shape" from real numbers; only constant whole numbers'],
  [["Slice", ["t0"]], "(Slice) has no starts or ends"],
  [["Slice", ["t0", "none", "one", "one", "none"]], "(Slice) has steps of 0"],
  [["Slice", ["t0", "two", "one", "one"]], "(Slice) takes no entries"],
  [["Slice", ["t0", "one", "pair"]], "(Slice) has different numbers of starts, ends, axes and steps"],
  [["Gather", ["t0", "far"], { axis: int(1) }], "(Gather) takes entries beyond the size 4", { whole: { far: [4] } }],
  [["Unsqueeze", ["t0", "twice"]], "(Unsqueeze) lists an axis twice: [1,1]", { whole: { twice: [1, 1] } }],
  [["ReduceMean", ["t0", "twice"]], "(ReduceMean) lists an axis twice: [1,-3]", { whole: { twice: [1, -3] } }],
  [["Transpose", ["t0"], { perm: ints(0, 1) }], "transpose: [0, 1] is not an order of the axes"],
  [
    ["GatherND", ["t0", "five"]],
    "(GatherND) indexes 5 axes, but its input has 4",
    { whole: { five: [0, 0, 0, 0, 0] } },
  ],
  [["Pad", ["t0", "pair"]], "(Pad) does not have two pads for each axis"],
  [
    ["Pad", ["t0", "less"]],
    "(Pad) is not valid: pad: -3 and -3 are not valid for axis 2 of [batch, 4, 6, 6]",
    { whole: { less: [0, 0, -3, 0, 0, 0, -3, 0] } },
  ],
  [["Tile", ["t0", "pair"]], "(Tile) does not have one repeat for each axis"],
  [["Tile", ["t0", "by"]], "(Tile) repeats an axis 0 times", { whole: { by: [1, 0, 1, 1] } }],
  [["Concat", ["t0", "odd"], { axis: int(1) }], "(Concat) concatenates tensors of different ranks"],
  [["Concat", ["t0", "t0"], { axis: int(0) }], "(Concat) joins batches"],
  [["MaxPool", ["t0"], { kernel_shape: ints(2, 2), pads: ints(1, 1) }], "has pads [1,1]; only four whole numbers"],
  [["Add", ["t0", "odd"], { broadcast: int(1) }], "(Add) has broadcast = 1; only 0 is supported", { opset: 6 }],
  [
    ["Resize", ["t0", "", "", "sides"], { antialias: int(1), axes: ints(2, 3) }],
    "has antialias = 1 with mode = nearest",
  ],
  [
    ["Resize", ["t0", "sides", "", "sides"]],
    '(Resize) takes "roi" from values that are not real numbers, which is not supported',
  ],
  [["Resize", ["t0"]], "(Resize) has neither scales nor sizes for its axes"],
  [["Resize", ["t0", "", "", "to"]], "(Resize) resizes the batch", { whole: { to: [2, 4, 3, 3] } }],
  [
    ["Gemm", ["m", "square", "cube"]],
    "(Gemm) adds an input that is not a matrix",
    { weights: { m: [2, 2], cube: [2, 2, 2] } },
  ],
  [["DepthToSpace", ["t0"], { blocksize: int(-2) }], "(DepthToSpace) does not match its input"],
  [["SpaceToDepth", ["t0"], { blocksize: int(-2) }], "(SpaceToDepth) does not match its input"],
  [["LRN", ["t0"], { size: int(0) }], "(LRN) has size = 0, but needs a number of channels"],
  [
    ["GroupNormalization", ["t0", "g", "g"], { num_groups: int(-2) }],
    "has num_groups = -2, which does not divide 4 channels",
    { opset: 21, weights: { g: [4] } },
  ],
  [
    ["ConvTranspose", ["t0", "w"], { group: int(0) }],
    "(ConvTranspose) has sizes that do not fit its input",
    { weights: { w: [4, 4, 3, 3] } },
  ],
])("%j", (node, message, more) => {
  expectRefused([node], message, more);
});

// Whole numbers that become the shape of the same result.
test.each<[OnnxNode, string]>([
  [named("Div", ["pair", "none"], "t"), '"t" (Div) divides by 0'],
  [named("Mod", ["pair", "none"], "t"), '"t" (Mod) divides by 0'],
  [named("Tile", ["pair", "pair"], "t"), "(Tile) does not have one repeat for each axis"],
  [named("Slice", ["pair", "none", "one", "none", "none"], "t"), "(Slice) has steps of 0"],
  [named("Slice", ["pair", "none", "pair"], "t"), "(Slice) has different numbers of starts, ends, axes and steps"],
  [named("Expand", ["pair", "less"], "t"), "(Expand) has sizes [-3]"],
  [named("Reshape", ["triple", "pair"], "t"), "(Reshape) reshapes 3 numbers to [1,2]"],
  [named("Unsqueeze", ["pair", "axes"], "t"), "(Unsqueeze) lists an axis twice: [0,0]"],
])("%j", (node, message) => {
  expectRefused([node, ["Reshape", ["t0", "t"]]], message, { whole: { axes: [0, 0] } });
});

test("the product of a table", () => {
  const nodes = [named("Unsqueeze", ["pair", "none"], "table"), named("ReduceProd", ["table"], "t")];
  expectRefused([...nodes, ["Reshape", ["t0", "t"]]], '"t" (ReduceProd) multiplies tables of numbers');
});

test("a table behind a row", () => {
  const nodes = [named("Unsqueeze", ["pair", "none"], "table"), named("Concat", ["pair", "table"], "t")];
  expectRefused([...nodes, ["Reshape", ["t0", "t"]]], '"t" (Concat) concatenates incompatible shapes: [2] and [1,2]');
});

test("whole numbers of more reals than a shape has", () => {
  const nodes: (Given | OnnxNode)[] = [named("Cast", ["big"], "t", { to: int(7) }), ["Reshape", ["t0", "t"]]];
  const message = '"t" (Cast) converts 1000001 real numbers to whole numbers';
  expectRefused(nodes, message, { weights: { big: [1_000_001] } });
});

test.each<[string, Record<string, OnnxAttribute>, string]>([
  ["sizes", {}, '"a" (Split) splits 4 entries into [1,2]'],
  ["", { num_outputs: int(1e12) }, '"a" (Split) has num_outputs = 1000000000000, and gives 2'],
])("a Split by %j and %j", (sizes, attributes, message) => {
  const split = {
    type: "Split",
    inputs: ["t0", sizes],
    outputs: ["a", "b"],
    attributes: { axis: int(1), ...attributes },
  };
  expectRefused([split, ["Relu", ["a"]]], message, { whole: { sizes: [1, 2] } });
});

test.each<[Given, readonly number[]]>([
  [
    ["Tile", ["t0", "to"]],
    [1, 2e9, 1, 1],
  ],
  [
    ["Pad", ["t0", "to"], { mode: text("wrap") }],
    [0, 0, 2e9, 0, 0, 0, 0, 0],
  ],
  [
    ["Resize", ["t0", "", "", "to"]],
    [1, 4, 2e9, 6],
  ],
  [
    ["Resize", ["t0", "", "", "to"], { mode: text("cubic") }],
    [1, 4, 2e9, 6],
  ],
])("%j to %j is refused before there is such a tensor", (node, to) => {
  expectRefused([node], "entries per image, too many for a classifier", { whole: { to } });
});

test("no row of scores", () => {
  expectRefused([], "outputs 0 rows of scores; a classifier outputs one");
});
