import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { groupByCopies } from "leukogram/audit/groupByCopies";
import { scanFolder } from "leukogram/data/dataset";
import { drawSmears } from "leukogram/data/smears/synthetic";
import sharp from "sharp";
import { expect, test } from "vitest";
import { temporaryFolder } from "../data/folders.ts";
import { setVariable } from "../support/environment.ts";

const dir = temporaryFolder();
setVariable("LEUKOGRAM_CACHE", join(dir, "cache"));

test("copies of one cell share a group, whatever their label, and other images keep theirs", async () => {
  await drawSmears(join(dir, "drawn"), { count: 3, testCount: 1, imageSize: 128 });
  const cells = join(dir, "drawn", "Train");
  const original = join(cells, "Monocyte", readdirSync(join(cells, "Monocyte")).sort()[0]!);
  await sharp(original)
    .rotate(90)
    .jpeg({ quality: 90 })
    .toFile(join(cells, "Lymphocyte", "turned.jpg"));
  writeFileSync(join(cells, "Basophil", "empty.png"), "");
  // The folder alone: the manifest beside it names slides.
  const given = scanFolder(cells, { manifest: namesOnly(cells) });
  const { dataset, pairs, groups } = await groupByCopies(given);
  const groupOf = (file: string) => dataset.samples.find((sample) => sample.path.endsWith(file))!.group;
  expect(groupOf("turned.jpg")).toBe(groupOf(original));
  expect([pairs, ...groups]).toEqual([1, 17, 16]);
  expect(dataset.samples.map(({ group: _, ...sample }) => sample)).toEqual(
    given.samples.map(({ group: _, ...sample }) => sample),
  );
  expect(readdirSync(join(dir, "cache"))).toEqual([]);
});

/** A manifest that groups nothing. */
function namesOnly(cells: string): string {
  mkdirSync(join(dir, "manifests"), { recursive: true });
  const path = join(dir, "manifests", "manifest.csv");
  const files = readdirSync(cells).flatMap((name) =>
    readdirSync(join(cells, name)).map((file) => join(cells, name, file)),
  );
  writeFileSync(path, `${["file,class", ...files.sort().map((file) => `${file},x`)].join("\n")}\n`);
  return path;
}
