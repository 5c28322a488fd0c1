import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { CELL_TYPES } from "leukogram/cells/classes";
import sharp from "sharp";
import { beforeAll, describe, expect, test } from "vitest";
import { expectFailure, jsonOf, makeCli } from "./cli.ts";
import { copyTrainedRun } from "./trainedRun.ts";

const cli = makeCli();
const path = (...parts: string[]) => join(cli.dir, ...parts);
const IMAGE = "smears/Test/Basophil/bas_0000.jpg";
const classes: readonly string[] = CELL_TYPES;

beforeAll(async () => {
  await copyTrainedRun(cli, { data: "smears", out: "a" });
});

describe.concurrent("predict", () => {
  test("prints a line an image, in order", async () => {
    const outcome = await cli.run("predict", "a", IMAGE, "smears/Test", "--json");
    expect(outcome.code).toBe(0);
    expect(outcome.stderr).toMatch(/^Classifying: 11\nNote: The model has no record of .*\n$/);
    const lines = outcome.stdout.trimEnd().split("\n");
    const rows = lines.map((line) => JSON.parse(line) as { file: string; class: string; probabilities: object });
    expect(rows).toHaveLength(11);
    expect(rows[0]!.file).toBe(IMAGE);
    for (const row of rows) {
      const shares = Object.entries(row.probabilities) as [string, number][];
      expect(shares.map(([name]) => name)).toEqual(classes);
      expect(shares.reduce((sum, [, share]) => sum + share, 0)).toBeCloseTo(1, 9);
      expect(shares.sort((a, b) => b[1] - a[1])[0]![0]).toBe(row.class);
    }
    expect(rows.map(({ file }) => file).slice(1)).toEqual(
      rows
        .map(({ file }) => file)
        .slice(1)
        .sort(),
    );
  });

  test("ends quietly where nobody reads on", async () => {
    const run = cli.start("predict", "a", "smears", "--quiet");
    run.child.stdout!.destroy();
    const { code, stderr } = await run.outcome;
    expect([code, stderr]).toEqual([0, ""]);
  });
});

describe("images that can't be read", () => {
  beforeAll(async () => {
    mkdirSync(path("bad"));
    const whole = readFileSync(path(IMAGE));
    writeFileSync(path("bad", "cut.jpg"), whole.subarray(0, whole.length / 2));
    writeFileSync(path("bad", "empty.png"), "");
    writeFileSync(path("bad", "text.jpg"), "These are words.");
    const black = { create: { width: 9000, height: 9000, channels: 3, background: "black" } } as const;
    await sharp(black).png({ compressionLevel: 1 }).toFile(path("bad", "vast.png"));
    copyFileSync(path(IMAGE), path("bad", "whole.jpg"));
  });

  test("are named, each with what is wrong, and left out with --skip-bad", async () => {
    const [strict, lenient, quiet, json] = await cli.runAll([
      ["predict", "a", "bad"],
      ["predict", "a", "bad", "--skip-bad"],
      ["predict", "a", "bad", "--skip-bad", "--quiet"],
      ["predict", "a", "bad", "--skip-bad", "--json"],
    ]);
    expectFailure(
      strict!,
      3,
      /^ERR_IMAGE .*cut\.jpg: the image is damaged or incomplete \(.*\)\. Fix or remove it, or skip it with --skip-bad\.$/,
    );
    expect(lenient!.stdout).toMatch(/^.*whole\.jpg\t\w+\t[01]\.\d{4}\n$/);
    const lines = lenient!.stderr.split("\n").filter((line) => line.startsWith("Skipped: "));
    expect(lines).toHaveLength(4);
    expect(json!.stdout).toMatch(/^\{"skipped":4\}$/m);
    for (const [i, said] of [
      /cut\.jpg: the image is damaged/,
      /empty\.png: the file is empty \(0 bytes\)/,
      /text\.jpg: not an image in a known format/,
      /vast\.png: the image is larger than 64 megapixels/,
    ].entries())
      expect(lines[i]).toMatch(said);
    expect(lenient!.stderr).toMatch(/^Unreadable images skipped: 4 of 5$/m);
    expect(quiet!.stderr).toBe("");
  });

  test("stop a training before anything is written, or are counted", async () => {
    for (const name of CELL_TYPES)
      for (let i = 0; i < 3; i++) {
        mkdirSync(path("mixed", name), { recursive: true });
        copyFileSync(
          path("smears", "Train", name, `${name.slice(0, 3).toLowerCase()}_000${i}.jpg`),
          path("mixed", name, `${i}.jpg`),
        );
      }
    copyFileSync(path("bad", "cut.jpg"), path("mixed", "Monocyte", "cut.jpg"));
    writeFileSync(path("mixed", "Monocyte", "empty.jpg"), "");
    const settings = ["--image-size", "16", "--epochs", "1", "--validation", "0.3", "--out"];
    const [strict, lenient] = await cli.runAll([
      ["train", "--data", "mixed", ...settings, "strict"],
      ["train", "--data", "mixed", ...settings, "lenient", "--skip-bad", "--json"],
    ]);
    expectFailure(strict!, 3, /^ERR_IMAGE .*(cut|empty)\.jpg: .*Fix or remove them, or skip them with --skip-bad\.$/);
    expect(existsSync(path("strict"))).toBe(false);
    expect(jsonOf<object>(lenient!)).toMatchObject({ judgedOn: "validation" });
    const report = readFileSync(path("lenient", "report.html"), "utf8");
    for (const name of ["cut.jpg", "empty.jpg"]) expect(report).toContain(`Monocyte/${name}`);
  });
});
