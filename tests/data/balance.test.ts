import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Augmentation } from "leukogram/data/augmentation/augment";
import { openData, scanFolder } from "leukogram/data/dataset";
import { decodeImage } from "leukogram/data/pictures/image";
import { balanceFolder } from "leukogram/data/sampling/balance";
import { splitDataset } from "leukogram/data/sampling/split";
import { describe, expect, test } from "vitest";
import { picture, temporaryFolder, writeFiles } from "./folders.ts";

const dir = temporaryFolder();
const augmentation: Augmentation = {
  rotationRange: 15,
  zoomRange: 0.1,
  horizontalFlip: true,
  verticalFlip: false,
  fillMode: "nearest",
};
let made = 0;

/** A folder with `counts[c]` pictures of class c. */
async function source(counts: Readonly<Record<string, number>>, below = "", format: "png" | "jpeg" = "png") {
  const root = join(dir, `source${made++}`);
  for (const [name, count] of Object.entries(counts)) {
    for (let i = 0; i < count; i++) {
      const extension = format === "png" ? "png" : "jpg";
      writeFiles(root, { [join(below, name, `${i}.${extension}`)]: await picture(i * 40, { format }) });
    }
  }
  return root;
}
const fresh = () => join(dir, `balanced${made++}`);

describe("balanceFolder", () => {
  test("adds augmented copies up to the largest class, and tells their originals", async () => {
    const from = await source({ a: 5, b: 2 }, "", "jpeg");
    const to = fresh();
    const steps: number[] = [];
    const result = await balanceFolder(from, to, {
      augmentation,
      onProgress: (done, total) => steps.push(done / total),
    });
    expect(result).toEqual({ classes: ["a", "b"], before: [5, 2], after: [5, 5] });
    expect(readdirSync(join(to, "b")).sort().length).toBe(5);
    expect(readFileSync(join(to, "a/3.jpg"))).toEqual(readFileSync(join(from, "a/3.jpg")));
    const rows = readFileSync(join(to, "manifest.csv"), "utf8").trim().split("\n");
    expect(rows[0]).toBe("file,class,original");
    const added = rows.filter((row) => row.includes("aug_"));
    expect(added.length).toBe(3);
    for (const row of added) {
      const [file, name, original] = row.split(",");
      expect(file).toMatch(/^b\/aug_\d+_[01]\.jpg$/);
      expect([name, original]).toEqual(["b", file!.replace(/aug_\d+_/, "")]);
    }
    expect(steps.at(-1)).toBe(1);
  });

  test("keeps copies with their original in every later split", async () => {
    const to = fresh();
    await balanceFolder(await source({ a: 12, b: 4 }), to, { augmentation });
    for (const seed of [0, 1, 2]) {
      const { train, validation } = splitDataset(scanFolder(to), { validationFraction: 0.3, seed });
      const originals = new Set(train.map((sample) => sample.file.replace(/aug_\d+_/, "")));
      expect(validation.length).toBeGreaterThan(0);
      expect(validation.some((sample) => originals.has(sample.file.replace(/aug_\d+_/, "")))).toBe(false);
    }
  });

  test("writes the same bytes for the same seed, and others for another", async () => {
    const from = await source({ a: 3, b: 1 });
    const read = async (seed: number) => {
      const to = fresh();
      await balanceFolder(from, to, { augmentation, seed });
      return readdirSync(join(to, "b"))
        .sort()
        .map((name) => `${name} ${readFileSync(join(to, "b", name)).toString("hex")}`);
    };
    expect(await read(1)).toEqual(await read(1));
    expect(await read(1)).not.toEqual(await read(2));
  });

  test("balances Train only, and carries the manifest's other columns to the copies", async () => {
    const from = await source({ a: 3, b: 1 }, "Train");
    writeFiles(from, { "Test/a/9.png": await picture(1), "Test/b/9.png": await picture(2) });
    writeFiles(from, { "manifest.csv": "file,class,patient\nTrain/b/0.png,b,P7\nTrain/a/0.png,a,P7\n" });
    const to = fresh();
    await balanceFolder(from, to, { augmentation });
    const { train, test: held } = openData(to, { groupBy: "patient" });
    expect(train.samples.filter((sample) => sample.label === 1).map((sample) => sample.group)).toEqual([
      "patient:P7",
      "patient:P7",
      "patient:P7",
    ]);
    expect(held!.samples.map((sample) => sample.file)).toEqual(["Test/a/9.png", "Test/b/9.png"]);
  });

  test("keeps the size of the pictures, and augments a balanced folder from its originals", async () => {
    const once = fresh();
    await balanceFolder(await source({ a: 3, b: 1 }), once, { augmentation });
    writeFiles(once, { "a/new.png": await picture(9), "a/newer.png": await picture(99) });
    const twice = fresh();
    await balanceFolder(once, twice, { augmentation });
    const names = readdirSync(join(twice, "b"));
    expect(names.length).toBe(5);
    expect(names.every((name) => /^(aug_\d+_)?0\.png$/.test(name))).toBe(true);
    const { width, height } = await decodeImage(join(twice, "b", names.find((name) => name.startsWith("aug_"))!));
    expect([width, height]).toEqual([12, 10]);
  });

  test("replaces what it made, and nothing else", async () => {
    const from = await source({ a: 2, b: 1 });
    const to = fresh();
    await balanceFolder(from, to, { augmentation });
    await balanceFolder(from, to, { augmentation });
    const foreign = writeFiles(fresh(), { "thesis.txt": "mine" });
    await expect(balanceFolder(from, foreign, { augmentation })).rejects.toThrow(
      `ERR_OUTPUT ${foreign} exists and was not made by this command; it was not changed. Choose a folder that does not exist yet.`,
    );
    expect(readdirSync(foreign)).toEqual(["thesis.txt"]);
    await expect(balanceFolder(from, join(from, "out"), { augmentation })).rejects.toThrow(
      /ERR_USAGE balance: .* overlap/,
    );
    await expect(balanceFolder(join(from, "m.csv"), fresh(), { augmentation })).rejects.toThrow(
      /is a manifest; only folders/,
    );
  });

  test("leaves nothing behind where it is interrupted or meets a bad image", async () => {
    const from = await source({ a: 3, b: 1 });
    const to = fresh();
    const stop = new AbortController();
    const stopped = balanceFolder(from, to, { augmentation, signal: stop.signal, onProgress: () => stop.abort() });
    await expect(stopped).rejects.toThrow("ERR_ABORTED balancing was interrupted; nothing was written");
    writeFiles(from, { "b/0.png": "words" });
    await expect(balanceFolder(from, to, { augmentation })).rejects.toThrow(/ERR_IMAGE .*0\.png/);
    expect(existsSync(to)).toBe(false);
    expect(readdirSync(dir).filter((name) => name.endsWith(".tmp"))).toEqual([]);
  });
});
