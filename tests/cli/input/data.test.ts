import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { drawSmears } from "leukogram/data/smears/synthetic";
import { beforeAll, describe, expect, test } from "vitest";
import { fhirFaults } from "../../support/fhirFaults.ts";
import { shared, testWith } from "../../support/shared.ts";
import { expectFailure, jsonOf, makeCli } from "../cli.ts";

const cli = makeCli();
const path = (...parts: string[]) => join(cli.dir, ...parts);
const train = (data: string, ...more: string[]) => [
  "train",
  "--data",
  data,
  "--out",
  "never",
  "--image-size",
  "32",
  "--epochs",
  "1",
  ...more,
];

beforeAll(() => drawSmears(path("smears"), { count: 3, testCount: 2, imageSize: 40 }));

/** A folder with an empty folder for each class, and one image in those of `filled`. */
function classFolders(dir: string, classes: readonly string[], filled: readonly string[] = classes): void {
  for (const name of classes) mkdirSync(path(dir, name), { recursive: true });
  for (const name of filled) copyFileSync(path("smears", "Test", "Monocyte", "mon_0000.jpg"), path(dir, name, "x.jpg"));
}

describe("draw and balance", () => {
  test("print what they made, and keep off folders that they did not make", async () => {
    mkdirSync(path("mine"));
    writeFileSync(path("mine", "photo.jpg"), "");
    const small = ["--count", "1", "--test-count", "1", "--size", "40"];
    const [drawn, refused] = await cli.runAll([
      ["draw", "drawn", ...small, "--json"],
      ["draw", "mine", ...small],
    ]);
    expect(jsonOf(drawn!)).toEqual({ dest: "drawn", trainPerClass: 1, testPerClass: 1 });
    expect(drawn!.stderr).toBe("Drawing smears: 10\n");
    expectFailure(
      refused!,
      3,
      /^ERR_OUTPUT mine exists and was not made by this command; it was not changed\. Choose a/,
    );
    expect(readdirSync(path("mine"))).toEqual(["photo.jpg"]);
    rmSync(path("drawn", "Train", "Monocyte", "mon_0000.jpg"));
    copyFileSync(path("smears", "Test", "Monocyte", "mon_0000.jpg"), path("drawn", "Train", "Monocyte", "one.jpg"));
    copyFileSync(path("smears", "Test", "Monocyte", "mon_0001.jpg"), path("drawn", "Train", "Monocyte", "two.jpg"));
    const [balanced, within] = await cli.runAll([
      ["balance", "drawn", "balanced", "--json", "--quiet"],
      ["balance", "drawn", "drawn/balanced"],
    ]);
    expect(balanced!.stderr).toBe("");
    expect(jsonOf(balanced!)).toMatchObject({ dest: "balanced", before: [1, 1, 1, 2, 1], after: [2, 2, 2, 2, 2] });
    expectFailure(within!, 2, /^ERR_USAGE balance: .* overlap\. Choose a folder outside the source\.$/);
  });
});

