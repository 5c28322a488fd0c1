// Figures of readers and of quality by week, from cases as readers work on them.
import { figuresOf } from "@leukogram/laboratory/server/figures/figuresOf";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestLaboratory, type TestLaboratory } from "../support/laboratory.ts";
import { pictures } from "../support/pictures.ts";

let laboratory: TestLaboratory;
beforeAll(async () => {
  laboratory = await startTestLaboratory();
});
afterAll(() => laboratory.close());

interface Seen {
  readonly id: string;
  readonly predicted: string;
  readonly isRejected: boolean;
  readonly isUnfamiliar: boolean;
}

test("cells, changes of the model's labels and agreement are counted by reader and week; void and blind cases are not", async () => {
  const { ask, clock, upload, settled } = laboratory;
  const empty = (await ask("GET figures")).body;
  expect(empty).toEqual({ readers: [], weeks: [], drifts: [] });
  const made = async (name: string) => {
    const { id } = (await ask("POST cases", { name })).body;
    await upload(id, await pictures(6));
    await settled(id);
    return { id, cells: (await ask(`GET cases/${id}/cells`)).body.cells as Seen[] };
  };
  const { id, cells } = await made("F-1");
  const sure = cells.filter(({ isRejected }) => !isRejected);
  const other = (label: string) => (label === "Basophil" ? "Monocyte" : "Basophil");
  const changes = cells.map(({ id: cell, predicted }, i) => ({ cell, label: i === 0 ? other(predicted) : predicted }));
  await ask(`POST cases/${id}/labels`, { changes });
  clock.pass(7 * 86_400e3);
  const second = await made("F-2");
  const first = (label: string) => ({
    changes: second.cells.map(({ id: cell }) => ({ cell, label })),
  });
  await ask(`POST cases/${second.id}/labels`, first("Lymphocyte"));
  await ask(`POST cases/${second.id}/second-reading`);
  const blind = (await ask("GET figures")).body;
  expect(blind.weeks.map(({ cases }: { cases: number }) => cases)).toEqual([1]);
  const all = first("Lymphocyte").changes.map((one, i) => (i < 2 ? { ...one, label: "Monocyte" } : one));
  await ask(`POST cases/${second.id}/labels`, { reading: "second", changes: all });
  await ask(`POST cases/${second.id}/second-reading/finish`);
  const wrong = await made("F-3");
  await ask(`POST cases/${wrong.id}/void`, { reason: "a test" });

  const { readers, weeks } = (await ask("GET figures")).body;
  const isUnlike = ({ predicted, isRejected }: Seen) => !isRejected && predicted !== "Lymphocyte";
  const changedFirst = cells[0]!.isRejected ? 0 : 1;
  const secondChanged = second.cells.filter(isUnlike).length;
  const secondSure = second.cells.filter(({ isRejected }) => !isRejected).length;
  expect(readers).toEqual([
    {
      ...{ name: "local", labelled: 12, sure: sure.length + secondSure, changed: changedFirst + secondChanged },
      ...{ readTwice: 6, same: 4 },
    },
  ]);
  expect(weeks).toMatchObject([
    {
      week: "2026-11-23",
      cases: 1,
      signed: 0,
      cells: 6,
      labelled: 6,
      sure: sure.length,
      changed: changedFirst,
      same: 0,
    },
    { week: "2026-11-30", cases: 1, cells: 6, changed: secondChanged, readTwice: 6, same: 4 },
  ]);
  expect(weeks[0].rejected).toBe(cells.length - sure.length);
  expect(weeks[0].unfamiliar).toBe(cells.filter(({ isUnfamiliar }) => isUnfamiliar).length);
  expect((await ask("GET figures?weeks=1")).body.weeks).toHaveLength(1);
  expect((await ask("GET figures?weeks=0")).status).toBe(400);
}, 120_000);

test("a model of more types than five is not changed by a reader who names the type that it counts as", () => {
  const cell = {
    ...{ week: "2026-11-23", by: "Ada", isRejected: false, isUnfamiliar: false, count: 3 },
    ...{ familiarity: 0, familiar: 0, cropped: 0, bare: 0 },
  };
  const { readers, weeks } = figuresOf(
    [
      { ...cell, label: "Neutrophil", predicted: "BandNeutrophil" },
      { ...cell, label: "Monocyte", predicted: "BandNeutrophil", count: 2 },
      { ...cell, label: "Monocyte", predicted: "BandNeutrophil", isRejected: true },
    ],
    [],
  );
  expect(readers).toEqual([{ name: "Ada", labelled: 8, sure: 5, changed: 2, readTwice: 0, same: 0 }]);
  expect(weeks[0]).toMatchObject({ familiarity: null, cases: 0, rejected: 3 });
});
