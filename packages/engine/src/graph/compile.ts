import { timedNow } from "../core/spans.ts";
import { type ToOnnxOptions, toOnnx } from "./onnx/toOnnx.ts";
import { rewrite } from "./rewrite.ts";
import { lower, SIMPLIFY } from "./rewrites/simplify.ts";
import type { Tensor } from "./tensor.ts";

/** What {@link compile} takes beside the outputs. */
export type CompileOptions = ToOnnxOptions;

/** Simplifies a graph, lowers it to standard operators, and returns the bytes of its ONNX model. */
export function compile(outputs: Readonly<Record<string, Tensor>>, options: CompileOptions = {}): Uint8Array {
  return timedNow("Compile a graph", () => {
    const simple = rewrite(outputs, SIMPLIFY);
    return toOnnx(rewrite(simple, [lower, ...SIMPLIFY]), options);
  });
}