describe.concurrent("data that can't be learned from stops a training, and nothing is written", () => {
  test("folders", async () => {
    mkdirSync(path("empty"));
    classFolders("single", ["Monocyte"]);
    classFolders("gap", ["Lymphocyte", "Monocyte"], ["Monocyte"]);
    classFolders("uneven/Train", ["Lymphocyte", "Monocyte"]);
    classFolders("uneven/Test", ["Basophil", "Monocyte"]);
    classFolders("few", ["Lymphocyte", "Monocyte"]);
    const expected: [string, string | RegExp][] = [
      ["nowhere", "ERR_DATA no such folder: nowhere. Check the path's spelling."],
      ["empty", "ERR_DATA empty is empty: no class folders found. Put the images in one folder per class"],
      ["single", /^ERR_DATA single has only one class, .*Monocyte.*, but at least 2 are needed\. Give the folder that/],
      ["gap", /^ERR_DATA class "Lymphocyte" has no images in gap.Lymphocyte\. Add images/],
      [
        "uneven",
        /^ERR_DATA uneven: train and test have different classes; only in train: .*Lymph.* only in test: .*Baso/,
      ],
      ["few", /^ERR_DATA .*few: 2 images in 2 groups are too few to hold out 0\.15 of them\. Give more images/],
      ["smears/README.txt", /^ERR_DATA smears.README\.txt is not a folder\. Give a folder of class folders/],
    ];
    const outcomes = await cli.runAll(expected.map(([data]) => train(data)));
    for (const [i, [, message]] of expected.entries()) expectFailure(outcomes[i]!, 3, message);
    expect(existsSync(path("never"))).toBe(false);
  });

  const mobilenet = ["--model", "mobilenetv2", "--alpha", "0.35", "--weights"];
  test("weights that are not there, or no weights", async () => {
    writeFileSync(path("words.h5"), "no weights");
    const [missing, words] = await cli.runAll([
      train("smears", ...mobilenet, "nowhere.h5"),
      train("smears", ...mobilenet, "words.h5"),
    ]);
    expectFailure(missing!, 3, "ERR_WEIGHTS nowhere.h5: no such file. Check the path given with --weights.");
    expectFailure(words!, 3, /^ERR_\w+ words\.h5: .*HDF5/);
    expect(existsSync(path("never"))).toBe(false);
  });

  const ALPHA_1 = "weights/mobilenet_v2_weights_tf_dim_ordering_tf_kernels_1.0_224_no_top.h5";
  testWith(ALPHA_1)("weights that do not fit, naming layer and shapes", async () => {
    expectFailure(
      await cli.run(...train("smears", ...mobilenet, shared(ALPHA_1))),
      3,
      /does not fit the model: layer "Conv1" kernel: expected \[3, 3, 3, 16\], received \[3, 3, 3, 32\]\. Check the model's/,
    );
    expect(existsSync(path("never"))).toBe(false);
  });
});

describe.concurrent("Ctrl-C", () => {
  test("ends drawing, and leaves nothing behind", async () => {
    const run = cli.start("draw", "long", "--count", "2000", "--size", "100");
    const begun = () => readdirSync(cli.dir).some((name) => name.startsWith(".long."));
    while (!begun()) await sleep(20);
    run.child.kill("SIGINT");
    expectFailure(await run.outcome, 130, "ERR_ABORTED drawing was interrupted; nothing was written");
    expect(readdirSync(cli.dir).filter((name) => name.includes("long"))).toEqual([]);
  });

  test("ends decoding or computing features, and leaves no run", async () => {
    const run = cli.start("train", "--data", "smears", "--out", "never", "--model", "mobilenetv2");
    await run.until("Decoding training images");
    run.child.kill("SIGINT");
    expectFailure(await run.outcome, 130, /^ERR_ABORTED /);
    expect(existsSync(path("never"))).toBe(false);
  });

  test("ends judging, and says how to go on", async () => {
    const settings = ["--image-size", "32", "--epochs", "1", "--validation", "0.3"];
    const run = cli.start("train", "--data", "smears", "--out", "judged", ...settings);
    await run.until("Classifying validation images");
    run.child.kill("SIGINT");
    expectFailure(
      await run.outcome,
      130,
      "ERR_ABORTED judged: the model is trained, but its evaluation was interrupted. Continue with --resume.",
    );
    const resumed = await cli.run("train", "--out", "judged", "--resume", "--json");
    expect(jsonOf(resumed)).toMatchObject({ judgedOn: "test" });
  });
});

