import { readFile } from "node:fs/promises";
import { writeFileWhole } from "@leukogram/engine/formats/writeFile";
import { withMetadata } from "@leukogram/engine/runtime/metadata";
import { fitTemperature } from "../../metrics/calibration.ts";
import { safestRule } from "../../metrics/selective.ts";
import { runFiles } from "../../run/runFolder.ts";
import { homeMetadata } from "../../training/homeFacts.ts";
import { knownRows } from "../evaluate.ts";
import type { Predictions } from "../types.ts";

/** Fewer images than this tell neither a temperature nor a threshold. */
const FEWEST_IMAGES = 50;

/**
 * Finds the temperature and the reject threshold on answers to images that a run's model did not learn from, and writes
 * them into the metadata of its model.onnx. Nothing is written for fewer than {@link FEWEST_IMAGES}.
 *
 * @throws as reading and writing do.
 */
export async function storeConfidence(run: string, predictions: Predictions): Promise<void> {
  const rows = knownRows(predictions);
  if (rows.length < FEWEST_IMAGES) return;
  const [labels, probabilities] = [rows.map(({ label }) => label), rows.map((row) => row.probabilities)];
  const confidence = probabilities.map((row) => Math.max(...row));
  const reject = safestRule(
    confidence,
    probabilities.map((row, i) => row.indexOf(confidence[i]!) === labels[i]),
  );
  const entries = homeMetadata({ looks: [], temperature: fitTemperature(labels, probabilities), reject });
  const path = runFiles(run).model;
  await writeFileWhole(path, withMetadata(await readFile(path), entries));
}
