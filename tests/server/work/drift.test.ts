// Stain and scale by week: what another stain, another scale or another camera does to them, and what another mix of classes does not.
import { readFileSync } from "node:fs";
import { driftsOf } from "@leukogram/laboratory/server/figures/drift";
import { MEASURES, type MeasuredCells } from "@leukogram/laboratory/store/figures";
import sharp, { type Sharp } from "sharp";
import { afterAll, beforeAll, expect, test } from "vitest";
import { firstOfEach } from "../../browser/support/answers.ts";
import { needsBrowser, startChromium } from "../../browser/support/chromium.ts";
import { startTestLaboratory, type TestLaboratory } from "../../support/laboratory.ts";
import { shared, testWith } from "../../support/shared.ts";
import { violationsOf } from "../../web/support/axe.ts";
import { builtApp } from "../../web/support/builtApp.ts";

type Changes = Partial<Record<(typeof MEASURES)[number], number>>;

/** Cells of one class in a week that scatter by a fifth, each with the same mean but for a little from week to week. */
function cells(week: number, predicted: string, changes: Changes = {}, count = 100): MeasuredCells {
  const usual = { background: 225, cast: 50, stain: 0.5, hue: 0.25, nucleus: predicted === "Monocyte" ? 120 : 85 };
  const means = MEASURES.map((name) => (changes[name] ?? usual[name]) * (1 + 0.002 * Math.sin(week)));
  return {
    ...{ week: weekAt(week), model: "m", predicted },
    counts: MEASURES.map(() => count),
    sums: means.map((mean) => count * mean),
    squares: means.map((mean) => count * mean ** 2 * 1.04),
  };
}
const weekAt = (place: number) => new Date(Date.UTC(2026, 9, 5) + place * 7 * 86_400e3).toISOString().slice(0, 10);
const drifting = (rows: readonly MeasuredCells[]) =>
  driftsOf(rows).map(({ measures }) => MEASURES.filter((name) => measures[name].isDrift));
/** Weeks of cells with changes. */
const weeksOf = (...weeks: readonly Changes[]) => weeks.map((changes, week) => cells(week, "Neutrophil", changes));

test("a week is held against the weeks before, class by class and model by model", () => {
  const weeks = weeksOf({}, {}, {}, {}, {});
  expect(drifting(weeks)).toEqual([[], [], [], [], []]);
  expect(drifting([...weeks, cells(5, "Neutrophil", { nucleus: 93.5 })]).at(-1)).toEqual(["nucleus"]);
  expect(drifting([...weeks, cells(5, "Neutrophil", { background: 160, stain: 0.6 })]).at(-1)).toEqual([
    ...["background", "stain"],
  ]);
  // Monocytes have larger nuclei: more of them are no drift, nor is a class or a model of which nothing is known.
  const both = weeks.flatMap((week, i) => [week, cells(i, "Monocyte")]);
  const mixed = [cells(5, "Neutrophil", {}, 20), cells(5, "Monocyte", {}, 180)];
  expect(drifting([...both, ...mixed]).at(-1)).toEqual([]);
  expect(driftsOf([...both, ...mixed]).at(-1)!.measures.nucleus.mean).toBeGreaterThan(115);
  expect(drifting([...weeks, cells(5, "Basophil", { nucleus: 300 })]).at(-1)).toEqual([]);
  expect(drifting([...weeks, { ...cells(5, "Neutrophil", { nucleus: 300 }), model: "other" }]).at(-1)).toEqual([]);
});

test("one odd week, even the first, makes no other one drift; a change that stays is usual at last, and a slow one is found", () => {
  const odd = { nucleus: 60 };
  expect(drifting(weeksOf(odd, {}, {}, {}, {}, odd, {}, {}))).toEqual([[], [], [], [], [], ["nucleus"], [], []]);
  const stays = drifting(weeksOf(...Array.from({ length: 18 }, (_, week) => (week < 4 ? {} : odd))));
  expect(stays[4]).toEqual(["nucleus"]);
  expect(stays.slice(10)).toEqual(Array.from({ length: 8 }, () => []));
  const slow = drifting(weeksOf(...Array.from({ length: 14 }, (_, week) => ({ nucleus: 85 * 0.985 ** week }))));
  expect(slow.at(-1)).toEqual(["nucleus"]);
});

test("where weeks scatter, limits widen; few cells, and fewer than three weeks before, are not judged", () => {
  const scattered = [225, 195, 240, 205, 228, 190, 233].map((background) => ({ background }));
  const [last] = driftsOf(weeksOf(...scattered, { background: 200 })).slice(-1);
  expect(last!.measures.background.limit).toBeGreaterThan(50);
  expect(drifting(weeksOf(...scattered, { background: 200 })).at(-1)).toEqual([]);
  expect(drifting(weeksOf({}, {}, {}, {}, {}, {}, {}, { background: 160 })).at(-1)).toEqual(["background"]);
  const few = cells(3, "Neutrophil", { cast: 90 }, 49);
  const { measures } = driftsOf([...weeksOf({}, {}, {}), few]).at(-1)!;
  expect(measures.cast).toMatchObject({ cells: 49, change: null, isDrift: false });
  expect(measures.cast.deviation).toBeCloseTo(0.2 * measures.cast.mean! * Math.sqrt(49 / 48), 6);
  expect(driftsOf(weeksOf({}, {}, { cast: 90 })).at(-1)!.measures.cast.change).toBeNull();
  // Noisy means of few cells are within the error of the mean.
  expect(drifting([...weeksOf({}, {}, {}), cells(3, "Neutrophil", { nucleus: 91 }, 50)]).at(-1)).toEqual([]);
});

