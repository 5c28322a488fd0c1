import { timedNow } from "../core/spans.ts";
import { type ToOnnxOptions, toOnnx } from "./onnx/toOnnx.ts";
import { rewrite } from "./rewrite.ts";
import { lower, SIMPLIFY } from "./rewrites/simplify.ts";
import type { Tensor } from "./tensor.ts";

/** What {@link compile} takes beside the outputs. */
export interface CompileOptions extends ToOnnxOptions {
  /** Whether the graph is simplified, which pays if it is run more than a few times; default true. */
  readonly simplify?: boolean;
}

/** Simplifies a graph, lowers it to standard operators, and returns the bytes of its ONNX model. */
export function compile(
  outputs: Readonly<Record<string, Tensor>>,
  { simplify = true, ...options }: CompileOptions = {},
): Uint8Array {
  return timedNow("Compile a graph", () => {
    const rules = simplify ? SIMPLIFY : [];
    return toOnnx(rewrite(rewrite(outputs, rules), [lower, ...rules]), options);
  });
}
