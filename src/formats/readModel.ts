import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { LeukogramError } from "../core/errors.ts";
import { isZip, kerasModelOf } from "./kerasFile.ts";
import type { DescribedModel } from "./kerasModel.ts";
import { readBytes } from "./readKeras.ts";
import { isJson, tensorflowJsOf } from "./tensorflowJs.ts";

/** A model that another program wrote. */
export interface ReadModel extends DescribedModel {
  /** The file that was read, and what it is, in words. */
  readonly path: string;
  readonly kind: string;
}

/**
 * Reads a whole model with its weights: Keras's .keras and .h5, or a layers model of TensorFlow.js, told apart by content.
 *
 * @param path a file, or a folder with a model.json.
 * @throws ERR_FORMAT where it is none of these, is damaged, or has a layer that is not supported; ERR_WEIGHTS where
 * weights and layers do not fit each other.
 */
export async function readModel(path: string): Promise<ReadModel> {
  const isFolder = existsSync(path) && statSync(path).isDirectory();
  const file = isFolder ? join(path, "model.json") : path;
  if (isFolder && !existsSync(file))
    throw new LeukogramError("ERR_FORMAT", `${path}: is a folder without model.json or model.onnx`, {
      hint: "Give a model file, a run folder, or the folder of a TensorFlow.js model.",
    });
  const bytes = await readBytes(file);
  if (isJson(bytes)) return { ...(await tensorflowJsOf(bytes, file)), path: file, kind: "TensorFlow.js layers model" };
  const { kerasVersion, ...read } = await kerasModelOf(bytes, file);
  const kind = `Keras ${kerasVersion ?? "1"} ${isZip(bytes) ? ".keras" : "HDF5"}`;
  return { ...read, path: file, kind };
}
