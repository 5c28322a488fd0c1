// Critical values are signed only when they are reported to somebody, and the laboratory's rules may need a second reader.
import { afterAll, beforeAll, expect, test } from "vitest";
import { fhirFaults } from "../../support/fhirFaults.ts";
import { pictures } from "../../support/pictures.ts";
import { startWithRoles, type WithRoles } from "../access/roles.ts";

let laboratory: WithRoles["laboratory"];
let as: WithRoles["as"];
let token: Record<string, string>;
beforeAll(async () => {
  let tokenOf: WithRoles["tokenOf"];
  ({ laboratory, as, tokenOf } = await startWithRoles());
  // A token signs without a password.
  token = (await tokenOf("signer", ["sign"])).headers;
});
afterAll(() => laboratory.close());

const ask = (line: string, body?: unknown, who = "admin") => laboratory.ask(line, body, as[who]!);
const LOOSE = { leastCells: 1, mostUnidentified: 1 };
const NONE = { percent: {}, absolute: {} };
const setRules = async (rules: object) => (await ask("PUT rules", { ...LOOSE, ...rules })).body;
const signing = async (id: string) => (await ask(`GET cases/${id}/signing`)).body;
const sign = (id: string, more: object = {}) =>
  laboratory.ask(`POST cases/${id}/sign`, { meaning: "seen", ...more }, token);

/** A case with two cells of a label. */
async function caseOf(label: string, leukocytes: number | null = null) {
  const { id } = (await ask("POST cases", { name: "S-1", leukocytes })).body;
  const { body } = await laboratory.upload(id, await pictures(2), as.admin!);
  await expect.poll(async () => (await ask(`GET cases/${id}`)).body.waiting, { timeout: 120_000 }).toBe(0);
  const cells: string[] = body.added.map((cell: { id: string }) => cell.id);
  await ask(`POST cases/${id}/labels`, { changes: cells.map((cell) => ({ cell, label })) }, "reviewer");
  return { id, cells };
}

test("a critical value is signed only with to whom it was reported and when, which all that is given out says", async () => {
  await setRules({ critical: { percent: {}, absolute: { Neutrophil: [0.5, null] } } });
  const { id } = await caseOf("Monocyte", 2);
  const value = "Neutrophil is critically low: 0.00 10^9/L (0.00 to 1.68); the limit is 0.5 10^9/L.";
  expect(await signing(id)).toMatchObject({ obstacles: [], critical: [value], sentences: [{ text: value }] });
  const refused = await sign(id);
  expect([refused.status, refused.body.error]).toEqual([
    409,
    {
      code: "ERR_CONFLICT",
      message: `critical values must be reported before signing: ${value.slice(0, -1)}`,
      hint: "Say to whom you reported them, and when (reported); the report prints it.",
    },
  ]);
  for (const reported of [
    { to: " ", at: "2026-11-26T09:05:00Z" },
    { to: "Dr. Roe", at: "at nine" },
  ])
    expect((await sign(id, { reported })).status).toBe(400);
  const reported = { to: "Dr. Roe", at: "2026-11-26T09:05:00Z" };
  const signed = await sign(id, { reported });
  expect([signed.status, signed.body.isFinal]).toEqual([200, true]);
  const report = async (ending: string) => (await ask(`GET reports/${signed.body.id}${ending}`)).raw.toString();
  expect(JSON.parse(await report(".json")).content.critical).toEqual({ values: [value], reported });
  const words = "Reported to Dr. Roe at 2026-11-26 09:05:00 UTC.";
  expect(await report("")).toMatch(/Critical values.*Neutrophil is critically low.*Reported to Dr\. Roe at/s);
  expect(await report(".counts.csv")).toContain(`Critical: ${value} ${words}`);
  const fhir = JSON.parse(await report(".fhir.json"));
  expect(fhir.conclusion).toContain(`Critical: ${value} ${words}`);
  expect(fhirFaults(fhir)).toEqual([]);
  const { events } = (await ask(`GET trail?case=${id}`)).body;
  expect(events.at(-1).content.critical).toEqual({ values: [value], reported });
  expect(await signing(id)).toEqual({ obstacles: [], critical: [], sentences: [] });
});

