// A model of types beyond the five, from images to counts.
import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { drawSmears } from "leukogram/data/smears/synthetic";
import { beforeAll, describe, expect, test } from "vitest";
import { expectFailure, jsonOf, makeCli } from "../cli.ts";

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
    expect(five!.stderr).toContain("predictions are mapped to the five (--types five)");
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
    expectFailure(refused!, 3, /ERR_DATA the model can't predict Erythroblast: it knows only Basophil, .*/);
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
    /^file,label,predicted,group,(familiarity,)?model,p_BandNeutrophil,/,
  );
});

interface Counted {
  types: string;
  cells: number;
  classes: { class: string; count: number; position: string }[];
  groups: { class: string; count: number }[];
  erythroblasts?: { count: number; per100: { value: number }; correctedLeukocytes: { value: number } };
  notOfFive?: number;
  withheld?: string;
  familiarity?: object;
  flags: string[];
}

/** predictions.csv of cells, of which `strange` are unlike the model's training images. */
function writeSmear(name: string, strange: number): void {
  const types = Object.keys(DRAWN);
  const counts = [12, 1, 10, 25, 5, 57];
  const answers = counts.flatMap((count, k) => Array.from({ length: count }, () => k));
  const rows = answers.map((answer, i) =>
    [`${i}.png`, "", types[answer], i, i < strange ? 0.005 : 0.5, ...types.map((_, k) => Number(k === answer))].join(),
  );
  const header = ["file", "label", "predicted", "group", "familiarity", ...types.map((type) => `p_${type}`)].join();
  writeFileSync(path(name), `${[header, ...rows].join("\n")}\n`);
}

describe("differential of types beyond the five", () => {
  test("counts leukocytes, tells erythroblasts beside them, and counts the five alone where asked to", async () => {
    writeSmear("smear.csv", 1);
    const [text, all, five] = await cli.runAll([
      ["differential", "smear.csv", "--leukocytes", "11"],
      ["differential", "smear.csv", "--leukocytes", "11", "--json", "--quiet"],
      ["differential", "smear.csv", "--types", "five", "--json"],
    ]);
    expect(text!.stderr).toContain(
      "Note: All cell types that the model knows are counted. Use --types five to count only the five.",
    );
    expect(text!.stdout).toMatch(/\nAll neutrophils +69 +69\.0 \(/);
    expect(text!.stdout).toMatch(
      /\nErythroblasts: 10, 10\.0 for 100 leukocytes \(4\.7 to 19\.2\)\. White cells corrected for them: 10\.00 10\^9\/L \(9\.23 to 10\.51\)\.\n/,
    );
    expect(text!.stdout).toMatch(/\nBand neutrophils are above the reference range: left shift, 12\.0 %/);
    const counted = jsonOf<Counted>(all!);
    expect(counted).toMatchObject({ types: "all", cells: 100, erythroblasts: { count: 10 } });
    expect(counted.erythroblasts!.correctedLeukocytes.value).toBeCloseTo(10, 12);
    expect(counted.groups.map(({ class: name, count }) => [name, count])).toEqual([["Neutrophil", 69]]);
    const inFive = jsonOf<Counted>(five!);
    expect(inFive).toMatchObject({ types: "five", cells: 100, notOfFive: 10, groups: [] });
    expect(inFive.classes.map(({ count }) => count)).toEqual([1, 25, 5, 69]);
  });

  test("withholds flags where the file says that the cells are unlike the model's", async () => {
    writeSmear("strange.csv", 60);
    const [text, json] = await cli.runAll([
      ["differential", "strange.csv"],
      ["differential", "strange.csv", "--json"],
    ]);
    expect(text!.stdout).toMatch(/\nFlags are withheld: 60 of 110 cells do not look like the model's training images/);
    expect(text!.stdout).not.toContain("above the reference range");
    const { withheld, flags, classes } = jsonOf<Counted>(json!);
    expect(withheld).toMatch(/give the result with --judged\.$/);
    expect(flags).toEqual([]);
    expect(new Set(classes.map(({ position }) => position))).toEqual(new Set(["unknown"]));
  });

  test("a model's own answers say how familiar its cells are, by folder and by file", async () => {
    const [folder, evaluated] = await cli.runAll([
      ["differential", "five/Test", "--model", "cnn-anylab", "--json", "--quiet"],
      ["evaluate", "cnn-anylab", "--data", "five/Test", "--out", "judged", "--quiet"],
    ]);
    expect(evaluated!.code).toBe(0);
    const file = await cli.run("differential", "judged/predictions.csv", "--json", "--quiet");
    const [first, second] = [jsonOf<Counted>(folder!), jsonOf<Counted>(file)];
    expect(first.familiarity).toMatchObject({ count: 10, unfamiliar: { value: expect.any(Number) } });
    expect([second.familiarity, second.withheld]).toEqual([first.familiarity, first.withheld]);
  });
});
