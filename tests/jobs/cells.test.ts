// Jobs on cells, as a program calls them; commands are tested as commands.
import { rmSync } from "node:fs";
import { join } from "node:path";
import { writeKeras } from "@leukogram/engine/formats/keras/kerasV3";
import { Dense, Flatten } from "@leukogram/engine/nn/layers/index";
import { Sequential } from "@leukogram/engine/nn/model";
import { evaluateJob, explainJob, type JobEvent, type PredictedCell, predictJob } from "leukogram";
import { afterAll, beforeAll, expect, test } from "vitest";
import { picture, temporaryFolder, writeFiles } from "../data/folders.ts";

const CLASSES = ["A", "B", "C"];
const foreign = { classes: CLASSES };

let dir = "";
let model = "";
let image = "";
beforeAll(async () => {
  dir = temporaryFolder();
  const layers = [new Flatten(), new Dense({ units: 3, activation: "softmax" })];
  model = join(dir, "flat.keras");
  await writeKeras(new Sequential([16, 16, 3], layers).initialize(1), model);
  const png = await picture(200);
  writeFiles(dir, { "cells/A/1.png": png, "cells/B/2.png": png });
  image = join(dir, "cells/A/1.png");
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const heard: JobEvent[] = [];
const notes = () => heard.flatMap((event) => (event.kind === "note" ? [event.text] : []));
const onProgress = (event: JobEvent) => heard.push(event);

test("predictions come one by one, with what they are of", async () => {
  const cells: PredictedCell[] = [];
  const images = [join(dir, "cells")];
  const found = await predictJob({ model, images, foreign, onCell: (cell) => cells.push(cell) });
  expect(cells.map(({ file }) => file)).toEqual(["A/1.png", "B/2.png"].map((name) => join(dir, "cells", name)));
  for (const { class: name, probabilities } of cells) {
    expect(Object.keys(probabilities)).toEqual(CLASSES);
    expect(probabilities[name]).toBe(Math.max(...Object.values(probabilities)));
  }
  expect(found).toMatchObject({ images: 2, skipped: 0, labelFree: [], assumptions: { outputs: "probabilities" } });
});

test("an evaluation gives metrics and predictions, and writes nothing unless asked to", async () => {
  const found = await evaluateJob({ model, data: [join(dir, "cells")], foreign });
  expect(found.evaluation.count).toBe(2);
  expect(found.predictions.rows.map(({ label }) => label)).toEqual([0, 1]);
  expect(found.evaluation.accuracy.value).toBe(0.5); // one picture twice, under two labels
  expect(found.laboratories).toEqual([]);
});

test("an explanation by all methods leaves out what needs feature maps and images that can't be read, and says so", async () => {
  const out = join(dir, "explained");
  const broken = join(dir, "broken.png");
  writeFiles(dir, { "broken.png": "no image" });
  const found = await explainJob({
    model,
    images: [broken, image],
    foreign,
    method: "all",
    checks: 0,
    steps: 4,
    out,
    skipBad: true,
    onProgress,
  });
  expect(found.skipped).toMatchObject([{ file: broken }]);
  expect(found.images).toHaveLength(1);
  const methods = found.images[0]!.explanations.map(({ method }) => method);
  expect(methods).toContain("occlusion");
  expect(methods).not.toContain("gradcam");
  expect(notes().join("\n")).toMatch(/^Note: no layer of \S+ has feature maps, which gradcam.* need\.$/m);
});
