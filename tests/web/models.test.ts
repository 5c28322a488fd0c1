// Making a model better from the app, and going back; trainings; and the page that classifies alone.
import { cpSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { zipSync } from "fflate";
import { CELL_TYPES } from "leukogram/cells/classes";
import { drawSmears } from "leukogram/data/smears/synthetic";
import type { Locator, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect } from "vitest";
import { firstOfEach } from "../browser/support/answers.ts";
import { needsBrowser } from "../browser/support/chromium.ts";
import { shared } from "../support/shared.ts";
import { violationsOf } from "./support/axe.ts";
import { classified, countOf, current, makeCase } from "./support/gallery.ts";
import { type StartedApp, startApp } from "./support/startApp.ts";

const { test, chromium } = needsBrowser("data/pbc/Test", "data/jtsc");
const images = () => firstOfEach(shared("data/pbc/Test"), 2).map(({ path }) => path);
const folder = join(tmpdir(), `leukogram-cells-${process.pid}`);
const archive = join(tmpdir(), `leukogram-cells-${process.pid}.zip`);

let app: StartedApp;
let page: Page;
const violations: string[] = [];

beforeAll(async () => {
  if (chromium === undefined) return;
  const entries = images().map((path) => [relative(shared("data/pbc"), path), readFileSync(path)]);
  for (const path of images()) cpSync(path, join(folder, relative(shared("data/pbc"), path)));
  writeFileSync(archive, zipSync(Object.fromEntries(entries), { level: 0 }));
  app = await startApp(chromium);
  page = app.page;
});
afterAll(async () => {
  rmSync(archive, { force: true });
  rmSync(folder, { recursive: true, force: true });
  await app?.close();
});

const look = async (at: Page = page) => void violations.push(...(await violationsOf(at)));
const go = (place: string, on: Page = page) => on.goto(`${app.address}/#/${place}`);

async function start(data: string, network: string, epochs: number): Promise<void> {
  await go("runs");
  await page.getByRole("button", { name: "Start training" }).click();
  await page.getByLabel("Folder of images").selectOption(data);
  await page.getByLabel("Network").selectOption(network);
  await page.getByLabel("Epochs").fill(String(epochs));
  await page.keyboard.press("Enter");
  await page.waitForURL(/runs\/./);
}

// Says yes to what is asked before a model is made active.
async function activate(button: Locator): Promise<void> {
  await button.press("Enter");
  await page.getByRole("dialog").getByRole("button", { name: "Activate" }).press("Enter");
}

// They take minutes: tests/server/work adapts without a browser, and these run with WHOLE_STORY=1.
const whole = process.env.WHOLE_STORY ? test : test.skip;

describe.sequential("models", () => {
  test("a zip becomes a case", async () => {
    await makeCase(page, "Archive");
    await page.locator('input[type="file"]').first().setInputFiles(archive);
    await page.getByRole("main").getByText("10 images added", { exact: true }).waitFor();
  });

  test("a folder becomes a case, its cells named with their folders", async () => {
    await go("cases");
    const id = await makeCase(page, "Folder");
    await page.locator('input[type="file"]').nth(1).setInputFiles(folder);
    await page.getByRole("main").getByText("10 images added", { exact: true }).waitFor();
    const { cells } = await page.evaluate(async (at) => (await fetch(`/api/v1/cases/${at}/cells`)).json(), id);
    const names = cells.map(({ file }: { file: string }) => file.split("/").at(-2));
    expect(new Set(names)).toEqual(new Set(CELL_TYPES));
  });

  whole(
    "a model that was trained on another laboratory's cells is taken for new cases",
    async () => {
      cpSync(shared("data/jtsc"), join(app.folder, "datasets/other"), { recursive: true });
      await start("other", "cnn", 6);
      await page.getByText("Finished", { exact: true }).waitFor({ timeout: 300_000 });
      await page.getByRole("link", { name: /This run created the model/ }).click();
      const card = page.getByRole("listitem").filter({ hasText: "Trained here" });
      await activate(card.getByRole("button", { name: /^Activate/ }));
      await page.locator("li.active").filter({ hasText: "Trained here" }).waitFor();
    },
    320_000,
  );

  whole("it does badly on 200 cells of this laboratory, which a reviewer corrects", async () => {
    await go("cases");
    const here = await makeCase(page, "This laboratory");
    const entries = firstOfEach(shared("data/pbc/Test"), 40).map(({ path }) => [
      relative(shared("data/pbc"), path),
      readFileSync(path),
    ]);
    writeFileSync(archive, zipSync(Object.fromEntries(entries), { level: 0 }));
    await page.locator('input[type="file"]').first().setInputFiles(archive);
    await page.getByRole("main").getByText("200 images added", { exact: true }).waitFor({ timeout: 180_000 });
    await classified(page);
    // The files' folders are what an expert called them. Reviewing by keyboard is walked in story.test.ts.
    const { cells } = await page.evaluate(async (id) => (await fetch(`/api/v1/cases/${id}/cells`)).json(), here);
    const changes = cells.map(({ id, file }: { id: string; file: string }) => ({
      cell: id,
      label: file.split("/").at(-2),
    }));
    await page.evaluate(
      async ([id, body, key]) => {
        const headers = { "content-type": "application/json", "idempotency-key": key! };
        const answer = await fetch(`/api/v1/cases/${id}/labels`, { method: "POST", headers, body: body! });
        if (!answer.ok) throw new Error(await answer.text());
      },
      [here, JSON.stringify({ changes }), crypto.randomUUID()],
    );
    await page.getByText("Reviewed 200 of 200").waitFor();
  });

  whole(
    "one button adapts; the new model is judged on cells that it did not see, and the old one is one click back",
    async () => {
      await go("models");
      await look();
      await page.getByRole("button", { name: "Adapt to corrected cells" }).press("Enter");
      await page.getByRole("heading", { name: /^cnn on other, adapted \d{4}-/ }).waitFor();
      await look();
      await page.getByText("Finished", { exact: true }).waitFor({ timeout: 300_000 });
      await page.getByRole("link", { name: /This run created the model/ }).click();
      const card = page.getByRole("listitem").filter({ hasText: "Adapted here" });
      await card.getByText(/On \d+ known cells not used for training: \d+ labelled by readers/).waitFor();
      const [before, after] = await Promise.all(
        ["Accuracy before", "Accuracy after"].map(async (name) =>
          Number.parseFloat(await card.getByRole("row", { name }).locator(".number").innerText()),
        ),
      );
      expect(after).toBeGreaterThan(before!);
      console.log(`on the cells that were held out: ${before} % before, ${after} % after`);
      await look();
      const active = page.locator("li.active h2");
      expect(await active.innerText()).toContain("cnn on other");
      await activate(card.getByRole("button", { name: /^Activate/ }));
      await expect.poll(() => active.innerText()).toContain("adapted");
      await go("cases");
      await makeCase(page, "With the new model");
      await page
        .locator(".caseHead .facts")
        .getByText(/adult · cnn on other, adapted/)
        .waitFor();
      await go("models");
      await activate(page.getByRole("button", { name: "Roll back to cnn on other" }));
      await expect.poll(() => active.innerText()).toMatch(/^cnn on other\s+Active/);
      await activate(page.getByRole("button", { name: "Activate cnn-anylab" }));
      await expect.poll(() => active.innerText()).toMatch(/^cnn-anylab\s+Active/);
    },
    400_000,
  );

  test("a training is started, watched, cancelled, goes on, and is compared", async () => {
    await drawSmears(join(app.folder, "datasets/small"), { count: 6, testCount: 2, imageSize: 48 });
    await start("small", "cnn", 1000);
    const epoch = async () => Number.parseInt(await page.locator("dl.figures dd").first().innerText(), 10);
    await expect.poll(epoch, { timeout: 60_000 }).toBeGreaterThan(2);
    await page.getByRole("img", { name: /^Accuracy/ }).waitFor();
    await look();
    await page.getByRole("button", { name: "Cancel" }).click();
    await page.getByText("Cancelled", { exact: true }).waitFor();
    const reached = await epoch();
    await page.getByRole("button", { name: "Resume" }).click();
    await expect.poll(epoch, { timeout: 60_000 }).toBeGreaterThan(reached);
    await page.getByRole("button", { name: "Cancel" }).click();
    await start("small", "cnn", 4);
    await page.getByText("Finished", { exact: true }).waitFor();
    const [report] = await Promise.all([
      app.context.waitForEvent("page"),
      page.getByRole("link", { name: "Report" }).click(),
    ]);
    await report.getByRole("heading").first().waitFor();
    await report.close();
    await go("runs");
    await page.getByRole("heading", { name: "Compare" }).waitFor();
    expect(await page.getByRole("checkbox").count()).toBe(process.env.WHOLE_STORY ? 3 : 2);
    await look();
    await go("models");
    const made = page.getByRole("listitem").filter({ hasText: "Trained here" }).first();
    await made.getByText("Not evaluated on this laboratory's corrected cells.").waitFor();
    await made.getByRole("button", { name: /^Activate/ }).press("Enter");
    const dialog = page.getByRole("dialog");
    expect(await dialog.locator("dd").allInnerTexts()).toEqual(["cnn-anylab", "cnn on small"]);
    await dialog.getByText("Not evaluated on this laboratory's corrected cells.").waitFor();
    await look();
    await dialog.getByRole("button", { name: "Cancel" }).click();
    expect(await page.locator("li.active h2").innerText()).toContain("cnn-anylab");
  }, 200_000);

  test("private mode classifies in the browser, also with the network gone", async () => {
    const sent: string[] = [];
    const other = await app.newPage();
    other.on("request", (request) => request.method() !== "GET" && sent.push(request.url()));
    await go("private", other);
    await other.getByText("This page now also works offline.").waitFor();
    await other.getByText("Ready", { exact: true }).waitFor();
    await app.context.setOffline(true);
    await other.reload();
    await other.getByText("Ready", { exact: true }).waitFor();
    await other.locator('input[type="file"]').first().setInputFiles(images());
    await other.getByText("10 cells classified").waitFor();
    expect(await countOf(other, "N")).toBe("2");
    await current(other).focus();
    await other.keyboard.press("a");
    expect(await countOf(other, "A")).toBe("1");
    // A smear that the model is unsure of is not identified.
    const counted = await other.locator(".counts p").first().innerText();
    const [, sure, unsure] = /^(\d) cells counted, (\d) unidentified, 1 artefact$/.exec(counted) ?? [];
    expect(Number(sure) + Number(unsure), counted).toBe(9);
    expect(Number(sure)).toBeGreaterThan(5);
    await look(other);
    await app.context.setOffline(false);
    await other.close();
    expect(sent).toEqual([]);
  });

  test("all these pages keep WCAG 2.2 AA in both colour schemes, and none complains", async () => {
    for (const [place, ready] of [
      ["models", page.locator("li.card")],
      ["trail", page.getByRole("table")],
      ["settings", page.getByRole("heading", { level: 2 })],
    ] as const) {
      await go(place);
      await ready.first().waitFor();
      await look();
    }
    expect(violations).toEqual([]);
    expect(app.faults.filter((fault) => !/^Failed to load resource/.test(fault))).toEqual([]);
  });
});
