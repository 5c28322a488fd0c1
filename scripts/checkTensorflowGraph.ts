/**
 * Reads graph models that TensorFlow.js's converter made and asks them, beside TensorFlow.js itself and TensorFlow; see
 * scripts/checkTensorflowGraph.py.
 *
 *   npx tsx scripts/checkTensorflowGraph.ts DIR FOLDER_WITH_node_modules/@tensorflow/tfjs
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { readModel } from "@leukogram/engine/formats/readModel";
import { compile } from "@leukogram/engine/graph/compile";
import { plainGraph } from "@leukogram/engine/nn/exportGraph";
import type { Model } from "@leukogram/engine/nn/model";
import { createSession } from "@leukogram/engine/runtime/node";
import { readNpz } from "../tests/support/npy.ts";

const [folder, withTfjs] = process.argv.slice(2);
if (folder === undefined || withTfjs === undefined || !existsSync(folder))
  throw new Error("give the folder that scripts/checkTensorflowGraph.py made, and one with TensorFlow.js");

interface Tensor {
  data(): Promise<Float32Array>;
}

/** What is used of TensorFlow.js. */
interface TensorflowJs {
  readonly version: { readonly tfjs: string };
  tensor(data: ArrayLike<number>, shape: readonly number[]): Tensor;
  loadGraphModel(handler: { load(): Promise<object> }): Promise<{ predict(x: Tensor): Tensor }>;
}

interface Images {
  readonly data: Float32Array;
  readonly shape: readonly number[];
}

const tf: TensorflowJs = createRequire(resolve(withTfjs, "package.json"))("@tensorflow/tfjs");

async function ours(model: Model, images: Images): Promise<Float32Array> {
  const session = await createSession(compile(plainGraph(model)));
  const { probabilities } = await session.run({ images });
  await session.release();
  return probabilities!.data as Float32Array;
}

async function theirs(at: string, { data, shape }: Images): Promise<Float32Array> {
  const { modelTopology, format, signature, weightsManifest } = JSON.parse(
    readFileSync(join(at, "model.json"), "utf8"),
  );
  const [{ paths, weights: weightSpecs }] = weightsManifest;
  const bytes = Buffer.concat(paths.map((path: string) => readFileSync(join(at, path))));
  const weightData = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length);
  const load = async () => ({ modelTopology, format, signature, weightSpecs, weightData });
  return (await tf.loadGraphModel({ load })).predict(tf.tensor(data, shape)).data();
}

const farthest = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  Array.from(a)
    .reduce((most, value, i) => Math.max(most, Math.abs(value - b[i]!)), 0)
    .toExponential(1);

process.stdout.write(
  `| Model | Weights | From TensorFlow.js ${tf.version.tfjs} | From TensorFlow | Layers of Keras |\n| - | - | -: | -: | -: |\n`,
);
for (const name of readdirSync(folder).sort()) {
  const { images, probabilities } = readNpz(join(folder, name, "io.npz"));
  const given = { data: images!.data as Float32Array, shape: images!.shape };
  for (const weights of readdirSync(join(folder, name)).sort()) {
    const at = join(folder, name, weights);
    if (!existsSync(join(at, "model.json"))) continue;
    try {
      const { model } = await readModel(at);
      const found = await ours(model, given);
      const layers = model.layers.filter(({ className }) => className !== "OnnxOperators").length;
      const distances = [await theirs(at, given), probabilities!.data as Float32Array].map((row) =>
        farthest(found, row),
      );
      process.stdout.write(
        `| ${name} | ${weights} | ${distances.join(" | ")} | ${layers} of ${model.layers.length} |\n`,
      );
    } catch (error) {
      process.stdout.write(`| ${name} | ${weights} | ${(error as Error).message.slice(0, 300)} |\n`);
    }
  }
}
