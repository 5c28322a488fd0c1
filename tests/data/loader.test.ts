import { truncateSync } from "node:fs";
import { join } from "node:path";
import { Rng } from "@leukogram/engine/core/rng";
import { affineInto } from "leukogram/data/augmentation/affine";
import { type Augmentation, drawTransform } from "leukogram/data/augmentation/augment";
import { type ImageCache, openImageCache } from "leukogram/data/loading/cache";
import { createLoader, type LoaderOptions } from "leukogram/data/loading/loader";
import { drawPicture } from "leukogram/data/microscopy/draw";
import { PictureMaker } from "leukogram/data/microscopy/pictureMaker";
import { USUAL_MICROSCOPY } from "leukogram/data/microscopy/previewRows";
import { copyInto, layoutSize, layoutTarget } from "leukogram/data/pictures/pixelLayout";
import { resizeArea } from "leukogram/data/pictures/resizeArea";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { picture, temporaryFolder, writeFiles } from "./folders.ts";

const dir = temporaryFolder();
const HEIGHT = 9;
const WIDTH = 11;
const LAYOUT = { phases: 2, height: 6, width: 6 };
const AUGMENTATION: Augmentation = {
  rotationRange: 20,
  zoomRange: 0.2,
  horizontalFlip: true,
  verticalFlip: true,
  fillMode: "nearest",
};
const ORDER = [3, 1, 4, 1, 5, 0, 2, 5, 3, 5, 6];
const labels = [0, 1, 2, 0, 1, 2, 0];

let cache: ImageCache;
beforeAll(async () => {
  const pictures = await Promise.all(labels.map((_, i) => picture(i * 31)));
  writeFiles(dir, Object.fromEntries(pictures.map((bytes, i) => [`${i}.png`, bytes])));
  const samples = labels.map((label, i) => ({ file: `${i}.png`, path: join(dir, `${i}.png`), label, group: `${i}` }));
  cache = await openImageCache(samples, { imageSize: [HEIGHT, WIDTH], cacheDir: join(dir, "cache") });
});
afterAll(() => cache.close());

/** All batches of an epoch, their pixels copied. */
async function collect(options: Partial<LoaderOptions> = {}, { epoch = 0, order = ORDER, from = 0, times = 1 } = {}) {
  const loader = createLoader(cache, { batchSize: 3, layout: LAYOUT, seed: 5, labels, ...options });
  try {
    const seen = [];
    for (let i = 0; i < times; i++) {
      for await (const batch of loader.batches({ epoch, order, from })) {
        seen.push({ ...batch, pixels: Uint8Array.from(batch.pixels), labels: [...batch.labels] });
      }
    }
    return seen;
  } finally {
    await loader.close();
  }
}

/** What the pixels of the image at `position` of the order should be. */
function expected(position: number, { epoch, seed, augment }: { epoch: number; seed: number; augment: boolean }) {
  const source = new Uint8Array(HEIGHT * WIDTH * 3);
  cache.read(ORDER[position]!, source);
  const out = new Uint8Array(layoutSize(LAYOUT));
  const target = layoutTarget(LAYOUT, HEIGHT, WIDTH);
  const rng = new Rng(seed).fork("augment").fork(epoch).fork(position);
  if (augment) affineInto(source, drawTransform(rng, AUGMENTATION), out, target);
  else copyInto(source, out, target);
  return out;
}

