/**
 * How long an audit takes, and how much memory, by the number of images: it should grow linearly, and memory should not
 * grow with them. The images are painted here, 64 x 64, no two alike. The program is compiled first, as it is published:
 * what runs it from its sources takes memory of its own.
 *
 *   npx tsx bench/audit.ts 1000 10000 100000
 */
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { Rng } from "@leukogram/engine/core/rng";
import { CELL_TYPES } from "leukogram/cells/classes";
import sharp from "sharp";
import build from "../tests/support/buildProgram.ts";
import { builtPath } from "../tests/support/packages.ts";

const SIDE = 64;

/** A cell of some lobes with a grain of its own, on a background. */
function paint(rng: Rng): Buffer {
  const lobes = Array.from({ length: 2 + rng.integer(4) }, () => ({
    x: rng.uniform(20, 44),
    y: rng.uniform(20, 44),
    r: rng.uniform(4, 12),
  }));
  const waves = Array.from({ length: 10 }, () => ({
    x: rng.uniform(-0.7, 0.7),
    y: rng.uniform(-0.7, 0.7),
    p: rng.uniform(0, 6),
  }));
  const tone = rng.uniform(-15, 15);
  const data = Buffer.alloc(SIDE * SIDE * 3);
  for (let y = 0; y < SIDE; y++)
    for (let x = 0; x < SIDE; x++) {
      let inside = 0;
      for (const lobe of lobes) inside = Math.max(inside, 1 - Math.hypot(x - lobe.x, y - lobe.y) / lobe.r);
      let grain = 0;
      for (const wave of waves) grain += Math.sin(wave.x * x + wave.y * y + wave.p);
      const dark = inside > 0 ? 90 + 40 * inside : 0;
      const level = 225 + tone - dark + grain * (inside > 0 ? 14 : 6);
      const at = (y * SIDE + x) * 3;
      data[at] = level - dark * 0.2;
      data[at + 1] = level - dark * 0.5;
      data[at + 2] = level;
    }
  return data;
}

async function paintImages(dir: string, count: number): Promise<void> {
  const rng = new Rng(count);
  for (const name of CELL_TYPES) mkdirSync(join(dir, name), { recursive: true });
  for (let i = 0; i < count; i++) {
    const file = join(dir, CELL_TYPES[i % CELL_TYPES.length]!, `${String(i).padStart(6, "0")}.jpg`);
    await sharp(paint(rng.fork(i)), { raw: { width: SIDE, height: SIDE, channels: 3 } })
      .jpeg({ quality: 90 })
      .toFile(file);
  }
}

/** Tells its peak memory, KiB, when it ends. */
const TELL_MEMORY = `process.on("exit", () => process.stderr.write(String(process.resourceUsage().maxRSS)));`;

/** In a process of its own, so that one size's memory is not another's. */
async function measure(dir: string): Promise<{ seconds: number; megabytes: number; copies: number }> {
  const started = performance.now();
  const program = [builtPath("leukogram", "cli/main.js"), "audit", dir, "--json"];
  const child = spawn(process.execPath, ["--import", `data:text/javascript,${TELL_MEMORY}`, ...program, "--quiet"]);
  const [answer, memory] = await Promise.all([text(child.stdout), text(child.stderr)]);
  const { copies } = JSON.parse(answer) as { copies: readonly unknown[] };
  const seconds = (performance.now() - started) / 1000;
  return { seconds, megabytes: Number(memory) / 1024, copies: copies.length };
}

await build();
process.stdout.write(
  "| Images | Seconds | Milliseconds an image | Peak memory, MB | Copies found |\n|---:|---:|---:|---:|---:|\n",
);
const [first = "1000", ...rest] = process.argv.slice(2);
for (const count of [first, ...rest].map(Number)) {
  const dir = mkdtempSync(join(tmpdir(), "leukogram-audit-"));
  try {
    await paintImages(dir, count);
    const { seconds, megabytes, copies } = await measure(dir);
    process.stdout.write(
      `| ${count} | ${seconds.toFixed(1)} | ${((1000 * seconds) / count).toFixed(2)} | ${megabytes.toFixed(0)} | ${copies} |\n`,
    );
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}
