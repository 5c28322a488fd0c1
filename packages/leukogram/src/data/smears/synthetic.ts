import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { LeukogramError } from "@leukogram/engine/core/errors";
import { Rng } from "@leukogram/engine/core/rng";
import type { StopSignal } from "@leukogram/engine/core/stopSignal";
import { stringify } from "csv-stringify/sync";
import { CELL_TYPES } from "../../cells/classes.ts";
import { replaceFolder } from "../outputFolder.ts";
import { sharp } from "../pictures/sharp.ts";
import { drawSlideLook, drawSmear } from "./smear.ts";

/** Options of {@link drawSmears}. */
export interface SmearOptions {
  /** Images to train on, of each class. */
  readonly count?: number;
  /** Images to test on, of each class. */
  readonly testCount?: number;
  /** Width and height in pixels. */
  readonly imageSize?: number;
  readonly seed?: number;
  /** Called after each image. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
  readonly signal?: StopSignal | undefined;
}

const README = `These are synthetic drawings, not patients' cells.

Leukogram drew them for trying out its commands. A model trained on them knows nothing about real blood,
and metrics on them say nothing about performance on microscope images.
`;

interface Drawing {
  readonly file: string;
  readonly class: string;
  readonly slide: string;
  readonly label: number;
  readonly rng: Rng;
}

/**
 * Draws blood smears around one white cell each: Train/ and Test/ with a folder for each of the five cell types, a
 * manifest.csv (file, class, slide; the pictures of one slide share stain and light) and a README.txt.
 *
 * @throws LeukogramError ERR_USAGE if a number makes no sense, ERR_OUTPUT if `dest` holds other files or cannot
 * be written, ERR_ABORTED.
 */
export async function drawSmears(dest: string, options: SmearOptions = {}): Promise<void> {
  const { count = 60, testCount = 20, imageSize = 360, seed = 0, onProgress, signal } = options;
  requireWhole({ count, testCount, imageSize }, imageSize);
  const rng = new Rng(seed).fork("smears");
  const drawings = [...plan(rng, "Train", count), ...plan(rng, "Test", testCount)];
  await replaceFolder(dest, "leukogram synthetic smears", async (dir) => {
    for (const [done, { file, label, slide, rng: own }] of drawings.entries()) {
      if (signal?.aborted) throw new LeukogramError("ERR_ABORTED", "drawing was interrupted; nothing was written");
      const look = drawSlideLook(rng.fork(slide));
      const pixels = drawSmear(own, label, { size: imageSize, look });
      await mkdir(dirname(join(dir, file)), { recursive: true });
      await sharp(pixels, { raw: { width: imageSize, height: imageSize, channels: 3 } })
        .jpeg({ quality: 92, chromaSubsampling: "4:4:4" })
        .toFile(join(dir, file));
      onProgress?.(done + 1, drawings.length);
    }
    const columns = ["file", "class", "slide"];
    await writeFile(join(dir, "manifest.csv"), stringify(drawings, { header: true, columns }));
    await writeFile(join(dir, "README.txt"), README);
  });
}

// About ten pictures a slide, all classes on each, and no slide in both parts.
function plan(rng: Rng, part: "Train" | "Test", count: number): Drawing[] {
  const slides = Math.max(5, Math.round((count * CELL_TYPES.length) / 10));
  return CELL_TYPES.flatMap((name, label) =>
    Array.from({ length: count }, (_, i) => ({
      file: `${part}/${name}/${name.slice(0, 3).toLowerCase()}_${String(i).padStart(4, "0")}.jpg`,
      class: name,
      slide: `${part.toLowerCase()}_${(i + label) % slides}`,
      label,
      rng: rng.fork(part).fork(name).fork(i),
    })),
  );
}

function requireWhole(numbers: Readonly<Record<string, number>>, imageSize: number): void {
  for (const [name, value] of Object.entries(numbers)) {
    if (Number.isInteger(value) && value > 0) continue;
    throw new LeukogramError(
      "ERR_USAGE",
      `synthetic smears: ${name} must be a whole number above 0, received ${value}`,
    );
  }
  if (imageSize >= 16 && imageSize <= 2048) return;
  throw new LeukogramError("ERR_USAGE", `synthetic smears: the image size must be 16 to 2048, received ${imageSize}`);
}
