// The laboratory's own labels, cells alone in their tiles, cells enlarged and side by side.
import { afterAll, beforeAll, describe, expect } from "vitest";
import { firstOfEach } from "../browser/support/answers.ts";
import { needsBrowser } from "../browser/support/chromium.ts";
import { shared } from "../support/shared.ts";
import { violationsOf } from "./support/axe.ts";
import { classified, countOf, current, focused, makeCase, saved, tiles } from "./support/gallery.ts";
import { panelFaultsOf } from "./support/panel.ts";
import { type StartedApp, startApp } from "./support/startApp.ts";

const { test, chromium } = needsBrowser("data/pbc/Test");

let app: StartedApp;
const violations: string[] = [];

beforeAll(async () => {
  if (chromium !== undefined) app = await startApp(chromium);
});
afterAll(async () => {
  await app?.close();
});

const look = async () => void violations.push(...(await violationsOf(app.page)));

/** Tiles that can be seen as a whole. */
const inSight = () =>
  app.page.evaluate(() => {
    const area = document.querySelector(".gallery")!.getBoundingClientRect();
    const bottom = Math.min(area.bottom, innerHeight);
    return [...document.querySelectorAll('[role="gridcell"]')].filter((tile) => {
      const box = tile.getBoundingClientRect();
      return box.top >= area.top - 1 && box.bottom <= bottom + 1;
    }).length;
  });

describe.sequential("labels of the laboratory's own", () => {
  test("are set in the settings, and a key that is there twice is refused by name", async () => {
    const { page } = app;
    await page.goto(`${app.address}/#/settings`);
    const card = page.locator("section.card", { has: page.getByRole("heading", { name: "Labels and keys" }) });
    await card.getByText("Now: no labels of this laboratory's own.").waitFor();
    await card.getByRole("button", { name: "Add the usual ones" }).click();
    await card.getByLabel("Key of label 1").fill("b");
    await card.getByRole("button", { name: "Set the labels" }).click();
    await page.getByText("Basophil and Band have the same key, B.").waitFor();
    await look();
    await card.getByLabel("Key of Basophil").fill("d");
    await card.getByRole("button", { name: "Set the labels" }).click();
    await card.getByText("8 labels of this laboratory's own: Band (B), Segmented (2)").waitFor();
    expect(app.faults.splice(0)).toEqual([expect.stringContaining("400"), expect.stringContaining("400")]);
  });

  test("40 cells are seen at 1280 by 800, and nothing stands over an image", async () => {
    const { page } = app;
    await page.goto(`${app.address}/#/cases`);
    await makeCase(page, "S-1");
    const files = firstOfEach(shared("data/pbc/Test"), 20).map(({ path }) => path);
    await page.locator('input[type="file"]').first().setInputFiles(files);
    await page.getByRole("main").getByText("100 images added").waitFor();
    await classified(page);
    await look();
    await expect.poll(inSight).toBeGreaterThanOrEqual(40);
    const covered = await page.evaluate(() =>
      [...document.querySelectorAll(".tile")].filter((tile) => {
        const [image, foot] = [tile.querySelector("img"), tile.querySelector(".tileFoot")];
        return image !== null && foot!.getBoundingClientRect().top < image.getBoundingClientRect().bottom - 0.5;
      }),
    );
    expect(covered).toEqual([]);
    const address = () => tiles(page).first().locator("img").getAttribute("src");
    expect(await address()).toMatch(/thumbnail\?of=cell$/);
    await current(page).focus();
    await page.keyboard.press("w");
    await expect.poll(address).toMatch(/thumbnail$/);
    await page.keyboard.press("w");
  });

  test("are given by their keys, and counted as what they are", async () => {
    const { page } = app;
    await current(page).focus();
    const [bands, basophils] = [await countOf(page, "B"), Number(await countOf(page, "D"))];
    expect([bands, basophils > 0]).toEqual(["0", true]);
    await page.keyboard.press("b");
    await expect.poll(() => countOf(page, "B")).toBe("1");
    await page.keyboard.press("7");
    await expect.poll(() => countOf(page, "7")).toBe("1");
    await saved(page);
    const counts = page.getByRole("region", { name: "Differential" });
    await counts.getByText(/^Nucleated red cells: 1, \d\.\d per 100 leukocytes/).waitFor();
    await counts.getByRole("row", { name: /Band.*Neutrophil 1 / }).waitFor();
    await page.getByRole("checkbox", { name: "Unidentified first" }).check();
    await look();
  });

  test("a cell is enlarged: arrows, labels, zoom and brightness by keys", async () => {
    const { page } = app;
    await current(page).focus();
    await page.keyboard.press("v");
    const dialog = page.getByRole("dialog");
    await dialog.locator(".viewer img").waitFor();
    const title = dialog.getByRole("heading").first();
    const first = await title.innerText();
    await page.keyboard.press("ArrowRight");
    await expect.poll(() => title.innerText()).not.toBe(first);
    await page.keyboard.press("ArrowLeft");
    await expect.poll(() => title.innerText()).toBe(first);
    await page.keyboard.press("+");
    await page.keyboard.press("]");
    await dialog.getByText("125 %").waitFor();
    expect(await dialog.locator(".viewer img").getAttribute("style")).toMatch(/scale\(1\.25\).*brightness\(1\.1\)/s);
    await look();
    await page.keyboard.press("0");
    await dialog.getByText("100 %", { exact: true }).waitFor();
    await dialog.locator(".viewer").hover();
    await page.mouse.wheel(0, -400);
    await dialog.getByText("200 %").waitFor();
    const blasts = await countOf(page, "4");
    await page.keyboard.press("4");
    await expect.poll(() => countOf(page, "4")).toBe(String(Number(blasts) + 1));
    await expect.poll(() => title.innerText()).not.toBe(first);
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "detached" });
    violations.push(...(await panelFaultsOf(page)));
    await page.keyboard.press("Escape");
  });

  test("chosen cells are compared side by side, and with cells of signed cases", async () => {
    const { page } = app;
    await current(page).focus();
    await page.keyboard.press("Shift+ArrowRight");
    await page.keyboard.press("Shift+ArrowRight");
    await page.keyboard.press("k");
    const dialog = page.getByRole("dialog", { name: "3 cells side by side" });
    await expect.poll(() => dialog.locator(".viewer img").count()).toBe(3);
    await dialog.getByText(/^No signed case has a cell that counts as /).waitFor();
    await look();
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "detached" });
    await expect.poll(() => focused(page)).toMatch(/^Cell \d+/);
  });

  test("no page complained, and axe found nothing", () => {
    expect(app.faults).toEqual([]);
    expect(violations).toEqual([]);
  });
});
