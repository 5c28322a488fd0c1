import { unzipSync } from "fflate";
import { LeukogramError } from "../../core/errors.ts";
import { textAttribute, withHdf5 } from "../hdf5/hdf5.ts";
import { orDamaged } from "../orDamaged.ts";
import { loadWeights } from "../weights/loadWeights.ts";
import type { LayerJson } from "./json.ts";
import { h5Layers, layersIn } from "./kerasH5.ts";
import { type DescribedModel, type DescribedOptions, modelFromJson } from "./kerasModel.ts";
import { type LayerConfig, layersByVars } from "./kerasVars.ts";
import { fromOlderLayers } from "./olderLayers.ts";
import type { StoredLayers } from "./storedLayers.ts";

const CONFIG = "config.json";
const METADATA = "metadata.json";
const WEIGHTS = "model.weights.h5";

/** A model with its weights, as a file holds it. */
export interface KerasModelFile extends DescribedModel {
  /** The Keras that wrote it; undefined if the file does not say. */
  readonly kerasVersion: string | undefined;
}

/**
 * The whole model in the bytes of a file that Keras wrote: .keras, or .h5 of Keras 1, 2 or 3, told apart by content.
 *
 * @param path the file, for messages
 * @throws ERR_FORMAT if it is damaged, holds weights alone, or a layer that is not supported; ERR_WEIGHTS if
 * weights and layers do not fit each other.
 */
export async function kerasModelOf(
  bytes: Uint8Array,
  path: string,
  options: Omit<DescribedOptions, "kerasVersion"> = {},
): Promise<KerasModelFile> {
  const { json, stored, kerasVersion } = isZip(bytes) ? await zipParts(bytes, path) : await h5Parts(bytes, path);
  const version = kerasVersion ?? (isZip(bytes) ? "3" : "1");
  return orDamaged(`${path}: its description of the model`, () => {
    const { model, notes } = modelFromJson(json, path, { ...options, kerasVersion: version });
    loadWeights(model, stored, { source: path });
    // tf_keras writes .keras files too.
    const isOlder = Number.parseInt(version, 10) < 3;
    return { model: isOlder ? fromOlderLayers(model) : model, notes, kerasVersion };
  });
}

interface Parts {
  readonly json: LayerJson;
  readonly stored: StoredLayers;
  readonly kerasVersion: string | undefined;
}

async function zipParts(bytes: Uint8Array, path: string): Promise<Parts> {
  const { [CONFIG]: config, [METADATA]: metadata, [WEIGHTS]: weights } = unzip(bytes, path);
  if (config === undefined || weights === undefined)
    throw new LeukogramError("ERR_FORMAT", `${path}: a zip archive without ${CONFIG} and ${WEIGHTS}`, {
      hint: "Give a .keras file written by Keras 3.",
    });
  const model = parse(config, path);
  const stored = await withHdf5(weights, { path: `${path} (${WEIGHTS})` }, (file) =>
    layersByVars(file, { path, model }),
  );
  const told = metadata && (parseJson(metadata) as { keras_version?: unknown } | null | undefined);
  const version = told ? told.keras_version : undefined;
  return { json: model as LayerJson, stored, kerasVersion: typeof version === "string" ? version : undefined };
}

function h5Parts(bytes: Uint8Array, path: string): Promise<Parts> {
  return withHdf5(bytes, { path }, (file) => {
    const config = textAttribute(file, "model_config");
    const json = config === undefined ? undefined : parseJson(config);
    if (json === undefined)
      throw new LeukogramError(
        "ERR_FORMAT",
        `${path}: holds ${config === undefined ? "only weights, no model" : "a damaged model description"}`,
        { hint: "Give the file of model.save(...), not of save_weights." },
      );
    return {
      json: json as LayerJson,
      stored: layersIn(file, path),
      kerasVersion: textAttribute(file, "keras_version"),
    };
  });
}

function parseJson(text: Uint8Array | string): unknown {
  try {
    return JSON.parse(typeof text === "string" ? text : new TextDecoder().decode(text));
  } catch {
    return undefined;
  }
}

/**
 * The weights in the bytes of a file that Keras wrote: .keras, .weights.h5 or .h5, told apart by content.
 *
 * @param path the file, for messages
 * @throws ERR_FORMAT if it is damaged, or none of these.
 */
export async function kerasLayersOf(bytes: Uint8Array, path: string): Promise<StoredLayers> {
  return isZip(bytes) ? (await zipParts(bytes, path)).stored : h5Layers(bytes, path);
}

/** Whether bytes are a zip archive, as .keras is. */
export function isZip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x50 && bytes[1] === 0x4b && bytes[2] === 3 && bytes[3] === 4;
}

/** Bytes that the parts of a model may unpack to, whatever the archive's size; beyond, so many times its size. */
const [FREE_BYTES, MOST_TIMES] = [2 ** 26, 20];

// Keras does not compress. Sizes are those that the archive claims, beyond which nothing is unpacked.
function unzip(bytes: Uint8Array, path: string): Record<string, Uint8Array> {
  const seen = new Set<string>();
  let room = Math.max(FREE_BYTES, MOST_TIMES * bytes.length);
  try {
    return unzipSync(bytes, {
      filter: ({ name, originalSize }) => {
        if (name !== CONFIG && name !== METADATA && name !== WEIGHTS) return false;
        room -= originalSize;
        if (room < 0 || seen.has(name)) {
          const what = room < 0 ? `unpacks to far more than its ${bytes.length} bytes` : `holds ${name} twice`;
          throw new LeukogramError("ERR_FORMAT", `${path}: ${what}`, {
            hint: "Give a .keras file written by Keras 3.",
          });
        }
        seen.add(name);
        return true;
      },
    });
  } catch (cause) {
    if (cause instanceof LeukogramError) throw cause;
    throw new LeukogramError("ERR_FORMAT", `${path}: a damaged or incomplete zip archive`, {
      hint: "Copy or download it again.",
      cause,
    });
  }
}

function parse(bytes: Uint8Array, path: string): LayerConfig {
  const model = parseJson(bytes) as LayerConfig | undefined;
  if (!Array.isArray(model?.config?.layers))
    throw new LeukogramError("ERR_FORMAT", `${path}: its ${CONFIG} is not that of a Sequential or Functional model`);
  // A Sequential lists its InputLayer here and does not count it when it saves; no other class is counted with it.
  return model;
}
