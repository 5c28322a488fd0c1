import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { readKerasFile } from "@leukogram/engine/formats/keras/readKeras";
import { loadWeights } from "@leukogram/engine/formats/weights/loadWeights";
import { compile } from "@leukogram/engine/graph/compile";
import { cnn } from "@leukogram/engine/models/cnn";
import { exportGraph } from "@leukogram/engine/nn/exportGraph";
import { CELL_TYPES } from "leukogram/cells/classes";
import { decodeImage } from "leukogram/data/pictures/image";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { bundleForBrowser } from "../../scripts/bundleForBrowser.ts";
import { shared } from "../support/shared.ts";
import {
  firstOfEach,
  HEAD,
  nodeFeatures,
  nodeGradCam,
  nodeHistory,
  nodeProbabilities,
  openShipped,
} from "./support/answers.ts";
import { needsBrowser, startChromium } from "./support/chromium.ts";
import { serve } from "./support/serve.ts";

const models = fileURLToPath(new URL("../../packages/leukogram/models", import.meta.url));
const { test: inBrowser, chromium } = needsBrowser("data/pbc/Test", "models/cnn_3.h5");
const place = mkdtempSync(join(tmpdir(), "leukogram-browser-"));
const pixels = new Map<string, Uint8Array>();
let browser: Browser;
let page: Page;
let server: Awaited<ReturnType<typeof serve>>;
let pictures: { path: string; label: number; width: number; height: number }[];

beforeAll(async () => {
  if (chromium === undefined) return;
  pictures = [];
  for (const picture of firstOfEach(shared("data/pbc/Test"), 10)) {
    const { data, width, height } = await decodeImage(picture.path);
    pixels.set(`/pixels/${pictures.length}`, data);
    pixels.set(`/files/${pictures.length}`, readFileSync(picture.path));
    pictures.push({ ...picture, width, height });
  }
  // The CNN of the student project, which divides pixels by 255 twice, exported without cells and views.
  const model = cnn({ preprocessing: "twice" });
  loadWeights(model, await readKerasFile(shared("models/cnn_3.h5")), { source: "cnn_3.h5", match: "order" });
  const metadata = { classes: JSON.stringify(CELL_TYPES), imageSize: "[350,350]" };
  writeFileSync(join(place, "cnn.onnx"), compile(exportGraph(model), { metadata }));
  await bundleForBrowser({
    entry: { page: fileURLToPath(new URL("page", import.meta.url)) },
    out: join(place, "page"),
  });
  server = await serve({
    folders: { "": join(place, "page"), models, exported: place },
    bytes: pixels,
  });
  browser = await startChromium(chromium);
  page = await browser.newPage();
  await page.goto(server.address);
  await page.waitForFunction("globalThis.leukogram !== undefined");
});

afterAll(async () => {
  await browser?.close();
  server?.close();
  rmSync(place, { recursive: true });
});

/** The page's probabilities of the pictures, by their pixels as Node decodes them or by their files. */
const pageProbabilities = (model: string, source: "pixels" | "files") =>
  page.evaluate(
    async ({ model, source, sizes }) => {
      const { loadWebClassifier } = leukogram;
      const classifier = await loadWebClassifier(model);
      const pictures = await Promise.all(
        sizes.map(async (size, i) => {
          const response = await fetch(`/${source}/${i}`);
          return source === "files" ? response.blob() : { ...size, data: new Uint8Array(await response.arrayBuffer()) };
        }),
      );
      const answers = await classifier.classify(pictures);
      await classifier.close();
      return answers.map(({ probabilities }) => probabilities);
    },
    { model, source, sizes: pictures.map(({ width, height }) => ({ width, height })) },
  );

const bestOf = (row: readonly number[]) => row.indexOf(Math.max(...row));
const farthest = (a: readonly (readonly number[])[], b: readonly (readonly number[])[]) =>
  Math.max(...a.map((row, i) => Math.max(...row.map((value, k) => Math.abs(value - b[i]![k]!)))));

test("a bundle asks for no module of Node's, and loads HDF5 and ONNX Runtime where they are needed", async () => {
  const { files, asksNode } = await bundleForBrowser({
    entry: fileURLToPath(new URL("../../packages/leukogram/src/browser.ts", import.meta.url)),
  });
  expect(asksNode).toEqual([]);
  const entry = files.find((file) => file.type === "chunk" && file.isEntry);
  expect(entry?.type === "chunk" && entry.code.length).toBeLessThan(120_000);
  expect(entry?.type === "chunk" && entry.imports.join()).not.toMatch(/\bort\b|keras/i);
});

