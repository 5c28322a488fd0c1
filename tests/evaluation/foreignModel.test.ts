// Models of other programs are classified with as they are, and give what their own program gives.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { writeKeras } from "@leukogram/engine/formats/keras/kerasV3";
import { writeTensorflowJs } from "@leukogram/engine/formats/keras/kerasWriters";
import { Conv2D, Dense, GlobalAveragePooling2D, Rescaling } from "@leukogram/engine/nn/layers/index";
import { Sequential } from "@leukogram/engine/nn/model";
import { loadClassifier } from "leukogram/evaluation/classifier";
import { classifyFiles } from "leukogram/evaluation/classifyFiles";
import { type ForeignOptions, isForeign } from "leukogram/evaluation/foreign/foreignModel";
import { describe, expect, test } from "vitest";
import { picture, temporaryFolder, writeFiles } from "../data/folders.ts";
import { shared, testWith } from "../support/shared.ts";

const dir = temporaryFolder();
const path = (...parts: string[]) => join(dir, ...parts);

/** What a model says of a picture. */
async function ask(model: string, image: string, foreign: ForeignOptions = {}) {
  const classifier = await loadClassifier(model, { foreign, threads: 1 });
  try {
    for await (const { probabilities } of classifyFiles(classifier, [image])) return { ...classifier, probabilities };
    throw new Error("no answer");
  } finally {
    await classifier.close();
  }
}

const net = (units: number, channels = 3) =>
  new Sequential(
    [6, 6, channels],
    [new Rescaling({ scale: 1 / 255 }), new GlobalAveragePooling2D(), new Dense({ units, activation: "softmax" })],
  ).initialize(2);

describe("files of ../shared/cases give what their own program gives", () => {
  interface Case {
    readonly right: Readonly<Record<string, number>> | readonly number[];
  }
  const CASES: readonly [string, ForeignOptions, (readonly string[])?][] = [
    ["logits-below-zero.keras", {}],
    ["logits-below-zero.h5", {}],
    ["own-resizing.keras", {}],
    ["softmax-then-reshape.onnx", {}],
    ["softmax-then-clip.onnx", {}],
    ["sigmoid-over-its-sum.onnx", {}],
    ["names-of-another-program.onnx", {}, ["eosinophil"]],
    ["one-sigmoid-unit.keras", { classes: ["Other", "Neutrophil"] }],
  ];
  for (const [file, options, names] of CASES)
    testWith(
      `cases/${file}`,
      "cases/expected.json",
      "cases/pic32.png",
    )(file, async () => {
      const expected = JSON.parse(readFileSync(shared("cases/expected.json"), "utf8")) as Record<string, Case>;
      const { right } = expected[file]!;
      const { probabilities, classes } = await ask(shared(`cases/${file}`), shared("cases/pic32.png"), options);
      const p = Object.values(right)[0]!;
      const wanted = options.classes ? [1 - p, p] : Object.values(right);
      wanted.forEach((value, k) => {
        expect(probabilities![k]).toBeCloseTo(value, 4);
      });
      if (!Array.isArray(right)) expect(classes).toEqual(Object.keys(right));
      if (names) expect(classes.slice(0, names.length)).toEqual(names);
    });
});

