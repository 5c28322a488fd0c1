import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { shared, testWith } from "../support/shared.ts";
import { expectFailure, jsonOf, makeCli } from "./cli.ts";
import { copyTrainedRun } from "./trainedRun.ts";

const cli = makeCli();

interface Told {
  readonly out: string;
  readonly images: readonly {
    readonly file: string;
    readonly class: string;
    readonly probabilities: Readonly<Record<string, number>>;
    readonly explanations: readonly {
      readonly method: string;
      readonly layer?: string;
      readonly mapSize: readonly number[];
      readonly map?: readonly number[];
      readonly onCell: number | null;
      readonly overlay: string;
      readonly check?: { readonly correlations: readonly number[]; readonly verdict: string };
      readonly figures?: Readonly<Record<string, number>>;
    }[];
  }[];
}

let cell = "";
beforeAll(async () => {
  await copyTrainedRun(cli, { data: "cells", out: "run", images: [6, 2, 64], epochs: 2 });
  const folder = "cells/Test/Basophil";
  cell = `${folder}/${readdirSync(join(cli.dir, folder)).sort()[0]}`;
}, 400_000);

test("explain tells and draws what the model looks at, by every method, the same each time", async () => {
  const words = ["explain", "run", cell, "--method", "all", "--checks", "1", "--steps", "4", "--threads", "1"];
  const [json, again, text, predicted] = await cli.runAll([
    [...words, "--json", "--out", "first"],
    [...words, "--json", "--out", "first"],
    ["explain", "run", cell, "cells/Test", "--images", "2", "--no-check", "--class", "monocyte", "--threads", "1"],
    ["predict", "run", cell, "--json", "--threads", "1"],
  ]);
  expect(again!.stdout).toBe(json!.stdout);
  const { images } = jsonOf<Told>(json!);
  const [{ explanations, probabilities, class: name }] = images as [Told["images"][number]];
  const answer = jsonOf<{ class: string; probabilities: Record<string, number> }>(predicted!);
  expect(name).toBe(answer.class);
  for (const [key, value] of Object.entries(answer.probabilities)) expect(probabilities[key]).toBeCloseTo(value, 5);
  expect(explanations.map(({ method }) => method)).toEqual(["gradcam", "scorecam", "integrated", "occlusion"]);
  for (const { check, overlay, onCell } of explanations) {
    expect(check!.correlations).toHaveLength(1);
    expect(["changes", "changes in part", "hardly changes", "empty"]).toContain(check!.verdict);
    expect(onCell === null || (onCell >= 0 && onCell <= 1)).toBe(true);
    expect(
      readFileSync(join(cli.dir, "first", overlay))
        .subarray(1, 4)
        .toString(),
    ).toBe("PNG");
  }
  const [cam, , attributed] = explanations;
  expect(cam!.map).toHaveLength(cam!.mapSize[0]! * cam!.mapSize[1]!);
  expect(attributed!.figures).toMatchObject({ steps: 4 });
  const page = readFileSync(join(cli.dir, "first/explain.html"), "utf8");
  expect(page).toMatch(/<title>Where run looks<\/title>/);
  expect(page.match(/<img src="data:image\/jpeg;base64,/g)).toHaveLength(5);
  expect(page).not.toMatch(/<script|(src|href)="http/);
  expect(text!.stderr).toContain("Explaining 2 of 11 images; use --images for more.");
  expect(text!.stdout).toMatch(
    /Monocyte \d+\.\d %\s+Occlusion .* not checked\n(Note: .*\n)*Report: explain\/explain.html\n$/,
  );
  expect(readdirSync(join(cli.dir, "explain")).filter((file) => file.endsWith(".png"))).toHaveLength(4);
}, 400_000);

test("explain says what is wrong in one line, and overwrites nothing of others", async () => {
  mkdirSync(join(cli.dir, "mine"));
  writeFileSync(join(cli.dir, "mine/notes.txt"), "mine");
  writeFileSync(join(cli.dir, "broken.png"), "no picture");
  const failures: readonly (readonly [readonly string[], number, string | RegExp])[] = [
    [["run", "nowhere.png"], 3, "nowhere.png: no such image or folder"],
    [["run", "broken.png"], 3, /broken\.png: not an image in a known format.*--skip-bad/],
    [["run", "broken.png", "--skip-bad", "--quiet"], 3, "none of the images can be read"],
    [["run"], 2, "explain: run is a model, but no images are given"],
    [["run", cell, "--method", "gradcan"], 2, 'unknown method "gradcan". Did you mean "gradcam"?'],
    [["run", cell, "--class", "Monocite"], 2, 'explain: unknown class "Monocite". Did you mean "Monocyte"?'],
    [["run", cell, "--layer", "conv2"], 2, /has no layer "conv2".*Layers with feature maps: /],
    [["run", cell, "--method", "occlusion", "--layer", "x"], 2, "explain: --layer works with gradcam and scorecam"],
    [["run", cell, "--baseline", "grey"], 2, 'unknown baseline "grey". Use one of background, black, white.'],
    [
      ["run", cell, "--preprocessing", "0..1"],
      2,
      "run: a model written by Leukogram contains these settings. Remove --preprocessing.",
    ],
    [["run", cell, "--out", "mine"], 3, "mine exists and was not made by this command"],
  ];
  const outcomes = await cli.runAll(failures.map(([words]) => ["explain", ...words]));
  for (const [i, [, code, message]] of failures.entries()) expectFailure(outcomes[i]!, code, message);
  expect(readdirSync(join(cli.dir, "mine"))).toEqual(["notes.txt"]);
}, 400_000);

testWith("models/cnn_3.h5", "data/pbc/Test/Basophil")(
  "explain takes a file of Keras, and a shipped model that crops the cell",
  async () => {
    const folder = shared("data/pbc/Test/Basophil");
    const file = join(folder, readdirSync(folder).sort()[0]!);
    const [foreign, shipped] = await cli.runAll([
      [
        "explain",
        shared("models/cnn_3.h5"),
        file,
        "--preprocessing",
        "0..1",
        "--json",
        "--checks",
        "1",
        "--threads",
        "1",
      ],
      ["explain", "cnn-anylab", file, "--method", "gradcam", "--json", "--no-check", "--threads", "1", "--out", "ours"],
    ]);
    const [one] = jsonOf<Told>(foreign!).images;
    expect(one!.class).toBe("Basophil");
    expect(one!.explanations[0]).toMatchObject({ layer: "batch_normalization_9", mapSize: [11, 11] });
    const [two] = jsonOf<Told>(shipped!).images;
    expect(two!.explanations[0]).toMatchObject({ mapSize: [4, 4] });
    expect(two!.explanations[0]!.check).toBeUndefined();
    expect(readFileSync(join(cli.dir, "ours/explain.html"), "utf8")).toContain("Model input");
  },
  400_000,
);