describe("a loader", () => {
  test("gives the order's images, labels and pixels, the last batch smaller", async () => {
    const batches = await collect();
    expect(batches.map((batch) => batch.indices)).toEqual([
      [3, 1, 4],
      [1, 5, 0],
      [2, 5, 3],
      [5, 6],
    ]);
    expect(batches.map((batch) => batch.count)).toEqual([3, 3, 3, 2]);
    expect(batches.flatMap((batch) => batch.labels)).toEqual(ORDER.map((i) => labels[i]));
    const size = layoutSize(LAYOUT);
    for (const position of ORDER.keys()) {
      const { pixels } = batches[Math.floor(position / 3)]!;
      const start = (position % 3) * size;
      expect(pixels.subarray(start, start + size)).toEqual(expected(position, { epoch: 0, seed: 5, augment: false }));
    }
    expect(batches[3]!.pixels.length).toBe(2 * size);
  });

  test("draws each image's augmentation from seed, epoch and place, whatever the number of workers", async () => {
    const one = await collect({ augmentation: AUGMENTATION, workers: 1 }, { epoch: 4 });
    const three = await collect({ augmentation: AUGMENTATION, workers: 3 }, { epoch: 4 });
    const wide = await collect({ augmentation: AUGMENTATION, workers: 2, batchSize: 11 }, { epoch: 4 });
    expect(three).toEqual(one);
    expect(wide[0]!.pixels).toEqual(Uint8Array.from(one.flatMap((batch) => [...batch.pixels])));
    const size = layoutSize(LAYOUT);
    for (const position of ORDER.keys()) {
      expect(wide[0]!.pixels.subarray(position * size, (position + 1) * size)).toEqual(
        expected(position, { epoch: 4, seed: 5, augment: true }),
      );
    }
    const other = await collect({ augmentation: AUGMENTATION }, { epoch: 5 });
    expect(other[0]!.pixels).not.toEqual(one[0]!.pixels);
  });

  test("makes pictures of other sizes and other laboratories, whatever the number of workers", async () => {
    const augmentation = { ...AUGMENTATION, microscopy: USUAL_MICROSCOPY };
    const layout = { phases: 1, height: 6, width: 5 };
    const options = { augmentation, layout, imageSize: [6, 5] as const };
    const one = await collect({ ...options, workers: 1 });
    const three = await collect({ ...options, workers: 3 });
    expect(three).toEqual(one);
    const field = { data: new Uint8Array(HEIGHT * WIDTH * 3), height: HEIGHT, width: WIDTH };
    const out = new Uint8Array(90);
    const maker = new PictureMaker({ height: 6, width: 5 });
    let restained = 0;
    for (const position of ORDER.keys()) {
      cache.read(ORDER[position]!, field.data);
      const draw = drawPicture(new Rng(5).fork("augment").fork(0).fork(position), augmentation, field);
      const batch = ORDER.slice(3 * Math.floor(position / 3), 3 * Math.floor(position / 3) + 3);
      const other = new Uint8Array(field.data.length);
      if (draw.restain !== undefined) cache.read(batch[Math.floor(draw.restain.place * batch.length)]!, other);
      restained += draw.restain === undefined ? 0 : 1;
      maker.make(field, draw, { out, target: layoutTarget(layout, 6, 5), other });
      const start = (position % 3) * 90;
      expect(one[Math.floor(position / 3)]!.pixels.subarray(start, start + 90)).toEqual(out);
    }
    expect(restained).toBeGreaterThan(0);
  });

  test("brings whole images to the asked size by area, and several sizes come from one cache", async () => {
    for (const [height, width] of [
      [4, 5],
      [3, 3],
    ] as const) {
      const layout = { phases: 1, height, width };
      const batches = await collect({ layout, imageSize: [height, width] });
      const source = new Uint8Array(HEIGHT * WIDTH * 3);
      cache.read(ORDER[0]!, source);
      const out = new Uint8Array(height * width * 3);
      const shrunk = resizeArea({ data: source, height: HEIGHT, width: WIDTH }, height, width);
      copyInto(shrunk, out, layoutTarget(layout, height, width));
      expect(batches[0]!.pixels.subarray(0, out.length)).toEqual(out);
    }
  });

  test("starts over after an epoch that was left early", async () => {
    const loader = createLoader(cache, { batchSize: 1, layout: LAYOUT, seed: 5, labels });
    for await (const _ of loader.batches({ epoch: 1, order: ORDER })) break;
    const seen: number[] = [];
    for await (const { indices } of loader.batches({ epoch: 2, order: ORDER })) seen.push(...indices);
    expect(seen).toEqual(ORDER);
    await loader.close();
  });

  test("goes on within an epoch with the pixels that it would have had", async () => {
    const augmentation = { rotationRange: 40, zoomRange: 0.2, fillMode: "nearest" } as const;
    const whole = await collect({ augmentation: { ...augmentation, horizontalFlip: true, verticalFlip: true } });
    const rest = await collect(
      { augmentation: { ...augmentation, horizontalFlip: true, verticalFlip: true } },
      { from: 2 },
    );
    expect(rest).toEqual(whole.slice(2));
    expect(rest.length).toBeGreaterThan(0);
  });

  test("gives nothing for an empty order", async () => {
    expect(await collect({}, { order: [] })).toEqual([]);
  });

  test("stops where asked to", async () => {
    const loader = createLoader(cache, { batchSize: 1, layout: LAYOUT, seed: 5, labels });
    const stop = new AbortController();
    const seen: number[] = [];
    const run = async () => {
      for await (const { indices } of loader.batches({ epoch: 0, order: ORDER, signal: stop.signal })) {
        seen.push(...indices);
        if (seen.length === 2) stop.abort();
      }
    };
    await expect(run()).rejects.toThrow("ERR_ABORTED loading was interrupted");
    expect(seen).toEqual([3, 1]);
    await loader.close();
  });

  test("gives one epoch at a time, and none once closed", async () => {
    const loader = createLoader(cache, { batchSize: 1, layout: LAYOUT, seed: 5, labels });
    const first = loader.batches({ epoch: 0, order: ORDER });
    await first.next();
    await expect(loader.batches({ epoch: 1, order: ORDER }).next()).rejects.toThrow("one epoch at a time");
    await loader.close();
    await expect(
      first
        .next()
        .then(() => first.next())
        .then(() => first.next())
        .then(() => first.next()),
    ).rejects.toThrow("the loader was closed");
    await expect(loader.batches({ epoch: 1, order: ORDER }).next()).rejects.toThrow(
      "ERR_ABORTED the loader was closed",
    );
  });

  test("says so where the cache was cut, and where a worker cannot start, instead of waiting for ever", async () => {
    const samples = cache.samples.slice(0, 3);
    const broken = await openImageCache(samples, { imageSize: [4, 4], cacheDir: join(dir, "broken") });
    truncateSync(broken.file, 60);
    const options = { batchSize: 1, layout: { phases: 1, height: 4, width: 4 }, seed: 0, labels };
    const cut = createLoader(broken, options);
    const drain = async (loader: typeof cut, order: number[]) => {
      for await (const { count } of loader.batches({ epoch: 0, order })) expect(count).toBe(1);
    };
    await expect(drain(cut, [0, 1])).rejects.toThrow(/ERR_DATA the cache .* contains no image 1\. Delete the cache/);
    await cut.close();
    const gone = createLoader({ ...broken, file: join(dir, "none.bin") }, options);
    await expect(drain(gone, [0, 1])).rejects.toThrow(/ERR_RUNTIME a loader worker failed: ENOENT/);
    await expect(drain(gone, [0])).rejects.toThrow(/ERR_RUNTIME a loader worker failed: ENOENT/);
    await gone.close();
    broken.close();
  });

  test("refuses options that make no sense", async () => {
    const make = (options: Partial<LoaderOptions>) =>
      createLoader(cache, { batchSize: 2, layout: LAYOUT, seed: 0, labels, ...options });
    expect(() => make({ batchSize: 0 })).toThrow(
      "ERR_USAGE loader: batchSize must be a whole number above 0, received 0",
    );
    expect(() => make({ workers: 0.5 })).toThrow("loader: workers must be a whole number above 0, received 0.5");
    expect(() => make({ imageSize: [0, 4] })).toThrow("loader: imageSize must be a whole number above 0, received 0");
    expect(() => make({ layout: { phases: 1, height: 8, width: 11 } })).toThrow(/ERR_SHAPE pixel layout/);
    expect(() => make({ augmentation: { ...AUGMENTATION, zoomRange: 2 } })).toThrow(/zoomRange must be below 1/);
    await expect(collect({}, { order: [0, 7] })).rejects.toThrow(
      "loader: the order names image 7, and the cache holds 7 images",
    );
  });
});
