// The story of a case, in a real browser against the real server: upload, review by keyboard alone, second reader, signature, amendment.
import { rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect } from "vitest";
import { firstOfEach } from "../browser/support/answers.ts";
import { needsBrowser } from "../browser/support/chromium.ts";
import { shared } from "../support/shared.ts";
import { violationsOf } from "./support/axe.ts";
import { type StartedApp, startApp } from "./support/startApp.ts";

const { test, chromium } = needsBrowser("data/pbc/Test");
const images = () => firstOfEach(shared("data/pbc/Test"), 8).map(({ path }) => path);
const textFile = join(tmpdir(), `leukogram-no-image-${process.pid}.jpg`);

let app: StartedApp;
let page: Page;
let caseId: string;
const violations: string[] = [];

beforeAll(async () => {
  if (chromium === undefined) return;
  writeFileSync(textFile, "no image");
  app = await startApp(chromium);
  page = app.page;
});
afterAll(async () => {
  rmSync(textFile, { force: true });
  await app?.close();
});

const tiles = (of: Page = page) => of.locator('[role="gridcell"]');
const nameOf = (index: number) => tiles().nth(index).locator(".unseen").textContent();
const focused = () => page.evaluate(() => document.activeElement?.querySelector(".unseen")?.textContent ?? "");
const countOf = (letter: string, of: Page = page) =>
  of
    .locator(".classBar button", { has: of.locator(`.letter:text-is("${letter}")`) })
    .locator(".figure")
    .innerText();
const saved = (of: Page = page) => of.getByText("All changes saved").waitFor();
const tab = (name: string) => page.goto(`${app.address}/#/cases/${caseId}/${name}`);

