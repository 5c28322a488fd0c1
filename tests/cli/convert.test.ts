import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { writeKerasH5 } from "@leukogram/engine/formats/keras/kerasWriters";
import { cnn } from "@leukogram/engine/models/cnn";
import { beforeAll, describe, expect, test } from "vitest";
import { shared, testWith } from "../support/shared.ts";
import { expectFailure, jsonOf, makeCli } from "./cli.ts";
import { copyTrainedRun } from "./trainedRun.ts";

const cli = makeCli();
const path = (...parts: string[]) => join(cli.dir, ...parts);

beforeAll(async () => {
  await copyTrainedRun(cli, { data: "smears", out: "run" });
  await writeKerasH5(cnn({ imageSize: 32 }).initialize(1), path("theirs.h5"));
});

describe.concurrent("convert", () => {
  test("turns another program's model into one that evaluate takes", async () => {
    const [outcome, evaluated] = await cli.runAll([
      ["convert", "theirs.h5", "ours.onnx", "--preprocessing", "0..1"],
      ["evaluate", "ours.onnx", "--data", "smears", "--json", "--quiet"],
    ]);
    expect(outcome).toMatchObject({ code: 0 });
    expect(outcome!.stdout).toMatch(
      /^ONNX: ours\.onnx\nOutputs: probabilities; classes: Basophil, .* \(assumed\)\nChecked: loaded and run on 2 test images; largest difference from the original model: [\de.-]+\n$/,
    );
    expect(outcome!.stderr).toBe(
      "Note: the model has no class names: assuming Basophil, Eosinophil, Lymphocyte, Monocyte, Neutrophil, in this order; use --classes A,B,C to change this\n",
    );
    const judged = jsonOf<{ count: number; classes: string[] }>(evaluated!);
    expect(judged.count).toBe(10);
  });

  testWith(
    "models/cnn_3.h5",
    "golden/cnn_3_predictions.json",
    "data/pbc",
  )("carries how JPEG files are decoded, so that predict says what Keras said of the same files", async () => {
    const { rows } = JSON.parse(readFileSync(shared("golden/cnn_3_predictions.json"), "utf8")) as {
      rows: { file: string; probabilities: number[] }[];
    };
    const files = rows.map(({ file }) => shared(`data/pbc/${file}`));
    const [written, answered] = await cli.runAll([
      ["convert", shared("models/cnn_3.h5"), "cnn_3.onnx", "--preprocessing", "0..1", "--jpeg-dct", "fast"],
      ["predict", "cnn_3.onnx", ...files, "--json", "--quiet"],
    ]);
    expect([written!.code, answered!.code]).toEqual([0, 0]);
    expect(answered!.stderr).toMatch(/^Note: the model has no class names: assuming [^\n]+\n$/);
    const lines = answered!.stdout.trim().split("\n");
    for (const [i, { probabilities }] of rows.entries()) {
      const found = Object.values((JSON.parse(lines[i]!) as { probabilities: Record<string, number> }).probabilities);
      probabilities.forEach((wanted, k) => {
        expect(Math.abs(found[k]! - wanted), files[i]).toBeLessThan(0.05);
      });
    }
  });

  test("writes whole numbers of 8 bits, calibrated on images, and says what that cost", async () => {
    const outcomes = await cli.runAll([
      ["convert", "run", "run8.onnx", "--precision", "int8", "--calibrate", "smears", "--images", "8"],
      ["convert", "theirs.h5", "theirs8.onnx", "--precision", "int8", "--calibrate", "smears", "--json", "--quiet"],
      ["evaluate", "run8.onnx", "--data", "smears", "--json", "--quiet"],
      ["convert", "run", "no.onnx", "--precision", "int8"],
      ["convert", "run", "no.keras", "--precision", "int8", "--calibrate", "smears"],
    ]);
    expect(outcomes.map(({ code }) => code)).toEqual([0, 0, 0, 2, 2]);
    expect(outcomes[0]!.stdout).toMatch(
      /^ONNX: run8\.onnx\nChecked: loaded and run on 2 test images\nAccuracy on 10 images not used for calibration: [\d.]+ % in float32, [\d.]+ % in int8/,
    );
    expect(JSON.parse(outcomes[1]!.stdout).loss).toMatchObject({ count: 10 });
    expect(statSync(path("run8.onnx")).size).toBeLessThan(0.6 * statSync(path("run", "model.onnx")).size);
    expect(JSON.parse(outcomes[2]!.stdout).count).toBe(10);
    expectFailure(
      outcomes[3]!,
      2,
      "ERR_USAGE int8 needs images from the training set for calibration. Give their folder",
    );
    expectFailure(outcomes[4]!, 2, "ERR_USAGE convert: int8 needs .onnx output with preprocessing.");
    expect(existsSync(path("no.onnx"))).toBe(false);
  });

  test("says what it assumes of the model, with --quiet too", async () => {
    const [told, quiet] = await cli.runAll([
      ["convert", "theirs.h5", "a.keras"],
      ["convert", "theirs.h5", "b.keras", "--quiet"],
    ]);
    expect(told!.stderr).toContain("Note: The model divides pixels by 255");
    expect(quiet!.stderr).toContain("Note: The model divides pixels by 255");
    expect(quiet!.stderr.split("\n").filter((line) => line !== "" && !line.startsWith("Note: "))).toEqual([]);
    expect(readFileSync(path("a.keras")).equals(readFileSync(path("b.keras")))).toBe(true);
  });

  test("writes a run in every format, and each is read again", async () => {
    const files = ["run.keras", "run.h5", "run/../js/model.json", "run.onnx", "half.onnx", "plain.onnx"];
    const outcomes = await cli.runAll(
      files.map((file) => [
        ..."convert run".split(" "),
        file,
        ...(file === "half.onnx" ? ["--precision", "float16"] : file === "plain.onnx" ? ["--plain"] : []),
      ]),
    );
    for (const { code, stderr } of outcomes) expect([code, stderr]).toEqual([0, ""]);
    expect(readFileSync(path("run.onnx")).equals(readFileSync(path("run", "model.onnx")))).toBe(true);
    expect(readFileSync(path("half.onnx")).length).toBeLessThan(0.7 * readFileSync(path("run.onnx")).length);
    const [run, ...inspected] = await cli.runAll(
      ["run", ...files.slice(0, 2), "js"].map((file) => ["inspect", file, "--json"]),
    );
    const own = jsonOf<{ parameters: number; layers: unknown }>(run!);
    for (const outcome of inspected) expect(jsonOf<object>(outcome)).toMatchObject({ parameters: own.parameters });
  });

  test("refuses what it can't do, and writes over nothing", async () => {
    writeFileSync(path("mine.keras"), "mine");
    const outcomes = await cli.runAll([
      ["convert", "theirs.h5", "mine.keras"],
      ["convert", "theirs.h5", "theirs.tflite"],
      ["convert", "theirs.h5", "x.onnx", "--preprocessing", "0..2"],
      ["convert", "theirs.h5", "x.onnx", "--classes", "A,B"],
      ["convert", "none.h5", "x.onnx"],
      ["convert", "run/model.onnx", "x.keras"],
    ]);
    expectFailure(outcomes[0]!, 3, "ERR_OUTPUT mine.keras: already exists. Choose another file, or add --yes.");
    expectFailure(outcomes[1]!, 2, "ERR_USAGE convert: theirs.tflite has no known model extension. Use .keras,");
    expectFailure(outcomes[2]!, 2, 'ERR_USAGE unknown preprocessing "0..2". Use one of 0..255, 0..1,');
    expectFailure(outcomes[3]!, 2, "ERR_USAGE the model has 5 classes, but 2 are named (--classes).");
    expectFailure(outcomes[4]!, 3, "ERR_FORMAT none.h5: no such file");
    expectFailure(
      outcomes[5]!,
      3,
      /^ERR_FORMAT layer "\w+" is made of operators and is not a Keras layer\. Save the model as \.onnx/,
    );
    expect(readFileSync(path("mine.keras"), "utf8")).toBe("mine");
    expect(existsSync(path("x.onnx"))).toBe(false);
  });
});

