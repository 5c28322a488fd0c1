/**
 * What each rewrite for speed gains: training steps without it against steps with all, in turns in one process.
 *
 *   npx tsx bench/rewrites.ts cnn [ROUNDS]           the CNN, 350x350, batch 32
 *   npx tsx bench/rewrites.ts mobilenetv2 [ROUNDS]   the whole MobileNetV2, 128x128, batch 32
 */
import { SPEED_REWRITES } from "@leukogram/engine/graph/compileTraining";
import { cnn } from "@leukogram/engine/models/cnn";
import { mobilenetV2 } from "@leukogram/engine/models/mobilenetV2";
import type { Model } from "@leukogram/engine/nn/model";
import { millisecondsOf, trainingStep } from "./support/trainingStep.ts";

const MODELS: Readonly<Record<string, () => Model>> = {
  cnn: () => cnn(),
  mobilenetv2: () => mobilenetV2({ imageSize: 128, head: "linear", frozen: false }).model,
};

const median = (values: readonly number[]) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;

const [name = "", rounds = "15"] = process.argv.slice(2);
const make = MODELS[name];
if (make === undefined) {
  process.stderr.write(`usage: bench/rewrites.ts ${Object.keys(MODELS).join("|")} [ROUNDS]\n`);
  process.exit(2);
}
console.log("without,median ms,median ms with all,ratio of medians,least ratio,largest ratio");
const whole = await trainingStep(make(), {});
for (const rewrite of SPEED_REWRITES) {
  const other = await trainingStep(make(), { without: [rewrite] });
  for (let i = 0; i < 3; i++) for (const { step } of [whole, other]) await step();
  const times: [number, number][] = [];
  for (let i = 0; i < Number(rounds); i++)
    times.push([await millisecondsOf(whole.step), await millisecondsOf(other.step)]);
  const [all, without] = [0, 1].map((k) => median(times.map((pair) => pair[k]!)));
  const ratios = times.map(([a, b]) => b / a).sort((a, b) => a - b);
  const shown = [without! / all!, ratios[0]!, ratios.at(-1)!].map((ratio) => ratio.toFixed(2));
  console.log([rewrite, without!.toFixed(1), all!.toFixed(1), ...shown].join());
  await other.release();
}
await whole.release();
