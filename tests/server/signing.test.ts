// A count that is not whole is not signed without a word: each thing that stands against it is said, and a reason is printed.
import { afterAll, beforeAll, expect, test } from "vitest";
import { fhirFaults } from "../support/fhirFaults.ts";
import { startTestLaboratory, type TestLaboratory } from "../support/laboratory.ts";
import { pictures } from "../support/pictures.ts";

let laboratory: TestLaboratory;
beforeAll(async () => {
  laboratory = await startTestLaboratory();
});
afterAll(() => laboratory.close());

interface Obstacle {
  readonly kind: string;
  readonly text: string;
  readonly takesReason: boolean;
}

/** Rules that are not set here. */
const OTHERS = { critical: { percent: {}, absolute: {} }, secondReader: [] };

const obstacles = async (id: string): Promise<Obstacle[]> =>
  (await laboratory.ask(`GET cases/${id}/signing`)).body.obstacles;
const kinds = async (id: string) => (await obstacles(id)).map(({ kind }) => kind);
const sign = (id: string, despite?: string) =>
  laboratory.ask(`POST cases/${id}/sign`, { meaning: "seen", ...(despite !== undefined && { despite }) });
const textOf = async (id: string, of: string) => (await obstacles(id)).find(({ kind }) => kind === of)?.text;

async function caseOf(count: number, label?: string): Promise<{ readonly id: string; readonly cells: string[] }> {
  const { id } = (await laboratory.ask("POST cases", { name: "S-1" })).body;
  if (count === 0) return { id, cells: [] };
  const { body } = await laboratory.upload(id, await pictures(count));
  await laboratory.settled(id);
  const cells = body.added.map((cell: { id: string }) => cell.id);
  if (label !== undefined) await say(id, cells, label);
  return { id, cells };
}

const say = (id: string, cells: readonly string[], label: string, more: object = {}) =>
  laboratory.ask(`POST cases/${id}/labels`, { changes: cells.map((cell) => ({ cell, label })), ...more });

test("a case without a counted cell is not signed, whatever the reason", async () => {
  for (const { id } of [await caseOf(0), await caseOf(2, "Artefact")]) {
    const refused = await sign(id, "nothing to count");
    expect([refused.status, refused.body.error]).toEqual([
      409,
      {
        code: "ERR_CONFLICT",
        message: "this stands against a signature: No cell is counted",
        hint: "Fix this first, then sign.",
      },
    ]);
    expect((await obstacles(id))[0]).toEqual({ kind: "noCells", text: "No cell is counted.", takesReason: false });
  }
});

test("a count below the laboratory's minimum is signed with a reason alone, which all that is given out prints", async () => {
  const { id } = await caseOf(3, "Monocyte");
  const text = "3 cells are counted; the laboratory's minimum is 100.";
  expect(await obstacles(id)).toEqual([{ kind: "fewCells", text, takesReason: true }]);
  const refused = await sign(id);
  expect([refused.status, refused.body.error]).toEqual([
    409,
    {
      code: "ERR_CONFLICT",
      message: "this stands against a signature: 3 cells are counted; the laboratory's minimum is 100",
      hint: "Fix this, or give a reason to sign despite it (despite), which the report prints.",
    },
  ]);
  expect((await laboratory.ask(`POST cases/${id}/sign`, { meaning: "seen", despite: " " })).status).toBe(400);
  const signed = await sign(id, "=the smear holds no more");
  expect([signed.status, signed.body.isFinal]).toEqual([200, true]);
  const get = async (ending: string) => (await laboratory.ask(`GET reports/${signed.body.id}${ending}`)).raw.toString();
  const despite = { reason: "=the smear holds no more", overrides: [text] };
  const { content } = JSON.parse(await get(".json"));
  expect([content.despite, content.rules]).toEqual([despite, { leastCells: 100, mostUnidentified: 0.1, ...OTHERS }]);
  const words = `Signed despite the following: ${text} Reason: ${despite.reason}`;
  expect(await get("")).toMatch(
    /Signed despite the following.*3 cells are counted; .*Reason: =the smear holds no more/s,
  );
  expect(await get(".counts.csv")).toContain(words);
  const fhir = JSON.parse(await get(".fhir.json"));
  expect(fhir.conclusion).toContain(words);
  expect(fhirFaults(fhir)).toEqual([]);
  const { events } = (await laboratory.ask(`GET trail?case=${id}`)).body;
  expect(events.at(-1).content).toMatchObject({ meaning: "seen", despite });
  expect((await laboratory.ask("GET trail/verify")).body.isWhole).toBe(true);
  expect(await obstacles(id)).toEqual([]);
});

test("a reason where nothing stands against the signature is not printed", async () => {
  await laboratory.ask("PUT rules", { leastCells: 1, mostUnidentified: 1 });
  const { id } = await caseOf(2, "Monocyte");
  expect(await obstacles(id)).toEqual([]);
  const { body } = await sign(id, "no need");
  expect((await laboratory.ask(`GET reports/${body.id}.json`)).body.content.despite).toBeUndefined();
});

