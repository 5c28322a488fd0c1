import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CELL_TYPES, cnn, compile, decodeImage, drawSmears, exportGraph } from "leukogram";
import { type Classifier, type GivenPicture, loadClassifier } from "leukogram/evaluation/classifier";
import { classifyFiles } from "leukogram/evaluation/classifyFiles";
import { afterAll, beforeAll, expect, test } from "vitest";

const place = mkdtempSync(join(tmpdir(), "leukogram-classifier-"));
const files = ["Basophil/bas_0000.jpg", "Monocyte/mon_0000.jpg"].map((name) => join(place, "smears/Test", name));
let classifier: Classifier;

beforeAll(async () => {
  await drawSmears(join(place, "smears"), { count: 1, testCount: 1, imageSize: 48 });
  const metadata = { classes: JSON.stringify(CELL_TYPES), imageSize: "[32,32]" };
  writeFileSync(join(place, "model.onnx"), compile(exportGraph(cnn({ imageSize: 32 }).initialize(0)), { metadata }));
  classifier = await loadClassifier(join(place, "model.onnx"), { threads: 1 });
});
afterAll(async () => {
  await classifier.close();
  rmSync(place, { recursive: true });
});

test("classify takes bytes, an ArrayBuffer, a Blob and pixels, and answers as of the files", async () => {
  const expected = [];
  for await (const { probabilities, familiarity } of classifyFiles(classifier, files))
    expected.push({ probabilities, familiarity });
  const forms: readonly ((path: string) => GivenPicture | Promise<GivenPicture>)[] = [
    (path: string) => new Uint8Array(readFileSync(path)),
    (path: string) => new Uint8Array(readFileSync(path)).buffer,
    (path: string) => new Blob([new Uint8Array(readFileSync(path))]),
    (path: string) => new File([new Uint8Array(readFileSync(path))], path),
    (path: string) => readFileSync(path),
    (path: string) => decodeImage(path),
  ];
  for (const form of forms) {
    const answers = await classifier.classify(await Promise.all(files.map(form)));
    expect(answers.map(({ probabilities, familiarity }) => ({ probabilities, familiarity }))).toEqual(expected);
    for (const { label, probabilities } of answers)
      expect(label).toBe(CELL_TYPES[probabilities.indexOf(Math.max(...probabilities))]);
  }
});

test("a shipped model says how familiar pictures in memory look, as it says of files", async () => {
  const shipped = await loadClassifier("cnn-anylab", { threads: 1 });
  try {
    const fromFiles = [];
    for await (const answer of classifyFiles(shipped, files)) fromFiles.push(answer.familiarity);
    expect(fromFiles[0]).toBeTypeOf("number");
    const answers = await shipped.classify(files.map((path) => readFileSync(path)));
    expect(answers.map(({ familiarity }) => familiarity)).toEqual(fromFiles);
  } finally {
    await shipped.close();
  }
});

test("what can't be read is named, and a scale that says nothing is refused", async () => {
  await expect(classifier.classify([new File(["this is text"], "bad.jpg")])).rejects.toThrow(
    /^ERR_IMAGE bad\.jpg: not an image in a known format/,
  );
  await expect(classifier.classify([{ data: new Uint8Array(5), width: 2, height: 1 }])).rejects.toThrow(
    "ERR_IMAGE image: 2 x 1 RGB pixels do not fit 5 bytes",
  );
  await expect(classifier.classify([readFileSync(files[0]!)], { scale: "72px" })).rejects.toThrow(
    "ERR_USAGE the model takes whole images and does not use a scale",
  );
  await expect(classifier.classify([readFileSync(files[0]!)], { signal: AbortSignal.abort() })).rejects.toThrow(
    "ERR_ABORTED",
  );
});

test("a second close does nothing, and a closed classifier says so", async () => {
  const own = await loadClassifier(join(place, "model.onnx"), { threads: 1 });
  await own.close();
  await own.close();
  await expect(own.classify([readFileSync(files[0]!)])).rejects.toThrow(
    "ERR_RUNTIME run: the session was released before",
  );
});
