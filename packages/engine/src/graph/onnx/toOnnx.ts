import { LeukogramError } from "../../core/errors.ts";
import type { Shape } from "../../core/shape.ts";
import { constantOp } from "../ops/constant.ts";
import { inputOp } from "../ops/input.ts";
import { type Tensor, topologicalOrder } from "../tensor.ts";
import { Emitter } from "./emitter.ts";
import { encodeModel, type OnnxValue } from "./proto.ts";

/** The version of ONNX's standard operators that every graph is written in. */
export const OPSET = 18;

/** What {@link toOnnx} takes beside the outputs. */
export interface ToOnnxOptions {
  readonly name?: string;
  /** Keys and values that travel in the file, such as the names of the classes. */
  readonly metadata?: Readonly<Record<string, string>>;
  readonly version?: string;
}

/**
 * The bytes of an ONNX model (opset 18) that computes `outputs` from the input tensors they follow from.
 *
 * @throws ERR_SHAPE if two inputs of one name differ, or an input and an output share one.
 */
export function toOnnx(
  outputs: Readonly<Record<string, Tensor>>,
  { name = "leukogram", metadata = {}, version = "0" }: ToOnnxOptions = {},
): Uint8Array {
  const order = topologicalOrder(Object.values(outputs));
  const emitter = new Emitter(reservedNames(order, outputs));
  const inputs = new Map<string, OnnxValue>();
  for (const tensor of order) {
    if (tensor.op === inputOp) addInput(inputs, emitter, tensor);
    else if (tensor.op === constantOp)
      emitter.bind(tensor, emitter.initializer(tensor.shape as number[], tensor.attributes.data as Float32Array));
    else if (tensor.op.emit === undefined)
      throw new LeukogramError("ERR_RUNTIME", `graph: ${tensor.op.name} has no ONNX form; lower the graph first`);
    else emitter.bind(tensor, tensor.op.emit(emitter, tensor, tensor.attributes));
  }
  for (const [output, tensor] of Object.entries(outputs)) emitter.output(output, tensor);
  return encodeModel({
    name,
    opset: OPSET,
    producer: { name: "leukogram", version },
    nodes: emitter.nodes,
    initializers: emitter.initializers,
    inputs: [...inputs.values()],
    outputs: Object.entries(outputs).map(([output, { dtype, shape }]) => ({ name: output, dtype, shape })),
    metadata,
  });
}

function reservedNames(order: readonly Tensor[], outputs: Readonly<Record<string, Tensor>>): Set<string> {
  const names = new Set(order.filter(({ op }) => op === inputOp).map(({ attributes }) => attributes.name as string));
  for (const output of Object.keys(outputs)) {
    if (names.has(output))
      throw new LeukogramError("ERR_SHAPE", `graph: "${output}" names both an input and an output`);
    names.add(output);
  }
  return names;
}

function addInput(inputs: Map<string, OnnxValue>, emitter: Emitter, tensor: Tensor): void {
  const name = tensor.attributes.name as string;
  const value = { name, dtype: tensor.dtype, shape: tensor.shape as Shape };
  const before = inputs.get(name);
  if (before !== undefined && JSON.stringify(before) !== JSON.stringify(value))
    throw new LeukogramError("ERR_SHAPE", `graph: two different inputs are named "${name}"`);
  inputs.set(name, value);
  emitter.bind(tensor, name);
}
