/**
 * How long a page takes for a picture, beside Node on the same machine in the same run: the two take turns, and the
 * median of the rounds is told.
 *
 *   npx tsx bench/browser.ts shared/data/pbc/Test [ROUNDS]
 */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { availableParallelism, cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { decodeImage } from "leukogram/data/pictures/image";
import { loadClassifier } from "leukogram/evaluation/classifier";
import { bringImage } from "leukogram/evaluation/classifierFacts";
import { bundleForBrowser } from "../scripts/bundleForBrowser.ts";
import { firstOfEach } from "../tests/browser/support/answers.ts";
import { findChromium, startChromium } from "../tests/browser/support/chromium.ts";
import { serve } from "../tests/browser/support/serve.ts";

const [folder, rounds = "5"] = process.argv.slice(2);
const chromium = findChromium();
if (folder === undefined || chromium === undefined) throw new Error("usage: browser.ts IMAGES [ROUNDS], with Chromium");

const place = mkdtempSync(join(tmpdir(), "leukogram-bench-"));
const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));
await bundleForBrowser({ entry: { page: at("../tests/browser/page") }, out: place });
const images = await Promise.all(firstOfEach(folder, 4).map(({ path }) => decodeImage(path)));
const bytes = new Map(images.map(({ data }, i) => [`/pixels/${i}`, data]));
const server = await serve({ folders: { "": place, models: at("../packages/leukogram/models") }, bytes });
const browser = await startChromium(chromium);
const page = await browser.newPage();
await page.goto(server.address);
await page.waitForFunction("globalThis.leukogram !== undefined");

const median = (times: readonly number[]) => [...times].sort((a, b) => a - b)[times.length >> 1]!;
console.log(`${cpus()[0]?.model}, ${availableParallelism()} cores, ${images.length} pictures, ${rounds} rounds`);
for (const name of ["cnn-anylab", "mobilenetv2-anylab"]) {
  const classifier = await loadClassifier(at(`../packages/leukogram/models/${name}.onnx`));
  await page.evaluate(
    async ({ name, sizes }) => {
      const pictures = await Promise.all(
        sizes.map(async (size, i) => ({ ...size, data: await leukogram.fetchBytes(`/pixels/${i}`) })),
      );
      const opened = await leukogram.loadWebClassifier(`/models/${name}.onnx`);
      Object.assign(globalThis, { opened, pictures });
    },
    { name, sizes: images.map(({ width, height }) => ({ width, height })) },
  );
  const node: number[] = [];
  const web: number[] = [];
  for (let round = -1; round < Number(rounds); round++) {
    const started = performance.now();
    for (let i = 0; i < images.length; i += 16) {
      const brought = images.slice(i, i + 16).map((image) => bringImage(image, classifier).pixels);
      await classifier.probabilities(Uint8Array.from(Buffer.concat(brought)), brought.length);
    }
    const milliseconds = performance.now() - started;
    const took = await page.evaluate<number>(
      "(async () => { const s = performance.now(); await opened.classify(pictures); return performance.now() - s; })()",
    );
    // The first round warms up.
    if (round < 0) continue;
    node.push(milliseconds / images.length);
    web.push(took / images.length);
  }
  await classifier.close();
  const [n, w] = [median(node), median(web)];
  const megabytes = (readFileSync(at(`../packages/leukogram/models/${name}.onnx`)).length / 1e6).toFixed(1);
  console.log(
    `${name} (${megabytes} MB): Node ${n.toFixed(1)} ms a picture, page ${w.toFixed(1)} ms, ${(w / n).toFixed(2)} times as long`,
  );
}
await browser.close();
server.close();
rmSync(place, { recursive: true });
