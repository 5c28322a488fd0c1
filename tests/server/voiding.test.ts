// A case that should not be is made void: it stays, says so, and nothing more is done with it.
import { countedCells, labelledCells } from "@leukogram/laboratory/store/knownCells";
import { afterAll, beforeAll, expect, test } from "vitest";
import { fhirFaults } from "../support/fhirFaults.ts";
import { startTestLaboratory, type TestLaboratory } from "../support/laboratory.ts";
import { pictures } from "../support/pictures.ts";

let laboratory: TestLaboratory;
beforeAll(async () => {
  laboratory = await startTestLaboratory();
});
afterAll(() => laboratory.close());

test("a signed case is made void with a reason: its report says so, and it can't be changed, signed or amended", async () => {
  const { ask, upload, store } = laboratory;
  const { id } = (await ask("POST cases", { name: "S-1" })).body;
  const { added } = (await upload(id, await pictures(2))).body;
  await laboratory.settled(id);
  const changes = added.map(({ id: cell }: { id: string }) => ({ cell, label: "Monocyte" }));
  await ask(`POST cases/${id}/labels`, { changes });
  const signed = (await ask(`POST cases/${id}/sign`, { meaning: "seen", despite: "few cells" })).body;
  expect([(await labelledCells(store)).length, (await countedCells(store)).length]).toEqual([2, 2]);
  expect((await ask(`POST cases/${id}/void`, { reason: " " })).status).toBe(400);
  const { status, body } = await ask(`POST cases/${id}/void`, { reason: "wrong specimen number" });
  expect([status, body.status, body.voided]).toEqual([200, "void", "wrong specimen number"]);
  for (const [line, wish] of [
    [`POST cases/${id}/labels`, { changes }],
    [`POST cases/${id}/sign`, { meaning: "again" }],
    [`POST cases/${id}/amend`, { reason: "again" }],
    [`POST cases/${id}/void`, { reason: "again" }],
    [`PATCH cases/${id}`, { name: "S-2" }],
    [`POST cases/${id}/uploads`, { files: ["a.png"] }],
    [`POST cases/${id}/second-reading`, {}],
  ] as const) {
    const refused = await ask(line, wish);
    expect([refused.status, refused.body.error], line).toEqual([
      409,
      { code: "ERR_CONFLICT", message: "the case is void", hint: "Create another case." },
    ]);
  }
  expect((await upload(id, await pictures(1, 9))).status).toBe(409);
  // Nothing is learned from it.
  expect([await labelledCells(store), await countedCells(store)]).toEqual([[], []]);
  const [report] = (await ask(`GET cases/${id}/reports`)).body.reports;
  expect([report.sha256, report.voided]).toEqual([signed.sha256, "wrong specimen number"]);
  expect((await ask(`GET reports/${report.id}`)).raw.toString()).toContain(
    "This report is void: wrong specimen number",
  );
  expect((await ask(`GET reports/${report.id}.counts.csv`)).raw.toString()).toMatch(/,void,/);
  const fhir = (await ask(`GET reports/${report.id}.fhir.json`)).body;
  expect([fhir.status, fhir.conclusion]).toEqual(["entered-in-error", expect.stringContaining("Void: wrong specimen")]);
  expect(fhirFaults(fhir)).toEqual([]);
  const { events } = (await ask(`GET trail?case=${id}`)).body;
  expect([events.at(-1).kind, events.at(-1).content]).toEqual([
    "case.voided",
    { reason: "wrong specimen number", before: "signed" },
  ]);
  expect((await ask("GET trail/verify")).body.isWhole).toBe(true);
});
