// Pictures that came together have one camera: how many of 16 bits it uses is measured over all of them, never of one.
import { open } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { basename, resolve } from "node:path";
import { counted } from "@leukogram/engine/core/counted";
import { compareCodePoints } from "../folders/walk.ts";
import { remark } from "../remarks.ts";
import { readPlanned } from "../tiff/decodeTiff.ts";
import { isTiff } from "../tiff/pages.ts";
import { planTiff } from "../tiff/plan.ts";
import { depthOf, largestOf, toldBits } from "./depth.ts";
import { readRaw, spaceOf } from "./rawPixels.ts";

interface PictureSet {
  readonly name: string;
  readonly paths: readonly string[];
  /** Undefined if none of them has 16 bits without saying how many it uses. */
  bits?: Promise<number | undefined>;
}

const setOf = new Map<string, PictureSet>();
/** Only these formats have 16 bits. */
const WIDE_NAMES = /\.(png|tiff?)$/i;
const MOST_PIXELS = 64e6;

/** Says that these pictures came together: from one folder or manifest, or named in one call. */
export function addPictures(name: string, paths: readonly string[]): void {
  const absolute = paths.map((path) => resolve(path));
  const set: PictureSet = { name, paths: absolute };
  for (const path of absolute) if (!setOf.has(path)) setOf.set(path, set);
}

/** Bits used of 16 by a picture that does not say it: by the largest value of all that came with it. */
export async function bitsOfSet(path: string): Promise<number | undefined> {
  const set = setOf.get(resolve(path));
  if (set === undefined) return undefined;
  set.bits ??= measure(set);
  return set.bits;
}

/** Bits of the sets that these pictures belong to, as text: part of the key of what is kept of their pixels. */
export async function bitsKey(paths: readonly string[]): Promise<string> {
  const told = toldBits();
  if (told !== undefined) return String(told);
  const found = new Set<number | undefined>();
  for (const path of paths) if (WIDE_NAMES.test(path)) found.add(await bitsOfSet(path));
  return [...found].filter((bits) => bits !== undefined).join(" ");
}

async function measure({ name, paths }: PictureSet): Promise<number | undefined> {
  const candidates = paths.filter((path) => WIDE_NAMES.test(path));
  let [next, largest] = [0, 0];
  const found: string[] = [];
  const worker = async () => {
    for (let i = next++; i < candidates.length; i = next++) {
      // What can't be read is reported when it is decoded.
      const value = await largestIn(candidates[i]!).catch(() => undefined);
      if (value === undefined) continue;
      found.push(candidates[i]!);
      largest = Math.max(largest, value);
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, worker));
  if (found.length === 0) return undefined;
  const bits = depthOf(largest);
  if (bits < 16)
    remark(
      `${name}: ${counted(found.length, "16-bit image is", "16-bit images are")} read as ${bits} bits, because the largest value is ${largest}: ${someOf(found)}. Use --bits to change this.`,
    );
  return bits;
}

/** So many pictures are named. */
const MOST_NAMED = 3;

function someOf(paths: readonly string[]): string {
  // Workers end in any order.
  const names = paths.map((path) => basename(path)).sort(compareCodePoints);
  return `${names.slice(0, MOST_NAMED).join(", ")}${names.length > MOST_NAMED ? " and others" : ""}`;
}

// The largest value of a picture that has 16 bits and does not say how many it uses.
async function largestIn(path: string): Promise<number | undefined> {
  const file = await open(path);
  try {
    const head = Buffer.alloc(32);
    await file.read(head, 0, head.length, 0);
    if (!isTiff(head)) {
      const space = spaceOf(head);
      if (!space.endsWith("16")) return undefined;
      const { values } = await readRaw(await file.readFile(), { maxPixels: MOST_PIXELS, space });
      return largestOf(values as Uint16Array);
    }
    const bytes = await file.readFile();
    const plan = planTiff(bytes);
    if (!plan.space.endsWith("16") || plan.bits !== undefined) return undefined;
    return largestOf((await readPlanned(bytes, plan, { maxPixels: MOST_PIXELS, read: readRaw })).values as Uint16Array);
  } finally {
    await file.close();
  }
}
