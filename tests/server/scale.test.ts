import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { loadClassifier } from "leukogram/evaluation/classifier";
import { classifyFiles } from "leukogram/evaluation/classifyFiles";
import sharp from "sharp";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestLaboratory, type TestLaboratory } from "../support/laboratory.ts";
import { temporaryFolder, trainCropping } from "../training/sets.ts";

const dir = temporaryFolder();
let model: string;
let laboratory: TestLaboratory;
let paths: string[];

beforeAll(async () => {
  ({ model, images: paths } = await trainCropping(dir));
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
  expect(await scaleNow()).toEqual({ scale: null, micrometres: null, text: "unknown" });
  expectSame(await answersOf(caseId), await expected(undefined));
  await laboratory.upload(caseId, filesOf(paths.slice(6)));
  await laboratory.settled(caseId);
  const { scale, text } = await scaleNow();
  expect(scale).toMatchObject({ source: "red cells", redCell: expect.any(Number) });
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
  const signed = await laboratory.ask(`POST cases/${caseId}/sign`, { meaning: "reviewed", despite: "few cells" });
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

test("crops that leave their picture and pictures without a nucleus are told: of each cell, of the case, in all that is given out", async () => {
  await laboratory.ask("PUT scale", { scale: "20px" }, change());
  const { id } = (await laboratory.ask("POST cases", { name: "S-2" })).body;
  const plain = await sharp({ create: { width: 120, height: 120, channels: 3, background: "#dcd2d2" } })
    .png()
    .toBuffer();
  await laboratory.upload(id, [...filesOf(paths.slice(0, 4)), { name: "plain.png", bytes: plain }]);
  await laboratory.settled(id);
  const { cells } = (await laboratory.ask(`GET cases/${id}/cells`)).body;
  for (const { file, crop } of cells)
    if (file === "plain.png") expect(crop).toEqual({ outside: 0, nucleus: false });
    else expect(crop).toEqual({ outside: expect.any(Number), nucleus: true });
  // 2.6 red cells of 20 pixels, in pictures of 48.
  const outside = cells.filter((cell: { crop: { outside: number } }) => cell.crop.outside > 0.1);
  expect(outside).toHaveLength(4);
  const words = "Of 5 crops, 4 extend beyond the image by more than a tenth; in 1, no nucleus was found.";
  const differential = (await laboratory.ask(`GET cases/${id}/differential`)).body;
  expect(differential.crops).toEqual({ crops: 5, leaving: 4, withoutNucleus: 1 });
  expect(differential.notes).toEqual(
    expect.arrayContaining([
      words,
      expect.stringMatching(/^4 of 5 crops extend.* cropped too tightly, or the scale is wrong/),
    ]),
  );
  const changes = [{ cell: cells[0].id, label: "Monocyte" }];
  await laboratory.ask(`POST cases/${id}/labels`, { changes });
  const report = (await laboratory.ask(`POST cases/${id}/sign`, { meaning: "reviewed", despite: "few cells" })).body;
  const get = async (ending: string) => (await laboratory.ask(`GET reports/${report.id}${ending}`)).raw.toString();
  const { content } = JSON.parse(await get(".json"));
  expect([content.cells[4].crop, content.differential.crops.leaving]).toEqual([{ outside: 0, nucleus: false }, 4]);
  expect(await get("")).toMatch(new RegExp(`${words}.*<td[^>]*>no nucleus found</td>`, "s"));
  const [head, ...lines] = (await get(".csv")).trim().split("\n");
  expect(head).toContain("unfamiliar,cropOutside,nucleusFound,first");
  expect([lines[0], lines[4]]).toEqual([
    expect.stringContaining(`,${outside[0].crop.outside.toFixed(3)},true,Monocyte,`),
    expect.stringContaining(",0.000,false,"),
  ]);
  expect(await get(".counts.csv")).toMatch(/,crops,cropsLeaving,withoutNucleus,.*,5,4,1,/s);
  expect(JSON.parse(await get(".fhir.json")).conclusion).toContain(words);
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
