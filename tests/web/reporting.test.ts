// Letterhead, full names and comments in the settings, a comment chosen in a case, and the PDF of its report.
import { readFileSync } from "node:fs";
import { extractText, getDocumentProxy } from "unpdf";
import { afterAll, beforeAll, describe, expect } from "vitest";
import { needsBrowser } from "../browser/support/chromium.ts";
import { pictures } from "../support/pictures.ts";
import { violationsOf } from "./support/axe.ts";
import { classified, current, makeCase } from "./support/gallery.ts";
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

describe.sequential("reports", () => {
  test("their letterhead, names and comments are set, and what is not whole is refused by its line", async () => {
    const { page } = app;
    await page.goto(`${app.address}/#/settings`);
    const section = page.locator("section", { has: page.getByRole("heading", { name: "Reports" }) });
    await section.getByLabel("Name of the laboratory").fill("Haematology North");
    await section.getByLabel("Address, telephone").fill("1 Leukocyte Street\nTel. 0123");
    await section.getByLabel("Full names of signers").fill("local");
    await section
      .getByLabel("Comments to choose from")
      .fill("Normal\nNo abnormal cells.\nNo further tests.\n\nClumps\nPlatelets are clumped.");
    const save = section.getByRole("button", { name: "Save" });
    await save.click();
    await page.getByText('"local" does not have two parts: user; full name.').waitFor();
    await section.getByLabel("Full names of signers").fill("local; Dr Ada Lovelace");
    await look();
    await save.click();
    await page.getByText("The settings of reports are saved.").waitFor();
  });

  test("a comment is chosen in the case, and its report comes as a PDF with the full name", async () => {
    const { page } = app;
    await page.goto(`${app.address}/#/cases`);
    await makeCase(page, "S-1");
    const files = (await pictures(3)).map(({ name, bytes }) => ({ name, mimeType: "image/png", buffer: bytes }));
    await page.locator('input[type="file"]').first().setInputFiles(files);
    await classified(page);
    await page.getByRole("button", { name: "Edit" }).click();
    const form = page.getByRole("dialog");
    await form.getByLabel("Comment", { exact: true }).fill("Seen twice.");
    await form.getByLabel("Add a comment of the laboratory").selectOption("Normal");
    await form.getByLabel("Specimen collected").fill("2026-11-20T08:30");
    await look();
    await form.getByRole("button", { name: "Save" }).click();
    await form.waitFor({ state: "detached" });
    await current(page).focus();
    await page.keyboard.press("Control+a");
    await page.keyboard.press("n");
    await page.getByText("Reviewed 3 of 3").waitFor();
    await page.getByRole("link", { name: "Report", exact: true }).click();
    await page.getByLabel("Reason to sign despite this").fill("few cells were there");
    await page.getByRole("button", { name: /^Sign/ }).click();
    await page.getByText("Report 1 is signed and final.").waitFor();
    await page.getByText("Dr Ada Lovelace, ").waitFor();
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("link", { name: "PDF", exact: true }).click(),
    ]);
    const bytes = new Uint8Array(readFileSync(await download.path()));
    const { text } = await extractText(await getDocumentProxy(bytes), { mergePages: true });
    const said = text.replace(/\s+/g, " ");
    for (const words of [
      "Haematology North",
      "Dr Ada Lovelace (local)",
      "2026-11-20",
      "Seen twice. No abnormal cells. No further tests.",
    ])
      expect(said).toContain(words);
    await look();
    expect(violations).toEqual([]);
    expect(app.faults).toEqual([]);
  });
});
