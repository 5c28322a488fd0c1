// Two readers at one cell, each in a browser of their own: both labels are shown, and undo takes back one's own alone.
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect } from "vitest";
import { needsBrowser } from "../browser/support/chromium.ts";
import { pictures } from "../support/pictures.ts";
import { violationsOf } from "./support/axe.ts";
import { classified, current, focused, makeCase, saved } from "./support/gallery.ts";
import { type StartedApp, startApp } from "./support/startApp.ts";

const { test, chromium } = needsBrowser();

let app: StartedApp;
let id: string;
let ada: Page;
let ben: Page;

beforeAll(async () => {
  if (chromium === undefined) return;
  app = await startApp(chromium);
  ada = app.page;
});
afterAll(async () => {
  await app?.close();
});

const labels = async () => {
  const { cells } = await (await fetch(`${app.address}/api/v1/cases/${id}/cells`)).json();
  return cells.map(({ label }: { label: string | null }) => label);
};
const openCell = async (page: Page, number: number) => {
  const tile = page.locator('[role="gridcell"]', { has: page.getByText(new RegExp(`^Cell ${number},`)) });
  await tile.click();
  expect(await focused(page)).toMatch(new RegExp(`^Cell ${number},`));
};

describe.sequential("two readers at one cell", () => {
  test("the label that came first stays, both are shown, and the reader chooses", async () => {
    id = await makeCase(ada, "Two readers");
    const files = (await pictures(4)).map(({ name, bytes }) => ({ name, mimeType: "image/png", buffer: bytes }));
    await ada.locator('input[type="file"]').first().setInputFiles(files);
    await ada.getByRole("main").getByText("4 images added").waitFor();
    await classified(ada);
    ben = await app.newReader();
    // Ben's page does not hear of what ada does.
    await ben.route("**/events", (route) => route.abort());
    await ben.goto(`${app.address}/#/cases/${id}/review`);
    await current(ben).waitFor();
    await openCell(ada, 1);
    await ada.keyboard.press("m");
    await saved(ada);
    await openCell(ben, 1);
    await ben.keyboard.press("l");
    const box = ben.getByRole("region", { name: "Labelled twice" });
    await box.getByText("Cell 1: local Monocyte; you Lymphocyte.").waitFor();
    expect(await labels()).toEqual(["Monocyte", null, null, null]);
    expect(await violationsOf(ben)).toEqual([]);
    await box.getByRole("button", { name: "Use mine for cell 1" }).press("Enter");
    await box.waitFor({ state: "detached" });
    await expect.poll(labels).toEqual(["Lymphocyte", null, null, null]);
  });

  test("undo takes back what this reader did, and not what another has said since", async () => {
    await openCell(ben, 2);
    await ben.keyboard.press("b");
    await saved(ben);
    await ada.getByText(/^Cell 2, Basophil/).waitFor({ state: "attached" });
    await openCell(ada, 2);
    await ada.keyboard.press("e");
    await saved(ada);
    await ben.getByRole("button", { name: "Undo" }).click();
    const box = ben.getByRole("region", { name: "Labelled twice" });
    await box.getByText("Cell 2: local Eosinophil; you removed the label.").waitFor();
    expect((await labels())[1]).toBe("Eosinophil");
    await box.getByRole("button", { name: "Keep the label of cell 2" }).click();
    await box.waitFor({ state: "detached" });
    expect((await labels())[1]).toBe("Eosinophil");
  });

  test("a label that comes while an older list of the cells is on its way stays", async () => {
    let release = () => {};
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    let isAsked = false;
    await ben.unrouteAll();
    await ben.route("**/cells?*", async (route) => {
      const response = await route.fetch();
      isAsked = true;
      await released;
      await route.fulfill({ response });
    });
    await ben.goto(`${app.address}/#/cases`);
    const events = ben.waitForResponse(/\/events$/);
    await ben.goto(`${app.address}/#/cases/${id}/review`);
    await events;
    await expect.poll(() => isAsked).toBe(true);
    await openCell(ada, 3);
    await ada.keyboard.press("m");
    await saved(ada);
    await ben.getByText(/^Cell 3, Monocyte/).waitFor({ state: "attached" });
    release();
    await ben.getByText(/^Cell 4,/).waitFor({ state: "attached" });
    expect(await ben.getByText(/^Cell 3, Monocyte/).count()).toBe(1);
  });

  test("each page says who else has the case open, until that page is closed", async () => {
    const also = (page: Page) => page.getByRole("status").filter({ hasText: "Also open: local" });
    await also(ben).waitFor();
    await also(ada).waitFor();
    expect(await violationsOf(ada)).toEqual([]);
    await ben.close({ runBeforeUnload: true });
    await also(ada).waitFor({ state: "detached" });
  });
});
