// Operators in place of layers: functions of keras.ops (Keras 3), and TFOpLambda and SlicingOpLambda (Keras 2).

import * as ops from "../../graph/ops/index.ts";
import type { Tensor } from "../../graph/tensor.ts";
import { type ActivationName, elu, gelu } from "../../nn/activations.ts";
import type { LayerOutput } from "../../nn/layer.ts";
import { Activation, LeakyReLU, ReLU, Rescaling, Softmax } from "../../nn/layers/index.ts";
import { binary } from "./arithmetic.ts";
import { item } from "./indexing.ts";
import { KerasOperation } from "./operation.ts";
import type { Operation, Operator } from "./operator.ts";
import {
  concatenated,
  expanded,
  flipped,
  meanOver,
  over,
  permuted,
  reshaped,
  resized,
  squeezed,
  stacked,
} from "./shapes.ts";

const unary = (kind: string, act: (x: Tensor) => Tensor, names = ["x"]): Operator => ({
  names,
  make: ({ name, tensor }) => new KerasOperation(kind, ([x]) => act(x!), { name }).apply(tensor(0)),
});

const activation = (activation: ActivationName, names = ["x"]): Operator => ({
  names,
  make: ({ name, tensor }) => new Activation({ activation, name }).apply(tensor(0)),
});

/** An activation with a number. */
const withAlpha = (kind: string, act: (x: Tensor, alpha: number) => Tensor): Operator => ({
  names: ["x", "alpha"],
  make: ({ name, number, tensor }) => {
    const alpha = number(1, 1);
    return new KerasOperation(kind, ([x]) => act(x!, alpha), { name }).apply(tensor(0));
  },
});

const same = (names: readonly string[]): Operator => ({ names, make: ({ tensor }) => tensor(0) });

const relu = (names = ["x"]): Operator => ({ names, make: ({ name, tensor }) => new ReLU({ name }).apply(tensor(0)) });

const leaky = (names = ["x", "negative_slope"]): Operator => ({
  names,
  make: ({ name, number, tensor }) => new LeakyReLU({ negativeSlope: number(1, 0.2), name }).apply(tensor(0)),
});

const softmax = (names = ["x", "axis"]): Operator => ({
  names,
  make: ({ name, number, tensor }) => new Softmax({ axis: number(1, -1), name }).apply(tensor(0)),
});

const negative: Operator = {
  names: ["x"],
  make: ({ name, tensor }) => new Rescaling({ scale: -1, name }).apply(tensor(0)),
};

const clip = (names = ["x", "x_min", "x_max"]): Operator => ({
  names,
  make: ({ name, number, refuse, tensor, value }) => {
    const [low, high] = [number(1, Number.NaN), number(2, Number.NaN)];
    if (!(low <= high)) throw refuse(`clips from ${String(value(1))} to ${String(value(2))}`);
    if (low === 0) return new ReLU({ maxValue: high, name }).apply(tensor(0));
    return new KerasOperation("clip", ([x]) => ops.clip(x!, low, high), { name }).apply(tensor(0));
  },
});

// Real numbers stay what they are; fractions that are cut would not.
const cast: Operator = {
  names: ["x", "dtype"],
  make: ({ refuse, tensor, value }) => {
    if (!/^b?float(16|32|64)$/.test(String(value(1)))) throw refuse(`casts to ${String(value(1))}`);
    return tensor(0);
  },
};

const approximateGelu = (usual: boolean, names = ["x", "approximate"]): Operator => ({
  names,
  make: ({ name, tensor, value }) => {
    const approximate = Boolean(value(1) ?? usual);
    if (!approximate) return new Activation({ activation: "gelu", name }).apply(tensor(0));
    return new KerasOperation("gelu", ([x]) => gelu(x!, true), { name }).apply(tensor(0));
  },
});

// Of keras.activations.relu with settings.
const fullRelu: Operator = {
  names: ["x", "negative_slope", "max_value", "threshold"],
  make: ({ name, number, tensor, value }) => {
    const maxValue = value(2) === undefined ? null : number(2, 0);
    return new ReLU({ negativeSlope: number(1, 0), maxValue, threshold: number(3, 0), name }).apply(tensor(0));
  },
};

// Barron 2017.
const celu = (x: Tensor, alpha: number) => ops.mul(elu(ops.mul(x, ops.scalar(1 / alpha)), 1), ops.scalar(alpha));

const square = (x: Tensor) => ops.mul(x, x);
const rootOfInverse = (x: Tensor) => ops.reciprocal(ops.sqrt(x));

