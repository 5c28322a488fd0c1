import { existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { readProcess, runPaths } from "@leukogram/laboratory/server/work/runFiles";
import { walkImages } from "leukogram/data/folders/walk";
import { drawSmears } from "leukogram/data/smears/synthetic";
import { afterAll, beforeAll, describe, expect } from "vitest";
import { startTestLaboratory, type TestLaboratory } from "../../support/laboratory.ts";
import { pictures, type TestFile } from "../../support/pictures.ts";
import { shared, testWith } from "../../support/shared.ts";

const test = testWith("data/pbc");
let laboratory: TestLaboratory;
let caseId: string;
/** Class of each file by its name. */
const truth = new Map<string, string>();

function cellsOfPbc(): TestFile[] {
  const all = walkImages(shared("data/pbc/Test"));
  return all.flatMap((path, i) => {
    if (i % 11 > 0) return [];
    const name = `${i}.jpg`;
    truth.set(name, path.split("/").at(-2)!);
    return [{ name, bytes: readFileSync(path) }];
  });
}

beforeAll(async () => {
  if (!existsSync(shared("data/pbc"))) return;
  laboratory = await startTestLaboratory();
  caseId = (await laboratory.ask("POST cases", { name: "S-1" })).body.id;
  const files = cellsOfPbc();
  const damaged = { name: "damaged.jpg", bytes: files[0]!.bytes.subarray(0, 3000) };
  await laboratory.upload(caseId, [...files.slice(0, 3), damaged, ...files.slice(3)]);
  await laboratory.settled(caseId);
});
afterAll(() => laboratory?.close());

const cells = async () => (await laboratory.ask(`GET cases/${caseId}/cells`)).body.cells;
const until = async <T>(look: () => Promise<T>, holds: (value: T) => boolean) => {
  for (;;) {
    const value = await look();
    if (holds(value)) return value;
    await sleep(100);
  }
};
const runOver = (id: string) =>
  until(
    async () => (await laboratory.ask(`GET runs/${id}`)).body,
    ({ status }) => !["waiting", "running"].includes(status),
  );

describe("classification", () => {
  test("answers for all cells, and says why one can't be read", async () => {
    const all = await cells();
    const bad = all.filter(({ status }: { status: string }) => status !== "classified");
    expect(bad).toHaveLength(1);
    expect(bad[0]).toMatchObject({ status: "bad", file: "damaged.jpg", probabilities: null });
    expect(bad[0].error).toMatch(/^damaged\.jpg: the image is damaged or incomplete/);
    const right = all.filter(
      ({ file, predicted }: { file: string; predicted: string }) => truth.get(file) === predicted,
    );
    expect(right.length).toBeGreaterThan(0.9 * truth.size);
    expect(all[0]).toMatchObject({ isRejected: all[0].probabilities.every((value: number) => value < 0.6218) });
  });

  test("begins again where it was when its process died, and doubles nothing", async () => {
    const { id } = (await laboratory.ask("POST cases", { name: "S-2" })).body;
    await laboratory.upload(id, await pictures(40));
    await until(
      async () => (await laboratory.ask(`GET cases/${id}`)).body.waiting,
      (waiting) => waiting < 40,
    );
    for (const child of readFileSync(`/proc/${process.pid}/task/${process.pid}/children`, "utf8").trim().split(" "))
      if (/engineProcess/.test(readFileSync(`/proc/${child}/cmdline`, "utf8"))) process.kill(Number(child), "SIGKILL");
    await until(
      async () => (await laboratory.ask(`GET cases/${id}`)).body.waiting,
      (waiting) => waiting === 0,
    );
    const { cells: all } = (await laboratory.ask(`GET cases/${id}/cells`)).body;
    expect(all.every(({ status }: { status: string }) => status === "classified")).toBe(true);
    const { events } = (await laboratory.ask(`GET trail?case=${id}`)).body;
    const told = events
      .filter(({ kind }: { kind: string }) => kind === "cells.classified")
      .flatMap(({ content }: { content: { cells: [string][] } }) => content.cells.map(([cell]) => cell));
    expect([told.length, new Set(told).size]).toEqual([40, 40]);
  });
});

describe("looking at a cell", () => {
  test("an explanation is painted once, and is the same afterwards", async () => {
    const [{ id }] = await cells();
    const first = await laboratory.ask(`GET cells/${id}/explanation`);
    expect([first.status, first.headers["content-type"]]).toEqual([200, "image/png"]);
    const kept = join(laboratory.store.folder, "explanations");
    expect(readdirSync(kept, { recursive: true })).toHaveLength(2);
    const again = await laboratory.ask(`GET cells/${id}/explanation`);
    expect(again.raw.equals(first.raw)).toBe(true);
    const other = await laboratory.ask(`GET cells/${id}/explanation?class=Monocyte`);
    expect(other.raw.equals(first.raw)).toBe(false);
    expect((await laboratory.ask(`GET cells/${id}/explanation?class=Blast`)).status).toBe(404);
  });

  test("explanations beyond those that wait are refused", async () => {
    const lines = (await cells()).flatMap(({ id, status }: { id: string; status: string }) =>
      status === "bad" ? [] : [`GET cells/${id}/explanation?class=Lymphocyte`],
    );
    const asked: Awaited<ReturnType<typeof laboratory.ask>>[] = await Promise.all(
      lines.map((line: string) => laboratory.ask(line)),
    );
    const refused = asked.filter(({ status }) => status !== 200);
    expect(refused.map(({ status, body }) => [status, body.error.message])).toContainEqual([
      413,
      "too many explanations requested at once",
    ]);
    expect(new Set(refused.map(({ status }) => status))).toEqual(new Set([413]));
    expect(asked.length - refused.length).toBeGreaterThanOrEqual(32);
  });

  test("its neighbours are the labelled cells that look like it", async () => {
    const all = (await cells()).filter(({ file }: { file: string }) => truth.has(file));
    expect((await laboratory.ask(`GET cells/${all[0].id}/neighbours`)).body).toEqual({ neighbours: [], waiting: 0 });
    const changes = all.map(({ id, file }: { id: string; file: string }) => ({ cell: id, label: truth.get(file) }));
    await laboratory.ask(`POST cases/${caseId}/labels`, { changes });
    const { neighbours } = await until(
      async () => (await laboratory.ask(`GET cells/${all[0].id}/neighbours?count=3`)).body,
      ({ waiting }) => waiting === 0,
    );
    expect(neighbours.map(({ label }: { label: string }) => label)).toEqual(Array(3).fill(truth.get(all[0].file)));
    const distances = neighbours.map(({ distance }: { distance: number }) => distance);
    expect(distances).toEqual([...distances].sort((a, b) => a - b));
    expect(neighbours.every(({ cell }: { cell: string }) => cell !== all[0].id)).toBe(true);
  });
});

describe("models", () => {
  test("one is activated, and the other again; new cases get it", async () => {
    const before = (await laboratory.ask("GET models")).body;
    expect(before.active).toBe("cnn-anylab");
    await laboratory.ask("POST models/mobilenetv2-anylab/activate", {});
    const made = (await laboratory.ask("POST cases", { name: "S-3" })).body;
    expect(made.model).toBe("mobilenetv2-anylab");
    const after = (await laboratory.ask("POST models/cnn-anylab/activate", {})).body;
    expect(after).toEqual(before);
    const { events } = (await laboratory.ask("GET trail?limit=1000")).body;
    const told = events.filter(({ kind }: { kind: string }) => kind === "model.activated");
    expect(told.map(({ content }: { content: unknown }) => content)).toEqual([
      { model: "mobilenetv2-anylab", before: "cnn-anylab" },
      { model: "cnn-anylab", before: "mobilenetv2-anylab" },
    ]);
    expect((await laboratory.ask("POST models/none/activate", {})).status).toBe(404);
  });

  test("a file is given once: its hash says whether it is known", async () => {
    const file = await laboratory.ask("GET models/cnn-anylab/file");
    expect(file.raw.equals(readFileSync("packages/leukogram/models/cnn-anylab.onnx"))).toBe(true);
    const etag = String(file.headers.etag);
    expect((await laboratory.ask("GET models/cnn-anylab/file", undefined, { "if-none-match": etag })).status).toBe(304);
    expect((await laboratory.ask("GET models/..%2F..%2Fetc%2Fpasswd/file")).status).toBe(404);
  });
});

describe("runs", () => {
  test("a training is watched, cancelled, resumed, and leaves a model and a report", async () => {
    const datasets = join(laboratory.store.folder, "datasets");
    mkdirSync(datasets);
    await drawSmears(join(datasets, "small"), { count: 4, testCount: 2, imageSize: 40 });
    const body = { kind: "train", data: "small", model: "cnn", recipe: { imageSize: 32, batchSize: 8, threads: 1 } };
    expect((await laboratory.ask("POST runs", { ...body, data: "../../.." })).status).toBe(403);
    expect((await laboratory.ask("POST runs", { ...body, model: "none" })).body.error.code).toBe("ERR_CONFIG");
    const { id } = (await laboratory.ask("POST runs", { ...body, epochs: 400 })).body;
    await until(
      async () => (await laboratory.ask(`GET runs/${id}`)).body.progress,
      ({ history, imagesPerSecond }) => history.length > 1 && imagesPerSecond > 0,
    );
    expect((await laboratory.ask(`POST runs/${id}/cancel`, {})).body.status).toBe("cancelled");
    const paths = runPaths(laboratory.store, { kind: "train", id });
    const { pid } = (await readProcess(paths))!;
    await until(
      async () => existsSync(`/proc/${pid}`),
      (lives) => !lives,
    );
    expect(readFileSync(paths.errors, "utf8")).toMatch(/ERR_ABORTED training was interrupted in epoch/);
    expect((await laboratory.ask(`GET runs/${id}/report`)).status).toBe(404);
    // Killed from outside, as when the machine stops.
    await laboratory.ask(`POST runs/${id}/resume`, {});
    const process_ = await until(
      async () => readProcess(paths),
      (found) => found !== undefined && found.pid !== pid,
    );
    process.kill(process_!.pid, "SIGKILL");
    expect(await runOver(id)).toMatchObject({
      status: "interrupted",
      error: "the program was stopped by another process",
    });
    const config = join(paths.folder, "config.json");
    expect(JSON.parse(readFileSync(config, "utf8")).recipe.epochs).toBe(400);
  });

  test("a finished training is a model, and its report has no script", async () => {
    const body = { kind: "train", data: "small", model: "cnn", epochs: 2, name: "mine" };
    const { id } = (await laboratory.ask("POST runs", { ...body, recipe: { imageSize: 32, batchSize: 8 } })).body;
    const run = await runOver(id);
    expect(run).toMatchObject({
      status: "finished",
      error: null,
      model: id,
      progress: { epoch: 2, secondsLeft: null },
    });
    expect(run.progress.history).toHaveLength(2);
    const report = await laboratory.ask(`GET runs/${id}/report`);
    expect(report.headers["content-security-policy"]).toMatch(/^default-src 'none';.*sandbox/);
    expect(report.body).toMatch(/^<!doctype html>/i);
    const { models } = (await laboratory.ask("GET models")).body;
    expect(models.find((one: { id: string }) => one.id === id)).toMatchObject({ kind: "trained", name: "mine" });
    expect((await laboratory.ask(`POST models/${id}/activate`, {})).body.active).toBe(id);
    expect((await laboratory.ask("GET /metrics")).body).toContain('leukogram_runs{status="finished"} ');
  });

  test("adapting says how many cells it takes; with enough it judges on those that it held out", async () => {
    const few = await laboratory.ask("POST cases", { name: "few" });
    const refused = await laboratory.ask("POST models/adapt", { cases: [few.body.id] });
    expect(refused.status).toBe(422);
    expect(refused.body.error.message).toMatch(/^adapting needs 20 cells of known class.* there are 0/);
    const { body: asked } = await laboratory.ask("POST models/adapt", { cases: [caseId], homeLoss: 100 });
    const parent = few.body.model;
    expect(asked).toMatchObject({ kind: "adapt", status: "waiting", settings: { model: parent } });
    expect(asked.settings.learn + asked.settings.judge).toBe(truth.size);
    const run = await runOver(asked.id);
    expect(run).toMatchObject({ status: "finished", error: null });
    const { models, active } = (await laboratory.ask("GET models")).body;
    // What knew drawn cells alone has something to learn of real ones.
    const own = models.find(({ id }: { id: string }) => id === run.model);
    expect(own).toMatchObject({ kind: "adapted", parent, isActive: false, judged: { cells: asked.settings.judge } });
    expect(Object.keys(own.judged.after)).toEqual(["value", "low", "high"]);
    expect(active).toBe(parent);
    expect((await laboratory.ask(`POST models/${run.model}/activate`, {})).body.active).toBe(run.model);
  }, 400_000);
});

test("the Open Inference Protocol is spoken, and errors are texts", async () => {
  expect((await laboratory.ask("GET /v2/health/ready")).body).toEqual({ ready: true });
  expect((await laboratory.ask("GET /v2/models/cnn-anylab")).body).toMatchObject({ name: "cnn-anylab" });
  const shape = [1, 20, 20, 3];
  const header = JSON.stringify({
    inputs: [{ name: "images", datatype: "UINT8", shape, parameters: { binary_data_size: 1200 } }],
    outputs: [{ name: "probabilities" }],
  });
  const payload = Buffer.concat([Buffer.from(header), Buffer.alloc(1200, 90)]);
  const headers = {
    "content-type": "application/octet-stream",
    "inference-header-content-length": String(header.length),
  };
  const answered = await laboratory.ask("POST /v2/models/cnn-anylab/infer", payload, headers);
  const [{ data, ...output }] = answered.body.outputs;
  expect(output).toEqual({ name: "probabilities", datatype: "FP32", shape: [1, 5] });
  expect(data.reduce((sum: number, value: number) => sum + value, 0)).toBeCloseTo(1, 5);
  const wrong = await laboratory.ask("POST /v2/models/cnn-anylab/infer", payload, {
    ...headers,
    "content-encoding": "gzip",
  });
  expect([wrong.status, wrong.body]).toEqual([400, { error: "compressed bodies are not supported" }]);
  expect(await laboratory.ask("POST /v2/models/none/infer", payload, headers)).toMatchObject({
    status: 404,
    body: { error: "no such model" },
  });
});
