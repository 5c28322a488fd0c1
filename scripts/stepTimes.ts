/**
 * Seconds that one training step of each architecture takes on this machine, the whole model trained by AdamW.
 *
 *   npx tsx scripts/stepTimes.ts [IMAGE SIZE] [NAME...]
 */
import { adamW } from "@leukogram/engine/nn/optimizers";
import { StepRunner } from "leukogram/training/stepRunner";
import { arranged, BACKBONES, imagesOf, LABELS } from "../tests/support/backbones.ts";

const [size = "64", ...wanted] = process.argv.slice(2);
const imageSize = Number(size);
const STEPS = 3;

process.stdout.write("| Model | Image size | Batch | First loss | Last loss | Seconds a step (median) |\n");
process.stdout.write("| - | -: | -: | -: | -: | -: |\n");
for (const [name, make] of Object.entries(BACKBONES)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  const { model } = make({ imageSize });
  const runner = new StepRunner(model.initialize(1), { optimizer: adamW() });
  const labels = Int32Array.of(...LABELS, ...LABELS);
  const images = imagesOf(imageSize);
  const both = Uint8Array.from([...images, ...images]);
  const layout = (await runner.trainingLayout(labels.length))!;
  const batch = { images: arranged(both, imageSize, layout), labels };
  const losses = [(await runner.step(batch, 1e-4)).loss];
  const seconds: number[] = [];
  for (let i = 0; i < STEPS; i++) {
    const start = performance.now();
    losses.push((await runner.step(batch, 1e-4)).loss);
    seconds.push((performance.now() - start) / 1000);
  }
  await runner.release();
  const median = seconds.sort((a, b) => a - b)[1]!;
  const told = [losses[0]!, losses.at(-1)!, median].map((value) => value.toFixed(2));
  process.stdout.write(`| ${name} | ${imageSize} | ${labels.length} | ${told.join(" | ")} |\n`);
}
