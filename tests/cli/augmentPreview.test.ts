import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { INGREDIENTS } from "leukogram/data/microscopy/ingredients";
import { decodeImage } from "leukogram/data/pictures/image";
import { drawSmears } from "leukogram/data/smears/synthetic";
import { beforeAll, expect, test } from "vitest";
import { expectFailure, jsonOf, makeCli } from "./cli.ts";

const cli = makeCli();
const path = (...parts: string[]) => join(cli.dir, ...parts);
const preview = (...more: string[]) => ["augment-preview", "smears", "--image-size", "48", ...more];

beforeAll(() => drawSmears(path("smears"), { count: 2, testCount: 1, imageSize: 60 }));

interface Sheet {
  readonly images: string[];
  readonly rows: { name: string; text: string; chance: number }[];
}

test("augment-preview draws every ingredient of a recipe, the same each time", async () => {
  writeFileSync(path("mine.png"), "precious");
  const [all, own, again, other, refused, plain] = await cli.runAll([
    preview("--json"),
    preview("--augment", "stain=0.5", "--augment", "noise=6@0.4", "--columns", "3", "--out", "own.png", "--json"),
    preview("--augment", "stain=0.5", "--augment", "noise=6@0.4", "--columns", "3", "--out", "again.png"),
    preview("--augment", "stain=0.5", "--augment", "noise=6", "--columns", "3", "--out", "other.png", "--seed", "1"),
    preview("--out", "mine.png"),
    preview("--no-augment", "--out", "plain.png"),
  ]);
  const { rows, images } = jsonOf<Sheet>(all!);
  expect(rows.map(({ name }) => name)).toEqual([
    "original",
    "place",
    ...INGREDIENTS.map(({ name }) => name),
    ...["all", "all", "all"],
  ]);
  expect(images.map((file) => file.split("/").at(-2))).toEqual([
    "Basophil",
    "Eosinophil",
    "Lymphocyte",
    "Monocyte",
    "Neutrophil",
    "Basophil",
    "Eosinophil",
    "Lymphocyte",
  ]);
  expect(new Set(images).size).toBe(8);
  expect(jsonOf<Sheet>(own!).rows.slice(2, 4)).toEqual([
    { name: "stain", text: "factor 1 / 1.5 to 1.5", chance: 0.8 },
    { name: "noise", text: "up to 6 grey levels", chance: 0.4 },
  ]);
  expect(again!.stdout).toBe("Drew again.png: 7 rows of 3 images, 48 x 48 pixels each.\n");
  expect(readFileSync(path("again.png"))).toEqual(readFileSync(path("own.png")));
  expect(other!.code).toBe(0);
  const { data, width, height } = await decodeImage(path("own.png"));
  expect(width).toBeGreaterThan(3 * 48);
  expect(height).toBeGreaterThanOrEqual(7 * 48);
  expect(new Set(data).size).toBeGreaterThan(100);
  expect(readFileSync(path("other.png"))).not.toEqual(readFileSync(path("own.png")));
  expectFailure(refused!, 3, /^ERR_OUTPUT mine\.png exists\. Overwrite it with --yes/);
  expect(readFileSync(path("mine.png"), "utf8")).toBe("precious");
  expectFailure(plain!, 2, /^ERR_USAGE augment-preview: the recipe has no augmentation\. Remove --no-augment\.$/);
});

test.each([
  [["--stain", "0.5"], "--stain has been removed. Use --augment stain=STRENGTH."],
  [
    ["--white-balance-chance", "1"],
    "--white-balance-chance has been removed. Use --augment whiteBalance=STRENGTH@PROBABILITY.",
  ],
  [["--augment", "stian=1"], '--augment stian=1: unknown transform "stian". Did you mean "stain"?'],
  [["--augment", "stain"], "--augment stain: expected NAME=STRENGTH@PROBABILITY. Write it as stain=0.6@0.8."],
  [["--augment", "stain=x"], "--augment stain=x: strength and probability must be numbers. Write it as stain=0.6@0.8."],
  [
    ["--augment", "stain=1", "--augment", "stain=2"],
    "--augment stain=2: stain is given twice. Give each transform once.",
  ],
  [["--augment", "stain=50"], "settings: stain: expected a number from 0 to 3, received 50"],
])("augment-preview %j is refused", async (words, message) => {
  const [result] = await cli.runAll([preview("--out", "refused.png", ...words)]);
  expectFailure(result!, 2, new RegExp(message.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")));
});
