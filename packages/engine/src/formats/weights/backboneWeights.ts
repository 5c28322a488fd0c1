import { HEAD_LAYERS } from "../../models/backbone.ts";
import { PREPROCESSING_LAYER } from "../../models/preprocessing.ts";
import type { LayerOutput } from "../../nn/layer.ts";
import { Model } from "../../nn/model.ts";
import { kerasModelConfig } from "../keras/kerasConfig.ts";
import { kerasLayersOf } from "../keras/kerasFile.ts";
import { readBytes } from "../keras/readKeras.ts";
import type { StoredLayers } from "../keras/storedLayers.ts";
import { loadWeights } from "./loadWeights.ts";
import { isSafeTensors, safeTensorsOf } from "./safetensors.ts";
import { timmVitLayers } from "./timmWeights.ts";

/** A model whose backbone was trained elsewhere; `backbone` is where that ends. */
interface WithBackbone {
  readonly model: Model;
  readonly backbone?: LayerOutput | undefined;
}

/** Layers that no weights file of a backbone has: the head, and what scales pixels in place of preprocess_input. */
const OWN: ReadonlySet<string> = new Set([...HEAD_LAYERS, PREPROCESSING_LAYER]);

/**
 * Puts a backbone's weights from a file into a model: Keras's .h5 without its top, .weights.h5 or .keras, or timm's
 * .safetensors, told apart by content. Layers are found by name, or, where names differ, in Keras's order, as Keras does.
 *
 * @throws ERR_FORMAT if the file is none of these; ERR_WEIGHTS if it does not fit the model, which is then unchanged.
 */
export async function loadBackboneWeights({ model, backbone }: WithBackbone, path: string): Promise<void> {
  const bytes = await readBytes(path);
  const part = new Model({ input: model.input, output: backbone ?? model.output });
  if (isSafeTensors(bytes)) {
    const stored = timmVitLayers(safeTensorsOf(bytes, { path, hint: "Copy or download it again." }), part, path);
    return loadWeights(part, stored, { source: path, optional: OWN });
  }
  const stored = await kerasLayersOf(bytes, path);
  loadWeights(part, stored, { source: path, optional: OWN, match: matchOf(part, stored) });
}

function matchOf(model: Model, stored: StoredLayers): "name" | "order" {
  const wanted = kerasModelConfig(model).layers.filter(({ name, weights }) => weights.length > 0 && !OWN.has(name));
  if (wanted.every(({ name }) => stored.has(name))) return "name";
  // An error by name tells more where the numbers differ too.
  return wanted.length === stored.size ? "order" : "name";
}