describe("classes", () => {
  test("are assumed and said so, taken from beside, or told", async () => {
    await writeKeras(net(5), path("five", "m.keras"));
    writeFiles(dir, { "image.png": await picture(10) });
    const assumed = await ask(path("five", "m.keras"), path("image.png"));
    expect([assumed.classesFrom, assumed.outputs]).toEqual(["assumed", "probabilities"]);
    expect(assumed.notes).toEqual([
      "the model has no class names: assuming Basophil, Eosinophil, Lymphocyte, Monocyte, Neutrophil, in this order; use --classes A,B,C to change this",
      expect.stringContaining("The model divides pixels by 255"),
    ]);
    writeFiles(path("five"), { "labels.txt": "a\nb\nc\nd\ne\n" });
    const found = await ask(path("five", "m.keras"), path("image.png"));
    expect([found.classes.join(), found.classesFrom]).toEqual(["a,b,c,d,e", path("five", "labels.txt")]);
    const told = await ask(path("five", "m.keras"), path("image.png"), { classes: ["v", "w", "x", "y", "z"] });
    expect([told.classes.join(), told.classesFrom]).toEqual(["v,w,x,y,z", "--classes"]);
  });

  test("are refused where they are not as many as the outputs, or named twice", async () => {
    await writeTensorflowJs(net(2), path("tm", "model.json"));
    await expect(ask(path("tm"), "")).rejects.toThrow("tm/model.json: the model has 2 classes but no class names.");
    writeFiles(path("tm"), { "metadata.json": '{"labels": ["a", "b", "c"]}' });
    await expect(ask(path("tm"), "")).rejects.toThrow(
      `ERR_USAGE the model has 2 classes, but 3 are named (${path("tm", "metadata.json")}). Name the classes in the order`,
    );
    await expect(ask(path("tm"), "", { classes: ["a", "a"] })).rejects.toThrow(
      'ERR_USAGE class "a" is given twice (--classes).',
    );
  });
});

test("a model of one channel sees grey, as PIL makes it", async () => {
  const [grey, colour] = [net(2, 1), net(2, 1)];
  await writeKeras(grey, path("grey.keras"));
  const image = await picture(100, { width: 6, height: 6 });
  writeFiles(dir, { "grey.png": image });
  const { probabilities } = await ask(path("grey.keras"), path("grey.png"), { classes: ["a", "b"] });
  const data = Array.from({ length: 36 }, (_, i) => (channel: number) => (100 + (3 * i + channel) * 3) % 256);
  const mean = data.reduce((sum, at) => sum + 0.299 * at(0) + 0.587 * at(1) + 0.114 * at(2), 0) / 36 / 255;
  const [kernel, bias] = colour.layers.at(-1)!.weights.map(({ value }) => value);
  const scores = [0, 1].map((k) => mean * kernel![k]! + bias![k]!);
  expect(probabilities![1]).toBeCloseTo(1 / (1 + Math.exp(scores[0]! - scores[1]!)), 5);
});

test("without foreign options another program's file is refused, and with them what flags say of ours", async () => {
  await writeKeras(net(5), path("theirs.keras"));
  expect([isForeign(path("theirs.keras")), isForeign(path("none.keras"))]).toEqual([true, false]);
  await expect(loadClassifier(path("theirs.keras"))).rejects.toThrow("can't be loaded as a model");
  await expect(loadClassifier("cnn-anylab", { foreign: { outputs: "scores", preprocessing: "0..1" } })).rejects.toThrow(
    "ERR_USAGE cnn-anylab: a model written by Leukogram contains these settings. Remove --preprocessing and --outputs.",
  );
});

test("a model that gives no row of classes is refused", async () => {
  await writeKeras(
    new Sequential([6, 6, 3], [new Conv2D({ filters: 2, kernelSize: 3 })]).initialize(1),
    path("map.keras"),
  );
  await expect(
    loadClassifier(path("map.keras"), { foreign: { classes: ["a", "b"], preprocessing: "0..1" } }),
  ).rejects.toThrow(/^ERR_FORMAT \S+map\.keras: gives 4 x 4 x 2 numbers per image, not one value per class\./);
});

test("a model that takes no pictures is refused", async () => {
  await writeKeras(new Sequential([4], [new Dense({ units: 2 })]).initialize(1), path("row.keras"));
  await expect(
    loadClassifier(path("row.keras"), { foreign: { classes: ["a", "b"], preprocessing: "0..1" } }),
  ).rejects.toThrow(/^ERR_CONFIG \S+row\.keras: takes input of 4, not images with three colour channels\./);
});
