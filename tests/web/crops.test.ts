// What the app says of crops: of a cell, of a case, and in private mode, where the reader tells the scale.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright-core";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect } from "vitest";
import { needsBrowser } from "../browser/support/chromium.ts";
import { temporaryFolder, trainCropping } from "../training/sets.ts";
import { violationsOf } from "./support/axe.ts";
import { classified, current, makeCase, tiles } from "./support/gallery.ts";
import { type StartedApp, startApp } from "./support/startApp.ts";

const { test, chromium } = needsBrowser();
const dir = temporaryFolder();
const violations: string[] = [];
let app: StartedApp;
let page: Page;
let images: string[];

beforeAll(async () => {
  if (chromium === undefined) return;
  let model: string;
  ({ model, images } = await trainCropping(dir));
  await sharp({ create: { width: 120, height: 120, channels: 3, background: "#dcd2d2" } }).toFile(
    join(dir, "plain.png"),
  );
  app = await startApp(chromium, model);
  page = app.page;
}, 400_000);
afterAll(() => app?.close());

const look = async () => void violations.push(...(await violationsOf(page)));
const go = (place: string) => page.goto(`${app.address}/#/${place}`);
const plain = () => join(dir, "plain.png");
const setScale = async (text: string) => {
  await page.getByRole("textbox", { name: "Scale" }).fill(text);
  await page.keyboard.press("Enter");
};

describe.sequential("crops", () => {
  test("a cell says that its crop leaves the picture, or that no nucleus was found; its case counts them", async () => {
    await go("settings");
    await page.getByLabel("Width of a red cell").fill("20px");
    await page.keyboard.press("Enter");
    await page.getByText("Now: a red cell is 20.0 pixels wide").waitFor();
    await go("cases");
    await makeCase(page, "Narrow");
    await page
      .locator('input[type="file"]')
      .first()
      .setInputFiles([...images.slice(0, 3), plain()]);
    await classified(page);
    await page
      .getByText("Of 4 crops, 3 extend beyond the image by more than a tenth; in 1, no nucleus was found.")
      .waitFor();
    const show = page.getByRole("combobox", { name: "Show" });
    await show.selectOption("Crop alarms");
    expect(await tiles(page).count()).toBe(4);
    expect(await page.locator(".tile .mark.crop").count()).toBe(4);
    await tiles(page).filter({ hasText: "no nucleus found" }).click();
    await current(page).press("Enter");
    const panel = page.locator(".cellPanel");
    await panel.getByText(/^No nucleus was found, so the crop is at the centre/).waitFor();
    await look();
    await tiles(page).filter({ hasText: "crop extends beyond the image" }).first().click();
    await panel.getByText(/^The model's crop extends beyond the image: [\d.]+ % of the crop is outside/).waitFor();
    await look();
  });

  test("in private mode the scale is measured, or told, and what is wrong with it is said", async () => {
    await go("private");
    await page.getByText("Ready", { exact: true }).waitFor();
    const files = page.locator('input[type="file"]').first();
    await files.setInputFiles(images.slice(0, 6));
    await page.getByText("6 cells classified").waitFor();
    await page.getByText("Scale: unknown; each cell is cropped by the size of its own nucleus.").waitFor();
    const notes = page.getByRole("list", { name: "Notes on the scale" });
    await notes.getByText(/6 of 6 images, but 20 are needed.* Set the scale with 72px \(width/).waitFor();
    await files.setInputFiles([...images.slice(6), plain()]);
    await page.getByText("31 cells classified").waitFor();
    await page
      .getByText(/^Scale: a red cell is [\d.]+ pixels wide, ± \d+ % \(from (\d+ red cells|the nuclei of 30 cells)\)\.$/)
      .waitFor();
    await look();
    await setScale("72");
    await page.getByRole("alert").getByText('scale "72": expected micrometres per pixel').waitFor();
    await page.getByText(/from (\d+ red cells|the nuclei of 30 cells)/).waitFor();
    await look();
    await setScale("40px");
    await page.getByText("Scale: a red cell is 40.0 pixels wide, ± 2 % (as given).").waitFor();
    await notes.getByText(/^The given scale contradicts the images: red cells of 40\.0 pixels/).waitFor();
    await page.getByText("31 cells classified").waitFor();
    await notes
      .getByText(/^Of 31 crops, 3[01] extend beyond the image by more than a tenth; in 1, no nucleus/)
      .waitFor();
    expect(await page.getByRole("alert").count()).toBe(0);
    await look();
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("button", { name: "Download CSV" }).click(),
    ]);
    const [head, first] = readFileSync(await download.path(), "utf8").split("\r\n");
    expect(head).toContain("familiarity,cropOutside,nucleusFound,redCellPixels,notice");
    expect(first).toMatch(/,0\.\d{3},true,40\.0,Research use only/);
    await setScale("");
    await page.getByText(/from (\d+ red cells|the nuclei of 30 cells)/).waitFor();
    await page.getByText("31 cells classified").waitFor();
  });

  test("these pages keep WCAG 2.2 AA in both colour schemes, and none complains", () => {
    expect(violations).toEqual([]);
    expect(app.faults).toEqual([]);
  });
});
