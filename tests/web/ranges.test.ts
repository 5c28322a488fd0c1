// Reference ranges of the laboratory in the settings: edited from those of the program, checked, and used in counts by age and sex.
import { afterAll, beforeAll, describe, expect } from "vitest";
import { needsBrowser } from "../browser/support/chromium.ts";
import { pictures } from "../support/pictures.ts";
import { violationsOf } from "./support/axe.ts";
import { classified } from "./support/gallery.ts";
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

describe.sequential("reference ranges", () => {
  test("an admin edits them from the program's, and what contradicts itself is said in the form", async () => {
    const { page } = app;
    await page.goto(`${app.address}/#/settings`);
    await page.getByText(/^Now: those that come with the program\. .*Orfanakis/).waitFor();
    await page.getByRole("button", { name: "Edit the ranges" }).press("Enter");
    await page.getByLabel("Source").fill("Our own 240 blood donors");
    await page.getByLabel("Valid from").fill("2026-01-01");
    for (const name of ["newborn", "1 to 23 months", "2 to 9 years", "10 years"])
      await page.getByRole("button", { name: `Remove ${name}` }).press("Enter");
    await page.getByRole("button", { name: "Add a group before the last" }).press("Enter");
    const women = page.getByRole("group", { name: "Group 1" });
    await women.getByLabel("Name").fill("women");
    await women.getByLabel("Sex").selectOption("Female");
    await women.getByLabel("Monocyte, to, 10⁹/L").fill("0,4");
    const set = page.getByRole("button", { name: "Set the ranges" });
    await set.press("Enter");
    await page.getByText("women: Monocyte: the middle of its share (6.5 %)").waitFor();
    await look();
    await women.getByLabel("Monocyte, to, 10⁹/L").fill("");
    await set.press("Enter");
    await page.getByText("women: a range needs both limits, or none.").waitFor();
    await women.getByLabel("Monocyte, from, 10⁹/L").fill("");
    await women.getByLabel("Monocyte, to, %").fill("8");
    await set.press("Enter");
    await page.getByText("Now: this laboratory's own, 2 groups, valid from 2026-01-01. Our own 240").waitFor();
    await look();
  });

  test("a case of a woman is counted by the women's ranges", async () => {
    const { page } = app;
    await page.goto(`${app.address}/#/cases`);
    await page.getByRole("button", { name: "New case" }).press("Enter");
    await page.getByLabel("Name or number").fill("Woman");
    await page.getByLabel("Sex").selectOption("Female");
    await look();
    await page.getByRole("button", { name: "Create" }).press("Enter");
    await page.getByText(/adult · female/).waitFor();
    const files = (await pictures(2)).map(({ name, bytes }) => ({ name, mimeType: "image/png", buffer: bytes }));
    await page.locator('input[type="file"]').first().setInputFiles(files);
    await page.getByRole("main").getByText("2 images added").waitFor();
    await classified(page);
    await page.locator("section.counts").getByText("4–8", { exact: true }).waitFor();
    expect(violations).toEqual([]);
  });
});
