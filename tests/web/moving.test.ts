// Cells of the wrong specimen are moved or taken out in the app, and cases that may be one are shown.
import { afterAll, beforeAll, describe, expect } from "vitest";
import { needsBrowser } from "../browser/support/chromium.ts";
import { pictures } from "../support/pictures.ts";
import { violationsOf } from "./support/axe.ts";
import { classified, current, makeCase, tiles } from "./support/gallery.ts";
import { type StartedApp, startApp } from "./support/startApp.ts";

const { test, chromium } = needsBrowser();

let app: StartedApp;
const violations: string[] = [];

beforeAll(async () => {
  if (chromium !== undefined) app = await startApp(chromium);
});
afterAll(async () => {
  await app?.close();
});

const look = async () => void violations.push(...(await violationsOf(app.page)));

async function caseOf(name: string, count: number, first: number): Promise<string> {
  const { page } = app;
  await page.goto(`${app.address}/#/cases`);
  const id = await makeCase(page, name);
  const files = (await pictures(count, first)).map(({ name: file, bytes }) => ({
    ...{ name: file, mimeType: "image/png", buffer: bytes },
  }));
  await page.locator('input[type="file"]').first().setInputFiles(files);
  await page.getByRole("main").getByText(`${count} images added`).waitFor();
  await classified(page);
  return id;
}

describe.sequential("cells of the wrong case", () => {
  test("the same specimen's number and the same images in another case are shown, with the way there", async () => {
    const { page } = app;
    const first = await caseOf("S-12", 3, 0);
    await caseOf("s-12", 3, 1);
    const notice = page.locator(".notice.warning");
    await notice.getByText("Another case has the same name: S-12").waitFor();
    await notice.getByText("2 images are also in the case S-12").waitFor();
    await look();
    await notice.getByRole("link", { name: "S-12" }).first().click();
    await page.waitForURL(new RegExp(first));
    await notice.getByText("Another case has the same name: s-12").waitFor();
  });

  test("a cell is moved to another case with a reason, and an image that is there already is refused in the dialog", async () => {
    const { page } = app;
    await caseOf("Wrong", 3, 2);
    await expect.poll(() => tiles(page).count()).toBe(3);
    await current(page).focus();
    await page.keyboard.press("Control+a");
    await page.getByRole("button", { name: "Move", exact: true }).click();
    const dialog = page.getByRole("dialog", { name: "Move 3 cells?" });
    await dialog.getByLabel("To").selectOption("S-12");
    await dialog.getByLabel("Reason").fill("other slide");
    await look();
    await dialog.getByRole("button", { name: "Move", exact: true }).click();
    await dialog.getByText("The other case has one of these images already, as cell 3").waitFor();
    await dialog.getByRole("button", { name: "Close" }).click();
    await page.keyboard.press("Escape");
    const last = page.locator('[role="gridcell"]', { has: page.getByText(/^Cell 3,/) });
    await last.click();
    await page.getByRole("button", { name: "Move", exact: true }).click();
    const one = page.getByRole("dialog", { name: "Move 1 cell?" });
    await one.getByLabel("To").selectOption("S-12");
    await one.getByLabel("Reason").fill("other slide");
    await one.getByRole("button", { name: "Move", exact: true }).click();
    await one.waitFor({ state: "detached" });
    await expect.poll(() => tiles(page).count()).toBe(2);
  });

  test("a cell that is taken out leaves the pages of all who have the case open", async () => {
    const { page } = app;
    const other = await app.newReader();
    await other.goto(page.url());
    await expect.poll(() => tiles(other).count()).toBe(2);
    await current(page).click();
    await page.getByRole("button", { name: "Move", exact: true }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Reason").fill("no cell of this specimen");
    await dialog.getByRole("button", { name: "Move", exact: true }).click();
    await expect.poll(() => tiles(page).count()).toBe(1);
    await expect.poll(() => tiles(other).count()).toBe(1);
    await page.getByRole("link", { name: "Trail" }).last().click();
    await page.getByText("no cell of this specimen", { exact: true }).waitFor();
    await look();
    expect(violations).toEqual([]);
  });
});
