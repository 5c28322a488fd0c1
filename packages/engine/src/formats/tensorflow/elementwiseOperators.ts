// The operators of TensorFlow that work on each entry separately.
import type { DecodedAttribute } from "../../graph/onnx/decode.ts";
import type { TensorflowNode } from "./node.ts";
import type { Translated, Translation } from "./translation.ts";

/** Adds what a node of TensorFlow means to the graph, and gives its result, or results. */
export type Operator = (
  inputs: readonly Translated[],
  node: TensorflowNode,
  graph: Translation,
) => Translated | readonly Translated[];

type Attributes = Readonly<Record<string, DecodedAttribute>>;

const unary =
  (type: string, attributesOf: (node: TensorflowNode) => Attributes = () => ({})): Operator =>
  ([x], node, graph) => {
    const name = graph.emit(type, [x!], { name: node.name, attributes: attributesOf(node) });
    return { name, rank: x!.rank, isTurned: x!.isTurned };
  };

/** One of several tensors that are broadcast to each other. */
const joined =
  (type: string, act?: (a: number, b: number) => number): Operator =>
  (inputs, node, graph) => {
    const values = graph.together(inputs);
    const rank = Math.max(...values.map((value) => value.rank));
    const name = graph.emit(type, values, { name: node.name });
    const whole = act && wholeOf(inputs, act);
    return { name, rank, isTurned: values.some(({ isTurned }) => isTurned), ...(whole && { whole }) };
  };

// Arithmetic on shapes; what of it is not known stays unknown.
function wholeOf([a, b]: readonly Translated[], act: (a: number, b: number) => number) {
  const [left, right] = [a?.whole, b?.whole];
  if (left === undefined || right === undefined) return undefined;
  return Array.from({ length: Math.max(left.length, right.length) }, (_, i) => {
    const [x, y] = [left[left.length === 1 ? 0 : i], right[right.length === 1 ? 0 : i]];
    return x === undefined || y === undefined ? undefined : act(x, y);
  });
}

const chain =
  (...operators: readonly Operator[]): Operator =>
  (inputs, node, graph) =>
    operators.reduce((values: readonly Translated[], act) => [act(values, node, graph) as Translated], inputs)[0]!;

const add = joined("Add", (a, b) => a + b);
const mul = joined("Mul", (a, b) => a * b);
const square: Operator = ([x], node, graph) => mul([x!, x!], node, graph);

// Entries below 0 times a number for each channel.
const prelu: Operator = (inputs, node, graph) => {
  const [x, slope] = graph.together(inputs) as [Translated, Translated];
  return { ...x, name: graph.emit("PRelu", [x, slope], { name: node.name }) };
};

const biasAdd: Operator = ([x, bias], node, graph) => {
  if (node.text("data_format", "NHWC") !== "NCHW" || x!.rank !== 4) return add([x!, bias!], node, graph);
  const attributes = { axes: { ints: [1, 2] } };
  const column = { name: graph.emit("Unsqueeze", [bias!], { name: node.name, attributes }), rank: 3, isTurned: false };
  return add([graph.plain(x!), column], node, graph);
};

const softmax =
  (type: string): Operator =>
  (inputs, node, graph) =>
    unary(type, () => ({ axis: { int: inputs[0]!.isTurned ? 1 : -1 } }))(inputs, node, graph);

/** Gives what it is given. */
const same: Operator = ([x]) => x!;

/** Those behind a convolution or product, by what fused_ops calls them. */
export const ACTIVATIONS: Readonly<Record<string, Operator>> = {
  Elu: unary("Elu", () => ({ alpha: { float: 1 } })),
  LeakyRelu: unary("LeakyRelu", (node) => ({ alpha: { float: node.float("leakyrelu_alpha", 0.2) } })),
  Prelu: prelu,
  Relu: unary("Relu"),
  Relu6: unary("Clip", () => ({ min: { float: 0 }, max: { float: 6 } })),
  Sigmoid: unary("Sigmoid"),
  Tanh: unary("Tanh"),
};

/** By name. */
export const ELEMENTWISE_OPERATORS: Readonly<Record<string, Operator>> = {
  ...ACTIVATIONS,
  Abs: unary("Abs"),
  Add: add,
  AddN: joined("Sum"),
  AddV2: add,
  BiasAdd: biasAdd,
  Cast: same,
  Div: joined("Div"),
  Erf: unary("Erf"),
  Exp: unary("Exp"),
  FloorDiv: ([a, b], node, graph) => {
    if (a!.whole === undefined) throw node.refuse("rounds a quotient, which is supported only for shapes");
    return joined("Div", (x, y) => Math.trunc(x / y))([a!, b!], node, graph);
  },
  Identity: same,
  IdentityN: (inputs) => inputs,
  LeakyRelu: unary("LeakyRelu", (node) => ({ alpha: { float: node.float("alpha", 0.2) } })),
  Log: unary("Log"),
  LogSoftmax: softmax("LogSoftmax"),
  Maximum: joined("Max"),
  Minimum: joined("Min"),
  Mul: mul,
  Neg: unary("Neg"),
  PlaceholderWithDefault: same,
  Pow: joined("Pow"),
  PreventGradient: same,
  RealDiv: joined("Div"),
  Reciprocal: unary("Reciprocal"),
  Rsqrt: chain(unary("Sqrt"), unary("Reciprocal")),
  Selu: unary("Selu"),
  Softmax: softmax("Softmax"),
  Softplus: unary("Softplus"),
  Sqrt: unary("Sqrt"),
  Square: square,
  SquaredDifference: chain(joined("Sub"), square),
  StopGradient: same,
  Sub: joined("Sub", (a, b) => a - b),
};
