import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { runPaths } from "@leukogram/laboratory/server/work/runFiles";
import { openRun } from "leukogram/adaptation/openRun";
import { FEWEST_CELLS } from "leukogram/adaptation/unlabelled/voteSigns";
import { openData } from "leukogram/data/dataset";
import { walkImages } from "leukogram/data/folders/walk";
import { splitDataset } from "leukogram/data/sampling/split";
import { drawSmears } from "leukogram/data/smears/synthetic";
import { trainModel } from "leukogram/training/trainModel";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTestLaboratory, type TestLaboratory } from "../../support/laboratory.ts";
import { shared, testWith } from "../../support/shared.ts";
import { smallRecipe, temporaryFolder } from "../../training/sets.ts";

const dir = temporaryFolder();
const model = join(dir, "home");
const LINE = "models/adapt/unlabelled";
let laboratory: TestLaboratory;
let paths: string[];

beforeAll(async () => {
  await drawSmears(join(dir, "smears"), { count: 12, testCount: 1, imageSize: 40 });
  const { train } = openData(join(dir, "smears"));
  const parts = splitDataset(train, { validationFraction: 0.4 });
  await trainModel({ ...train, samples: parts.train }, parts.validation, smallRecipe({ epochs: 6 }), { out: model });
  await drawSmears(join(dir, "elsewhere"), { count: 42, testCount: 1, imageSize: 40, seed: 5 });
  paths = walkImages(join(dir, "elsewhere", "Train"));
  laboratory = await startTestLaboratory({ model });
}, 400_000);
afterAll(() => laboratory?.close());

async function addCase({ ask, upload, settled }: TestLaboratory, name: string, some: readonly string[]): Promise<void> {
  const { id } = (await ask("POST cases", { name })).body;
  const nameOf = (path: string) => path.split("/").slice(-2).join("-");
  await upload(
    id,
    some.map((path) => ({ name: nameOf(path), bytes: readFileSync(path) })),
  );
  await settled(id);
}

async function over({ ask }: TestLaboratory, id: string) {
  for (;;) {
    const { body } = await ask(`GET runs/${id}`);
    if (!["waiting", "running"].includes(body.status)) return body;
    await sleep(100);
  }
}

const foundOf = ({ findings }: { findings: { name: string; text: string }[] }) =>
  Object.fromEntries(findings.map(({ name, text }) => [name, text]));

describe.sequential("adapting without labels", () => {
  test("below the number of cells it says how many there are and how many it takes", async () => {
    // The same picture in two cases is one cell.
    await addCase(laboratory, "S-1", paths.slice(0, 30));
    await addCase(laboratory, "S-2", paths.slice(20, 40));
    expect((await laboratory.ask(`GET ${LINE}`)).body).toEqual({ cells: 40, needed: FEWEST_CELLS, taken: 40 });
    const refused = await laboratory.ask(`POST ${LINE}`, {});
    expect([refused.status, refused.body.error.message]).toEqual([
      422,
      `adapting without labels needs ${FEWEST_CELLS} different cells; there are 40`,
    ]);
    expect((await laboratory.ask("GET runs")).body.runs).toEqual([]);
  });

  test("where the guard keeps its hands off, the run says why and what was found, and there is no model", async () => {
    await addCase(laboratory, "S-3", paths.slice(40));
    const { length } = paths;
    expect((await laboratory.ask(`GET ${LINE}`)).body).toMatchObject({ cells: length, taken: length });
    const { body: asked } = await laboratory.ask(`POST ${LINE}`);
    expect(asked).toMatchObject({ kind: "adapt", status: "waiting", findings: [] });
    expect(asked.settings).toEqual({ model, homeLoss: 1, unlabelled: length });
    const run = await over(laboratory, asked.id);
    expect(run).toMatchObject({ status: "finished", model: null });
    // A network that saw 36 drawings.
    expect(run.error).toMatch(
      /^the model was not changed: cells that look similar to the model get different predictions/,
    );
    expect(Object.keys(foundOf(run))).toEqual([
      ...["Cells", "Changed predictions", "Stability", "Similar cells", "Mean probability", "Home laboratory"],
    ]);
    expect(foundOf(run).Cells).toMatch(new RegExp(`^${length} unlabelled, `));
    const { models } = (await laboratory.ask("GET models")).body;
    expect(models.some(({ kind }: { kind: string }) => kind === "adapted")).toBe(false);
    const { events } = (await laboratory.ask("GET trail?limit=1000")).body;
    const told = events.filter(({ kind }: { kind: string }) => kind.startsWith("run."));
    expect(told.map(({ kind, actor }: { kind: string; actor: string }) => [kind, actor])).toEqual([
      ["run.asked", "local"],
      ["run.running", "server"],
      ["run.finished", "server"],
    ]);
    expect(told[0].content).toMatchObject({ run: asked.id, homeLoss: 1, unlabelled: length });
  }, 400_000);
});

testWith("data/jtsc")(
  "a model comes out that says what to expect and carries the laboratory's scale; it is activated, and the old one again",
  async () => {
    const real = await startTestLaboratory({ model: "mobilenetv2-anylab" });
    await addCase(real, "S-1", walkImages(shared("data/jtsc")));
    const { scale } = (await real.ask("GET scale")).body;
    const asked = (await real.ask(`POST ${LINE}`, { homeLoss: 2 })).body;
    // Of 300 pictures one is there twice.
    expect(asked.settings.unlabelled).toBe(299);
    const run = await over(real, asked.id);
    expect(run).toMatchObject({ status: "finished", error: null, model: asked.id });
    const found = foundOf(run);
    expect(found.Cells).toMatch(/^299 unlabelled$/);
    expect(found["Home laboratory"]).toMatch(/stored cells \(allowed loss: 2 percentage points\)$/);
    expect(found.Votes).toMatch(/^Adapted by neighbours' votes: .* Accuracy can't be measured without labels\.$/);
    const { models, active } = (await real.ask("GET models")).body;
    const own = models.find(({ id }: { id: string }) => id === run.model);
    const { findings } = run;
    expect(own).toMatchObject({ kind: "adapted", parent: active, isActive: false, judged: null, findings });
    const { folder } = runPaths(real.store, { kind: "adapt", id: asked.id });
    expect((await openRun(folder)).scale!.redCell).toBeCloseTo(scale.redCell, 2);
    for (const id of [run.model, active])
      expect((await real.ask(`POST models/${id}/activate`, {})).body.active).toBe(id);
    await real.close();
  },
  900_000,
);
