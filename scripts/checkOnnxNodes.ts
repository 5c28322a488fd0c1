// Networks that scripts/checkOnnxNodes.py wrote: each is read and right, or refused by the name of its operator.
//   npx tsx scripts/checkOnnxNodes.ts DIR [--list]
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { onnxModelOf } from "@leukogram/engine/formats/onnx/onnxModel";
import { compile } from "@leukogram/engine/graph/compile";
import { decodeModel } from "@leukogram/engine/graph/onnx/decode";
import type { Model } from "@leukogram/engine/nn/model";
import { predictionGraph } from "@leukogram/engine/nn/modelGraphs";
import { createSession } from "@leukogram/engine/runtime/node";

type Verdict = "right" | "refused" | "wrong" | "unclear";

const floats = (path: string) => new Float32Array(new Uint8Array(readFileSync(path)).buffer);

async function verdictOf(path: string): Promise<[Verdict, string]> {
  const bytes = readFileSync(path);
  let model: Model;
  try {
    ({ model } = onnxModelOf(bytes, { source: "net.onnx" }));
  } catch (cause) {
    const { message } = cause as Error;
    // A batch that a node brings to another axis is refused where it would be mixed.
    const isNamed = /node "[^"]*" \(\w+\) [a-z]/.test(message) && !/Cannot read|undefined/.test(message);
    return [isNamed ? "refused" : "unclear", message];
  }
  const [height, width, channels] = model.input.shape as [number, number, number];
  const [x, y] = [floats(`${path}.x`), floats(`${path}.y`)];
  const batch = x.length / (height * width * channels);
  try {
    const session = await createSession(compile(predictionGraph(model, "float32")), { threads: 1 });
    const { output } = await session.run({ images: { data: x, shape: [batch, channels, height, width] } });
    await session.release();
    const values = output!.data as Float32Array;
    const isOff = (value: number, i: number) =>
      !(Object.is(value, y[i]) || value === y[i] || Math.abs(value - y[i]!) <= 1e-5 + 1e-3 * Math.abs(y[i]!));
    const at = values.length === y.length ? values.findIndex(isOff) : 0;
    return at < 0 ? ["right", ""] : ["wrong", `${values[at]} in place of ${y[at]}, number ${at} of ${y.length}`];
  } catch (cause) {
    return ["unclear", `when it runs: ${(cause as Error).message}`];
  }
}

const { values, positionals } = parseArgs({ allowPositionals: true, options: { list: { type: "boolean" } } });
const [dir] = positionals;
if (dir === undefined) throw new Error("give the folder that scripts/checkOnnxNodes.py wrote");
const counts = new Map<string, Record<Verdict, number>>();
const zero = () => ({ right: 0, refused: 0, wrong: 0, unclear: 0 });
for (const name of readdirSync(dir).filter((file) => file.endsWith(".onnx"))) {
  const [verdict, why] = await verdictOf(join(dir, name));
  const operators = decodeModel(readFileSync(join(dir, name)), name).nodes.filter((node) => node.name !== "wrap");
  const operator = operators.length === 1 ? operators[0]!.type : "several nodes";
  for (const row of [operator, "all"]) {
    const own = counts.get(row) ?? zero();
    own[verdict]++;
    counts.set(row, own);
  }
  if (verdict === "wrong" || verdict === "unclear" || values.list)
    process.stderr.write(`${verdict} ${name.slice(0, -5)}: ${why}\n`);
}
console.log("| Operator | Right | Refused by name | Wrong | Unclear |\n| - | -: | -: | -: | -: |");
for (const [row, { right, refused, wrong, unclear }] of [...counts].sort())
  console.log(`| ${[row, right, refused, wrong, unclear].join(" | ")} |`);
const all = counts.get("all") ?? zero();
process.exitCode = all.wrong + all.unclear === 0 ? 0 : 1;
