/**
 * Reads models that the real Keras made, asks them, and writes them in every format; see scripts/checkFormats.py.
 *
 *   npx tsx scripts/checkFormats.ts DIR [FOLDER WITH node_modules/@tensorflow/tfjs]
 *   npx tsx scripts/checkFormats.ts own DIR FILE.onnx...
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, join, resolve } from "node:path";
import { writeKeras } from "@leukogram/engine/formats/keras/kerasV3";
import { writeKerasH5, writeTensorflowJs, writeWeightsH5 } from "@leukogram/engine/formats/keras/kerasWriters";
import { readModel } from "@leukogram/engine/formats/readModel";
import { writeFileWhole } from "@leukogram/engine/formats/writeFile";
import { compile } from "@leukogram/engine/graph/compile";
import { halfWeights } from "@leukogram/engine/graph/onnx/halfWeights";
import { plainGraph } from "@leukogram/engine/nn/exportGraph";
import type { Model } from "@leukogram/engine/nn/model";
import { metadataList } from "@leukogram/engine/runtime/metadata";
import { createSession } from "@leukogram/engine/runtime/node";
import { readNpz } from "../tests/support/npy.ts";

if (process.argv[2] === "own") {
  const [place, ...files] = process.argv.slice(3);
  writeFileSync(join(place!, "own.json"), JSON.stringify(await Promise.all(files.map(ownAnswer))));
  process.exit();
}
const [folder, withTfjs] = process.argv.slice(2);
if (folder === undefined || !existsSync(join(folder, "versions.json")))
  throw new Error("give the folder that `python scripts/checkFormats.py make DIR` made");

/** What a model.onnx of ours says of two pictures of numbers that follow from their places. */
async function ownAnswer(file: string) {
  const session = await createSession(readFileSync(file));
  const [height, width] = metadataList(session.metadata, "imageSize") as [number, number];
  const shape = [2, height, width, 3];
  const data = Uint8Array.from({ length: 2 * height * width * 3 }, (_, i) => (7 * i) % 251);
  const { probabilities } = await session.run({ images: { data, shape } });
  await session.release();
  return { file: resolve(file), shape, probabilities: [...(probabilities!.data as Float32Array)] };
}

async function farthest(model: Model, name: string): Promise<number> {
  const { images, probabilities } = readNpz(join(folder!, `${name}.npz`));
  const session = await createSession(compile(plainGraph(model)));
  const found = await session.run({ images: { data: images!.data as Float32Array, shape: images!.shape } });
  await session.release();
  const values = found.probabilities!.data as Float32Array;
  return values.reduce((most, value, i) => Math.max(most, Math.abs(value - Number(probabilities!.data[i]))), 0);
}

interface Tensor {
  data(): Promise<Float32Array>;
}

/** What is used of TensorFlow.js. */
interface TensorflowJs {
  readonly version: { readonly tfjs: string };
  tensor(data: ArrayLike<number>, shape: readonly number[]): Tensor;
  loadLayersModel(handler: { load(): Promise<object> }): Promise<{ predict(x: Tensor): Tensor }>;
}

const tf: TensorflowJs | undefined =
  withTfjs === undefined ? undefined : createRequire(resolve(withTfjs, "package.json"))("@tensorflow/tfjs");

/** What TensorFlow.js makes of the model.json that was written. */
async function tensorflowJs({ tensor, loadLayersModel }: TensorflowJs, name: string): Promise<number> {
  const at = join(folder!, "written", name);
  const { modelTopology, format, weightsManifest } = JSON.parse(readFileSync(join(at, "model.json"), "utf8"));
  const [{ paths, weights: weightSpecs }] = weightsManifest;
  const bytes = Buffer.concat(paths.map((path: string) => readFileSync(join(at, path))));
  const weightData = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length);
  const model = await loadLayersModel({ load: async () => ({ modelTopology, format, weightSpecs, weightData }) });
  const { images, probabilities } = readNpz(join(folder!, `${name}.npz`));
  const values = await model.predict(tensor(images!.data as Float32Array, images!.shape)).data();
  return values.reduce((most, value, i) => Math.max(most, Math.abs(value - Number(probabilities!.data[i]))), 0);
}

process.stdout.write("| Model | Read from | Farthest probability |\n| - | - | -: |\n");
for (const file of readdirSync(folder).sort()) {
  if (!/\.(keras|h5)$/.test(file)) continue;
  const name = basename(file).replace(/\.\w+$/, "");
  const told = (text: string) => process.stdout.write(`| ${name} | ${file.slice(name.length)} | ${text} |\n`);
  try {
    const { model } = await readModel(join(folder, file));
    told((await farthest(model, name)).toExponential(1));
    if (!file.endsWith(".keras")) continue;
    const out = join(folder, "written", name);
    await writeKeras(model, join(out, "model.keras"));
    await writeKerasH5(model, join(out, "model.h5"));
    await writeTensorflowJs(model, join(out, "model.json"));
    await writeWeightsH5(model, join(out, "model.weights.h5"));
    const bytes = compile(plainGraph(model));
    await writeFileWhole(join(out, "model.onnx"), bytes);
    await writeFileWhole(join(out, "half.onnx"), halfWeights(bytes));
    if (tf === undefined) continue;
    const program = `written, by TensorFlow.js ${tf.version.tfjs}`;
    const outcome = await tensorflowJs(tf, name).then(
      (distance) => distance.toExponential(1),
      (error: Error) => error.message.slice(0, 100),
    );
    process.stdout.write(`| ${name} | ${program} | ${outcome} |\n`);
  } catch (error) {
    told((error as Error).message.slice(0, 230));
  }
}
