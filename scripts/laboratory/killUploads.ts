/**
 * Uploads pictures in a real browser, kills the server several times meanwhile, and looks whether all are there, and none twice. What failed is
 * sent again by the page's button. Prints one JSON object. It compiles the sources, and needs Chromium.
 *
 *   npx tsx scripts/laboratory/killUploads.ts [pictures] [kills]
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Rng } from "@leukogram/engine/core/rng";
import { findChromium, startChromium } from "../../tests/browser/support/chromium.ts";
import compile from "../../tests/support/buildProgram.ts";
import { picture } from "../../tests/support/pictures.ts";
import { killUpload } from "../../tests/web/support/killUpload.ts";

const [pictures, kills] = [Number(process.argv[2] ?? 1500), Number(process.argv[3] ?? 4)];
const chromium = findChromium();
if (chromium === undefined) throw new Error("there is no Chromium on the PATH");
await compile();
const folder = mkdtempSync(join(tmpdir(), "leukogram-kill-"));
mkdirSync(join(folder, "pictures"));
const paths: string[] = [];
for (let i = 0; i < pictures; i++) {
  paths.push(join(folder, "pictures", `${i}.png`));
  writeFileSync(paths[i]!, await picture(i, 128));
}
const browser = await startChromium(chromium);
const page = await browser.newPage();
page.setDefaultTimeout(300_000);
const began = performance.now();
const { files, ...there } = await killUpload(page, { data: join(folder, "data"), paths, kills, rng: new Rng(1) });
const seconds = Math.round((performance.now() - began) / 1000);
await browser.close();
rmSync(folder, { recursive: true });
process.stdout.write(`${JSON.stringify({ pictures, kills, seconds, ...there })}\n`);
const isWhole = there.cells === pictures && there.hashes === pictures && new Set(files).size === pictures;
if (!isWhole || there.awaited !== 0) process.exitCode = 1;
