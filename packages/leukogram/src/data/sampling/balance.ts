import { existsSync } from "node:fs";
import { copyFile, mkdir, writeFile } from "node:fs/promises";
import { basename, dirname, extname, join, posix, relative, resolve } from "node:path";
import { LeukogramError } from "@leukogram/engine/core/errors";
import { Rng } from "@leukogram/engine/core/rng";
import type { StopSignal } from "@leukogram/engine/core/stopSignal";
import { stringify } from "csv-stringify/sync";
import { applyAffine } from "../augmentation/affine.ts";
import { type Augmentation, checkAugmentation, drawTransform } from "../augmentation/augment.ts";
import { writeCroissant } from "../croissant.ts";
import { openData } from "../dataset.ts";
import { readManifest } from "../manifest/manifest.ts";
import { isManifestName } from "../manifest/manifestTable.ts";
import { replaceFolder } from "../outputFolder.ts";
import { decodeImage } from "../pictures/image.ts";
import { sharp } from "../pictures/sharp.ts";
import type { Dataset, Sample } from "../sample.ts";
import { isAugmentedName } from "./grouping.ts";

/** Options of {@link balanceFolder}. */
export interface BalanceOptions {
  readonly augmentation: Augmentation;
  readonly seed?: number;
  /** Called after each image written. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
  readonly signal?: StopSignal | undefined;
}

/** What {@link balanceFolder} wrote. */
export interface BalanceResult {
  readonly classes: readonly string[];
  /** Images to train on by class, before. */
  readonly before: readonly number[];
  /** And after: all equal. */
  readonly after: readonly number[];
}

/** An image to write; `transform` is its number among the augmented ones, undefined for a copy. */
interface Item {
  readonly sample: Sample;
  readonly className: string;
  /** Path in the new folder, forward slashes. */
  readonly file: string;
  readonly augmented: number | undefined;
}

/**
 * Copies a folder of images and adds augmented copies, `aug_{k}_{name}`, until every class has as many images as the
 * largest. Of a folder with Train/ and Test/, only Train is balanced. A manifest.csv (file, class, original) tells
 * the copies' originals, so that later splits keep them together.
 *
 * @throws LeukogramError ERR_USAGE if `dest` lies in `source` or the other way round, ERR_OUTPUT if `dest` holds
 * other files, ERR_IMAGE if an image cannot be decoded, ERR_ABORTED.
 */
export async function balanceFolder(source: string, dest: string, options: BalanceOptions): Promise<BalanceResult> {
  const { augmentation, seed = 0, onProgress, signal } = options;
  checkAugmentation(augmentation);
  requireApart(source, dest);
  if (isManifestName(source)) {
    throw new LeukogramError("ERR_USAGE", `balance: ${source} is a manifest; only folders can be balanced`, {
      hint: "Give the folder that contains the class folders.",
    });
  }
  const { train, validation, test } = openData(source);
  const rng = new Rng(seed).fork("balance");
  const items = [train, validation, test].flatMap((part) => (part === undefined ? [] : copies(part)));
  items.push(...additions(train, rng));
  await replaceFolder(dest, "leukogram balance", async (dir) => {
    for (const [done, item] of items.entries()) {
      if (signal?.aborted) throw new LeukogramError("ERR_ABORTED", "balancing was interrupted; nothing was written");
      const path = join(dir, item.file);
      await mkdir(dirname(path), { recursive: true });
      if (item.augmented === undefined) await copyFile(item.sample.path, path);
      else await writeAugmented(item.sample.path, path, augmentation, rng.fork(item.className).fork(item.augmented));
      onProgress?.(done + 1, items.length);
    }
    await writeFile(join(dir, "manifest.csv"), manifestText(items, source));
    const name = basename(resolve(source));
    await writeCroissant(dir, {
      name: `${name}-balanced`,
      description: `${name} with augmented copies, named aug_K_NAME, so that every class has the same number of training images.`,
    });
  });
  const before = train.classes.map((_, label) => train.samples.filter((sample) => sample.label === label).length);
  return { classes: train.classes, before, after: before.map(() => Math.max(...before)) };
}

function copies({ classes, samples }: Dataset): Item[] {
  return samples.map((sample) => ({
    sample,
    className: classes[sample.label]!,
    file: sample.file,
    augmented: undefined,
  }));
}

// Each class's originals in random order, around and around, so that none is used twice more than another.
function additions({ classes, samples }: Dataset, rng: Rng): Item[] {
  const byClass = classes.map((_, label) => samples.filter((sample) => sample.label === label));
  const largest = Math.max(...byClass.map((members) => members.length));
  const taken = new Set(samples.map((sample) => sample.file));
  return byClass.flatMap((members, label) => {
    const originals = members.filter((sample) => !isAugmentedName(sample.file));
    const pool = rng
      .fork("order")
      .fork(label)
      .shuffle([...(originals.length > 0 ? originals : members)]);
    return Array.from({ length: largest - members.length }, (_, i) => {
      const sample = pool[i % pool.length]!;
      let k = i;
      while (taken.has(augmentedName(sample.file, k))) k += largest; // the source had been balanced before
      const file = augmentedName(sample.file, k);
      taken.add(file);
      return { sample, className: classes[label]!, file, augmented: k };
    });
  });
}

function augmentedName(file: string, k: number): string {
  const name = basename(file);
  const kept = /\.(jpe?g|png)$/i.test(name) ? name : `${basename(name, extname(name))}.png`;
  return posix.join(posix.dirname(file), `aug_${k}_${kept}`);
}

async function writeAugmented(from: string, to: string, augmentation: Augmentation, rng: Rng): Promise<void> {
  const { data, width, height } = await decodeImage(from);
  const transform = drawTransform(rng, augmentation, { height, width });
  const pixels = applyAffine(data, height, width, transform, new Uint8Array(data.length));
  const image = sharp(pixels, { raw: { width, height, channels: 3 } });
  await (/\.png$/i.test(to) ? image.png() : image.jpeg({ quality: 95, chromaSubsampling: "4:4:4" })).toFile(to);
}

// What the source's manifest says of an image (its patient, its slide) holds for its copies too.
function manifestText(items: readonly Item[], source: string): string {
  const path = join(source, "manifest.csv");
  const known = existsSync(path) ? readManifest(path) : undefined;
  const own = ["file", "class", "original"];
  const said = known?.columns.filter((column) => !own.includes(column) && column !== known.fileColumn) ?? [];
  const columns = [...own, ...said];
  const rows = items.map(({ file, className, sample, augmented }) => {
    const cells = known?.byPath.get(sample.path)?.cells;
    const original = augmented === undefined ? (cells?.original ?? "") : sample.file;
    return { ...cells, file, class: className, original };
  });
  return stringify(rows, { header: true, columns });
}

function requireApart(source: string, dest: string): void {
  const inside = (a: string, b: string) => {
    const path = relative(resolve(a), resolve(b));
    return path === "" || !(path.startsWith("..") || resolve(path) === path);
  };
  if (!inside(source, dest) && !inside(dest, source)) return;
  throw new LeukogramError("ERR_USAGE", `balance: ${dest} and ${source} overlap`, {
    hint: "Choose a folder outside the source.",
  });
}
