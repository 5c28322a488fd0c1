import { unzipSync } from "fflate";
import { LeukogramError } from "../core/errors.ts";
import { withHdf5 } from "./hdf5.ts";
import { h5Layers, readBytes } from "./kerasH5.ts";
import { type LayerConfig, layersByVars } from "./kerasVars.ts";
import type { StoredLayers } from "./storedLayers.ts";

const CONFIG = "config.json";
const WEIGHTS = "model.weights.h5";

/**
 * Reads the weights of a file that Keras wrote: .keras, .weights.h5 or .h5, told apart by content and not by name.
 *
 * @throws ERR_FORMAT where the file is missing, damaged, or none of these.
 */
export async function readKerasFile(path: string): Promise<StoredLayers> {
  const bytes = await readBytes(path);
  return isZip(bytes) ? zipLayers(bytes, path) : h5Layers(bytes, path);
}

function isZip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x50 && bytes[1] === 0x4b && bytes[2] === 3 && bytes[3] === 4;
}

async function zipLayers(bytes: Uint8Array, path: string): Promise<StoredLayers> {
  const { [CONFIG]: config, [WEIGHTS]: weights } = unzip(bytes, path);
  if (config === undefined || weights === undefined)
    throw new LeukogramError("ERR_FORMAT", `${path}: is a zip archive without ${CONFIG} and ${WEIGHTS}`, {
      hint: "Give a .keras file that Keras 3 wrote.",
    });
  const model = parse(config, path);
  return withHdf5(weights, { path: `${path} (${WEIGHTS})` }, (file) => layersByVars(file, { path, model }));
}

function unzip(bytes: Uint8Array, path: string): Record<string, Uint8Array> {
  try {
    return unzipSync(bytes, { filter: ({ name }) => name === CONFIG || name === WEIGHTS });
  } catch (cause) {
    throw new LeukogramError("ERR_FORMAT", `${path}: is a damaged or cut zip archive`, {
      hint: "Copy or download it again.",
      cause,
    });
  }
}

function parse(bytes: Uint8Array, path: string): LayerConfig {
  let model: LayerConfig | undefined;
  try {
    model = JSON.parse(Buffer.from(bytes).toString("utf8")) as LayerConfig;
  } catch {
    // Told below, with what else may be wrong.
  }
  if (!Array.isArray(model?.config?.layers))
    throw new LeukogramError("ERR_FORMAT", `${path}: its ${CONFIG} is not that of a Sequential or Functional model`);
  // A Sequential lists its InputLayer here and does not count it when it saves; no other class is counted with it.
  return model;
}
