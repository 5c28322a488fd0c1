// Small networks as bytes of .onnx files.
import { Rng } from "@leukogram/engine/core/rng";
import { encodeModel, type OnnxAttribute, type OnnxNode } from "@leukogram/engine/graph/onnx/proto";

/** A node by its type, what it reads and its attributes. */
export type Given = readonly [type: string, inputs: readonly string[], attributes?: Record<string, OnnxAttribute>];

/** A network, for {@link netBytes}. */
export interface Net {
  readonly nodes: readonly (Given | OnnxNode)[];
  readonly opset?: number;
  /** Reals by name, and shape. */
  readonly weights?: Readonly<Record<string, readonly number[]>>;
  readonly whole?: Readonly<Record<string, readonly number[]>>;
}

export const ints = (...values: number[]): OnnxAttribute => ({ ints: values });
export const int = (value: number): OnnxAttribute => ({ int: value });
export const float = (value: number): OnnxAttribute => ({ float: value });
export const text = (value: string): OnnxAttribute => ({ string: value });

/** A node whose output has a name. */
export function named(type: string, inputs: string[], output: string, attributes = {}): OnnxNode {
  return { type, inputs, outputs: [output], attributes };
}

/** A convolution of the images, [batch, 4, 6, 6], as the first node. */
export const conv: Given = ["Conv", ["x", "k", "b"], { kernel_shape: ints(3, 3), pads: ints(1, 1, 1, 1) }];

/** Weights of {@link conv}. */
export const CONV = { k: [4, 3, 3, 3], b: [4] };

/** A row of what the second node gives. */
export const flat: Given = ["Flatten", ["t1"]];

const isNode = (node: Given | OnnxNode): node is OnnxNode => "outputs" in node;

/** A network of these nodes, each reading what it names; `y` is the last one's. Weights are drawn, those named `p*` above 0. */
export function netBytes(
  { nodes, opset = 18, weights = {}, whole = {} }: Net,
  channels: readonly number[] = [3, 6, 6],
): Uint8Array {
  const rng = new Rng(3);
  const reals = Object.entries(weights).map(([name, shape]) => {
    const count = shape.reduce((a, b) => a * b, 1);
    const draw = () => (name.startsWith("p") ? 0.5 + rng.uniform() : rng.normal(0, 0.5));
    return { name, dtype: "float32" as const, shape, data: Float32Array.from({ length: count }, draw) };
  });
  const ints = Object.entries(whole).map(([name, values]) => {
    return { name, dtype: "int64" as const, shape: [values.length], data: BigInt64Array.from(values, BigInt) };
  });
  return encodeModel({
    name: "net",
    opset,
    producer: { name: "test", version: "1" },
    nodes: nodes.map((node, i) =>
      isNode(node)
        ? node
        : {
            type: node[0],
            inputs: node[1],
            outputs: [i === nodes.length - 1 ? "y" : `t${i}`],
            attributes: node[2] ?? {},
          },
    ),
    initializers: [...reals, ...ints],
    inputs: [{ name: "x", dtype: "float32", shape: ["batch", ...channels] }],
    outputs: [{ name: "y", dtype: "float32", shape: ["batch", "k"] }],
    metadata: {},
  });
}
