import { join } from "node:path";
import { decodeImage } from "leukogram/data/pictures/image";
import sharp from "sharp";
import { describe, expect, test } from "vitest";
import { picture, temporaryFolder, writeFiles } from "../folders.ts";

const dir = temporaryFolder();
const colour = { r: 128, g: 64, b: 32 };
const plain = () => sharp({ create: { width: 4, height: 2, channels: 3, background: colour } });
const first = async (bytes: Promise<Buffer>) => [...(await decodeImage(await bytes)).data.slice(0, 3)];

/** A Windows bitmap of 3 x 2 pixels, each row of `rows` one of the picture, top first. */
function bitmap(bits: 8 | 24 | 32, rows: readonly (readonly number[])[], { topDown = false } = {}): Uint8Array {
  const palette = bits === 8 ? [3, 2, 1, 0, 30, 20, 10, 0] : [];
  const stride = Math.ceil((3 * bits) / 32) * 4;
  const bytes = new Uint8Array(54 + palette.length + stride * 2);
  const view = new DataView(bytes.buffer);
  bytes.set([0x42, 0x4d]);
  view.setUint32(10, 54 + palette.length, true);
  view.setUint32(14, 40, true);
  view.setInt32(18, 3, true);
  view.setInt32(22, topDown ? -2 : 2, true);
  view.setUint16(28, bits, true);
  bytes.set(palette, 54);
  const stored = topDown ? rows : [...rows].reverse();
  for (const [y, row] of stored.entries()) bytes.set(row, 54 + palette.length + y * stride);
  return bytes;
}

describe("decodeImage", () => {
  test("gives RGB of every kind of picture", async () => {
    expect(await first(plain().png().toBuffer())).toEqual([128, 64, 32]);
    expect(await first(plain().gif().toBuffer())).toEqual([128, 64, 32]);
    expect(await first(plain().toColourspace("rgb16").png().toBuffer())).toEqual([128, 64, 32]);
    const [grey, again, third] = await first(plain().toColourspace("b-w").png().toBuffer());
    expect([again, third]).toEqual([grey, grey]);
    expect((await first(plain().toColourspace("grey16").png().toBuffer())).length).toBe(3);
    const [red, , blue] = await first(plain().toColourspace("cmyk").jpeg().toBuffer());
    expect(red).toBeGreaterThan(blue!);
  });

  test("drops the alpha channel without mixing it in", async () => {
    const background = { ...colour, alpha: 0.3 };
    const clear = sharp({ create: { width: 4, height: 2, channels: 4, background } });
    expect(await first(clear.png().toBuffer())).toEqual([128, 64, 32]);
  });

  test("does not turn a picture by its EXIF tag, as TensorFlow does not", async () => {
    const { width, height } = await decodeImage(await plain().withMetadata({ orientation: 6 }).jpeg().toBuffer());
    expect([width, height]).toEqual([4, 2]);
  });

  test("reads bitmaps of 8, 24 and 32 bits, from either end", async () => {
    const six = [1, 2, 3, 10, 20, 30, 1, 2, 3, 10, 20, 30, 1, 2, 3, 10, 20, 30];
    const bgr = [
      [3, 2, 1, 30, 20, 10, 3, 2, 1],
      [30, 20, 10, 3, 2, 1, 30, 20, 10],
    ];
    const bgra = [
      [3, 2, 1, 0, 30, 20, 10, 0, 3, 2, 1, 0],
      [30, 20, 10, 0, 3, 2, 1, 0, 30, 20, 10, 0],
    ];
    expect([...(await decodeImage(bitmap(24, bgr))).data]).toEqual(six);
    expect([...(await decodeImage(bitmap(24, bgr, { topDown: true }))).data]).toEqual(six);
    expect([...(await decodeImage(bitmap(32, bgra))).data]).toEqual(six);
    expect([
      ...(
        await decodeImage(
          bitmap(8, [
            [0, 1, 0],
            [1, 0, 1],
          ]),
        )
      ).data,
    ]).toEqual(six);
    await expect(decodeImage(bitmap(24, bgr).slice(0, 60), { name: "x.bmp" })).rejects.toThrow(
      "ERR_IMAGE x.bmp: the image is damaged or incomplete (the file is incomplete). Copy it again, or remove it.",
    );
  });

  test("names the file that is missing, empty, no picture, or cut short", async () => {
    const jpeg = await picture(3, { width: 64, height: 64, format: "jpeg" });
    const png = await picture(3, { width: 64, height: 64 });
    writeFiles(dir, {
      "empty.jpg": "",
      "text.jpg": "these are words, not pixels",
      "cut.jpg": jpeg.subarray(0, Math.floor(jpeg.length * 0.6)),
      "cut.png": png.subarray(0, Math.floor(png.length * 0.6)),
    });
    const opening = (name: string) => expect(decodeImage(join(dir, name))).rejects;
    await opening("none.jpg").toThrow(/ERR_IMAGE .*none\.jpg: no such file\. Check the path/);
    await opening("empty.jpg").toThrow(/ERR_IMAGE .*empty\.jpg: the file is empty \(0 bytes\)\. Copy it again\./);
    await opening("text.jpg").toThrow(/text\.jpg: not an image in a known format\. Save/);
    await opening("cut.jpg").toThrow(/cut\.jpg: the image is damaged or incomplete \(.+\)\. Copy it again/);
    await opening("cut.png").toThrow(/cut\.png: the image is damaged or incomplete \(.+\)\. Copy it again/);
  });

  test("refuses a picture of too many pixels before it takes memory", async () => {
    const huge = await sharp({ create: { width: 9000, height: 9000, channels: 3, background: "white" } })
      .png()
      .toBuffer();
    await expect(decodeImage(huge, { name: "huge.png" })).rejects.toThrow(
      "ERR_IMAGE huge.png: the image is larger than 64 megapixels. Crop the single cells, or save a smaller image.",
    );
    await expect(decodeImage(await picture(1), { maxPixels: 100 })).rejects.toThrow(/larger than/);
  });
});
