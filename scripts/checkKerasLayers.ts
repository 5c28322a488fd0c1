/**
 * Reads models with every layer, activation and operator of the real Keras and compares their scores; see
 * scripts/checkKerasLayers.py.
 *
 *   npx tsx scripts/checkKerasLayers.ts DIR
 *
 * Exits with 1 where a number is wrong, or a refusal names nothing of what it refuses.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { readModel } from "@leukogram/engine/formats/readModel";
import { compile } from "@leukogram/engine/graph/compile";
import { plainGraph } from "@leukogram/engine/nn/exportGraph";
import type { Model } from "@leukogram/engine/nn/model";
import { createSession } from "@leukogram/engine/runtime/node";

interface Case {
  readonly name: string;
  /** What a refusal must name, besides the layer. */
  readonly word: string;
  readonly files: readonly string[];
  readonly scores?: readonly number[];
  /** Why Keras itself does not make the model, or does not save it. */
  readonly failed?: string;
  readonly unsaved?: string;
}

interface Made {
  readonly version: string;
  readonly shape: readonly number[];
  readonly cases: readonly Case[];
}

const FARTHEST = 1e-5;
const [folder] = process.argv.slice(2);
if (folder === undefined) throw new Error("give the folder that `python scripts/checkKerasLayers.py DIR` made");

async function ask(model: Model, images: { data: Float32Array; shape: readonly number[] }): Promise<number[]> {
  const session = await createSession(compile(plainGraph(model)), { threads: 1 });
  const { probabilities } = await session.run({ images });
  await session.release();
  return [...(probabilities!.data as Float32Array)];
}

const say = (line: string) => process.stdout.write(`${line}\n`);
let faults = 0;
for (const generation of ["keras", "tf_keras"]) {
  if (!existsSync(join(folder, `${generation}.json`))) continue;
  const made = JSON.parse(readFileSync(join(folder, `${generation}.json`), "utf8")) as Made;
  const bytes = readFileSync(join(folder, `${generation}.bin`));
  const data = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
  const counts = { right: 0, refused: 0, wrong: 0, unnamed: 0 };
  say(`\n${generation} ${made.version}\n`);
  for (const { name, word, files, scores, failed, unsaved } of made.cases) {
    if (failed ?? unsaved) say(`| ${name} | not of Keras itself | ${failed ?? unsaved} |`);
    for (const file of files) {
      try {
        const { model } = await readModel(join(folder, file));
        const found = await ask(model, { data, shape: made.shape });
        const size = Math.max(1, ...scores!.map(Math.abs));
        const distance = Math.max(...scores!.map((score, i) => Math.abs(score - found[i]!))) / size;
        const isRight = distance <= FARTHEST && found.length === scores!.length;
        counts[isRight ? "right" : "wrong"]++;
        if (!isRight) say(`| ${file} | WRONG | ${distance.toExponential(1)} |`);
      } catch (error) {
        const message = (error as Error).message.replace(join(folder, file), "...");
        const isNamed = message.startsWith("ERR_FORMAT") && (message.includes(word) || message.includes('layer "'));
        counts[isNamed ? "refused" : "unnamed"]++;
        say(`| ${file} | ${isNamed ? "refused" : "UNCLEAR"} | ${message.replace(/Supported: .*/, "").slice(0, 190)} |`);
      }
    }
  }
  faults += counts.wrong + counts.unnamed;
  say(`\n${JSON.stringify(counts)}`);
}
process.exitCode = faults === 0 ? 0 : 1;
