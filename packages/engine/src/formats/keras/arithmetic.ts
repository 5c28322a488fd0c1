// Sums, products and the like of tensors and constants, as keras.ops and TensorFlow write them.
import * as ops from "../../graph/ops/index.ts";
import type { Tensor } from "../../graph/tensor.ts";
import type { Layer, LayerOutput } from "../../nn/layer.ts";
import { Add, Maximum, Minimum, Multiply, ReLU, Rescaling, Subtract } from "../../nn/layers/index.ts";
import { isTensor, type Numbers, numbersOf } from "./arguments.ts";
import { KerasOperation } from "./operation.ts";
import type { Operation, Operator } from "./operator.ts";

interface Binary {
  readonly act: (a: Tensor, b: Tensor) => Tensor;
  /** The layer of Keras that does it to two tensors. */
  readonly LayerClass?: new (options: {
    readonly name: string;
  }) => Layer;
  /** x scaled and shifted, where one side is a number v: x - v, and v - x. */
  readonly line?: (v: number) => Line;
  readonly turned?: (v: number) => Line;
}

interface Line {
  readonly scale?: number;
  readonly offset?: number;
}

const plus = (v: number): Line => ({ offset: v });
const times = (v: number): Line => ({ scale: v });

const BINARY = {
  add: { act: ops.add, LayerClass: Add, line: plus, turned: plus },
  subtract: {
    act: ops.sub,
    LayerClass: Subtract,
    line: (v) => ({ offset: -v }),
    turned: (v) => ({ scale: -1, offset: v }),
  },
  multiply: { act: ops.mul, LayerClass: Multiply, line: times, turned: times },
  divide: { act: ops.div, line: (v) => ({ scale: 1 / v }) },
  maximum: { act: ops.maximum, LayerClass: Maximum },
  minimum: { act: ops.minimum, LayerClass: Minimum },
  power: { act: ops.pow },
} as const satisfies Readonly<Record<string, Binary>>;

/** An operator on two tensors, or on one and constants on either side. */
export function binary(kind: keyof typeof BINARY, names: readonly [string, string] = ["x1", "x2"]): Operator {
  return { names, make: (operation) => ofTwo(BINARY[kind], kind, operation) };
}

function ofTwo(binary: Binary, kind: string, operation: Operation): LayerOutput {
  const { name, refuse, value } = operation;
  const [a, b] = [value(0), value(1)];
  if (isTensor(a) && isTensor(b)) {
    if (a.shape.length !== b.shape.length) throw refuse("takes tensors of unequal rank");
    const { LayerClass, act } = binary;
    const layer = LayerClass ? new LayerClass({ name }) : new KerasOperation(kind, ([x, y]) => act(x!, y!), { name });
    return layer.apply([a, b]);
  }
  const [x, given] = isTensor(a) ? [a, b] : [b, a];
  const numbers = numbersOf(given);
  if (!isTensor(x) || numbers === undefined) throw refuse("takes an input that is not a tensor or a number");
  return withConstant(binary, { kind, x, numbers, isTurned: x === b, operation });
}

interface WithConstant {
  readonly kind: string;
  readonly x: LayerOutput;
  readonly numbers: Numbers;
  /** Whether the constant is on the left. */
  readonly isTurned: boolean;
  readonly operation: Operation;
}

function withConstant(binary: Binary, { kind, x, numbers, isTurned, operation }: WithConstant): LayerOutput {
  const { name, refuse } = operation;
  const { data, shape } = numbers;
  const rank = x.shape.length + 1;
  if (shape.length > rank || (shape.length === rank && shape[0] !== 1))
    throw refuse(`takes a constant of ${shape.length} axes`);
  const line = isTurned ? binary.turned : binary.line;
  const isOne = data.length === 1;
  const isChannels = shape.at(-1) === data.length && data.length === x.shape.at(-1);
  if (line && (isOne || isChannels)) {
    const lines = data.map(line);
    const values = (key: "scale" | "offset", otherwise: number) => {
      const all = lines.map((part) => part[key] ?? otherwise);
      return all.every((entry) => entry === all[0]) ? all[0]! : all;
    };
    return new Rescaling({ scale: values("scale", 1), offset: values("offset", 0), name }).apply(x);
  }
  if (kind === "maximum" && isOne && data[0] === 0) return new ReLU({ name }).apply(x);
  const act = ([tensor]: readonly Tensor[]) => {
    const constant = isOne ? ops.scalar(data[0]!) : ops.constant(Float32Array.from(data), shape);
    return isTurned ? binary.act(constant, tensor!) : binary.act(tensor!, constant);
  };
  return new KerasOperation(kind, act, { name }).apply(x);
}