inBrowser(
  "bytes, an ArrayBuffer and a File of a picture get one answer, with familiarity; a second close does nothing",
  async () => {
    const answers = await page.evaluate(async () => {
      const classifier = await leukogram.loadWebClassifier("/models/cnn-anylab.onnx");
      const bytes = await leukogram.fetchBytes("/files/0");
      const blob = new Blob([bytes as Uint8Array<ArrayBuffer>]);
      const found = await classifier.classify([bytes, await blob.arrayBuffer(), blob, new File([blob], "cell.jpg")]);
      await classifier.close();
      await classifier.close();
      return found.map(({ label, probabilities, familiarity }) => ({ label, probabilities, familiarity }));
    });
    expect(answers).toHaveLength(4);
    expect(answers[0]!.familiarity).toBeTypeOf("number");
    for (const { label, probabilities, familiarity } of answers) {
      expect([label, familiarity]).toEqual([answers[0]!.label, answers[0]!.familiarity]);
      for (const [k, value] of probabilities.entries()) expect(value).toBeCloseTo(answers[0]!.probabilities[k]!, 5);
    }
  },
);

inBrowser("a page says what is wrong with a device, a file and a picture", async () => {
  expect(await page.evaluate("crossOriginIsolated")).toBe(true);
  const messages = await page.evaluate(async () => {
    const { createSession, loadWebClassifier, readPicture } = leukogram;
    const bytes = await leukogram.fetchBytes("/exported/cnn.onnx");
    const tries = [
      () => createSession(bytes, { device: "webgpu" }),
      () => loadWebClassifier("/exported/none.onnx"),
      () => loadWebClassifier(new TextEncoder().encode("this is text")),
      () => readPicture(new File(["this is text"], "bad.jpg")),
      () => readPicture({ data: new Uint8Array(5), width: 2, height: 1 }),
      () => readPicture(document.createElement("video")),
    ];
    return Promise.all(tries.map((attempt) => attempt().then(String, (error: Error) => error.message)));
  });
  expect(messages.map((message) => message.replace(/http:..[^/]+/, ""))).toEqual([
    'ERR_RUNTIME device "webgpu" is not available in this browser; it has wasm. WebGPU needs a browser and a graphics card that support it, and https or localhost; or use device "wasm".',
    "ERR_FORMAT /exported/none.onnx: the server returned status 404. Check the address.",
    "ERR_FORMAT model: the bytes are not an ONNX file",
    "ERR_IMAGE bad.jpg: this browser can't decode it. Give a JPEG, PNG, GIF, BMP, WebP or TIFF file.",
    "ERR_IMAGE image: 2 x 1 RGB pixels do not fit 5 bytes. Give [height, width, 3] bytes, or an ImageData.",
    "ERR_IMAGE image: has no pixels. Wait until the image is loaded.",
  ]);
});

inBrowser("a page without its .wasm file is told so, and one that is not isolated works on one thread", async () => {
  const plain = await serve({
    folders: { "": join(place, "page"), models },
    isolated: false,
  });
  const other = await browser.newPage();
  try {
    await other.goto(plain.address);
    await other.waitForFunction("globalThis.leukogram !== undefined");
    const load = (wasmPaths?: string) =>
      other.evaluate(
        (paths) =>
          leukogram.loadWebClassifier("/models/cnn-anylab.onnx", { wasmPaths: paths }).then(
            ({ classes }) => `${crossOriginIsolated} ${classes.length}`,
            (error: Error) => error.message,
          ),
        wasmPaths,
      );
    expect(await load("/nowhere/")).toMatch(/^ERR_RUNTIME device "wasm" can't be used here: .*Serve ONNX Runtime's/);
    await other.reload();
    await other.waitForFunction("globalThis.leukogram !== undefined");
    expect(await load()).toBe("false 5");
  } finally {
    await other.close();
    plain.close();
  }
});

for (const [name, file] of [
  ["the exported CNN", "/exported/cnn.onnx"],
  ["cnn-anylab", "/models/cnn-anylab.onnx"],
  ["mobilenetv2-anylab", "/models/mobilenetv2-anylab.onnx"],
] as const)
  inBrowser(`${name} says of 50 pictures what it says in Node`, async () => {
    const path = file.startsWith("/models") ? join(models, file.slice(8)) : join(place, "cnn.onnx");
    const node = await nodeProbabilities(
      path,
      pictures.map((picture) => picture.path),
    );
    const rows = await pageProbabilities(file, "pixels");
    expect(rows).toHaveLength(50);
    expect(farthest(rows, node)).toBeLessThan(1e-3);
    expect(rows.map(bestOf)).toEqual(node.map(bestOf));
    // No model that says the same of everything.
    expect(new Set(node.map(bestOf)).size).toBeGreaterThan(2);
    expect(node.filter((row) => Math.max(...row) < 0.99).length).toBeGreaterThan(5);
  });

inBrowser("the browser decodes JPEG as Node does, to a grey level, so that classes stay", async () => {
  const found = await page.evaluate(async (count) => {
    const pictures = await Promise.all(
      Array.from({ length: count }, async (_, i) => leukogram.readPicture(await (await fetch(`/files/${i}`)).blob())),
    );
    const differences = pictures.map(async ({ data }, i) => {
      const same = await leukogram.fetchBytes(`/pixels/${i}`);
      return same.length === data.length ? data.reduce((most, v, k) => Math.max(most, Math.abs(v - same[k]!)), 0) : 255;
    });
    return Promise.all(differences);
  }, pictures.length);
  expect(Math.max(...found)).toBeLessThanOrEqual(1);
  const rows = await pageProbabilities("/exported/cnn.onnx", "files");
  const node = await nodeProbabilities(
    join(place, "cnn.onnx"),
    pictures.map((picture) => picture.path),
  );
  expect(rows.map(bestOf)).toEqual(node.map(bestOf));
});

