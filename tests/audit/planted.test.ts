// Faults planted in real images, all of which an audit must find.
import { cpSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { Rng } from "@leukogram/engine/core/rng";
import { auditData } from "leukogram/audit/auditData";
import { openData } from "leukogram/data/dataset";
import { decodeImage } from "leukogram/data/pictures/image";
import type { Sample } from "leukogram/data/sample";
import sharp from "sharp";
import { expect } from "vitest";
import { temporaryFolder } from "../data/folders.ts";
import { setVariable } from "../support/environment.ts";
import { shared, testWith } from "../support/shared.ts";

const place = temporaryFolder();
setVariable("LEUKOGRAM_CACHE", join(place, "cache"));

type Plant = (source: string, target: string, i: number) => Promise<unknown>;

const turn: Plant = async (source, target, i) => {
  if (i % 2 === 0)
    return sharp(source)
      .rotate(90 * (1 + (i % 3)))
      .jpeg({ quality: 90 })
      .toFile(target);
  const { width, height } = await sharp(source).metadata();
  const turned = await sharp(source)
    .rotate(7 + 11 * i, { background: "#e8d8d0" })
    .toBuffer();
  const whole = await sharp(turned).metadata();
  const left = (whole.width - width) >> 1;
  const top = (whole.height - height) >> 1;
  return sharp(turned).extract({ left, top, width, height }).jpeg({ quality: 90 }).toFile(target);
};

/** Another crop of the same cell: zoomed in, off the middle, and every other one mirrored or turned. */
const crop: Plant = async (source, target, i) => {
  const { width, height } = await sharp(source).metadata();
  const size = Math.round(width * (0.78 + 0.006 * i));
  const left = Math.round((width - size) * ((i % 3) / 2));
  const top = Math.round((height - size) * ((i % 5) / 4));
  const part = sharp(source).extract({ left, top, width: size, height: size }).resize(width, height);
  const other = sharp(await part.toBuffer());
  return (i % 2 === 0 ? other : i % 4 === 1 ? other.flop() : other.rotate(90)).jpeg({ quality: 85 }).toFile(target);
};

const KINDS: Readonly<Record<string, { count: number; plant: Plant }>> = {
  exact: { count: 30, plant: async (source, target) => cpSync(source, target) },
  saved: {
    count: 30,
    plant: (source, target, i) =>
      sharp(source)
        .jpeg({ quality: [40, 60, 80][i % 3]! })
        .toFile(target),
  },
  turned: { count: 30, plant: turn },
  flipped: {
    count: 30,
    plant: (source, target, i) => sharp(source)[i % 2 === 0 ? "flip" : "flop"]().jpeg({ quality: 90 }).toFile(target),
  },
  cropped: { count: 30, plant: crop },
  relabelled: { count: 20, plant: async (source, target) => cpSync(source, target) },
};

/** Gives what is bright in a picture, so the background, another tint. */
async function tint(path: string): Promise<void> {
  const { data, width, height } = await decodeImage(path);
  for (let i = 0; i < data.length; i += 3) {
    const share = Math.min(1, Math.max(0, (Math.min(data[i]!, data[i + 1]!, data[i + 2]!) - 120) / 80));
    data[i] = data[i]! * (1 - 0.07 * share);
    data[i + 2] = Math.min(255, data[i + 2]! * (1 + 0.06 * share));
  }
  await sharp(data, { raw: { width, height, channels: 3 } })
    .jpeg({ quality: 95 })
    .toFile(path);
}

testWith("data/pbc")(
  "an audit finds at least 98 % of planted copies, and nine of ten crops, with under 1 % false pairs; broken files; a class on another background",
  async () => {
    const dir = join(place, "pbc");
    // Every other image: enough other cells that false pairs would be seen.
    cpSync(shared("data/pbc"), dir, { recursive: true, filter: (path) => !/([13579]\.jpg|\.csv)$/.test(path) });
    const rng = new Rng(7);
    const { train, test: judged } = openData(dir);
    const rest: Sample[] = rng.shuffle([...train.samples, ...judged!.samples]);
    const planted = new Map<string, string>();
    for (const [kind, { count, plant }] of Object.entries(KINDS))
      for (let i = 0; i < count; i++) {
        const { path, label } = rest.pop()!;
        const shift = kind === "relabelled" ? 1 + rng.integer(4) : 0;
        const name = train.classes[(label + shift) % 5]!;
        const target = join(dir, rng.uniform() < 0.5 ? "Train" : "Test", name, `${kind}-${i}.jpg`);
        await plant(path, target, i);
        planted.set([path, target].sort().join("|"), kind);
      }
    const broken = rest.splice(-10).map(({ path }) => path);
    for (const [i, path] of broken.entries())
      writeFileSync(path, i % 2 === 0 ? readFileSync(path).subarray(0, 4000) : "no picture");
    for (const part of ["Train", "Test"])
      for (const name of readdirSync(join(dir, part, "Monocyte")))
        if (!broken.some((path) => basename(path) === name)) await tint(join(dir, part, "Monocyte", name));

    const { copies, bad, shortcuts, findings } = await auditData([dir]);
    const pairs = copies.flatMap(({ members }) =>
      members.flatMap((a, i) => members.slice(i + 1).map((b) => [a.path, b.path].sort().join("|"))),
    );
    const found = pairs.filter((pair) => planted.has(pair)).map((pair) => planted.get(pair)!);
    const crops = found.filter((kind) => kind === "cropped").length;
    console.log(
      `found ${found.length} of ${planted.size} copies, ${crops} of 30 crops, ${pairs.length - found.length} false`,
    );
    expect(found.length - crops).toBeGreaterThanOrEqual(0.98 * (planted.size - 30));
    expect(crops).toBeGreaterThanOrEqual(0.9 * 30);
    expect(pairs.length - found.length).toBeLessThan(0.01 * pairs.length);
    expect(copies.filter(({ acrossClasses }) => acrossClasses)).toHaveLength(20);
    expect(bad.map(({ file }) => basename(file)).sort()).toEqual(broken.map((path) => basename(path)).sort());
    const background = shortcuts.find(({ name }) => name === "background")!;
    expect(background.recall[3]!.low).toBeGreaterThan(0.9);
    expect(findings.map(({ text }) => text)).toContainEqual(
      expect.stringMatching(/^The class can be predicted from the background alone.* Easiest class: Monocyte/),
    );
  },
  400_000,
);
