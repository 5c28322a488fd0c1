import { copyFileSync, mkdirSync, renameSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { addModel } from "@leukogram/laboratory/store/models";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestLaboratory, type TestLaboratory } from "../../support/laboratory.ts";
import { pictures } from "../../support/pictures.ts";

const SHIPPED = fileURLToPath(new URL("../../../packages/leukogram/models/cnn-anylab.onnx", import.meta.url));

let laboratory: TestLaboratory;
beforeAll(async () => {
  laboratory = await startTestLaboratory({ holdMs: 300 });
});
afterAll(() => laboratory.close());

test("a model whose folder is gone keeps nobody waiting but its own cells, which say why and go on when it is back", async () => {
  const { ask, store, upload, clock, settled } = laboratory;
  const folder = join(store.folder, "models", "ours");
  mkdirSync(folder, { recursive: true });
  copyFileSync(SHIPPED, join(folder, "model.onnx"));
  const row = {
    id: "ours",
    name: "ours",
    kind: "adapted" as const,
    parent: "cnn-anylab",
    judged: null,
    findings: null,
  };
  await addModel(store.database.queries, { ...row, createdAt: clock.now(), classes: ["A"] });
  expect((await ask("POST models/ours/activate")).status).toBe(200);
  const { id: ours } = (await ask("POST cases", { name: "of our model" })).body;
  await ask("POST models/cnn-anylab/activate");
  const { id: other } = (await ask("POST cases", { name: "of the shipped one" })).body;
  renameSync(folder, `${folder}.away`);

  expect((await upload(ours, await pictures(2))).status).toBe(200);
  expect((await upload(other, await pictures(2, 10))).status).toBe(200);
  await expect.poll(async () => (await ask(`GET cases/${other}`)).body.waiting, { timeout: 60_000 }).toBe(0);
  const cellsOf = async (id: string) => (await ask(`GET cases/${id}/cells`)).body.cells;
  await expect.poll(async () => (await cellsOf(ours))[0].error, { timeout: 60_000 }).not.toBeNull();
  const reason = "the model can't be opened: the file of the model ours is missing.";
  for (const { status, error } of await cellsOf(ours)) expect([status, error]).toEqual(["waiting", reason]);
  const { revision } = (await ask(`GET cases/${ours}`)).body;
  expect((await ask("GET models/ours/file")).status).toBeGreaterThanOrEqual(404);
  for (const what of ["explanation", "neighbours"]) {
    const { status, body } = await ask(`GET cells/${(await cellsOf(ours))[0].id}/${what}`);
    const message = "the cell is waiting: no model has classified it";
    expect([status, body.error], what).toEqual([409, { code: "ERR_CONFLICT", message }]);
  }
  expect((await ask("GET models")).status).toBe(200);
  await new Promise((resolve) => setTimeout(resolve, 700));
  // Tried again meanwhile, and said once.
  expect((await ask(`GET cases/${ours}`)).body.revision).toBe(revision);

  renameSync(`${folder}.away`, folder);
  await settled(ours).catch(() => {});
  await expect.poll(async () => (await ask(`GET cases/${ours}`)).body.waiting, { timeout: 60_000 }).toBe(0);
  for (const { status, error } of await cellsOf(ours)) expect([status, error]).toEqual(["classified", null]);
}, 180_000);