inBrowser("Grad-CAM is Node's", async () => {
  const shipped = await openShipped(models, "cnn-anylab");
  const { width, height } = pictures[0]!;
  const found = await page.evaluate(
    async (size) => {
      const { fetchBytes, modelFacts, openExplainer, readKerasModel, readMetadata } = leukogram;
      const { model } = await readKerasModel(await fetchBytes("/models/cnn-anylab.keras"));
      const facts = modelFacts(readMetadata(await fetchBytes("/models/cnn-anylab.onnx")), "cnn-anylab");
      const data = await fetchBytes("/pixels/0");
      const explainer = await openExplainer(model, facts);
      const { target, map, seen } = await explainer.explain({ ...size, data });
      await explainer.close();
      return { target, map: Array.from(map.data), side: seen.width, seen: seen.data.length };
    },
    { width, height },
  );
  const map = await nodeGradCam(shipped, await decodeImage(pictures[0]!.path), found.target);
  expect(found.target).toBe(pictures[0]!.label);
  expect(found.seen).toBe(3 * found.side ** 2);
  expect(farthest([found.map], [Array.from(map)])).toBeLessThan(1e-3);
  expect(Math.max(...found.map)).toBeGreaterThan(0.1);
});

inBrowser("a head learns as in Node, and Node takes what the page has made", async () => {
  const shipped = await openShipped(models, "mobilenetv2-anylab");
  const [train, validation] = [0, 1].map((part) => {
    const indices = pictures.flatMap((_, i) => (i % 5 === part ? [i] : []));
    return { indices, labels: indices.map((i) => pictures[i]!.label) };
  }) as [{ indices: number[]; labels: number[] }, { indices: number[]; labels: number[] }];
  const pathsOf = (indices: readonly number[]) => indices.map((i) => pictures[i]!.path);
  const history = await nodeHistory(
    shipped.model,
    { features: await nodeFeatures(shipped, pathsOf(train.indices)), labels: train.labels },
    { features: await nodeFeatures(shipped, pathsOf(validation.indices)), labels: validation.labels },
  );
  const found = await page.evaluate(
    async ({ train, validation, sizes, HEAD }) => {
      const {
        adam,
        fetchBytes,
        modelBytes,
        modelFacts,
        newHead,
        openFeatures,
        readKerasModel,
        readMetadata,
        WebStepRunner,
        trainHead,
      } = leukogram;
      const { model } = await readKerasModel(await fetchBytes("/models/mobilenetv2-anylab.keras"));
      const facts = modelFacts(readMetadata(await fetchBytes("/models/mobilenetv2-anylab.onnx")), "mobilenetv2-anylab");
      const extractor = await openFeatures(model, facts);
      const featuresOf = async (indices: readonly number[]) =>
        extractor.extract(
          await Promise.all(indices.map(async (i) => ({ ...sizes[i]!, data: await fetchBytes(`/pixels/${i}`) }))),
        );
      const data = { features: await featuresOf(train.indices), labels: train.labels };
      const other = { features: await featuresOf(validation.indices), labels: validation.labels };
      await extractor.close();
      const changed = newHead(model, HEAD);
      const runner = new WebStepRunner(changed.head, { optimizer: adam(), inputType: "float32", seed: HEAD.seed });
      const { history } = await trainHead(data, { ...HEAD, runner, validation: other });
      await runner.release();
      const bytes = modelBytes(changed.model, { facts, classes: ["A", "B", "C", "D", "E"] });
      const classifier = await leukogram.loadWebClassifier(bytes);
      const [answer] = await classifier.classify([{ ...sizes[0]!, data: await fetchBytes("/pixels/0") }]);
      await classifier.close();
      await fetch("/made", { method: "PUT", body: bytes as BodyInit });
      return { history, answer: answer! };
    },
    { train, validation, sizes: pictures.map(({ width, height }) => ({ width, height })), HEAD },
  );
  const losses = (rows: readonly { loss: number; valLoss: number | undefined }[]) =>
    rows.map((row) => [row.loss, row.valLoss!]);
  expect(farthest(losses(found.history), losses(history))).toBeLessThan(1e-3);
  expect(history.at(-1)!.loss).toBeLessThan(0.5 * history[0]!.loss);
  writeFileSync(join(place, "changed.onnx"), pixels.get("/made")!);
  const node = await nodeProbabilities(join(place, "changed.onnx"), [pictures[0]!.path]);
  expect(farthest([found.answer.probabilities], node)).toBeLessThan(1e-3);
  expect(found.answer.label).toBe("ABCDE"[bestOf(node[0]!)]);
});