test("the rules are the laboratory's: an admin sets them, the trail keeps those before, and nonsense is refused", async () => {
  const { ask } = laboratory;
  await ask("PUT rules", { leastCells: 100, mostUnidentified: 0.1 });
  const { id, cells } = await caseOf(4, "Monocyte");
  await say(id, [cells[0]!], "Unidentified");
  expect(await textOf(id, "unidentified")).toBe("1 of 4 cells (25 %) is unidentified; the laboratory's limit is 10 %.");
  expect((await ask("PUT rules", { leastCells: 3, mostUnidentified: 0.25 })).body).toEqual({
    leastCells: 3,
    mostUnidentified: 0.25,
    ...OTHERS,
  });
  expect(await kinds(id)).toEqual([]);
  expect((await ask("GET rules")).body).toEqual({ leastCells: 3, mostUnidentified: 0.25, ...OTHERS });
  const { events } = (await ask("GET trail?limit=1000")).body;
  expect(events.findLast(({ kind }: { kind: string }) => kind === "rules.changed").content).toEqual({
    rules: { leastCells: 3, mostUnidentified: 0.25, ...OTHERS },
    before: { leastCells: 100, mostUnidentified: 0.1, ...OTHERS },
  });
  for (const nonsense of [{ leastCells: 0, mostUnidentified: 0.1 }, { leastCells: 5 }, { mostUnidentified: 2 }])
    expect((await ask("PUT rules", nonsense)).status).toBe(400);
});

test("files that have not arrived, unsettled differences, unfamiliar cells and another model stand against it", async () => {
  const { ask } = laboratory;
  await ask("PUT rules", { leastCells: 1, mostUnidentified: 1 });
  const { id, cells } = await caseOf(40);
  // Drawn pictures are unlike all that the model was trained on.
  const strange = (await ask(`GET cases/${id}/cells`)).body.cells.filter(
    ({ isUnfamiliar }: { isUnfamiliar: boolean }) => isUnfamiliar,
  ).length;
  expect(strange).toBeGreaterThan(10);
  await say(id, cells.slice(0, 10), "Monocyte");
  expect(await textOf(id, "unfamiliar")).toBe(
    `${strange} of 40 cells do not look like the model's training images, and 30 cells were classified by the model alone.`,
  );
  const { body } = await ask(`POST cases/${id}/uploads`, { files: ["late.png", "later.png"] });
  expect(body.upload).toBeDefined();
  expect(await textOf(id, "awaited")).toBe("2 files of an upload have not arrived.");
  await say(id, cells, "Monocyte");
  expect(await kinds(id)).toEqual(["awaited"]);
  await ask(`POST cases/${id}/second-reading`, {});
  expect((await ask(`GET cases/${id}/signing`)).status).toBe(403);
  await say(id, cells, "Monocyte", { reading: "second" });
  await say(id, cells.slice(0, 2), "Lymphocyte", { reading: "second" });
  await ask(`POST cases/${id}/second-reading/finish`, {});
  expect(await textOf(id, "differences")).toBe("2 differences between the readings are not settled.");
  const { models } = (await ask("GET models")).body;
  const other = models.find((one: { id: string; isActive: boolean }) => !one.isActive).id;
  expect((await ask(`POST models/${other}/activate`, {})).status).toBe(200);
  expect(await textOf(id, "model")).toBe(
    `The laboratory's model has changed to ${other} since this case was classified by cnn-anylab.`,
  );
  expect(await kinds(id)).toEqual(["awaited", "differences", "model"]);
  expect((await sign(id)).status).toBe(409);
  const signed = await sign(id, "a test of all at once");
  const { content } = (await ask(`GET reports/${signed.body.id}.json`)).body;
  expect(content.despite.overrides).toHaveLength(3);
  await ask("POST models/cnn-anylab/activate", {});
});

test("that cells look unlike the model's stands first in the report and in FHIR, once", async () => {
  const { id, cells } = await caseOf(40);
  await say(id, cells.slice(0, 5), "Monocyte");
  expect((await sign(id, "for a test")).status).toBe(200);
  const [report] = (await laboratory.ask(`GET cases/${id}/reports`)).body.reports;
  const words = "These cells do not look like the model's training images";
  const html = (await laboratory.ask(`GET reports/${report.id}`)).raw.toString();
  const begin = "These cells do not look like the model";
  expect(html.indexOf(begin)).toBeGreaterThan(0);
  expect(html.indexOf(begin)).toBeLessThan(html.indexOf('id="count"'));
  expect(html.split(begin)).toHaveLength(2);
  const fhir = (await laboratory.ask(`GET reports/${report.id}.fhir.json`)).body;
  expect(fhir.conclusion.startsWith(words)).toBe(true);
  // Beside the box only what it overrides says how many look unlike them.
  expect(fhir.conclusion.split(`${words}:`)).toHaveLength(2);
  expect(fhir.conclusion).toContain("Flags are withheld");
});
