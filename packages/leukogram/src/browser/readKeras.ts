// The HDF5 library is larger than all the rest, so it is loaded where a file is read.
import type { KerasModelFile } from "@leukogram/engine/formats/keras/kerasFile";
import type { StoredLayers } from "@leukogram/engine/formats/keras/storedLayers";

/**
 * The whole model in the bytes of a .keras or .h5 file.
 *
 * @throws ERR_FORMAT and ERR_WEIGHTS as `kerasModelOf`.
 */
export async function readKerasModel(bytes: Uint8Array, name = "model"): Promise<KerasModelFile> {
  const { kerasModelOf } = await import("@leukogram/engine/formats/keras/kerasFile");
  return kerasModelOf(bytes, name);
}

/** The weights alone in the bytes of a .keras or .h5 file, for `loadWeights`. @throws ERR_FORMAT as `kerasLayersOf`. */
export async function readKerasLayers(bytes: Uint8Array, name = "model"): Promise<StoredLayers> {
  const { kerasLayersOf } = await import("@leukogram/engine/formats/keras/kerasFile");
  return kerasLayersOf(bytes, name);
}
