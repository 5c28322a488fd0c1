import type { OnnxModel, OnnxModelOptions } from "@leukogram/engine/formats/onnx/onnxModel";
import type { OutputKind } from "@leukogram/engine/models/outputs";
import { createSession, type WebSessionOptions } from "@leukogram/engine/runtime/web";

/** What {@link readOnnxModel} takes beside the bytes. */
export interface ReadOnnxOptions extends OnnxModelOptions {
  /** What its outputs are; default: what they show to be on probe pictures. */
  readonly outputs?: OutputKind | undefined;
  /** Where the model is asked about the probe pictures. */
  readonly session?: WebSessionOptions | undefined;
}

/**
 * The layers and weights of an .onnx file, of another program or of ours where it does not look for the cell first; the
 * reader is loaded with the first such file. Its outputs become probabilities, as `withProbabilities` finds or `outputs` says.
 *
 * @throws LeukogramError ERR_FORMAT as `onnxModelOf`; ERR_USAGE as `withProbabilities`.
 */
export async function readOnnxModel(
  bytes: Uint8Array,
  { outputs, session, ...options }: ReadOnnxOptions,
): Promise<OnnxModel> {
  const { onnxModelOf } = await import("@leukogram/engine/formats/onnx/onnxModel");
  const { withProbabilities } = await import("@leukogram/engine/models/outputs");
  const { notes, ...read } = onnxModelOf(bytes, options);
  const open = (graph: Uint8Array) => createSession(graph, session);
  const { model, note } = await withProbabilities(read.model, { open, outputs });
  return { ...read, model, notes: [...notes, ...(note === undefined ? [] : [note])] };
}
