import { readFileSync } from "node:fs";
import { decodeImage } from "leukogram/data/pictures/image";
import { describe, expect, test } from "vitest";

/** A picture of a kind, and its colours by Pillow or tifffile (make_pictures.py), or words of its refusal. */
interface PictureCase {
  readonly file: string;
  readonly shape?: readonly [number, number];
  readonly rgb?: string;
  readonly refused?: string;
}

const all: Record<string, PictureCase> = JSON.parse(
  readFileSync(new URL("pictureKinds.json", import.meta.url), "utf8"),
);
const bytes = (text: string) => new Uint8Array(Buffer.from(text, "base64"));
const bitsOf = (name: string) => (name === "imagej-cyx-16.tif" ? 12 : Number(/(\d+)-of-16/.exec(name)?.[1] ?? 0));
const read = (name: string, bits = bitsOf(name)) =>
  decodeImage(bytes(all[name]!.file), { name, ...(bits > 0 && { bits }) });
const names = Object.keys(all);

describe("a picture's colours are those that Pillow and tifffile give, to one level", () => {
  test.each(names.filter((name) => all[name]!.rgb !== undefined))("%s", async (name) => {
    const { data, width, height } = await read(name);
    const right = bytes(all[name]!.rgb!);
    expect([height, width]).toEqual(all[name]!.shape);
    expect(data.length).toBe(right.length);
    expect(Math.max(...right.map((value, i) => Math.abs(value - data[i]!)))).toBeLessThanOrEqual(1);
  });
});

describe("a picture of another kind is refused by name", () => {
  test.each(names.filter((name) => all[name]!.refused !== undefined))("%s", async (name) => {
    await expect(read(name)).rejects.toThrow(
      new RegExp(`^ERR_IMAGE ${literal(name)}: .*${literal(all[name]!.refused!)}`),
    );
  });

  test("a bitmap compressed in a way that has no name", async () => {
    const bitmap = bytes(all["rle-8.bmp"]!.file);
    new DataView(bitmap.buffer, bitmap.byteOffset).setUint32(30, 99, true);
    await expect(decodeImage(bitmap, { name: "odd.bmp" })).rejects.toThrow(
      "ERR_IMAGE odd.bmp: a bitmap of 8 bits with compression 99. Save it as PNG.",
    );
  });

  const literal = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
});

describe("16 bits of which fewer are used", () => {
  test.each(["rgb-12-of-16.tif", "grey-10-of-16.png"])("of one picture are never guessed: %s", async (name) => {
    await expect(decodeImage(bytes(all[name]!.file), { name })).rejects.toThrow(
      /^ERR_IMAGE \S+: 16 bits per channel but only 1[02] are used \(largest value: \d+\), so the white level is unknown\. Give the number of bits of the camera: --bits 12/,
    );
  });

  test("can't be told to be fewer than the values need", async () => {
    await expect(read("rgb-12-of-16.tif", 10)).rejects.toThrow(
      "ERR_IMAGE rgb-12-of-16.tif: values up to 3840, which need more than 10 bits. Use --bits 12, or remove --bits.",
    );
  });

  test("are the file's own word where it has one, unless they are told", async () => {
    const [pixel] = (await read("grey-12-tagged.tif")).data;
    expect((await read("grey-12-tagged.tif", 11)).data[0]).toBe(2 * pixel!);
  });
});
