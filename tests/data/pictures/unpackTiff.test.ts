// TIFF as pages of a browser read it: the same colours as in Node, from which it is told only what libvips alone unpacks.
import { readFileSync } from "node:fs";
import { readRaw } from "leukogram/data/pictures/rawPixels";
import { decodeTiff } from "leukogram/data/tiff/decodeTiff";
import { isTiff } from "leukogram/data/tiff/pages";
import { unpackTiff } from "leukogram/data/tiff/unpackTiff";
import sharp from "sharp";
import { describe, expect, test } from "vitest";

const all: Record<string, { readonly file: string; readonly rgb?: string; readonly shape?: readonly number[] }> =
  JSON.parse(readFileSync(new URL("pictureKinds.json", import.meta.url), "utf8"));
const bytesOf = (text: string) => new Uint8Array(Buffer.from(text, "base64"));
const names = Object.keys(all).filter((name) => isTiff(bytesOf(all[name]!.file)) && all[name]!.rgb !== undefined);
const bitsOf = (name: string) =>
  name === "imagej-cyx-16.tif" ? 12 : Number(/(\d+)-of-16/.exec(name)?.[1] ?? 0) || undefined;
const options = { name: "a.tif", maxPixels: 64e6, findBits: async () => undefined };
const read = (bytes: Uint8Array, bits?: number) => decodeTiff(bytes, { ...options, bits, read: unpackTiff });

/** What only libvips unpacks. */
const OTHERS = /jpeg|ccitt|fax|group/i;

describe("the colours are those that Pillow and tifffile give, to one level", () => {
  test.each(names.filter((name) => !OTHERS.test(name)))("%s", async (name) => {
    const { data, width, height } = await read(bytesOf(all[name]!.file), bitsOf(name));
    const right = bytesOf(all[name]!.rgb!);
    expect([height, width]).toEqual(all[name]!.shape);
    expect(data.length).toBe(right.length);
    expect(Math.max(...right.map((value, i) => Math.abs(value - data[i]!)))).toBeLessThanOrEqual(1);
  });
});

test.each(names.filter((name) => OTHERS.test(name)))("%s is refused by name", async (name) => {
  await expect(read(bytesOf(all[name]!.file))).rejects.toThrow(
    /^TIFF compressed by (JPEG|a fax method), which is not read in a browser$/,
  );
});

const noise = Uint8Array.from(
  { length: 301 * 203 * 3 },
  (_, i) => ((i * 2654435761) >>> (i % 3 === 0 ? 24 : 29)) & 255,
);

describe("pictures of many blocks are those of libvips", () => {
  for (const compression of ["none", "lzw", "deflate", "packbits"] as const)
    for (const tile of [false, true])
      for (const predictor of ["none", "horizontal"] as const)
        test(`${compression}, ${tile ? "tiles" : "strips"}, predictor ${predictor}`, async () => {
          const picture = sharp(noise, { raw: { width: 301, height: 203, channels: 3 } });
          const file = await picture.tiff({ compression, tile, predictor, tileWidth: 64, tileHeight: 48 }).toBuffer();
          const bytes = new Uint8Array(file);
          expect(await read(bytes)).toEqual(await decodeTiff(bytes, { ...options, read: readRaw }));
        });
});

test("a file that is cut short, or larger than the limit, is refused", async () => {
  const file = new Uint8Array(
    await sharp(noise, { raw: { width: 301, height: 203, channels: 3 } })
      .tiff({ compression: "lzw" })
      .toBuffer(),
  );
  const damaged = file.slice();
  damaged.fill(0xff, 8, file.length >> 3);
  await expect(read(damaged)).rejects.toThrow("its pixels");
  await expect(decodeTiff(file, { ...options, maxPixels: 1e4, read: unpackTiff })).rejects.toThrow(
    "the image is larger than 0 megapixels",
  );
});
