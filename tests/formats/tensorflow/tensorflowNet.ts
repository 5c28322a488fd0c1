// Small graphs of TensorFlow as its JSON has them.
import { Rng } from "@leukogram/engine/core/rng";
import type { NodeJson } from "@leukogram/engine/formats/tensorflow/node";
import { graphModelOf, type SignatureJson } from "@leukogram/engine/formats/tensorflow/tensorflowGraph";
import type { DecodedTensor } from "@leukogram/engine/graph/onnx/decodeTensor";

export type Attributes = NonNullable<NodeJson["attr"]>;

export const text = (value: string) => ({ s: btoa(value) });
export const texts = (...values: string[]) => ({ list: { s: values.map((value) => btoa(value)) } });
export const ints = (...values: number[]) => ({ list: { i: values.map(String) } });
export const int = (value: number) => ({ i: String(value) });
export const yes = { b: true };

export const node = (name: string, op: string, input: readonly string[], attr: Attributes = {}): NodeJson => {
  return { name, op, input, attr };
};

export const SAME = { strides: ints(1, 1, 1, 1), padding: text("SAME") };
export const VALID = { strides: ints(1, 1, 1, 1), padding: text("VALID") };

/** The end of a classifier: the mean of each channel, along the axes that {@link ends} holds, and a softmax. */
export const gap = (from: string) => [node("m", "Mean", [from, "gapAxes"]), node("y", "Softmax", ["m"])];

/** A class for each number of an image, in TensorFlow's order. */
export const flatEnd = (from: string): readonly NodeJson[] => [
  node("flat", "Reshape", [from, "rowShape"]),
  node("y", "Softmax", ["flat"]),
];

/** Numbers of a graph: whole where they are given so, reals otherwise. */
export interface Numbers {
  readonly shape: readonly number[];
  readonly data: Float32Array | readonly number[];
}

export const whole = (...data: number[]): Numbers => ({ shape: [data.length], data });
export const matrix = (...rows: number[][]): Numbers => ({ shape: [rows.length, rows[0]!.length], data: rows.flat() });
export const one = (value: number): Numbers => ({ shape: [], data: [value] });

/** What {@link gap} reads. */
export const ends = { gapAxes: whole(1, 2) };

/** Reals that are drawn anew for each name. */
export function reals(name: string, ...shape: number[]): Numbers {
  const rng = new Rng([...name].reduce((sum, letter) => sum * 31 + letter.charCodeAt(0), 7) % 2 ** 31);
  const draw = () => (name.startsWith("p") ? 0.5 + rng.uniform() : rng.normal(0, 0.5));
  return { shape, data: Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, draw) };
}

export interface Net {
  readonly nodes: readonly NodeJson[];
  readonly constants?: Readonly<Record<string, Numbers>>;
  readonly shape?: readonly number[];
  readonly signature?: SignatureJson;
}

export const SHAPE = [6, 5, 3];

/** A graph that reads `x` and whose last node gives what it is asked for. */
export function graphOf({ nodes, constants = {}, shape = SHAPE, signature }: Net) {
  const dim = [-1, ...shape].map((size) => ({ size: String(size) }));
  const entry: NodeJson = { name: "x", op: "Placeholder", attr: { shape: { shape: { dim } } } };
  const fixed = Object.keys(constants).map((name): NodeJson => ({ name, op: "Const" }));
  const weights = Object.entries(constants).map(([name, { shape: own, data }]): DecodedTensor => {
    const isReal = data instanceof Float32Array;
    return { name, shape: own, isReal, data: isReal ? data : Float64Array.from(data) };
  });
  return { graph: { node: [entry, ...fixed, ...nodes] }, weights, signature };
}

/** The layers of a graph. */
export const read = (net: Net) => graphModelOf(graphOf(net), { source: "model.json" }).model;
