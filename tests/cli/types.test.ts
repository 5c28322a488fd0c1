// A model of types beyond the five, from images to counts.
import { copyFileSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { drawSmears } from "../../src/data/synthetic.ts";
import { expectFailure, jsonOf, makeCli } from "./cli.ts";

const cli = makeCli();
const path = (...parts: string[]) => join(cli.dir, ...parts);

/** Drawn cells under names of types; a drawing of what is none of the five does not matter here. */
const DRAWN = {
  BandNeutrophil: "Neutrophil",
  Basophil: "Basophil",
  Erythroblast: "Lymphocyte",
  Lymphocyte: "Lymphocyte",
  Monocyte: "Monocyte",
  SegmentedNeutrophil: "Neutrophil",
};

beforeAll(async () => {
  await drawSmears(path("five"), { count: 12, testCount: 2, imageSize: 40 });
  for (const [type, drawn] of Object.entries(DRAWN)) {
    mkdirSync(path("types", type), { recursive: true });
    const files = readdirSync(path("five", "Train", drawn)).sort();
    // Types of the same drawing take other cells.
    const own = files.filter((_, i) => i % 2 === Number(type.endsWith("blast") || type.startsWith("Seg")));
    for (const file of own) copyFileSync(path("five", "Train", drawn, file), path("types", type, file));
  }
  const settings = ["--image-size", "16", "--epochs", "1", "--validation", "0.3", "--threads", "1", "--quiet"];
  const outcome = await cli.run("train", "--data", "types", ...settings, "--out", "model");
  expect([outcome.code, outcome.stderr]).toEqual([0, ""]);
});

interface Judged {
  types: string;
  count: number;
  classes: string[];
  confusionMatrix: number[][];
}
const supports = ({ confusionMatrix }: Judged) => confusionMatrix.map((row) => row.reduce((a, b) => a + b, 0));

describe("evaluate --types", () => {
  test("judges in all types, or in the five, and says what it assumed", async () => {
    const fourOfFive = ["Basophil", "Lymphocyte", "Monocyte", "Neutrophil"];
    for (const name of fourOfFive) {
      mkdirSync(path("four", name), { recursive: true });
      for (const file of readdirSync(path("five", "Test", name)).sort())
        copyFileSync(path("five", "Test", name, file), path("four", name, file));
    }
    const [all, five, asked, refused] = await cli.runAll([
      ["evaluate", "model", "--data", "types", "--json"],
      ["evaluate", "model", "--data", "four", "--json"],
      ["evaluate", "model", "--data", "types", "--types", "five", "--json"],
      ["evaluate", "model", "--data", "four", "--types", "all"],
    ]);
    const inAll = jsonOf<Judged>(all!);
    expect(inAll).toMatchObject({ types: "all", count: 36, classes: Object.keys(DRAWN) });
    const inFive = jsonOf<Judged>(five!);
    expect(inFive).toMatchObject({ types: "five", count: 8, classes: [...fourOfFive, "NotOneOfFive"] });
    expect(supports(inFive)).toEqual([2, 2, 2, 2, 0]);
    expect(five!.stderr).toContain("its answers are counted as the five (--types five)");
    expect(supports(jsonOf<Judged>(asked!))).toEqual([6, 6, 6, 12, 6]);
    expectFailure(refused!, 3, /ERR_DATA class "Neutrophil" is not one of the model's/);
  });

  test("counts labels as the five for a model of five, and refuses those that are none", async () => {
    for (const name of ["BandNeutrophil", "Basophil"]) {
      mkdirSync(path("bands", name), { recursive: true });
      for (const file of readdirSync(path("types", name)).sort())
        copyFileSync(path("types", name, file), path("bands", name, file));
    }
    const [bands, refused] = await cli.runAll([
      ["evaluate", "cnn-anylab", "--data", "bands", "--json"],
      ["evaluate", "cnn-anylab", "--data", "types"],
    ]);
    expect(supports(jsonOf<Judged>(bands!))).toEqual([6, 0, 0, 0, 6]);
    expect(bands!.stderr).toContain("BandNeutrophil as Neutrophil");
    expectFailure(refused!, 3, /ERR_DATA the model has no answer for Erythroblast: it knows Basophil, .*/);
  });
});

test("predict --types five adds up the types of each", async () => {
  const [all, five] = await cli.runAll([
    ["predict", "model", "types/BandNeutrophil", "--json"],
    ["predict", "model", "types/BandNeutrophil", "--json", "--types", "five"],
  ]);
  const rows = (text: string) =>
    text
      .trim()
      .split("\n")
      .map((line) => (JSON.parse(line) as { probabilities: Record<string, number> }).probabilities);
  const [before, after] = [rows(all!.stdout), rows(five!.stdout)];
  expect(after).toHaveLength(6);
  for (const [i, row] of after.entries()) {
    expect(Object.keys(row)).toEqual(["Basophil", "Lymphocyte", "Monocyte", "Neutrophil", "NotOneOfFive"]);
    expect(row.Neutrophil).toBeCloseTo(before[i]!.BandNeutrophil! + before[i]!.SegmentedNeutrophil!, 9);
    expect(row.NotOneOfFive).toBe(before[i]!.Erythroblast);
  }
  expect(readFileSync(path("model", "predictions", "validation.csv"), "utf8")).toMatch(
    /^file,label,predicted,group,(familiarity,)?p_BandNeutrophil,/,
  );
});
