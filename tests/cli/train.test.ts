import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { drawSmears } from "leukogram/data/smears/synthetic";
import { beforeAll, describe, expect, test } from "vitest";
import { expectFailure, jsonOf, makeCli, type Outcome } from "./cli.ts";

const cli = makeCli();
const path = (...parts: string[]) => join(cli.dir, ...parts);
const SMALL = "--image-size 32 --epochs 2 --batch-size 8 --threads 1".split(" ");
const line = (out: string, ...more: string[]) => ["train", "--data", "smears", "--out", out, ...SMALL, ...more];

let first: Outcome;
beforeAll(async () => {
  await drawSmears(path("smears"), { count: 4, testCount: 2, imageSize: 40 });
  first = await cli.run(...line("run", "--json"));
});

describe.concurrent("train", () => {
  test("prints one object, tells its progress on stderr, and fills the run folder", () => {
    const result = jsonOf<Record<string, unknown>>(first);
    expect(result).toMatchObject({ out: "run", judgedOn: "test", count: 10, costs: { parameters: 25805 } });
    for (const key of ["accuracy", "balancedAccuracy", "macroF1"])
      expect(Object.keys(result[key] as object)).toEqual(["value", "low", "high"]);
    expect(first.stdout.split("\n")).toHaveLength(2);
    expect(first.stderr).toMatch(
      /^smears: 12 images for training, 8 for validation, 10 for testing\nDecoding training images: 12\n/,
    );
    expect(first.stderr).toMatch(
      /^Epoch 2\/2 {2}loss \d.\d{4} {2}accuracy .* val_loss .* val_accuracy .* rate .* s \(CPU \d+\.\d s\)$/m,
    );
    expect(readdirSync(path("run")).sort()).toEqual([
      "checkpoints",
      "config.json",
      "figures",
      "history.csv",
      "log.txt",
      "memory.safetensors",
      "metrics",
      "model-card.md",
      "model.keras",
      "model.onnx",
      "predictions",
      "report.html",
    ]);
    expect(readFileSync(path("run", "log.txt"), "utf8")).toBe(first.stderr);
    expect(readdirSync(path("run", "predictions")).sort()).toEqual(["test.csv", "train.csv", "validation.csv"]);
    expect(readdirSync(path("run", "metrics")).sort()).toEqual(["test.json", "train.json", "validation.json"]);
    const history = readFileSync(path("run", "history.csv"), "utf8").split("\n");
    expect(history[0]).toBe("epoch,loss,accuracy,val_loss,val_accuracy,learning_rate,seconds,cpu_seconds");
    expect(history).toHaveLength(4);
    const config = JSON.parse(readFileSync(path("run", "config.json"), "utf8"));
    expect(config).toMatchObject({ data: "smears", recipe: { model: "cnn", epochs: 2, imageSize: 32, seed: 0 } });
  });

  test("makes the same bytes again from the command that it gives, and --quiet says nothing", async () => {
    const { command } = jsonOf<{ command: string }>(first);
    expect(command).toBe("leukogram train --recipe run/config.json --data smears --out run-again");
    expect(readFileSync(path("run", "model-card.md"), "utf8")).toContain(command);
    const again = await cli.run(...command.split(" ").slice(1), "--quiet");
    expect([again.code, again.stderr]).toEqual([0, ""]);
    expect(again.stdout).toMatch(/^Accuracy on the test images: .* % \(95 % .* to .*\)$/m);
    expect(readFileSync(path("run-again", "model.onnx")).equals(readFileSync(path("run", "model.onnx")))).toBe(true);
    for (const name of ["test", "validation"])
      expect(readFileSync(path("run-again", "metrics", `${name}.json`), "utf8")).toBe(
        readFileSync(path("run", "metrics", `${name}.json`), "utf8"),
      );
  });

  test("keeps off a folder that holds other files, or a run", async () => {
    mkdirSync(path("mine"));
    writeFileSync(path("mine", "config.json"), '{"name": "not a run"}');
    writeFileSync(path("plain"), "");
    const outcomes = await cli.runAll([line("mine", "--yes"), line("run"), line("plain")]);
    expectFailure(
      outcomes[0]!,
      3,
      "ERR_OUTPUT mine: contains files that do not belong to a run. Choose a new folder with --out.",
    );
    expectFailure(
      outcomes[1]!,
      3,
      /^ERR_OUTPUT run: already contains a run. Resume it with --resume, overwrite it with --yes, or/,
    );
    expectFailure(outcomes[2]!, 3, "ERR_OUTPUT plain: not a folder. Choose a new folder with --out.");
    expect(readdirSync(path("mine"))).toEqual(["config.json"]);
  });

  test("begins anew with --yes, and leaves what it did not write", async () => {
    mkdirSync(path("anew", "predictions"), { recursive: true });
    writeFileSync(path("anew", "predictions", "other.csv"), "of the run before");
    writeFileSync(path("anew", "config.json"), readFileSync(path("run", "config.json")));
    writeFileSync(path("anew", "notes.txt"), "mine");
    const outcome = await cli.run(...line("anew", "--yes", "--seed", "1", "--quiet"));
    expect([outcome.code, outcome.stderr]).toEqual([0, ""]);
    expect(readFileSync(path("anew", "notes.txt"), "utf8")).toBe("mine");
    expect(readdirSync(path("anew", "predictions"))).not.toContain("other.csv");
    expect(JSON.parse(readFileSync(path("anew", "config.json"), "utf8")).recipe).toMatchObject({ epochs: 2, seed: 1 });
  });

  test("resumes only as it was begun, and names what differs", async () => {
    const before = readFileSync(path("run", "config.json"), "utf8");
    const outcomes = await cli.runAll([
      ["train", "--out", "run", "--resume", "--epochs", "9", "--no-augment"],
      ["train", "--out", "nowhere", "--resume"],
    ]);
    expectFailure(
      outcomes[0]!,
      2,
      "ERR_CONFIG run: the run was started with different settings: epochs 2, now 9; augment true, now false. Resume it with the original settings",
    );
    expectFailure(outcomes[1]!, 3, "ERR_OUTPUT nowhere: no run to resume. Check --out, or start");
    expect(readFileSync(path("run", "config.json"), "utf8")).toBe(before);
  });

  test("reads a recipe file and names what is wrong in it", async () => {
    writeFileSync(path("good.yaml"), "epochs: 3\nseed: 4\n");
    writeFileSync(path("key.yaml"), "epoch: 3\n");
    writeFileSync(path("value.yaml"), "epochs: soon\n");
    writeFileSync(path("list.yaml"), "- epochs\n");
    const outcomes = await cli.runAll([
      ...["key", "value", "list"].map((name) => line("r", "--recipe", `${name}.yaml`)),
      ["train", "--out", "run", "--resume", "--recipe", "good.yaml", "--seed", "5"],
    ]);
    expectFailure(outcomes[0]!, 2, 'ERR_CONFIG key.yaml: unknown setting "epoch". Did you mean "epochs"?');
    expectFailure(
      outcomes[1]!,
      2,
      'ERR_CONFIG value.yaml: epochs: expected a whole number of at least 1, received "soon"',
    );
    expectFailure(outcomes[2]!, 2, "ERR_CONFIG recipe list.yaml: expected `key: value` lines");
    // The file goes over the run's own settings, and flags over the file.
    expectFailure(outcomes[3]!, 2, /different settings: epochs 2, now 3; seed 0, now 5\. Resume it/);
    expect(existsSync(path("r"))).toBe(false);
  });

  test("stops at a loss that is no number", async () => {
    const outcome = await cli.run(...line("diverged", "--learning-rate", "1e30", "--schedule", "constant"));
    expectFailure(
      outcome,
      3,
      /^ERR_DIVERGED training: the (validation )?loss .* step \d\. Try a smaller learning rate/,
    );
    expect(existsSync(path("diverged", "model.onnx"))).toBe(false);
  });
});
