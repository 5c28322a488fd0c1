import { existsSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { drawSmears } from "leukogram/data/smears/synthetic";
import { beforeAll, describe, expect, test } from "vitest";
import { expectFailure, jsonOf, makeCli } from "../cli.ts";

const cli = makeCli();
const path = (...parts: string[]) => join(cli.dir, ...parts);
const SETTINGS = ["--image-size", "16", "--epochs", "1", "--threads", "1"];
const train = (...words: string[]) => cli.run("train", ...SETTINGS, ...words);

interface Headline {
  readonly laboratory: string;
  readonly count: number;
  readonly accuracy: { readonly value: number };
}

interface Result {
  readonly accuracy: { readonly value: number };
  readonly laboratories: {
    readonly validation: readonly Headline[];
    readonly test: readonly Headline[];
    readonly leaveOneOut?: { readonly laboratories: readonly (Headline & { judgedOn: string })[]; notes: string[] };
  };
  readonly command: string;
}

beforeAll(async () => {
  for (const [seed, name] of ["north", "south", "west"].entries())
    await drawSmears(path(name), { count: 4, testCount: 2, imageSize: 32, seed });
  rmSync(path("west", "Test"), { recursive: true });
  rmSync(path("west", "Train", "Basophil"), { recursive: true });
});

describe.concurrent("train with the data of several laboratories", () => {
  test("judges each laboratory by a model that has not seen it, beside the model trained on all", async () => {
    const outcome = await train(
      "--data",
      "north",
      "--data",
      "south",
      "--data",
      "W=west/Train",
      "--out",
      "all",
      "--json",
    );
    const { laboratories, accuracy, command } = jsonOf<Result>(outcome);
    const unseen = laboratories.leaveOneOut!;
    expect(unseen.laboratories.map(({ laboratory, count, judgedOn }) => [laboratory, count, judgedOn])).toEqual([
      ["W", 16, "all"],
      ["north", 10, "test"],
      ["south", 10, "test"],
    ]);
    expect(unseen.notes).toEqual([]);
    expect(laboratories.validation.map(({ laboratory }) => laboratory)).toEqual(["W", "north", "south"]);
    const seen = laboratories.test.map((row) => row.accuracy.value);
    expect(laboratories.test.map(({ laboratory, count }) => [laboratory, count])).toEqual([
      ["north", 10],
      ["south", 10],
    ]);
    expect((seen[0]! + seen[1]!) / 2).toBeCloseTo(accuracy.value, 12);
    expect(command).toContain("--data north --data south --data W=west/Train --out all-again");

    // None of a laboratory's images was learned from by the model that is judged on it.
    const judged = readFileSync(path("all", "laboratories", "north", "predictions.csv"), "utf8")
      .trim()
      .split("\n");
    expect(judged.slice(1).every((line) => line.startsWith("north/Test/"))).toBe(true);
    const report = readFileSync(path("all", "report.html"), "utf8");
    expect(report).toContain("Unseen: balanced accuracy");
    expect(report).toContain("expect the results of models on laboratories left out of their training");

    // A run that is gone on with reads what is there, and makes what is missing.
    const model = path("all", "laboratories", "W", "model.onnx");
    const before = statSync(model).mtimeMs;
    rmSync(path("all", "laboratories", "south", "metrics.json"));
    const again = await cli.run("train", "--out", "all", "--resume", "--json");
    expect(jsonOf<Result>(again).laboratories).toEqual(laboratories);
    expect(again.stderr).toMatch(/Without W: done before\nWithout north: done before\nWithout south: 24 images/);
    expect(statSync(model).mtimeMs).toBe(before);

    const { models } = jsonOf<{ models: { away: { data: string }[] }[] }>(await cli.run("models", "all", "--json"));
    expect(models[0]!.away.map(({ data }) => data)).toEqual(["W", "north", "south"]);
  });

  test("leaves none out where told so, and gives figures by laboratory all the same", async () => {
    const outcome = await train("--data", "north", "--data", "south", "--out", "plain", "--no-leave-one-out");
    expect(outcome.code, outcome.stderr).toBe(0);
    expect(outcome.stdout).toMatch(/^Laboratory +Seen: images/m);
    expect(readdirSync(path("plain"))).not.toContain("laboratories");
    const [text, json] = await cli.runAll([
      ["evaluate", "plain", "--data", "south", "--data", "W=west/Train"],
      ["evaluate", "plain", "--data", "south", "--data", "W=west/Train", "--json"],
    ]);
    expect(text!.stdout).toMatch(/^Laboratory +Images +Accuracy +Balanced accuracy\nW +16 .*\nsouth +10 /m);
    expect(jsonOf<object>(json!)).toMatchObject({
      data: ["south", "W=west/Train"],
      count: 26,
      laboratories: [
        { laboratory: "W", count: 16 },
        { laboratory: "south", count: 10 },
      ],
    });
  });

  test("a single folder with a name is a single laboratory", async () => {
    const outcome = await train("--data", "N=north", "--out", "single", "--json");
    expect(jsonOf<object>(outcome)).not.toHaveProperty("laboratories");
    expect(existsSync(path("single", "laboratories"))).toBe(false);
  });

  test("refuses two folders of one name before anything is written", async () => {
    expectFailure(
      await train("--data", "north", "--data", "./north", "--out", "none"),
      2,
      'ERR_USAGE data: both north and ./north are named "north". Give each a different name, such as A=north.',
    );
    expect(existsSync(path("none"))).toBe(false);
  });
});
