import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Dataset } from "leukogram/data/sample";
import sharp from "sharp";
import { afterAll } from "vitest";

/** A folder for one test file, removed when its tests have run. */
export function temporaryFolder(): string {
  const dir = mkdtempSync(join(tmpdir(), "leukogram-data-"));
  afterAll(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

/** Writes files with any content below `dir`, and makes their folders. */
export function writeFiles(dir: string, files: Readonly<Record<string, string | Uint8Array>>): string {
  for (const [file, content] of Object.entries(files)) {
    mkdirSync(dirname(join(dir, file)), { recursive: true });
    writeFileSync(join(dir, file), content);
  }
  return dir;
}

/** Empty files by these names: enough where nothing is decoded. */
export function touch(dir: string, ...files: string[]): string {
  return writeFiles(dir, Object.fromEntries(files.map((file) => [file, ""])));
}

/** The bytes of a small picture, a gradient whose corner has the grey level `level`. */
export function picture(level: number, { width = 12, height = 10, format = "png" as "png" | "jpeg" } = {}) {
  const data = Uint8Array.from({ length: width * height * 3 }, (_, i) => (level + i * 3) % 256);
  return sharp(data, { raw: { width, height, channels: 3 } })
    .toFormat(format)
    .toBuffer();
}

/** A data set that lies on no disk: each entry is [label, group]. */
export function madeUp(classes: readonly string[], entries: readonly (readonly [number, string])[]): Dataset {
  const samples = entries.map(([label, group], i) => ({ file: `${i}.png`, path: `/none/${i}.png`, label, group }));
  return { root: "/none", classes, samples };
}
