import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import sharp from "sharp";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openData } from "../../src/data/dataset.ts";
import { drawSmears } from "../../src/data/synthetic.ts";
import { walkImages } from "../../src/data/walk.ts";
import { classifyFiles, loadClassifier } from "../../src/evaluation/classifier.ts";
import { splitByRecipe } from "../../src/training/splitByRecipe.ts";
import { trainModel } from "../../src/training/trainModel.ts";
import { startTestLaboratory, type TestLaboratory } from "../support/laboratory.ts";
import { smallRecipe, temporaryFolder } from "../training/sets.ts";

const dir = temporaryFolder();
const model = join(dir, "run");
let laboratory: TestLaboratory;
let paths: string[];

beforeAll(async () => {
  await drawSmears(join(dir, "smears"), { count: 6, testCount: 6, imageSize: 48 });
  const data = openData(join(dir, "smears"));
  const recipe = smallRecipe({ model: "cnn-wide", epochs: 1, cropRedCells: 2.6 });
  const { train, validation } = splitByRecipe(data, recipe);
  await trainModel({ ...data.train, samples: train }, validation, recipe, { out: model });
  paths = walkImages(join(dir, "smears", "Test"));
  laboratory = await startTestLaboratory({ model });
}, 400_000);
afterAll(() => laboratory?.close());

const filesOf = (some: readonly string[]) =>
  some.map((path) => ({ name: path.split("/").at(-1)!, bytes: readFileSync(path) }));
const scaleNow = async () => (await laboratory.ask("GET scale")).body;
const trail = async (kind: string) =>
  (await laboratory.ask("GET trail")).body.events.filter((event: { kind: string }) => event.kind === kind);
const change = () => ({ "idempotency-key": randomUUID() });

async function answersOf(caseId: string): Promise<Map<string, number[]>> {
  const { cells } = (await laboratory.ask(`GET cases/${caseId}/cells`)).body;
  return new Map(cells.map((cell: { file: string; probabilities: number[] }) => [cell.file, cell.probabilities]));
}

async function expected(redCell: number | undefined): Promise<Map<string, number[]>> {
  const classifier = await loadClassifier(model);
  const answers = new Map<string, number[]>();
  for await (const { path, probabilities } of classifyFiles(classifier, paths, { redCellOf: () => redCell }))
    answers.set(path.split("/").at(-1)!, [...probabilities!]);
  await classifier.close();
  return answers;
}

function expectSame(found: Map<string, number[]>, wanted: Map<string, number[]>): void {
  for (const [file, row] of found)
    for (const [k, value] of row.entries()) expect(value).toBeCloseTo(wanted.get(file)![k]!, 4);
}

let caseId: string;

test("a few cells are cropped by their own nuclei; with 20 the scale is measured, kept, and all are classified by it", async () => {
  caseId = (await laboratory.ask("POST cases", { name: "S-1" })).body.id;
  await laboratory.upload(caseId, filesOf(paths.slice(0, 6)));
  await laboratory.settled(caseId);
  expect(await scaleNow()).toEqual({ scale: null, text: "not known yet" });
  expectSame(await answersOf(caseId), await expected(undefined));
  await laboratory.upload(caseId, filesOf(paths.slice(6)));
  await laboratory.settled(caseId);
  const { scale, text } = await scaleNow();
  expect(scale).toMatchObject({ source: "nuclei", redCell: expect.any(Number) });
  expect(text).toMatch(/^a red cell is [\d.]+ pixels wide/);
  expectSame(await answersOf(caseId), await expected(scale.redCell));
  expect(await trail("scale.measured")).toEqual([
    expect.objectContaining({ actor: "model", content: { scale, before: {}, cells: 6 } }),
  ]);
});

test("an admin tells the scale, which classifies open cases again and leaves signed ones; nonsense is refused", async () => {
  const before = (await scaleNow()).scale;
  const bad = await laboratory.ask("PUT scale", { scale: "72" }, change());
  expect([bad.status, bad.body.error.message]).toEqual([
    400,
    expect.stringMatching(/scale "72": expected micrometres/),
  ]);
  const told = await laboratory.ask("PUT scale", { scale: "14px" }, change());
  expect(told.body.scale).toEqual({ redCell: 14, error: 0.02, source: "told", cells: 0 });
  await laboratory.settled(caseId);
  expectSame(await answersOf(caseId), await expected(14));
  const [event] = await trail("scale.told");
  expect(event.content).toMatchObject({ before, scale: { redCell: 14 }, cells: paths.length });
  const { cells } = (await laboratory.ask(`GET cases/${caseId}/cells`)).body;
  const changes = cells.map(({ id }: { id: string }) => ({ cell: id, label: "Monocyte" }));
  expect((await laboratory.ask(`POST cases/${caseId}/labels`, { changes })).status).toBe(200);
  const signed = await laboratory.ask(`POST cases/${caseId}/sign`, { meaning: "reviewed" });
  expect(signed.status).toBe(200);
  const kept = await answersOf(caseId);
  await laboratory.ask("PUT scale", { scale: "20px" }, change());
  await laboratory.settled(caseId);
  expect(await answersOf(caseId)).toEqual(kept);
});

test("a signed report says the scale that held, on the page, as JSON, CSV and FHIR", async () => {
  const [report] = (await laboratory.ask(`GET cases/${caseId}/reports`)).body.reports;
  const get = async (ending: string) => (await laboratory.ask(`GET reports/${report.id}${ending}`)).raw.toString();
  expect(JSON.parse(await get(".json")).content.scale).toMatchObject({ redCell: 14, source: "told" });
  expect(await get("")).toMatch(/a red cell is 14\.0 pixels wide/);
  expect(await get(".counts.csv")).toMatch(/redCellPixels/);
  expect(JSON.parse(await get(".fhir.json")).conclusion).toMatch(/a red cell is 14\.0 pixels wide/);
});

test("the inference protocol crops whole pictures, and says at which scale", async () => {
  const { data, info } = await sharp(paths[0]).raw().toBuffer({ resolveWithObject: true });
  const input = { name: "images", shape: [1, info.height, info.width, 3], datatype: "UINT8", data: [...data] };
  const infer = async (parameters?: object) =>
    (await laboratory.ask(`POST /v2/models/${encodeURIComponent(model)}/infer`, { inputs: [input], parameters })).body;
  const row = async (redCell: number) => (await expected(redCell)).get(paths[0]!.split("/").at(-1)!)!;
  const told = await infer({ red_cell_pixels: 16 });
  expect(told.parameters).toMatchObject({ red_cell_pixels: 16, scale_source: "told", pictures_without_nucleus: 0 });
  for (const [k, value] of (await row(16)).entries()) expect(told.outputs[0].data[k]).toBeCloseTo(value, 4);
  const laboratorys = await infer();
  expect(laboratorys.parameters).toMatchObject({ red_cell_pixels: 20, scale_source: "told" });
  await laboratory.ask("PUT scale", { scale: null }, change());
  expect((await infer()).parameters.scale_source).toBe("each nucleus");
  expect((await infer({ scale: "x" })).error).toMatch(/scale "x": expected micrometres/);
  const { inputs } = (await laboratory.ask(`GET /v2/models/${encodeURIComponent(model)}`)).body;
  expect(inputs[0].parameters).toEqual({ crop_red_cells: 2.6 });
});
