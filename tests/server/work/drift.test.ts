// Stain and scale by week: what another stain, another scale or another camera does to them, and what another mix of classes does not.
import { readFileSync } from "node:fs";
import { driftsOf } from "@leukogram/laboratory/server/figures/drift";
import { MEASURES, type MeasuredCells } from "@leukogram/laboratory/store/figures";
import sharp, { type Sharp } from "sharp";
import { afterAll, beforeAll, expect, test } from "vitest";
import { firstOfEach } from "../../browser/support/answers.ts";
import { startTestLaboratory, type TestLaboratory } from "../../support/laboratory.ts";
import { shared, testWith } from "../../support/shared.ts";

/** Cells of one class in a week, each with the same measures but for a little scatter. */
function cells(week: number, predicted: string, changes: Partial<Record<(typeof MEASURES)[number], number>> = {}) {
  const usual = { background: 225, cast: 50, stain: 0.5, hue: 0.25, nucleus: predicted === "Monocyte" ? 120 : 85 };
  const sums = MEASURES.map((name) => 100 * (changes[name] ?? usual[name]) * (1 + 0.002 * Math.sin(week)));
  const row = { week: `2026-10-${String(5 + week).padStart(2, "0")}`, model: "m", predicted };
  return { ...row, counts: MEASURES.map(() => 100), sums } satisfies MeasuredCells;
}
const drifting = (rows: readonly MeasuredCells[]) =>
  driftsOf(rows).map(({ measures }) => MEASURES.filter((name) => measures[name].isDrift));

test("a week is held against the weeks before, class by class and model by model", () => {
  const weeks = [0, 1, 2, 3, 4].map((week) => cells(week, "Neutrophil"));
  expect(drifting(weeks)).toEqual([[], [], [], [], []]);
  expect(drifting([...weeks, cells(5, "Neutrophil", { nucleus: 93.5 })]).at(-1)).toEqual(["nucleus"]);
  expect(drifting([...weeks, cells(5, "Neutrophil", { background: 200, stain: 0.6 })]).at(-1)).toEqual([
    ...["background", "stain"],
  ]);
  // Monocytes have larger nuclei: more of them are no drift, nor is a class or a model of which nothing is known.
  const both = weeks.flatMap((week, i) => [week, cells(i, "Monocyte")]);
  expect(drifting([...both, cells(5, "Monocyte")]).at(-1)).toEqual([]);
  expect(drifting([...weeks, cells(5, "Basophil", { nucleus: 300 })]).at(-1)).toEqual([]);
  expect(drifting([...weeks, { ...cells(5, "Neutrophil", { nucleus: 300 }), model: "other" }]).at(-1)).toEqual([]);
});

test("a week that drifts is none to compare with, and few cells are not compared", () => {
  const weeks = [0, 1, 2, 3].map((week) => cells(week, "Neutrophil", week < 2 ? {} : { cast: 90 }));
  expect(drifting(weeks)).toEqual([[], [], ["cast"], ["cast"]]);
  const few = { ...cells(4, "Neutrophil", { cast: 90 }), counts: MEASURES.map(() => 49) };
  const [last] = driftsOf([...weeks, few]).slice(-1);
  expect([last!.measures.cast.cells, last!.measures.cast.change, last!.measures.cast.isDrift]).toEqual([
    49,
    null,
    false,
  ]);
});

let laboratory: TestLaboratory | undefined;
const withCells = testWith("data/pbc/Train");
beforeAll(async () => {
  laboratory = await startTestLaboratory({ model: "cnn-anylab" });
});
afterAll(() => laboratory?.close());

withCells(
  "pictures that are darker, or smaller, drift in the week in which they come; the nucleus is measured in the file's pixels",
  async () => {
    const { ask, clock, upload, settled } = laboratory!;
    const paths = firstOfEach(shared("data/pbc/Train"), 36).map(({ path }) => path);
    const week = async (name: string, place: number, change: (image: Sharp) => Sharp) => {
      const { id } = (await ask("POST cases", { name })).body;
      // Other cells each week.
      const own = paths.filter((_, i) => i % 3 === place % 3);
      const bytes = await Promise.all(
        own.map((path) =>
          change(sharp(readFileSync(path)))
            .png()
            .toBuffer(),
        ),
      );
      await upload(
        id,
        bytes.map((each, i) => ({ name: `${name}-${i}.png`, bytes: each })),
      );
      await settled(id);
      clock.pass(7 * 86_400e3);
    };
    await ask("PUT scale", { scale: "73px" });
    await week("usual", 0, (image) => image);
    await week("usual too", 1, (image) => image);
    await week("darker", 2, (image) => image.linear(0.85, 0));
    await week("smaller", 2, (image) => image.resize(306, 309));
    const { drifts } = (await ask("GET figures")).body as { drifts: ReturnType<typeof driftsOf> };
    expect(drifts.map(({ measures }) => MEASURES.filter((name) => measures[name].isDrift))).toEqual([
      [],
      [],
      expect.arrayContaining(["background"]),
      ["nucleus"],
    ]);
    const [usual, , , smaller] = drifts.map(({ measures }) => measures.nucleus);
    expect(usual!.mean).toBeGreaterThan(80);
    expect(usual!.mean).toBeLessThan(130);
    expect(smaller!.change).toBeCloseTo(-0.15, 1);
  },
);
