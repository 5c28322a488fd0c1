// Adapting without labels from the app: what the page says below the number of cells, and where the guard keeps its hands off.
import { join } from "node:path";
import { openData } from "leukogram/data/dataset";
import { walkImages } from "leukogram/data/folders/walk";
import { splitDataset } from "leukogram/data/sampling/split";
import { drawSmears } from "leukogram/data/smears/synthetic";
import { trainModel } from "leukogram/training/trainModel";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect } from "vitest";
import { needsBrowser } from "../browser/support/chromium.ts";
import { shared } from "../support/shared.ts";
import { smallRecipe, temporaryFolder } from "../training/sets.ts";
import { violationsOf } from "./support/axe.ts";
import { classified, makeCase } from "./support/gallery.ts";
import { type StartedApp, startApp } from "./support/startApp.ts";

const { test, chromium } = needsBrowser("data/jtsc");
// It takes minutes: tests/server/work adapts without a browser, and this runs with WHOLE_STORY=1.
const whole = process.env.WHOLE_STORY ? test : test.skip;
const dir = temporaryFolder();
const violations: string[] = [];
let app: StartedApp;
let page: Page;
let images: string[];

beforeAll(async () => {
  if (chromium === undefined) return;
  await drawSmears(join(dir, "smears"), { count: 12, testCount: 1, imageSize: 40 });
  const { train } = openData(join(dir, "smears"));
  const parts = splitDataset(train, { validationFraction: 0.4 });
  const out = join(dir, "home");
  await trainModel({ ...train, samples: parts.train }, parts.validation, smallRecipe({ epochs: 6 }), { out });
  await drawSmears(join(dir, "elsewhere"), { count: 42, testCount: 1, imageSize: 40, seed: 5 });
  images = walkImages(join(dir, "elsewhere", "Train"));
  app = await startApp(chromium, out);
  page = app.page;
}, 400_000);
afterAll(() => app?.close());

const look = async (at = page) => void violations.push(...(await violationsOf(at)));
const go = ({ page, address }: StartedApp, place: string) => page.goto(`${address}/#/${place}`);
const partOf = ({ page }: StartedApp) => page.getByRole("region", { name: "Adapt without labels" });

async function addCase(at: StartedApp, name: string, files: readonly string[]): Promise<void> {
  const { page } = at;
  await go(at, "cases");
  await makeCase(page, name);
  await page
    .locator('input[type="file"]')
    .first()
    .setInputFiles([...files]);
  await page
    .getByRole("main")
    .getByText(/^\d+ images added/)
    .waitFor({ timeout: 180_000 });
  await classified(page);
}

describe.sequential("adapting without labels", () => {
  test("below the number of cells the page says how many there are and how many are needed", async () => {
    await addCase(app, "Few", images.slice(0, 20));
    await go(app, "models");
    await partOf(app).getByText("There are 20 different cells of the 200 needed.").waitFor();
    expect(await partOf(app).getByRole("button").count()).toBe(0);
    await look();
  });

  test("with enough one button runs it; where nothing may change, the run says why and no model is offered", async () => {
    await addCase(app, "More", images.slice(20));
    await go(app, "models");
    await partOf(app).getByText("All 210 of 210 different cells are used.").waitFor();
    await look();
    await partOf(app).getByRole("button", { name: "Adapt without labels" }).press("Enter");
    await page.getByRole("heading", { name: /, adapted \d{4}-/ }).waitFor();
    await page.getByText("Finished", { exact: true }).waitFor({ timeout: 300_000 });
    await page
      .getByText(/^The model was not changed: cells that look similar .* label some cells instead\.$/)
      .waitFor();
    await page.getByRole("heading", { name: "Findings" }).waitFor();
    await page.getByText(/^210 unlabelled/).waitFor();
    expect(await page.getByRole("link", { name: /This run created the model/ }).count()).toBe(0);
    await look();
    await go(app, "models");
    await partOf(app).waitFor();
    expect(await page.getByRole("listitem").filter({ hasText: "Adapted here" }).count()).toBe(0);
  }, 400_000);

  whole(
    "a model says what to expect, waits to be activated, and the old one is one click back",
    async () => {
      const real = await startApp(chromium!, "mobilenetv2-anylab");
      const { page } = real;
      await addCase(real, "All", walkImages(shared("data/jtsc")));
      await go(real, "models");
      await partOf(real).getByRole("button", { name: "Adapt without labels" }).press("Enter");
      await page.getByText("Finished", { exact: true }).waitFor({ timeout: 600_000 });
      await page.getByText(/can.t be measured without labels\.$/).waitFor();
      await look(page);
      await page.getByRole("link", { name: /This run created the model/ }).click();
      const card = page.getByRole("listitem").filter({ hasText: "Adapted here" });
      await card.getByText("299 unlabelled").waitFor();
      await look(page);
      await card.getByRole("button", { name: /^Activate/ }).press("Enter");
      const dialog = page.getByRole("dialog");
      await dialog.getByText("299 unlabelled").waitFor();
      await look(page);
      await dialog.getByRole("button", { name: "Activate" }).press("Enter");
      await page.locator("li.active").filter({ hasText: "Adapted here" }).waitFor();
      await page.getByRole("button", { name: /^Roll back to/ }).waitFor();
      expect(real.faults).toEqual([]);
      await real.close();
    },
    900_000,
  );

  test("these pages keep WCAG 2.2 AA in both colour schemes, and none complains", () => {
    expect(violations).toEqual([]);
    expect(app.faults).toEqual([]);
  });
});