describe("inspect", () => {
  test("shows layers, shapes and parameters, and what smells", async () => {
    const { code, stdout } = await cli.run("inspect", "theirs.h5");
    expect(code).toBe(0);
    expect(stdout).toMatch(/Total params: 25,805/);
    expect(stdout).toMatch(/^Input +32 x 32 x 3$/m);
    expect(stdout).toMatch(/^Note: The model divides pixels by 255/m);
  });

  test("finds how pixels were scaled by labelled images", async () => {
    const { tried } = jsonOf<{ tried: { preprocessing: string; logLoss: number }[] }>(
      await cli.run("inspect", "run", "--data", "smears", "--json", "--threads", "1"),
    );
    expect(tried.map(({ preprocessing }) => preprocessing).sort()).toEqual([
      "-1..1",
      "0..1",
      "0..255",
      "caffe",
      "torch",
    ]);
    const losses = tried.map(({ logLoss }) => logLoss);
    expect(losses).toEqual([...losses].sort((a, b) => a - b));
  });

  testWith("models/cnn_3.h5", "data/pbc")(
    "finds that cnn_3.h5 was trained on pixels that were divided already",
    async () => {
      const { tried, warnings } = jsonOf<{ tried: { preprocessing: string }[]; warnings: string[] }>(
        await cli.run("inspect", shared("models/cnn_3.h5"), "--data", shared("data/pbc"), "--images", "60", "--json"),
      );
      expect(tried[0]!.preprocessing).toBe("0..1");
      expect(warnings).toHaveLength(1);
    },
  );
});
