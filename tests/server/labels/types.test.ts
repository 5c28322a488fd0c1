// A case that a model of eleven types classified: its types are labels, and roll up in the count.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect } from "vitest";
import { startTestLaboratory, type TestLaboratory } from "../../support/laboratory.ts";
import { shared, testWith } from "../../support/shared.ts";

const test = testWith("data/pbc-more");

let laboratory: TestLaboratory;
beforeAll(async () => {
  laboratory = await startTestLaboratory({ model: "mobilenetv2-types" });
});
afterAll(() => laboratory.close());

const imagesOf = (type: string, count: number) => {
  const folder = join(shared("data/pbc-more"), type);
  const names = readdirSync(folder).sort().slice(0, count);
  return names.map((name) => ({ name: `${type}-${name}`, bytes: readFileSync(join(folder, name)) }));
};

test("its types are accepted, counted as what they are, and confirmed by their names", async () => {
  const { ask, upload, settled } = laboratory;
  const { id, model } = (await ask("POST cases", { name: "S-1", leukocytes: 8 })).body;
  expect(model).toBe("mobilenetv2-types");
  const wanted = ["BandNeutrophil", "Erythroblast", "Lymphocyte", "Monocyte", "Platelet"];
  await upload(
    id,
    wanted.flatMap((type) => imagesOf(type, 6)),
  );
  await settled(id);
  const { cells, classes } = (await ask(`GET cases/${id}/cells`)).body;
  expect(classes).toHaveLength(11);
  // As the model is sure of them.
  const sure = (name: string) =>
    cells.filter((cell: { counted: string; isRejected: boolean }) => cell.counted === name && !cell.isRejected);
  const count = (await ask(`GET cases/${id}/differential`)).body;
  const { erythroblasts, notLeukocytes, subtypes } = count;
  expect([erythroblasts.count, notLeukocytes]).toEqual([sure("Erythroblast").length, sure("NotLeukocyte").length]);
  expect(Math.min(erythroblasts.count, notLeukocytes)).toBeGreaterThan(0);
  // Its threshold is strict; its first choices are right.
  const right = cells.filter(({ file, predicted }: { file: string; predicted: string }) => file.startsWith(predicted));
  expect(right.length).toBeGreaterThan(25);
  expect(erythroblasts.per100.value).toBeCloseTo((100 * erythroblasts.count) / count.cells, 9);
  expect(count.notes.join(" ")).toMatch(/Learned from only one laboratory: .*erythroblasts/);
  const neutrophils = subtypes.filter(({ countsAs }: { countsAs: string }) => countsAs === "Neutrophil");
  const inAll = neutrophils.reduce((sum: number, one: { count: number }) => sum + one.count, 0);
  expect(inAll).toBe(count.classes[4].count);
  // Confirmed, a platelet is a platelet still, and the count is the same.
  const [platelet] = sure("NotLeukocyte");
  const { body } = await ask(`POST cases/${id}/labels`, { changes: [{ cell: platelet.id, label: "Platelet" }] });
  expect(body.differential).toMatchObject({ cells: count.cells, notLeukocytes });
  const named = body.differential.subtypes.find(({ name }: { name: string }) => name === "Platelet");
  expect([named.count, named.byReaders]).toEqual([notLeukocytes, 1]);
});
