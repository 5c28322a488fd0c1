import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { strToU8 } from "fflate";
import { withNpz } from "leukogram/data/archives/npz";
import { unpack } from "leukogram/data/archives/unpack";
import { walkImages } from "leukogram/data/folders/walk";
import { describe, expect, test } from "vitest";
import { testFolder } from "../../formats/support/folder.ts";
import { message } from "../../formats/support/message.ts";
import { encryptedZipOf, type Files, noise, npyOf, png, rarOf, tarOf, zipOf } from "./support.ts";

const WAYS: readonly (readonly [string, (files: Files) => Promise<Uint8Array> | Uint8Array])[] = [
  ["zip", zipOf],
  ["tar", (files) => tarOf(files)],
  ["tar.gz", (files) => tarOf(files, { zipped: true })],
  ["rar", (files) => rarOf(files)],
];

/** Writes the archive under a name that says nothing, and where it is to be unpacked. */
function archive(bytes: Uint8Array): { path: string; into: string } {
  const folder = testFolder();
  writeFileSync(join(folder, "download"), bytes);
  return { path: join(folder, "download"), into: join(folder, "out", "in") };
}

describe.each(WAYS)("a %s", (_, make) => {
  test("is unpacked, folders and all, whatever its name", async () => {
    const cell = await png(200);
    const { path, into } = archive(
      await make({ "Train/Basophil/a.png": cell, "Train/Neutrophil/b.png": await png(90) }),
    );
    let seen = 0;
    expect(await unpack(path, into, { onProgress: (files) => (seen = files) })).toBe(2);
    expect(seen).toBe(2);
    expect(walkImages(into)).toHaveLength(2);
    expect(new Uint8Array(readFileSync(join(into, "Train/Basophil/a.png")))).toEqual(new Uint8Array(cell));
  });

  test("that reaches outside its folder is refused, and writes nothing there", async () => {
    for (const name of ["../evil.txt", "a/../../evil.txt", "/tmp/leukogram-evil.txt", "..\\evil.txt", "C:\\evil.txt"]) {
      const { path, into } = archive(await make({ [name]: strToU8("evil") }));
      const told = await message(unpack(path, into));
      // tar-stream and unrar take a leading slash away themselves.
      if (told !== "no error")
        expect(told).toMatch(/^ERR_DATA .*(an entry that would be written outside the folder|damaged)/);
      expect(existsSync(join(dirname(into), "evil.txt"))).toBe(false);
      expect(existsSync(join(into, "..", "..", "evil.txt"))).toBe(false);
      expect(existsSync("/tmp/leukogram-evil.txt")).toBe(false);
    }
  });

  test("that becomes too much, or too many files, is stopped", async () => {
    const large = archive(await make({ "large.txt": new Uint8Array(100_000) }));
    expect(await message(unpack(large.path, large.into, { limits: { maxBytes: 50_000, maxEntries: 9 } }))).toMatch(
      /unpacks to more than 0 MB/,
    );
    const many = archive(
      await make(Object.fromEntries(Array.from({ length: 12 }, (_, i) => [`${i}.txt`, strToU8("x")]))),
    );
    expect(await message(unpack(many.path, many.into, { limits: { maxBytes: 1e6, maxEntries: 9 } }))).toMatch(
      /contains more than 9 entries/,
    );
  });

  test("that is cut off is called damaged", async () => {
    const whole = await make({
      "a.png": await png(10),
      "b.txt": noise(30_000),
    });
    const { path, into } = archive(whole.slice(0, Math.floor(whole.length * 0.6)));
    expect(await message(unpack(path, into))).toMatch(/^ERR_DATA .*damaged or incomplete/);
  });
});

test("a web page, and an archive that is interrupted, are told apart", async () => {
  const page = archive(strToU8("<!doctype html><title>Please sign in</title>"));
  expect(await message(unpack(page.path, page.into))).toMatch(/is not a zip, tar, gzipped tar or rar archive/);
  const stop = archive(zipOf({ "a.txt": strToU8("a") }));
  expect(await message(unpack(stop.path, stop.into, { signal: AbortSignal.abort() }))).toBe(
    "ERR_ABORTED unpacking was interrupted",
  );
});

test.each<[string, (files: Files) => Uint8Array]>([
  ["zip", encryptedZipOf],
  ["rar", (files) => rarOf(files, { isEncrypted: true })],
])("an encrypted %s is refused by the file in it", async (_, make) => {
  const { path, into } = archive(make({ "a/b.png": await png(10) }));
  expect(await message(unpack(path, into))).toMatch(/^ERR_DATA .*: contains an encrypted file, a[/\\]b\.png/);
});

describe("an .npz file", () => {
  const pixels = Uint8Array.from({ length: 3 * 2 * 2 * 3 }, (_, i) => i);

  test("is read row by row", async () => {
    const { path } = archive(
      zipOf({ "images.npy": npyOf([3, 2, 2, 3], pixels), "labels.npy": npyOf([3, 1], Uint8Array.of(6, 1, 0)) }),
    );
    const found = await withNpz(path, async (arrays) => {
      const rows: number[][] = [];
      for (const name of ["images", "labels"]) for await (const row of arrays.get(name)!.rows()) rows.push([...row]);
      return { shape: arrays.get("images")!.shape, rows };
    });
    expect(found.shape).toEqual([3, 2, 2, 3]);
    expect(found.rows.slice(0, 3).flat()).toEqual([...pixels]);
    expect(found.rows.slice(3)).toEqual([[6], [1], [0]]);
  });

  test("that is none, or is cut off, says so", async () => {
    const use = async (bytes: Uint8Array) =>
      message(
        withNpz(archive(bytes).path, async (arrays) => {
          for await (const _ of arrays.get("images")!.rows());
        }),
      );
    expect(await use(strToU8("no zip at all"))).toMatch(/is not an \.npz file/);
    expect(await use(zipOf({ "images.npy": strToU8("not an array") }))).toMatch(/is not a NumPy array/);
    expect(await use(zipOf({ "images.npy": npyOf([4, 2, 2, 3], pixels) }))).toMatch(/is incomplete/);
    const floats = Buffer.from(npyOf([3, 2, 2, 3], pixels));
    floats.write("<f4", floats.indexOf("|u1"));
    expect(await use(zipOf({ "images.npy": floats }))).toMatch(/has type <f4/);
  });
});
