// What stands against a signature, on the pages: said before the count, and signed despite it for a reason alone.
import { afterAll, beforeAll, describe, expect } from "vitest";
import { needsBrowser } from "../browser/support/chromium.ts";
import { pictures } from "../support/pictures.ts";
import { violationsOf } from "./support/axe.ts";
import { classified, current, makeCase } from "./support/gallery.ts";
import { type StartedApp, startApp } from "./support/startApp.ts";

const { test, chromium } = needsBrowser();

let app: StartedApp;
let id: string;
const violations: string[] = [];

beforeAll(async () => {
  if (chromium !== undefined) app = await startApp(chromium);
});
afterAll(async () => {
  await app?.close();
});

const look = async () => void violations.push(...(await violationsOf(app.page)));
const go = (place: string) => app.page.goto(`${app.address}/#/${place}`);

describe.sequential("signing", () => {
  test("a red warning of cells unlike the model's stands above the count, and the shares are grey until they are reviewed", async () => {
    const { page } = app;
    id = await makeCase(page, "Unfamiliar");
    const files = (await pictures(200)).map(({ name, bytes }) => ({ name, mimeType: "image/png", buffer: bytes }));
    await page.locator('input[type="file"]').first().setInputFiles(files);
    await page.getByRole("main").getByText("200 images added").waitFor();
    await classified(page);
    const counts = page.locator("section.counts");
    const box = counts.getByRole("region", { name: "Warnings" });
    await box.getByText("These cells do not look like the model's training images").waitFor();
    const [above, table] = await Promise.all([box.boundingBox(), counts.getByRole("table").boundingBox()]);
    expect(above!.y).toBeLessThan(table!.y);
    expect(await counts.getByText("These cells do not look like").count()).toBe(1);
    const colours = () =>
      counts
        .getByRole("table")
        .locator("td strong")
        .first()
        .evaluate((share) => [getComputedStyle(share).color, getComputedStyle(document.body).color]);
    const [grey, text] = await colours();
    expect(grey).not.toBe(text);
    // What was never on screen is not confirmed without a word.
    await current(page).focus();
    await page.keyboard.press("Control+a");
    await page.keyboard.press("c");
    const unseen = page.getByRole("dialog", { name: "Confirm cells that you have not seen?" });
    await unseen.getByRole("button", { name: "Cancel" }).click();
    await unseen.waitFor({ state: "detached" });
    await look();
    await page.getByText("Reviewed 0 of 200").waitFor();
    await current(page).focus();
    await page.keyboard.press("Escape");
    await page.getByText("None selected").waitFor();
    await page.keyboard.press("m");
    await page.getByText("Reviewed 1 of 200").waitFor();
    await page.getByText("All changes saved").waitFor();
    await page.keyboard.press("Control+a");
    await page.keyboard.press("m");
    await page.getByText("Reviewed 200 of 200").waitFor();
    await expect.poll(async () => new Set(await colours()).size).toBe(1);
    await page.keyboard.press("Control+z");
    await page.getByText("Reviewed 1 of 200").waitFor();
    await page.getByText("All changes saved").waitFor();
  });

  test("what has stood on screen is confirmed without a question, and what was scrolled past is not", async () => {
    const { page } = app;
    const through = async (milliseconds: number) => {
      await current(page).focus();
      await page.keyboard.press("Control+Home");
      for (let i = 0; i < 15; i++) {
        await page.waitForTimeout(milliseconds);
        await page.keyboard.press("PageDown");
      }
      await page.keyboard.press("Control+End");
      await page.waitForTimeout(milliseconds);
      await page.keyboard.press("Control+a");
      await page.keyboard.press("c");
    };
    await through(0);
    await page.getByRole("dialog").getByRole("button", { name: "Cancel" }).click();
    await page.getByRole("dialog").waitFor({ state: "detached" });
    // A busy machine draws a page late: then all is looked through again, for longer.
    const question = page.getByRole("dialog");
    const done = page.getByText("Reviewed 200 of 200");
    for (const milliseconds of [500, 1500, 3000]) {
      await through(milliseconds);
      await done.or(question).waitFor();
      if (await done.isVisible()) break;
      await question.getByRole("button", { name: "Cancel" }).click();
      await question.waitFor({ state: "detached" });
    }
    await done.waitFor();
    expect(await question.count()).toBe(0);
    await page.keyboard.press("Control+z");
    await page.getByText("Reviewed 1 of 200").waitFor();
    await page.getByText("All changes saved").waitFor();
  });

  test("the page lists what stands against a signature, and signs with a reason alone, which the report prints", async () => {
    const { page } = app;
    await go(`cases/${id}/report`);
    await page.getByText("This stands against a signature:").waitFor();
    await page.getByText(/cells do not look like the model's training images, and 199 cells were classified/).waitFor();
    await look();
    await page.getByLabel("Meaning of the signature").selectOption({ index: 1 });
    const reason = page.getByLabel("Reason to sign despite this");
    await page.getByRole("button", { name: "Sign as local" }).press("Enter");
    expect(await reason.evaluate((field: HTMLTextAreaElement) => field.validity.valueMissing)).toBe(true);
    await reason.fill("Drawn for a test");
    await page.getByRole("button", { name: "Sign as local" }).press("Enter");
    await page.getByText("Report 1 is signed and final.").waitFor();
    const { reports } = await (await fetch(`${app.address}/api/v1/cases/${id}/reports`)).json();
    await page.goto(`${app.address}/api/v1/reports/${reports[0].id}`);
    await page.getByText("Reason: Drawn for a test").waitFor();
    await look();
  });

  test("a case is made void with a reason, which it shows, and can't be amended any more", async () => {
    const { page } = app;
    await go(`cases/${id}/report`);
    await page.getByRole("button", { name: "Reopen for amendment" }).waitFor();
    await page.getByRole("button", { name: "Void", exact: true }).press("Enter");
    const dialog = page.getByRole("dialog", { name: "Void this case?" });
    await look();
    await dialog.getByLabel("Reason, such as a wrong specimen number").fill("wrong specimen");
    await dialog.getByRole("button", { name: "Void the case" }).press("Enter");
    await page.getByText("Void: wrong specimen").waitFor();
    await page.getByRole("button", { name: "Reopen for amendment" }).waitFor({ state: "detached" });
    expect(await page.getByRole("button", { name: "Void", exact: true }).count()).toBe(0);
    await look();
  });

  test("a case without cells can't be signed, and says so", async () => {
    const { page } = app;
    await go("cases");
    const empty = await makeCase(page, "Empty");
    await go(`cases/${empty}/report`);
    await page.getByRole("alert").getByText("No cell is counted.").waitFor();
    expect(await page.getByRole("button", { name: "Sign as local" }).isDisabled()).toBe(true);
    await look();
  });

  test("an admin sets the laboratory's rules", async () => {
    const { page } = app;
    await go("settings");
    await page.getByText(/^Now: at least 100 cells .* no critical values; no second reading needed\.$/).waitFor();
    await page.getByLabel("Smallest number of cells").fill("50");
    await page.getByLabel("Limit of unidentified cells, %").fill("2,5");
    await page.getByRole("button", { name: "Set the rules" }).press("Enter");
    await page.getByText(/^Now: at least 50 cells counted, and at most 2\.5 % unidentified;/).waitFor();
    await page.getByLabel("Monocyte, above, %").fill("20");
    await page.getByLabel("a value is critical").check();
    await page.getByLabel("Basophil, below, %").fill("102");
    await page.getByRole("button", { name: "Set the rules" }).press("Enter");
    await page.getByRole("alert").getByText("A number from 0 to 100").waitFor();
    await look();
    await page.getByLabel("Basophil, below, %").fill("");
    await page.getByRole("button", { name: "Set the rules" }).press("Enter");
    await page.getByText(/critical values for 1 figure; a second reading in some cases\.$/).waitFor();
    await look();
  });

  test("critical values are shown at signing, and signed only with to whom they were reported and when", async () => {
    const { page } = app;
    await go("cases");
    const critical = await makeCase(page, "Critical");
    const files = (await pictures(2, 300)).map(({ name, bytes }) => ({ name, mimeType: "image/png", buffer: bytes }));
    await page.locator('input[type="file"]').first().setInputFiles(files);
    await page.getByRole("main").getByText("2 images added").waitFor();
    await classified(page);
    await current(page).focus();
    await page.keyboard.press("Control+a");
    await page.keyboard.press("m");
    await page.getByText("All changes saved").waitFor();
    await go(`cases/${critical}/report`);
    await page.getByText("Monocyte is critically high: 100.0 %").waitFor();
    await page.getByText("The laboratory requires a second reading of this case: a value is critical.").waitFor();
    await page.getByLabel("Reason to sign despite this").fill("Drawn for a test");
    await look();
    await page.getByRole("button", { name: "Sign as local" }).press("Enter");
    const to = page.getByLabel("Reported to");
    expect(await to.evaluate((field: HTMLInputElement) => field.validity.valueMissing)).toBe(true);
    await to.fill("Dr. Roe");
    await page.getByLabel("Reported at").fill("2026-11-30T10:15");
    await page.getByRole("button", { name: "Sign as local" }).press("Enter");
    await page.getByText("Report 1 is signed and final.").waitFor();
    const { reports } = await (await fetch(`${app.address}/api/v1/cases/${critical}/reports`)).json();
    await page.goto(`${app.address}/api/v1/reports/${reports[0].id}`);
    await page.getByText(/^Reported to Dr\. Roe at 2026-11-30 /).waitFor();
    await look();
    expect(violations).toEqual([]);
  });
});