describe("audit", () => {
  test("prints what it found, writes a report, and keeps off files that are none", async () => {
    await drawSmears(path("seen"), { count: 6, testCount: 4, imageSize: 64 });
    const [name] = readdirSync(path("seen", "Train", "Monocyte")).sort();
    copyFileSync(path("seen", "Train", "Monocyte", name!), path("seen", "Test", "Monocyte", "again.jpg"));
    writeFileSync(path("notes.html"), "mine");
    const [told, strict, json, refused] = await cli.runAll([
      ["audit", "seen", "--out", "audit.html", "--quiet"],
      ["audit", "seen", "--strict", "--quiet"],
      ["audit", "seen", "--json", "--quiet"],
      ["audit", "seen", "--out", "notes.html"],
    ]);
    expect(told!.code).toBe(0);
    expect(told!.stdout).toMatch(/^Class +train +test +all\nBasophil +6 +4 +10\n/);
    expect(told!.stdout).toMatch(/\nFIX {3}1 cell is in more than one of train, test: .*\/again\.jpg\.\n/);
    expect(told!.stdout).toMatch(/\nReport: audit\.html\n$/);
    expect(readFileSync(path("audit.html"), "utf8")).toContain("data:image/jpeg;base64,");
    expect(strict!.stdout).toBe(told!.stdout.replace(/Report: .*\n$/, ""));
    expect(strict!.stderr).toMatch(/^ERR_DATA seen: 1 of the findings needs fixing\. They are listed first\.\n$/);
    expect(strict!.code).toBe(3);
    expect(jsonOf<{ copies: unknown[] }>(json!).copies).toHaveLength(1);
    expectFailure(
      refused!,
      3,
      /^ERR_OUTPUT notes\.html: exists and is not a Leukogram report\. Move it, or choose another place/,
    );
    expect(readFileSync(path("notes.html"), "utf8")).toBe("mine");
  });
});

describe("differential", () => {
  test("counts the cells of a folder, or of predictions, and writes a FHIR report", async () => {
    const header = "file,label,predicted,group,p_Basophil,p_Eosinophil,p_Lymphocyte,p_Monocyte,p_Neutrophil";
    const rows = Array.from({ length: 120 }, (_, i) =>
      i % 3 === 0 ? `${i}.png,,Lymphocyte,${i},0,0,0.9,0.1,0` : `${i}.png,,Neutrophil,${i},0,0,0,0.1,0.9`,
    );
    writeFileSync(path("smear.csv"), `${[header, ...rows].join("\n")}\n`);
    writeFileSync(path("mine.json"), "{}");
    await drawSmears(path("cells"), { count: 1, testCount: 1, imageSize: 64 });
    const [told, json, folder, few, share, date, day, mine] = await cli.runAll([
      [
        "differential",
        "smear.csv",
        "--cells",
        "100",
        "--leukocytes",
        "6",
        "--fhir",
        "fhir.json",
        "--effective",
        "2026-11-25",
      ],
      ["differential", "smear.csv", "--json"],
      ["differential", "cells/Train", "--model", "cnn-anylab", "--reject", "0", "--json", "--quiet"],
      ["differential", "smear.csv", "--cells", "200"],
      ["differential", "smear.csv", "--reject", "2"],
      ["differential", "smear.csv", "--effective", "today"],
      ["differential", "smear.csv", "--effective", "2026-02-30"],
      ["differential", "smear.csv", "--fhir", "mine.json"],
    ]);
    expect(told!.stdout).toMatch(/^Class +cells +counted, % \(95 %\) +usual, from 11 years +10\^9\/L\n/);
    expect(told!.stdout).toMatch(/\nNeutrophil +66 +66\.0 \(55\.8 to 75\.2\) +40 to 75 +3\.96\n/);
    expect(told!.stdout).toContain("Monocyte is below the reference range: relative monocytopenia, 0.0 % (0.0 to 3.6)");
    expect(told!.stdout).toMatch(/Research use only; not a medical device\.\n$/);
    const fhir = JSON.parse(readFileSync(path("fhir.json"), "utf8"));
    expect(fhirFaults(fhir)).toEqual([]);
    expect(fhir).toMatchObject({
      resourceType: "DiagnosticReport",
      status: "preliminary",
      effectiveDateTime: "2026-11-25",
    });
    expect(jsonOf<{ cells: number }>(json!).cells).toBe(120);
    expect(jsonOf<{ cells: number }>(folder!).cells).toBe(5);
    expectFailure(few!, 3, /^ERR_DATA differential: 200 cells are to be counted, and there are 120\. Give more cells/);
    expectFailure(
      share!,
      2,
      /^ERR_USAGE differential: --reject 2 is not between 0 and 1\. Give a number from 0 to 1\.$/,
    );
    expectFailure(day!, 2, /^ERR_USAGE differential: --effective 2026-02-30 is not a date\./);
    expectFailure(date!, 2, /^ERR_USAGE differential: --effective today is not a date\. Give it as 2026-11-25/);
    expectFailure(mine!, 3, /^ERR_OUTPUT mine\.json: exists and is not a DiagnosticReport\./);
  });
});
