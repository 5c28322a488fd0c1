// Reference ranges are the laboratory's own, by age and sex: checked, valid from day to day, and kept in the trail.
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestLaboratory, type TestLaboratory } from "../support/laboratory.ts";
import { pictures } from "../support/pictures.ts";

let laboratory: TestLaboratory;
beforeAll(async () => {
  laboratory = await startTestLaboratory();
});
afterAll(() => laboratory.close());

const ask = (line: string, body?: unknown) => laboratory.ask(line, body);
const NOBODY = { leukocytes: null, percent: {}, absolute: {} };
const all = (percent: object) => ({ ...NOBODY, name: "all", sex: null, below: null, percent });
const OWN = {
  ...{ source: "Our own 240 blood donors", from: "2026-01-01", until: "2026-12-31" },
  groups: [
    { ...NOBODY, name: "girls", sex: "female", below: 18, percent: { Eosinophil: [0, 3] } },
    { ...NOBODY, name: "women", sex: "female", below: null, percent: { Eosinophil: [0, 4] } },
    all({ Eosinophil: [0, 5] }),
  ],
};
const set = (own: object | null) => ask("PUT ranges", { own });

/** The range of eosinophils in the count of a new case. */
async function eosinophils(facts: object) {
  const { id } = (await ask("POST cases", { name: "S-1", ...facts })).body;
  const { classes } = (await ask(`GET cases/${id}/differential`)).body;
  return classes.find((row: { class: string }) => row.class === "Eosinophil").range;
}

test("without its own, those of the program hold, which are told with their source", async () => {
  const { own, builtIn } = (await ask("GET ranges")).body;
  expect(own).toBeNull();
  expect(builtIn.source).toContain("Orfanakis");
  expect(builtIn.groups.at(-1)).toMatchObject({ name: "from 11 years", sex: null, below: null });
  expect(Object.keys(builtIn.groups[0].percent)).toHaveLength(5);
  expect(await eosinophils({})).toEqual([0, 5.5]);
});

test("the first group that fits age and sex counts, and the report says whose ranges they are", async () => {
  expect((await set(OWN)).body.own).toEqual(OWN);
  expect(await eosinophils({ age: 17, sex: "female" })).toEqual([0, 3]);
  expect(await eosinophils({ age: 18, sex: "female" })).toEqual([0, 4]);
  expect(await eosinophils({ sex: "female" })).toEqual([0, 4]);
  expect(await eosinophils({ age: 5, sex: "male" })).toEqual([0, 5]);
  expect(await eosinophils({ age: 5 })).toEqual([0, 5]);
  const { id } = (await ask("POST cases", { name: "S-2", age: 40 })).body;
  expect((await ask(`PATCH cases/${id}`, { sex: "female" })).body.sex).toBe("female");
  const { added } = (await laboratory.upload(id, await pictures(2))).body;
  await laboratory.settled(id);
  const changes = added.map(({ id: cell }: { id: string }) => ({ cell, label: "Eosinophil" }));
  await ask(`POST cases/${id}/labels`, { changes });
  const signed = (await ask(`POST cases/${id}/sign`, { meaning: "seen", despite: "few cells" })).body;
  const html = (await ask(`GET reports/${signed.id}`)).raw.toString();
  expect(html).toContain(
    "Reference ranges: women. Our own 240 blood donors (this laboratory, valid from 2026-01-01 to 2026-12-31).",
  );
  expect(html).toContain("female");
  const { content } = (await ask(`GET reports/${signed.id}.json`)).body;
  expect([content.case.sex, content.full.classes[1].range]).toEqual(["female", [0, 4]]);
});

test("before its first day and after its last one those of the program hold", async () => {
  const today = laboratory.clock.now().toISOString().slice(0, 10);
  for (const [from, until, range] of [
    ["2026-01-01", today, [0, 5]],
    ["2026-01-01", "2026-11-25", [0, 5.5]],
    [today, null, [0, 5]],
    ["2026-11-27", null, [0, 5.5]],
  ] as const) {
    expect((await set({ ...OWN, from, until })).status).toBe(200);
    expect([from, until, await eosinophils({})]).toEqual([from, until, range]);
  }
});

test("what contradicts itself is refused in words, and the trail keeps the ranges before", async () => {
  await set(OWN);
  const monocytes = {
    ...all({ Monocyte: [4, 9] }),
    ...{ leukocytes: [4.5, 11.1], absolute: { Monocyte: [0.2, 0.4] } },
  };
  for (const [own, message] of [
    [
      { ...OWN, groups: [monocytes] },
      "all: Monocyte: the middle of its share (6.5 %) and of the white cells (7.8) make 0.507 10^9/L, outside its absolute range of 0.2 to 0.4",
    ],
    [{ ...OWN, groups: OWN.groups.slice(0, 2) }, "the last group does not hold for everybody"],
    [{ ...OWN, until: "2025-01-01" }, "the ranges end before they begin"],
    [{ ...OWN, groups: [all({ Monocyte: [9, 4] })] }, "the lower limit is above the upper limit"],
    [{ ...OWN, source: " " }, "source"],
  ] as const) {
    const { status, body } = await set(own);
    expect([status, body.error.message]).toEqual([400, expect.stringContaining(message)]);
  }
  expect((await set({ ...OWN, groups: [monocytes] })).body.error.hint).toBe("Check the units and the source.");
  await set(null);
  expect(await eosinophils({})).toEqual([0, 5.5]);
  const { events } = (await ask("GET trail?limit=1000")).body;
  expect(events.at(-2)).toMatchObject({ kind: "ranges.changed", content: { ranges: null, before: OWN } });
});
