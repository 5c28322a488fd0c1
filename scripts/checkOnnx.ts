// Networks that scripts/checkOnnx.py wrote: read as layers, asked, and compared with their own program.
//   npx tsx scripts/checkOnnx.ts DIR
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { onnxModelOf } from "../src/formats/onnx/onnxModel.ts";
import { compile } from "../src/graph/compile.ts";
import { predictionGraph } from "../src/nn/modelGraphs.ts";
import { createSession } from "../src/runtime/node.ts";

const floats = (path: string) => new Float32Array(new Uint8Array(readFileSync(path)).buffer);

const [dir] = process.argv.slice(2);
if (dir === undefined) throw new Error("give the folder that scripts/checkOnnx.py wrote");
console.log("| Network | Farthest | Layers | of them OnnxOperators |\n| - | -: | -: | -: |");
for (const name of readdirSync(dir).filter((file) => file.endsWith(".onnx"))) {
  const path = join(dir, name);
  const { model } = onnxModelOf(readFileSync(path), { source: name });
  const [height, width, channels] = model.input.shape as [number, number, number];
  const [x, y] = [floats(`${path}.x`), floats(`${path}.y`)];
  const batch = x.length / (height * width * channels);
  const session = await createSession(compile(predictionGraph(model, "float32")));
  const { output } = await session.run({ images: { data: x, shape: [batch, channels, height, width] } });
  await session.release();
  const values = output!.data as Float32Array;
  const farthest = values.reduce((most, value, i) => Math.max(most, Math.abs(value - y[i]!)), 0);
  const operators = model.layers.filter(({ className }) => className === "OnnxOperators").length;
  console.log(`| ${name.slice(0, -5)} | ${farthest.toExponential(1)} | ${model.layers.length} | ${operators} |`);
}