test("a week drifts or not whichever weeks are asked for", () => {
  const rows = weeksOf({}, {}, {}, { cast: 90 }, {}, {});
  expect(driftsOf(rows, weekAt(3))).toEqual(driftsOf(rows).slice(3));
  const long = weeksOf(...Array.from({ length: 20 }, () => ({})), { cast: 90 });
  expect(driftsOf(long.slice(8)).at(-1)).toEqual(driftsOf(long).at(-1));
});

let laboratory: TestLaboratory | undefined;
const withCells = testWith("data/pbc/Train");
const { test: withPage, chromium } = needsBrowser("data/pbc/Train");
beforeAll(async () => {
  laboratory = await startTestLaboratory({ model: "cnn-anylab", ...(chromium && { webApp: await builtApp() }) });
});
afterAll(() => laboratory?.close());

withCells(
  "pictures of another stain, or darker and smaller, drift in their week, and another mix of classes does not",
  async () => {
    const { ask, clock, upload, settled } = laboratory!;
    const all = firstOfEach(shared("data/pbc/Train"), 48);
    const week = async (name: string, cells: typeof all, change?: (image: Sharp) => Sharp) => {
      const { id } = (await ask("POST cases", { name })).body;
      const files = cells.map(async ({ path }, i) => {
        const bytes = readFileSync(path);
        return change === undefined
          ? { name: `${i}.jpg`, bytes }
          : { name: `${i}.png`, bytes: await change(sharp(bytes)).png({ compressionLevel: 1 }).toBuffer() };
      });
      await upload(id, await Promise.all(files));
      await settled(id);
      clock.pass(7 * 86_400e3);
    };
    const quarter = (place: number) => all.filter((_, i) => i % 4 === place);
    const [monocyte, neutrophil] = [3, 4];
    await ask("PUT scale", { scale: "73px" });
    for (const place of [0, 1, 2]) await week(`usual ${place}`, quarter(place));
    const ofTwo = all.filter(({ label }, i) => label === monocyte || (label === neutrophil && i % 4 === 0));
    await week("another mix", ofTwo);
    await week("another stain", quarter(3), (image) => image.linear([1, 1, 0.75], [0, 0, 0]));
    await week("darker and smaller", quarter(3), (image) => image.linear(0.85, 0).resize(306, 309));
    const { drifts } = (await ask("GET figures")).body as { drifts: ReturnType<typeof driftsOf> };
    expect(drifts.map(({ measures }) => MEASURES.filter((name) => measures[name].isDrift))).toEqual([
      ...[[], [], [], []],
      expect.arrayContaining(["cast"]),
      ["background", "nucleus"],
    ]);
    expect(drifts[2]!.measures.nucleus.change).toBeNull();
    const [usual, , , mix, , smaller] = drifts.map(({ measures }) => measures.nucleus);
    // The mean of all cells is another; that of each class is not.
    expect(mix!.mean! / usual!.mean!).toBeGreaterThan(1.1);
    expect(Math.abs(mix!.change!)).toBeLessThan(mix!.limit);
    // Pixels of the file.
    expect(usual!.mean).toBeGreaterThan(80);
    expect(usual!.mean).toBeLessThan(130);
    expect(smaller!.change).toBeCloseTo(-0.15, 1);
    // A week drifts whichever weeks are asked for.
    expect((await ask("GET figures?weeks=2")).body.drifts).toEqual(drifts.slice(-1));
  },
);

withPage("the page of figures says which weeks drift, and in what", async () => {
  const address = await laboratory!.app.listen({ host: "127.0.0.1", port: 0 });
  const browser = await startChromium(chromium!);
  try {
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 }, reducedMotion: "reduce" });
    await page.goto(`${address}/#/figures`);
    const section = page.locator("section", { hasText: "Stain and scale by week" });
    await section.getByRole("row").nth(6).waitFor();
    const rows = await section.getByRole("row").allTextContents();
    expect(rows.slice(1).map((row) => /drift/.test(row))).toEqual([true, true, false, false, false, false]);
    const smaller = section.getByRole("row").nth(1).getByRole("cell").last();
    expect(await smaller.textContent()).toMatch(/^\d+ ± \d+ \(−1\d\.\d %\) drift$/);
    await section
      .getByRole("img", { name: /^Changes as multiples of their limits, by week: .*Nucleus, pixels -[12]/ })
      .waitFor();
    expect(await violationsOf(page)).toEqual([]);
  } finally {
    await browser.close();
  }
});
