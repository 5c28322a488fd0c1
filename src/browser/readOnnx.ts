import type { OnnxModel, OnnxModelOptions } from "../formats/onnx/onnxModel.ts";

/**
 * The layers and weights of an .onnx file, of another program or of ours where it does not look for the cell first; the
 * reader is loaded with the first such file.
 *
 * @throws LeukogramError ERR_FORMAT as `onnxModelOf`.
 */
export async function readOnnxModel(bytes: Uint8Array, options: OnnxModelOptions): Promise<OnnxModel> {
  const { onnxModelOf } = await import("../formats/onnx/onnxModel.ts");
  return onnxModelOf(bytes, options);
}
