// Networks that scripts/checkOnnx.py wrote: read as layers, asked, and compared with their own program.
//   npx tsx scripts/checkOnnx.ts DIR
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { onnxModelOf } from "@leukogram/engine/formats/onnx/onnxModel";
import { compile } from "@leukogram/engine/graph/compile";
import { predictionGraph } from "@leukogram/engine/nn/modelGraphs";
import { createSession } from "@leukogram/engine/runtime/node";

/** How far a score may lie off, as a share of the largest. */
const TOLERANCE = 1e-5;

const floats = (path: string) => new Float32Array(new Uint8Array(readFileSync(path)).buffer);
const largest = (values: Float32Array) => values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);

async function compare(path: string) {
  const { model } = onnxModelOf(readFileSync(path), { source: path });
  const [height, width, channels] = model.input.shape as [number, number, number];
  const [x, y] = [floats(`${path}.x`), floats(`${path}.y`)];
  const batch = x.length / (height * width * channels);
  const session = await createSession(compile(predictionGraph(model, "float32")));
  const { output } = await session.run({ images: { data: x, shape: [batch, channels, height, width] } });
  await session.release();
  const values = output!.data as Float32Array;
  if (values.length !== y.length) throw new Error(`${values.length} scores in place of ${y.length}`);
  const operators = model.layers.filter(({ className }) => className === "OnnxOperators").length;
  return { off: largest(values.map((value, i) => value - y[i]!)) / largest(y), layers: model.layers.length, operators };
}

const [dir] = process.argv.slice(2);
if (dir === undefined) throw new Error("give the folder that scripts/checkOnnx.py wrote");
const counts = { right: 0, refused: 0, wrong: 0 };
const refusals: string[] = [];
/** What was found, by network and by what wrote the file. */
const found = new Map<string, Map<string, string>>();
for (const name of readdirSync(dir).filter((file) => file.endsWith(".onnx"))) {
  // `timm beit_base_patch16_224, traced, opset 19.onnx`; ONNX's own have no exporter.
  const [network, ...how] = name.slice(0, -5).split(", ");
  const [exporter, opset] = [how.length === 2 ? how[0]! : "traced", how.at(-1)!.replace("opset ", "")];
  let off: string;
  try {
    const answer = await compare(join(dir, name));
    counts[answer.off <= TOLERANCE ? "right" : "wrong"]++;
    off = `${answer.off.toExponential(1)} (${opset}; ${answer.layers - answer.operators} of ${answer.layers})`;
  } catch (error) {
    counts.refused++;
    off = `refused (${opset})`;
    const [message] = (error as Error).message.split(". Supported:");
    refusals.push(`- ${name.slice(0, -5)}: ${message!.replace(join(dir, name), "it")}`);
  }
  found.set(network!, (found.get(network!) ?? new Map()).set(exporter, off));
}
console.log("| Network | traced | torch.export |\n| - | -: | -: |");
for (const [network, by] of found)
  console.log(`| ${network} | ${by.get("traced") ?? ""} | ${by.get("torch.export") ?? ""} |`);
console.log(`\n${refusals.join("\n")}`);
console.log(`\n${counts.right} right within ${TOLERANCE}, ${counts.refused} refused, ${counts.wrong} beyond`);
