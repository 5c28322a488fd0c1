import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { writeFileWhole } from "../formats/writeFile.ts";
import { fitTemperature } from "../metrics/calibration.ts";
import { withMetadata } from "../runtime/metadata.ts";
import { homeMetadata } from "../training/homeFacts.ts";
import { knownRows } from "./evaluate.ts";
import type { Predictions } from "./types.ts";

/** Fewer images than this do not tell a temperature. */
const FEWEST_IMAGES = 50;

/**
 * Finds the temperature on answers to images that a run's model did not learn from, and writes it into the metadata of
 * its model.onnx. Undefined, and nothing written, for fewer than {@link FEWEST_IMAGES}.
 *
 * @throws as reading and writing do.
 */
export async function storeTemperature(run: string, predictions: Predictions): Promise<number | undefined> {
  const known = predictions.rows.filter(({ label }) => label !== undefined).length;
  if (known < FEWEST_IMAGES) return undefined;
  const rows = knownRows(predictions);
  const temperature = fitTemperature(
    rows.map(({ label }) => label),
    rows.map(({ probabilities }) => probabilities),
  );
  const path = join(run, "model.onnx");
  await writeFileWhole(path, withMetadata(await readFile(path), homeMetadata({ looks: [], temperature })));
  return temperature;
}
