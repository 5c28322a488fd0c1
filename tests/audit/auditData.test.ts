import { copyFileSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { auditData } from "leukogram/audit/auditData";
import type { Audit } from "leukogram/audit/types";
import { drawSmears } from "leukogram/data/smears/synthetic";
import sharp, { type Sharp } from "sharp";
import { beforeAll, describe, expect, test } from "vitest";
import { temporaryFolder } from "../data/folders.ts";
import { setVariable } from "../support/environment.ts";

const dir = temporaryFolder();
setVariable("LEUKOGRAM_CACHE", join(dir, "cache"));
const at = (...parts: string[]) => join(dir, "smears", ...parts);
const nth = (part: string, name: string, i: number) => at(part, name, readdirSync(at(part, name)).sort()[i]!);
const originals: Record<string, string> = {};

/** What each planted copy is made by. */
const CHANGES: Readonly<Record<string, (image: Sharp) => Sharp>> = {
  "saved.jpg": (image) => image.jpeg({ quality: 40 }),
  "quarter.jpg": (image) => image.rotate(90).jpeg({ quality: 90 }),
  "mirrored.png": (image) => image.flop().png(),
  "upside.jpg": (image) => image.flip().jpeg({ quality: 90 }),
  // Its frame stays, as when a program turns it in place.
  "askew.jpg": (image) =>
    image.rotate(37, { background: "#e8d8d0" }).extract({ left: 26, top: 26, width: 128, height: 128 }).jpeg(),
  "closer.jpg": (image) => image.extract({ left: 18, top: 8, width: 104, height: 104 }).resize(128, 128).jpeg(),
};

let found: Audit;
let clean: Audit;

beforeAll(async () => {
  await drawSmears(at(), { count: 24, testCount: 12, imageSize: 128 });
  clean = await auditData([at()]);
  for (const [i, [name, change]] of Object.entries(CHANGES).entries()) {
    originals[name] = nth("Train", "Monocyte", i);
    await change(sharp(originals[name]!)).toFile(at("Test", "Monocyte", name));
  }
  originals["exact.jpg"] = nth("Train", "Basophil", 0);
  copyFileSync(originals["exact.jpg"], at("Train", "Basophil", "exact.jpg"));
  originals["relabelled.jpg"] = nth("Train", "Eosinophil", 0);
  copyFileSync(originals["relabelled.jpg"], at("Train", "Neutrophil", "relabelled.jpg"));
  const whole = readFileSync(nth("Train", "Basophil", 3));
  writeFileSync(at("Train", "Basophil", "cut.jpg"), whole.subarray(0, whole.length / 2));
  writeFileSync(at("Train", "Basophil", "empty.png"), "");
  writeFileSync(at("Train", "Basophil", "words.png"), "these are words");
  await drawSmears(join(dir, "others"), { count: 8, testCount: 1, imageSize: 128, seed: 9 });
  const others = join(dir, "others", "Train", "Eosinophil");
  const odd = (i: number) => sharp(join(others, readdirSync(others).sort()[i]!));
  await odd(0)
    .greyscale()
    .toColourspace("b-w")
    .png()
    .toFile(at("Train", "Eosinophil", "grey.png"));
  await odd(1)
    .ensureAlpha(0.5)
    .png()
    .toFile(at("Train", "Eosinophil", "alpha.png"));
  await odd(2)
    .toColourspace("rgb16")
    .png()
    .toFile(at("Train", "Eosinophil", "deep.png"));
  await odd(3)
    .withMetadata({ orientation: 6 })
    .jpeg()
    .toFile(at("Train", "Eosinophil", "exif.jpg"));
  await odd(4)
    .toColourspace("cmyk")
    .jpeg()
    .toFile(at("Train", "Eosinophil", "cmyk.jpg"));
  await odd(5)
    .resize(300, 300)
    .jpeg()
    .toFile(at("Train", "Eosinophil", "large.jpg"));
  await odd(6)
    .png()
    .toFile(at("Train", "Eosinophil", "named.jpg"));
  found = await auditData([at()]);
}, 240_000);

const groupOf = (name: string) =>
  found.copies.find(({ members }) => members.some(({ file }) => file.endsWith(`/${name}`)));

describe("auditData", () => {
  test("finds nothing to mend in clean drawings, and keeps no file behind", () => {
    expect(clean.images).toBe(180);
    expect(clean.copies).toEqual([]);
    expect(clean.bad).toEqual([]);
    expect(clean.odd).toEqual([]);
    expect(clean.findings.filter(({ severity }) => severity === "fault")).toEqual([]);
    expect(readdirSync(join(dir, "cache"))).toEqual([]);
  });

  test.each([...Object.keys(CHANGES), "exact.jpg", "relabelled.jpg"])("finds the original of %s", (name) => {
    expect(groupOf(name)?.members.map(({ path }) => path)).toContain(originals[name]);
  });

  test("tells how a copy was made", () => {
    const how = (name: string) => groupOf(name)!.members.find(({ file }) => file.endsWith(`/${name}`))!;
    expect(how("exact.jpg").kind).toBe("identical");
    expect(how("saved.jpg")).toMatchObject({ kind: "near", alignment: { turn: 0, mirrored: false } });
    expect(how("mirrored.png").alignment?.mirrored).toBe(true);
    expect([90, 270]).toContain(how("quarter.jpg").alignment?.turn);
    expect(how("askew.jpg").alignment?.mirrored).toBe(false);
    expect(how("closer.jpg")).toMatchObject({ kind: "cropped", alignment: { turn: 0, mirrored: false } });
    expect(how("closer.jpg").alignment?.zoom).toBeCloseTo(128 / 104, 0);
  });

  test("tells copies across parts and labels from those within", () => {
    expect(groupOf("saved.jpg")).toMatchObject({ acrossParts: true, acrossClasses: false });
    expect(groupOf("relabelled.jpg")).toMatchObject({ acrossParts: false, acrossClasses: true });
    expect(groupOf("exact.jpg")).toMatchObject({ acrossParts: false, acrossClasses: false, isNamed: false });
  });

  test("names files that can't be read, and why", () => {
    const problems = Object.fromEntries(found.bad.map(({ file, problem }) => [file.split("/").at(-1), problem]));
    expect(problems).toEqual({ "cut.jpg": "truncated", "empty.png": "empty", "words.png": "unreadable" });
  });

  test("names what is odd about files", () => {
    const oddities = Object.fromEntries(found.odd.map(({ file, oddities: all }) => [file.split("/").at(-1), all]));
    expect(oddities).toEqual({
      "grey.png": ["greyscale"],
      "alpha.png": ["alpha"],
      "deep.png": ["16 bits"],
      "exif.jpg": ["rotated by EXIF"],
      "cmyk.jpg": ["cmyk"],
      "large.jpg": ["odd size"],
      "named.jpg": ["other content than its name says"],
    });
  });

  test("puts what is to be mended first, in sentences with an example", () => {
    const faults = found.findings.filter(({ severity }) => severity === "fault").map(({ text }) => text);
    expect(found.findings.slice(0, faults.length).map(({ text }) => text)).toEqual(faults);
    expect(faults[0]).toMatch(
      /^3 files can't be read \(1 empty, 1 truncated, 1 unreadable\), such as Train\/Basophil\//,
    );
    expect(faults[1]).toMatch(
      /^6 cells are in more than one of train, test: a model is tested on images from its training set/,
    );
    expect(faults[2]).toMatch(
      /^1 cell has more than one label: at most one label can be right\. Check these cells, and remove the wrong labels\. Example: Train\//,
    );
  });

  test("warns of classes with few images, and of splits after augmentation", async () => {
    const few = join(dir, "few");
    await drawSmears(few, { count: 3, testCount: 12, imageSize: 64 });
    const [original] = readdirSync(join(few, "Train", "Lymphocyte")).sort();
    await sharp(join(few, "Train", "Lymphocyte", original!))
      .modulate({ hue: 40 })
      .jpeg()
      .toFile(join(few, "Test", "Lymphocyte", `aug_0_${original}`));
    const { findings, augmented } = await auditData([few]);
    expect(augmented).toEqual({ images: 1, acrossParts: 1 });
    expect(findings.map(({ text }) => text)).toContainEqual(
      expect.stringMatching(/^1 augmented copy has its original or a sibling in another part/),
    );
    expect(findings.map(({ text }) => text)).toContainEqual(
      expect.stringMatching(
        /^Basophil has 12 images in test, too few .* with 11 of them recognised, the true share could be anywhere from 62 % to 100 %\.$/,
      ),
    );
  });

  test("can be interrupted", async () => {
    for (const [stage, message] of [
      ["Reading images", "ERR_ABORTED reading images was interrupted"],
      ["Comparing images", "ERR_ABORTED the audit was interrupted"],
    ] as const) {
      const stop = new AbortController();
      const onStage = (reached: string) => reached === stage && stop.abort();
      await expect(auditData([at("Test")], { signal: stop.signal, onStage })).rejects.toThrow(message);
    }
    expect(readdirSync(join(dir, "cache"))).toEqual([]);
  });
});
