/**
 * What each rewrite for speed gains: training steps without it against steps with all, in turns in one process.
 *
 *   npx tsx bench/rewrites.ts cnn [ROUNDS]           the CNN, 350x350, batch 32
 *   npx tsx bench/rewrites.ts mobilenetv2 [ROUNDS]   the whole MobileNetV2, 128x128, batch 32
 */
import { SPEED_REWRITES, type SpeedRewrite } from "@leukogram/engine/graph/compileTraining";
import { cnn } from "@leukogram/engine/models/cnn";
import { mobilenetV2 } from "@leukogram/engine/models/mobilenetV2";
import type { Model } from "@leukogram/engine/nn/model";
import { adamW } from "@leukogram/engine/nn/optimizers";
import { layoutSize } from "leukogram/data/pictures/pixelLayout";
import { StepRunner } from "leukogram/training/stepRunner";

const BATCH = 32;

const MODELS: Readonly<Record<string, () => Model>> = {
  cnn: () => cnn(),
  mobilenetv2: () => mobilenetV2({ imageSize: 128, head: "linear", frozen: false }).model,
};

async function stepOf(model: Model, without: readonly SpeedRewrite[]) {
  const runner = new StepRunner(model.initialize(0), { optimizer: adamW(), without });
  const layout = (await runner.trainingLayout(BATCH))!;
  const images = new Uint8Array(BATCH * layoutSize(layout)).map((_, i) => (i * 7919) % 251);
  const labels = Int32Array.from({ length: BATCH }, (_, i) => i % 5);
  return {
    close: () => runner.release(),
    async time() {
      const started = performance.now();
      await runner.step({ images, labels }, 1e-3);
      return performance.now() - started;
    },
  };
}

const median = (values: readonly number[]) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;

const [name = "", rounds = "15"] = process.argv.slice(2);
const make = MODELS[name];
if (make === undefined) {
  process.stderr.write(`usage: bench/rewrites.ts ${Object.keys(MODELS).join("|")} [ROUNDS]\n`);
  process.exit(2);
}
console.log("without,median ms,median ms with all,ratio of medians,least ratio,largest ratio");
const whole = await stepOf(make(), []);
for (const rewrite of SPEED_REWRITES) {
  const other = await stepOf(make(), [rewrite]);
  for (let i = 0; i < 3; i++) for (const step of [whole, other]) await step.time();
  const times: [number, number][] = [];
  for (let i = 0; i < Number(rounds); i++) times.push([await whole.time(), await other.time()]);
  const [all, without] = [0, 1].map((k) => median(times.map((pair) => pair[k]!)));
  const ratios = times.map(([a, b]) => b / a).sort((a, b) => a - b);
  const shown = [without! / all!, ratios[0]!, ratios.at(-1)!].map((ratio) => ratio.toFixed(2));
  console.log([rewrite, without!.toFixed(1), all!.toFixed(1), ...shown].join());
  await other.close();
}
await whole.close();
