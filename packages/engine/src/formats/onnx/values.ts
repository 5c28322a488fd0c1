import type { Dim } from "../../core/shape.ts";
import type { DecodedTensor } from "../../graph/onnx/decodeTensor.ts";
import * as ops from "../../graph/ops/index.ts";
import { rewrite } from "../../graph/rewrite.ts";
import { SIMPLIFY } from "../../graph/rewrites/simplify.ts";
import type { Tensor } from "../../graph/tensor.ts";
import type { LayerOutput } from "../../nn/layer.ts";
import { toGraphShape } from "../../nn/layout.ts";
import { evaluate, type Source } from "./fragment.ts";
import type { BatchTable } from "./nodeFacts.ts";
import { BATCH, type HostValue, type NodeFacts } from "./nodeFacts.ts";

/** What a name in an ONNX graph stands for while its layers are being found. */
export type Value =
  /** Whole numbers that are known. */
  | { readonly kind: "host"; readonly value: HostValue }
  /** Places among the entries of all images. */
  | { readonly kind: "places"; readonly value: BatchTable }
  /** Whole numbers that are too many for a shape: quantised weights. */
  | { readonly kind: "quantised"; readonly tensor: DecodedTensor }
  /** Real numbers; `isWeight` where training may change them. */
  | {
      readonly kind: "constant";
      readonly data: Float32Array;
      readonly shape: readonly number[];
      readonly isWeight: boolean;
    }
  /** What a layer gives. */
  | { readonly kind: "layer"; readonly output: LayerOutput }
  /** Operators that are not yet a layer, and the shape that they give. */
  | { readonly kind: "pending"; readonly source: Source; readonly shape: readonly Dim[] };

/** Real numbers that are known. */
export type Constant = Extract<Value, { kind: "constant" }>;

/** The most whole numbers that a shape is computed from. */
const MOST_HOST = 100_000;

/** A constant of the file. */
export function constantValue(tensor: DecodedTensor, isWeight: boolean): Value {
  if (tensor.isReal) return { kind: "constant", data: Float32Array.from(tensor.data), shape: tensor.shape, isWeight };
  if (tensor.data.length > MOST_HOST) return { kind: "quantised", tensor };
  return { kind: "host", value: { shape: tensor.shape, data: Array.from(tensor.data) } };
}

/** The tensor of a source by shape alone. */
export function symbolic(source: Source): Tensor {
  return evaluate(source, {
    batch: BATCH,
    input: (output) => ops.input(output.layer.name, toGraphShape(output.shape, BATCH)),
    weight: ({ value, shape }) => ops.constant(value, shape),
  });
}

/** The numbers of a tensor that follows from constants alone; undefined if they are not to be had. */
export function foldedConstant(tensor: Tensor): { data: Float32Array; shape: readonly number[] } | undefined {
  const { y } = rewrite({ y: tensor }, SIMPLIFY);
  const data = y!.op === ops.constantOp ? y!.attributes.data : undefined;
  return data instanceof Float32Array ? { data, shape: y!.shape as readonly number[] } : undefined;
}

/** The shape of a value in the graph; undefined if it has none. */
export function shapeOf(value: Value): readonly Dim[] {
  if (value.kind === "host") return value.value.shape;
  if (value.kind === "quantised") return value.tensor.shape;
  if (value.kind === "places") return [BATCH, ...value.value.offsets.shape];
  if (value.kind === "layer") return toGraphShape(value.output.shape, BATCH);
  return value.shape;
}

/** What layers and operators give, which a graph is made of. */
export type Computed = Extract<Value, { kind: "layer" | "pending" }>;

/** The shape that a node of one input gives. */
export function resultShape(facts: NodeFacts, x: Computed): readonly Dim[] {
  const source: Source = x.kind === "layer" ? { kind: "input", output: x.output } : x.source;
  return symbolic({ kind: "step", step: { facts, sources: [source] }, output: 0 }).shape;
}
