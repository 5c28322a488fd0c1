/**
 * Loads the weights files that the real Keras and timm made, and compares outputs and gradients; see scripts/checkModels.py.
 *
 *   npx tsx scripts/checkModels.ts DIR [NAME...]
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { loadBackboneWeights } from "@leukogram/engine/formats/weights/backboneWeights";
import { compile } from "@leukogram/engine/graph/compile";
import { plainGraph } from "@leukogram/engine/nn/exportGraph";
import { Model } from "@leukogram/engine/nn/model";
import { createSession } from "@leukogram/engine/runtime/node";
import { BACKBONES, fillWeights, freezeNormalizations, stepNumbers } from "../tests/support/backbones.ts";
import { relativeError } from "../tests/support/graph.ts";
import { type NpyArray, readNpz } from "../tests/support/npy.ts";

interface Index {
  readonly files: Readonly<Record<string, string>>;
  readonly size: number;
  readonly labels: readonly number[];
  readonly versions: Readonly<Record<string, string>>;
}

const [folder, ...wanted] = process.argv.slice(2);
if (folder === undefined) throw new Error("give the folder that `python scripts/checkModels.py make DIR` made");
const index = JSON.parse(readFileSync(join(folder, "index.json"), "utf8")) as Index;
const labels = Int32Array.from(index.labels);

/** Largest difference of two arrays. */
const farthest = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  Array.from(a).reduce((most, value, i) => Math.max(most, Math.abs(value - b[i]!)), 0);

async function featuresOf(part: Model, images: Uint8Array): Promise<Float32Array> {
  const session = await createSession(compile(plainGraph(part)));
  const shape = [labels.length, ...part.input.shape];
  const { probabilities } = await session.run({ images: { data: Float32Array.from(images), shape } });
  await session.release();
  return probabilities!.data as Float32Array;
}

/** Farthest gradient, over the largest entry of its weight, with the batch's statistics or the moving ones. */
async function gradientError(model: Model, arrays: Record<string, NpyArray>, mode: "frozen" | "training") {
  const loss = arrays[`${mode}.loss`];
  if (loss === undefined) return undefined;
  freezeNormalizations(model, mode === "frozen");
  const numbers = await stepNumbers(model, arrays.images!.data as Uint8Array, labels);
  const errors = Object.entries(arrays).flatMap(([key, { data }]) =>
    key.startsWith(`${mode} `)
      ? [relativeError(numbers.gradients.get(key.slice(mode.length + 1))!, data as Float32Array)]
      : [],
  );
  return {
    ...numbers,
    count: errors.length,
    error: Math.max(...errors),
    lossError: Math.abs(numbers.loss - Number(loss.data[0])),
  };
}

const told = (value: number | undefined) => value?.toExponential(1) ?? "no batch normalisation";
process.stdout.write(`${JSON.stringify(index.versions)}\n`);
process.stdout.write(
  "| Model | Parameters | Features | Probabilities | Loss | Gradients | Gradients, statistics still | Weights |\n",
);
process.stdout.write("| - | -: | -: | -: | -: | -: | -: | -: |\n");
for (const [name, file] of Object.entries(index.files)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  const arrays = readNpz(join(folder, `${name}.npz`));
  const built = BACKBONES[name]!({ imageSize: index.size });
  const part = new Model({ input: built.model.input, output: built.features });
  await loadBackboneWeights({ model: built.model, backbone: built.features }, join(folder, file));
  fillWeights(new Model({ input: built.features, output: built.model.output }), Number(arrays.scale!.data[0]));
  const features = relativeError(
    await featuresOf(part, arrays.images!.data as Uint8Array),
    arrays.features!.data as Float32Array,
  );
  const training = (await gradientError(built.model, arrays, "training"))!;
  const frozen = await gradientError(built.model, arrays, "frozen");
  const probabilities = farthest(training.probabilities, arrays.probabilities!.data as Float32Array);
  const cells = [
    part.parameters,
    told(features),
    told(probabilities),
    told(training.lossError),
    told(training.error),
    told(frozen?.error),
    training.count,
  ];
  process.stdout.write(`| ${name} | ${cells.join(" | ")} |\n`);
}