/** Classes of keras.ops. */
export const KERAS_OPERATORS: Readonly<Record<string, Operator>> = {
  Abs: unary("abs", ops.abs),
  Absolute: unary("abs", ops.abs),
  Add: binary("add"),
  Cast: cast,
  Celu: withAlpha("celu", celu),
  Clip: clip(),
  Concatenate: concatenated(["xs", "axis"]),
  Divide: binary("divide"),
  Elu: withAlpha("elu", elu),
  Exp: activation("exponential"),
  ExpandDims: expanded(["x", "axis"]),
  Flip: flipped(["x", "axis"]),
  Gelu: approximateGelu(true),
  GetItem: { names: ["x", "key"], make: item },
  HardSigmoid: activation("hard_sigmoid"),
  HardSilu: activation("hard_silu"),
  HardTanh: activation("hard_tanh"),
  Identity: same(["x"]),
  LeakyRelu: leaky(),
  Log: unary("log", ops.log),
  LogSigmoid: activation("log_sigmoid"),
  LogSoftmax: activation("log_softmax"),
  Max: over("max", ["x", "axis", "keepdims"]),
  Maximum: binary("maximum"),
  Mean: meanOver(["x", "axis", "keepdims"]),
  Minimum: binary("minimum"),
  Mish: activation("mish"),
  Multiply: binary("multiply"),
  Negative: negative,
  Power: binary("power"),
  ReLU: fullRelu,
  Reciprocal: unary("reciprocal", ops.reciprocal),
  Relu: relu(),
  Relu6: activation("relu6"),
  Reshape: reshaped(["x", "newshape"]),
  Resize: resized(["images", "size", "interpolation"]),
  Rsqrt: unary("rsqrt", rootOfInverse),
  Selu: activation("selu"),
  Sigmoid: activation("sigmoid"),
  Silu: activation("silu"),
  Softmax: softmax(),
  Softplus: activation("softplus"),
  Softsign: activation("softsign"),
  SparseSigmoid: activation("sparse_sigmoid"),
  Sqrt: unary("sqrt", ops.sqrt),
  Square: unary("square", square),
  Squeeze: squeezed(["x", "axis"]),
  Stack: stacked(["x", "axis"]),
  StopGradient: same(["variable"]),
  Subtract: binary("subtract"),
  Sum: over("sum", ["x", "axis", "keepdims"]),
  Tanh: activation("tanh"),
  TanhShrink: activation("tanh_shrink"),
  Transpose: permuted(["x", "axes"]),
  TrueDivide: binary("divide"),
};

const XY = ["x", "y"] as const;

const biasAdd: Operator = {
  names: ["value", "bias", "data_format"],
  make: (operation) => {
    const format = operation.value(2) ?? "NHWC";
    if (format !== "NHWC") throw operation.refuse(`has channels in the order ${String(format)}`);
    return binary("add").make(operation);
  },
};

const sumOfMany: Operator = { names: ["inputs"], make: ({ value, ...rest }) => addAll({ value, ...rest }) };

function addAll(operation: Operation): LayerOutput {
  const [first, ...others] = operation.value(0) as readonly LayerOutput[];
  const sum = (place: number, total: LayerOutput, next: LayerOutput): Operation => ({
    ...operation,
    name: place === others.length - 1 ? operation.name : `${operation.name}_${place}`,
    value: (argument) => (argument === 0 ? total : next),
  });
  return others.reduce((total, next, i) => binary("add").make(sum(i, total, next)), first!);
}

/** Functions of TensorFlow, by the names that TFOpLambda and SlicingOpLambda have for them. */
export const TENSORFLOW_OPERATORS: Readonly<Record<string, Operator>> = {
  "__operators__.add": binary("add", XY),
  "__operators__.getitem": { names: ["tensor", "slice_spec"], make: item },
  cast,
  clip_by_value: clip(["t", "clip_value_min", "clip_value_max"]),
  "compat.v1.squeeze": squeezed(["input", "axis"]),
  "compat.v1.transpose": permuted(["a", "perm"]),
  concat: concatenated(["values", "axis"]),
  expand_dims: expanded(["input", "axis"]),
  identity: same(["input"]),
  "image.resize": resized(["images", "size", "method"]),
  "math.abs": unary("abs", ops.abs),
  "math.add": binary("add", XY),
  "math.add_n": sumOfMany,
  "math.divide": binary("divide", XY),
  "math.exp": activation("exponential"),
  "math.log": unary("log", ops.log),
  "math.maximum": binary("maximum", XY),
  "math.minimum": binary("minimum", XY),
  "math.multiply": binary("multiply", XY),
  "math.negative": negative,
  "math.pow": binary("power", XY),
  "math.reciprocal": unary("reciprocal", ops.reciprocal),
  "math.reduce_max": over("max", ["input_tensor", "axis", "keepdims"]),
  "math.reduce_mean": meanOver(["input_tensor", "axis", "keepdims"]),
  "math.reduce_sum": over("sum", ["input_tensor", "axis", "keepdims"]),
  "math.rsqrt": unary("rsqrt", rootOfInverse),
  "math.sigmoid": activation("sigmoid"),
  "math.softplus": activation("softplus", ["features"]),
  "math.sqrt": unary("sqrt", ops.sqrt),
  "math.square": unary("square", square),
  "math.subtract": binary("subtract", XY),
  "math.tanh": activation("tanh"),
  "math.truediv": binary("divide", XY),
  "nn.bias_add": biasAdd,
  "nn.elu": activation("elu", ["features"]),
  "nn.gelu": approximateGelu(false, ["features", "approximate"]),
  "nn.leaky_relu": leaky(["features", "alpha"]),
  "nn.log_softmax": activation("log_softmax", ["logits"]),
  "nn.relu": relu(["features"]),
  "nn.relu6": activation("relu6", ["features"]),
  "nn.selu": activation("selu", ["features"]),
  "nn.sigmoid": activation("sigmoid"),
  "nn.silu": activation("silu", ["features"]),
  "nn.softmax": softmax(["logits", "axis"]),
  "nn.softplus": activation("softplus", ["features"]),
  "nn.softsign": activation("softsign", ["features"]),
  "nn.tanh": activation("tanh"),
  reshape: reshaped(["tensor", "shape"]),
  reverse: flipped(["tensor", "axis"]),
  squeeze: squeezed(["input", "axis"]),
  stack: stacked(["values", "axis"]),
  stop_gradient: same(["input"]),
  transpose: permuted(["a", "perm"]),
};
