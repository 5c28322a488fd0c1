/**
 * How time and memory grow: a line a size, as CSV.
 *
 *   npx tsx bench/growth.ts pictures FOLDER [COUNT...]     predict of so many images (links to the folder's own), by default 1000 3000 10000
 *   npx tsx bench/growth.ts batch [SIZE...]                a training step of the CNN at 128x128 by batch size
 *   npx tsx bench/growth.ts image [SIDE...]                the same, batch 32, by image size
 *   npx tsx bench/growth.ts width [ALPHA...]               a training step of MobileNetV2, 96x96, batch 16, by its width
 */
import { linkSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { extname, join, resolve } from "node:path";
import { cnn } from "@leukogram/engine/models/cnn";
import { mobilenetV2 } from "@leukogram/engine/models/mobilenetV2";
import type { Model } from "@leukogram/engine/nn/model";
import { walkImages } from "leukogram/data/folders/walk";
import { wholeCommand } from "./support/contenders.ts";
import { BIN } from "./support/server.ts";
import { millisecondsOf, trainingStep } from "./support/trainingStep.ts";

const median = (values: readonly number[]) => [...values].sort((a, b) => a - b)[values.length >> 1]!;

async function pictures(folder: string, counts: readonly number[]): Promise<void> {
  console.log("images,seconds,cpu seconds,ms an image,peak MB");
  const files = walkImages(resolve(folder));
  for (const count of counts) {
    const dir = mkdtempSync(join(tmpdir(), "leukogram-growth-"));
    try {
      for (let i = 0; i < count; i++) {
        const [from, part] = [files[i % files.length]!, join(dir, String(Math.floor(i / 1000)))];
        mkdirSync(part, { recursive: true });
        link(from, join(part, `${i}${extname(from)}`));
      }
      const words = [process.execPath, BIN, "predict", "--model", "cnn-anylab", "--quiet", dir];
      const { milliseconds, cpu = 0, peak = 0 } = await wholeCommand("predict", { words }).turn();
      const seconds = [milliseconds / 1000, cpu / 1000].map((value) => value.toFixed(1));
      console.log([count, ...seconds, (milliseconds / count).toFixed(2), peak.toFixed(0)].join());
    } finally {
      rmSync(dir, { recursive: true, force: true });
    }
  }
}

// Other file systems than the folder's own take no hard link.
function link(from: string, to: string): void {
  try {
    linkSync(from, to);
  } catch {
    symlinkSync(from, to);
  }
}

async function steps(
  sizes: readonly number[],
  make: (size: number) => { readonly model: Model; readonly batch: number },
): Promise<void> {
  console.log("size,parameters,images a step,ms a step (median of 5),ms an image");
  for (const size of sizes) {
    const { model, batch } = make(size);
    const { step, release } = await trainingStep(model, {}, batch);
    for (let i = 0; i < 2; i++) await step();
    const times: number[] = [];
    for (let i = 0; i < 5; i++) times.push(await millisecondsOf(step));
    const taken = median(times);
    console.log([size, model.parameters, batch, taken.toFixed(1), (taken / batch).toFixed(2)].join());
    await release();
  }
}

const [kind, ...rest] = process.argv.slice(2);
const numbers = (defaults: readonly number[], words = rest) => (words.length > 0 ? words.map(Number) : defaults);
const kinds: Readonly<Record<string, () => Promise<void>>> = {
  pictures: () => pictures(rest[0] ?? "", numbers([1000, 3000, 10_000], rest.slice(1))),
  batch: () => steps(numbers([4, 8, 16, 32, 64]), (batch) => ({ model: cnn({ imageSize: 128 }), batch })),
  image: () => steps(numbers([96, 128, 192, 256, 350]), (imageSize) => ({ model: cnn({ imageSize }), batch: 32 })),
  width: () =>
    steps(numbers([0.35, 0.5, 0.75, 1, 1.4]), (alpha) => ({
      model: mobilenetV2({ imageSize: 96, alpha, head: "linear", frozen: false }).model,
      batch: 16,
    })),
};
const run = kinds[kind ?? ""];
if (run === undefined) {
  process.stderr.write(`usage: bench/growth.ts ${Object.keys(kinds).join("|")} ...\n`);
  process.exit(2);
}
await run();
