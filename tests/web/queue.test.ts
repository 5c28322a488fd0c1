// A case whose cells wait says its place among those that wait, and the time left.
import { afterAll, beforeAll, expect } from "vitest";
import { needsBrowser } from "../browser/support/chromium.ts";
import { pictures } from "../support/pictures.ts";
import { violationsOf } from "./support/axe.ts";
import { classified, makeCase } from "./support/gallery.ts";
import { type StartedApp, startApp } from "./support/startApp.ts";

const { test, chromium } = needsBrowser();

let app: StartedApp;
beforeAll(async () => {
  if (chromium !== undefined) app = await startApp(chromium);
});
afterAll(async () => {
  await app?.close();
});

test("while its cells wait a case says how long it will take; then it says nothing of it", async () => {
  const { page } = app;
  await makeCase(page, "Many");
  const files = (await pictures(100)).map(({ name, bytes }) => ({ name, mimeType: "image/png", buffer: bytes }));
  await page.locator('input[type="file"]').first().setInputFiles(files);
  const left = page.getByText(/^(less than a minute|about \d+ minutes?) left$/);
  await left.waitFor();
  expect(await violationsOf(page)).toEqual([]);
  await classified(page);
  await left.waitFor({ state: "detached" });
});
