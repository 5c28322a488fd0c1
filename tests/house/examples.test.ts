import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { CELL_TYPES, cnn, compile, drawSmears, exportGraph } from "leukogram";
import { afterAll, expect, test } from "vitest";
// So that the type checker reads them.
import type {} from "../../examples/classifyFiles.ts";
import type {} from "../../examples/comparePredictions.ts";
import type {} from "../../examples/jobs.ts";
import type {} from "../../examples/trainSmallModel.ts";
import { ROOT } from "../support/packages.ts";

const place = mkdtempSync(join(tmpdir(), "leukogram-examples-"));
afterAll(() => rmSync(place, { recursive: true }));

/** What an example prints, run as its comment says, in a folder of its own. */
function run(name: string, ...args: string[]): string {
  const file = fileURLToPath(new URL(`../../examples/${name}.ts`, import.meta.url));
  const tsx = import.meta.resolve("tsx");
  // As from the repository's root, where tsconfig.json says what `leukogram` is.
  const env = { ...process.env, TSX_TSCONFIG_PATH: join(ROOT, "tsconfig.json") };
  return execFileSync(process.execPath, ["--import", tsx, file, ...args], {
    encoding: "utf8",
    cwd: place,
    env,
    stdio: "pipe",
  });
}

test("trainSmallModel learns to tell small discs from large ones", () => {
  const lines = run("trainSmallModel").trimEnd().split("\n");
  const losses = lines.flatMap((line) => /^step \d+: loss ([\d.]+)/.exec(line)?.[1] ?? []).map(Number);
  expect(losses).toHaveLength(3);
  expect(losses[2]).toBeLessThan(losses[0]!);
  expect(Number(/probability ([\d.]+)$/.exec(lines.at(-1)!)?.[1])).toBeGreaterThan(0.5);
});

test("classifyFiles names a class for each image, and what is wrong with a bad one", async () => {
  await drawSmears(join(place, "smears"), { count: 1, testCount: 1, imageSize: 32 });
  const metadata = { classes: JSON.stringify(CELL_TYPES), imageSize: "[32,32]" };
  writeFileSync(join(place, "model.onnx"), compile(exportGraph(cnn({ imageSize: 32 }).initialize(0)), { metadata }));
  writeFileSync(join(place, "bad.jpg"), "this is text");
  const lines = run("classifyFiles", "model.onnx", "smears/Test/Basophil/bas_0000.jpg", "bad.jpg").split("\n");
  expect(lines[0]).toMatch(/^smears\/Test\/Basophil\/bas_0000\.jpg: (Bas|Eos|Lym|Mon|Neu)\w+ \d+\.\d %$/);
  expect(lines[1]).toMatch(/^bad\.jpg: ERR_IMAGE bad\.jpg: not an image in a known format/);
});

test("comparePredictions gives figures and a verdict", () => {
  const header = "file,label,predicted,group,p_A,p_B";
  const row = (i: number, truth: string, said: string) =>
    `${i}.png,${truth},${said},${i}.png,${said === "A" ? "0.9,0.1" : "0.2,0.8"}`;
  const truth = Array.from({ length: 40 }, (_, i) => (i % 2 === 0 ? "A" : "B"));
  writeFileSync(join(place, "right.csv"), [header, ...truth.map((t, i) => row(i, t, t))].join("\n"));
  writeFileSync(join(place, "alwaysA.csv"), [header, ...truth.map((t, i) => row(i, t, "A"))].join("\n"));
  const lines = run("comparePredictions", "right.csv", "alwaysA.csv").split("\n");
  expect(lines[0]).toMatch(/^right\.csv: accuracy 100\.0 % \(92\.8 to 100\.0\)/);
  expect(lines[1]).toMatch(/^alwaysA\.csv: accuracy 50\.0 %/);
  expect(lines[2]).toMatch(/^right\.csv is more accurate than alwaysA\.csv on these 40 images: \+50\.0 points/);
});

test("jobs does what the commands do, one after the other", async () => {
  await drawSmears(join(place, "cells"), { count: 8, testCount: 4, imageSize: 32 });
  expect(run("jobs", "cells", "jobs", "1").trimEnd().split("\n")).toEqual([
    expect.stringMatching(/^audit: \d+ faults$/),
    "train: judged on 20 test images",
    "cross-validate: 2 splits",
    "convert: Keras 3, run on 2 pictures",
    expect.stringMatching(/^adapt: (another model|the model as it was)$/),
    "compare: 1 pair",
    "differential: 20 cells",
  ]);
  for (const name of [
    "audit.html",
    "cnn/report.html",
    "cnn/log.txt",
    "cnn-cv/predictions.csv",
    "cnn.keras",
    "adapted/model.onnx",
  ])
    expect(existsSync(join(place, "jobs", name))).toBe(true);
});