test("what was reported is not printed if no value is critical, nor is an absolute value critical without white cells", async () => {
  await setRules({ critical: { percent: { Monocyte: [null, 100] }, absolute: { Neutrophil: [0.5, null] } } });
  const { id } = await caseOf("Monocyte");
  expect(await signing(id)).toEqual({ obstacles: [], critical: [], sentences: [] });
  const { body } = await sign(id, { reported: { to: "Dr. Roe", at: "2026-11-26T09:05:00Z" } });
  expect((await ask(`GET reports/${body.id}.json`)).body.content.critical).toBeUndefined();
});

test("a second reading is needed for what the rules name, until one is finished, or with a reason", async () => {
  const textOf = async (id: string) =>
    (await signing(id)).obstacles.find(({ kind }: { kind: string }) => kind === "secondReader")?.text;
  const words = "The laboratory requires a second reading of this case:";
  const { id, cells } = await caseOf("Unidentified");
  await ask(`POST cases/${id}/labels`, { changes: [{ cell: cells[0]!, label: "Eosinophil" }] }, "reviewer");
  await setRules({ critical: NONE, secondReader: ["critical"] });
  expect(await textOf(id)).toBeUndefined();
  await setRules({ critical: { percent: { Eosinophil: [null, 40] }, absolute: {} } });
  expect(await textOf(id)).toBe(`${words} a value is critical.`);
  await setRules({ critical: NONE, secondReader: ["range", "unidentified"] });
  expect(await textOf(id)).toBe(`${words} 1 cell is unidentified.`);
  expect((await sign(id)).body.error.message).toContain("requires a second reading");
  await ask(`POST cases/${id}/second-reading`, {}, "signer");
  await ask(
    `POST cases/${id}/labels`,
    { reading: "second", changes: [{ cell: cells[0]!, label: "Eosinophil" }] },
    "signer",
  );
  await ask(`POST cases/${id}/second-reading/finish`, {}, "signer");
  expect(await textOf(id)).toBeUndefined();
  expect((await sign(id)).status).toBe(200);
});

test("a class that is surely outside its reference range needs a second reading", async () => {
  await setRules({ critical: NONE, secondReader: ["range"] });
  const { id } = (await ask("POST cases", { name: "S-2" })).body;
  const { body } = await laboratory.upload(id, await pictures(12, 40), as.admin!);
  const changes = body.added.map(({ id: cell }: { id: string }) => ({ cell, label: "Eosinophil" }));
  await ask(`POST cases/${id}/labels`, { changes }, "reviewer");
  const { obstacles } = await signing(id);
  expect(obstacles.map(({ text }: { text: string }) => text).join(" ")).toMatch(
    /second reading of this case: Eosinophil is outside its reference range; .*Neutrophil is outside its reference range/,
  );
});

test("limits are checked, what is left out stays, and the trail keeps the rules before", async () => {
  const critical = { percent: { Monocyte: [null, 30] }, absolute: {} };
  expect(await setRules({ critical, secondReader: ["range"] })).toEqual({
    ...LOOSE,
    critical,
    secondReader: ["range"],
  });
  expect(await setRules({ leastCells: 2 })).toMatchObject({ leastCells: 2, critical, secondReader: ["range"] });
  for (const [rules, message] of [
    [{ critical: { percent: { Monocyte: [30, 20] }, absolute: {} } }, "the lower limit is above the upper limit"],
    [{ critical: { percent: { Blast: [1, 2] }, absolute: {} } }, "Blast"],
    [{ critical: { percent: { Monocyte: [0, 101] }, absolute: {} } }, "100"],
    [{ secondReader: ["always"] }, "secondReader"],
  ] as const) {
    const { status, body } = await ask("PUT rules", { ...LOOSE, ...rules });
    expect([status, body.error.message]).toEqual([400, expect.stringContaining(message)]);
  }
  const { events } = (await ask("GET trail?limit=1000")).body;
  const changed = events
    .filter(({ kind }: { kind: string }) => kind === "rules.changed")
    .map((one: { content: object }) => one.content);
  expect(changed.at(-1)).toMatchObject({ before: { leastCells: 1, critical }, rules: { leastCells: 2, critical } });
});