describe.sequential("the story of a case", () => {
  test("a case is made by keyboard, and takes images; what is no image is refused with a reason", async () => {
    await page.getByText("There is no case yet").waitFor();
    violations.push(...(await violationsOf(page)));
    await page.getByRole("button", { name: "New case" }).press("Enter");
    await page.getByLabel("Name or number").fill("Specimen 1");
    await page.getByLabel("White cells").fill("6.5");
    violations.push(...(await violationsOf(page)));
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "Specimen 1" }).waitFor();
    caseId = /cases\/([^/]+)/.exec(page.url())![1]!;
    violations.push(...(await violationsOf(page)));
    await page
      .locator('input[type="file"]')
      .first()
      .setInputFiles([...images(), textFile]);
    await page.getByText("40 images added", { exact: true }).waitFor();
    await page.getByRole("button", { name: "1 file refused" }).click();
    await page.getByRole("cell", { name: /leukogram-no-image/ }).waitFor();
    violations.push(...(await violationsOf(page)));
    await page.keyboard.press("Escape");
    await expect
      .poll(() => page.locator(".caseProgress").innerText(), { timeout: 120_000 })
      .not.toContain("Classified");
    await expect.poll(async () => Number(await countOf("N"))).toBeGreaterThan(3);
  });

  test("it is reviewed by keyboard alone: labels, ranges, undo, redo, confirm", async () => {
    await page.locator('[role="gridcell"][tabindex="0"]').focus();
    expect(await focused()).toMatch(/^Cell \d+, Basophil, model: Basophil \d+ percent/);
    const before = Number(await countOf("B"));
    const second = await nameOf(1);
    await page.keyboard.press("s");
    expect([await countOf("S"), await countOf("B")]).toEqual(["1", String(before - 1)]);
    // The focus went on to the next cell.
    expect(await focused()).toBe(second);
    await page.keyboard.press("Shift+ArrowRight");
    await page.keyboard.press("m");
    expect(await countOf("B")).toBe(String(before - 3));
    await page.keyboard.press("Control+z");
    expect(await countOf("B")).toBe(String(before - 1));
    await page.keyboard.press("Control+z");
    expect([await countOf("S"), await countOf("B")]).toEqual(["0", String(before)]);
    await page.keyboard.press("Control+Shift+z");
    expect(await countOf("S")).toBe("1");
    await page.keyboard.press("Control+z");
    await page.keyboard.press("Control+a");
    await page.keyboard.press("c");
    await saved();
    await page.getByText("Reviewed 40 of 40").waitFor();
    const { labelled, reloaded } = await page.evaluate(async (id) => {
      const { cells } = await (await fetch(`/api/v1/cases/${id}/cells`)).json();
      const labelled = cells.filter((cell: { label: string | null }) => cell.label !== null).length;
      return { labelled, reloaded: cells.length };
    }, caseId);
    expect([labelled, reloaded]).toEqual([40, 40]);
  });

  test("the side panel follows the focus, and Escape leaves it", async () => {
    await page.locator('[role="gridcell"][tabindex="0"]').focus();
    await page.keyboard.press("Control+Home");
    await page.keyboard.press("Enter");
    const title = page.locator(".cellPanel h2");
    const first = await title.innerText();
    await page.locator(".cellPanel .barRow").first().waitFor();
    violations.push(...(await violationsOf(page)));
    await page.locator('[role="gridcell"][tabindex="0"]').focus();
    await page.keyboard.press("ArrowRight");
    await expect.poll(() => title.innerText()).not.toBe(first);
    await page.keyboard.press("?");
    await page.getByRole("heading", { name: "Keys of the gallery" }).waitFor();
    violations.push(...(await violationsOf(page)));
    await page.keyboard.press("Escape");
    await page.keyboard.press("Escape");
    await title.waitFor({ state: "detached" });
  });

  test("changes without a network wait, and are saved when it is back", async () => {
    await page.route("**/labels", (route) => route.abort());
    await page.locator('[role="gridcell"][tabindex="0"]').focus();
    await page.keyboard.press("a");
    await page.getByText("1 change not saved yet").waitFor();
    await page.reload();
    await page.getByText("1 change not saved yet").waitFor();
    expect(await countOf("A")).toBe("1");
    await page.unroute("**/labels");
    await page.evaluate(() => dispatchEvent(new Event("online")));
    await saved();
    const { differential } = { differential: await page.locator(".counts p").first().innerText() };
    expect(differential).toContain("1 artefact");
  });

  test("a refused change is taken back, with the reason", async () => {
    const answer = { error: { code: "ERR_CONFLICT", message: "the case was signed meanwhile" } };
    await page.route("**/labels", (route) => route.fulfill({ status: 409, json: answer }));
    const before = await countOf("U");
    await page.locator('[role="gridcell"][tabindex="0"]').focus();
    await page.keyboard.press("u");
    await page.getByText(/1 change was not saved and taken back: the case was signed meanwhile/).waitFor();
    expect(await countOf("U")).toBe(before);
    await page.unroute("**/labels");
  });

  test("the second reader sees no answers, and the readings are compared", async () => {
    await tab("second");
    await page.getByRole("button", { name: /Start the second reading/ }).click();
    await page.getByText("The model's answers and the first reading are hidden.").waitFor();
    await tiles().first().waitFor();
    violations.push(...(await violationsOf(page)));
    expect(await nameOf(0)).toBe("Cell 1, not read yet");
    await page.locator('[role="gridcell"][tabindex="0"]').focus();
    await page.keyboard.press("Control+a");
    await page.keyboard.press("n");
    await page.getByText("All cells are labelled.").waitFor();
    await saved();
    await page.getByRole("button", { name: "Finish the reading" }).click();
    await page.getByText("Cohen's kappa", { exact: true }).waitFor();
    violations.push(...(await violationsOf(page)));
    const before = await page.getByRole("heading", { name: /To settle/ }).innerText();
    await page
      .getByRole("button", { name: /^Second: Neutrophil/ })
      .first()
      .press("Enter");
    await expect.poll(() => page.getByRole("heading", { name: /To settle/ }).innerText()).not.toBe(before);
  });

  test("it is signed, frozen, and amended with a reason", async () => {
    await tab("report");
    await page.getByRole("button", { name: "Sign as local" }).waitFor();
    violations.push(...(await violationsOf(page)));
    await page.getByRole("button", { name: "Sign as local" }).press("Enter");
    await page.getByText("Report 1 is signed and final.").waitFor();
    violations.push(...(await violationsOf(page)));
    await tab("review");
    await tiles().first().waitFor();
    expect(await page.getByRole("toolbar", { name: "Selected cells" }).count()).toBe(0);
    await tab("report");
    await page.getByLabel("Why").fill("A smudge was overlooked");
    await page.getByRole("button", { name: "Open again for an amendment" }).press("Enter");
    await page.getByRole("button", { name: "Sign as local" }).press("Enter");
    await page.getByText("Report 2, amendment").waitFor();
    await page.getByText("Why: A smudge was overlooked").waitFor();
    await page.getByText("Report 2 is signed and final.").waitFor();
  });

  test("private mode classifies in the browser, also with the network gone", async () => {
    const sent: string[] = [];
    const other = await app.newPage();
    other.on("request", (request) => request.method() !== "GET" && sent.push(request.url()));
    await other.goto(`${app.address}/#/private`);
    await other.getByText("This page now works without a network too.").waitFor();
    await other.getByText("Ready", { exact: true }).waitFor();
    await app.context.setOffline(true);
    await other.reload();
    await other.getByText("Ready", { exact: true }).waitFor();
    const two = images().filter((_, i) => i % 8 < 2);
    await other.locator('input[type="file"]').first().setInputFiles(two);
    await other.getByText("10 cells classified").waitFor();
    expect(await countOf("N", other)).toBe("2");
    await other.locator('[role="gridcell"][tabindex="0"]').focus();
    await other.keyboard.press("a");
    expect(await countOf("A", other)).toBe("1");
    expect(await other.locator(".counts p").first().innerText()).toBe("9 cells counted, 0 unidentified, 1 artefact");
    violations.push(...(await violationsOf(other)));
    await app.context.setOffline(false);
    await other.close();
    expect(sent).toEqual([]);
  });

  test("all pages keep WCAG 2.2 AA in both colour schemes, and none complains", async () => {
    for (const place of [
      `cases/${caseId}/review`,
      `cases/${caseId}/trail`,
      "cases",
      "models",
      "runs",
      "trail",
      "settings",
    ]) {
      await page.goto(`${app.address}/#/${place}`);
      await page.waitForLoadState("networkidle");
      violations.push(...(await violationsOf(page)));
    }
    expect(violations).toEqual([]);
    // The browser reports what the tests broke on purpose, in words that name no address.
    const known = /^Failed to load resource|409 .*\/labels$/;
    expect(app.faults.filter((fault) => !known.test(fault))).toEqual([]);
  });
});
