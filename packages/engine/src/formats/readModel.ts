import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { LeukogramError } from "../core/errors.ts";
import { type ClassNames, namesBeside, namesInMetadata } from "./classNames.ts";
import { isZip, kerasModelOf } from "./keras/kerasFile.ts";
import type { DescribedModel } from "./keras/kerasModel.ts";
import { readBytes } from "./keras/readKeras.ts";
import { onnxModelOf } from "./onnx/onnxModel.ts";
import { isJson, tensorflowJsOf } from "./tensorflow/tensorflowJs.ts";

/** A model that another program wrote. */
export interface ReadModel extends DescribedModel {
  /** The file that was read, and what it is, in words. */
  readonly path: string;
  readonly kind: string;
  /** Names of its classes, which it holds or a file beside it; undefined if nothing says them. */
  readonly classes: ClassNames | undefined;
}

/** What {@link readModel} takes beside the file. */
export interface ReadModelOptions {
  /** Height and width of its images, where the file leaves them open. */
  readonly imageSize?: number | undefined;
  /** Which of several outputs of a Keras model is the class. */
  readonly output?: string | undefined;
}

/**
 * Reads a whole model with its weights: Keras's .keras and .h5, ONNX, or a layers model or graph model
 * of TensorFlow.js, told apart by content.
 *
 * @param path a file, or a folder with a model.json.
 * @throws ERR_FORMAT if it is none of these, is damaged, or has a layer that is not supported; ERR_WEIGHTS if
 * weights and layers do not fit each other.
 */
export async function readModel(path: string, { imageSize, output }: ReadModelOptions = {}): Promise<ReadModel> {
  const isFolder = existsSync(path) && statSync(path).isDirectory();
  const file = isFolder ? join(path, "model.json") : path;
  if (isFolder && !existsSync(file))
    throw new LeukogramError("ERR_FORMAT", `${path}: a folder without model.json or model.onnx`, {
      hint: "Give a model file, a run folder, or the folder of a TensorFlow.js model.",
    });
  const bytes = await readBytes(file);
  const beside = () => ({ path: file, classes: namesBeside(file) });
  if (isJson(bytes)) return { ...(await tensorflowJsOf(bytes, { path: file, imageSize, output })), ...beside() };
  if (bytes[0] === ONNX_START) {
    const { metadata, ...read } = onnxModelOf(bytes, { source: file, imageSize });
    return { ...read, path: file, classes: namesInMetadata(metadata, file) ?? namesBeside(file), kind: "ONNX" };
  }
  const { kerasVersion, ...read } = await kerasModelOf(bytes, file, { imageSize, output });
  const kind = `Keras ${kerasVersion ?? "1"} ${isZip(bytes) ? ".keras" : "HDF5"}`;
  return { ...read, ...beside(), kind };
}

/** The tag of an ONNX file's first field, its version; neither a zip nor HDF5 begins with it. */
export const ONNX_START = 8;
