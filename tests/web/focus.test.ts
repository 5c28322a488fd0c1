// The model answers for cells while a reader works through them: the focus stays with its cell, and no key is lost.
import { afterAll, beforeAll, describe, expect } from "vitest";
import { needsBrowser } from "../browser/support/chromium.ts";
import { pictures } from "../support/pictures.ts";
import { classified, current, focused, makeCase } from "./support/gallery.ts";
import { type StartedApp, startApp } from "./support/startApp.ts";

const { test, chromium } = needsBrowser();

let app: StartedApp;
let id: string;

beforeAll(async () => {
  if (chromium !== undefined) app = await startApp(chromium);
});
afterAll(async () => {
  await app?.close();
});

const get = async (path: string) => (await fetch(`${app.address}/api/v1/${path}`)).json();
/** All cells of open cases wait again, and are classified again. */
async function classifyAgain(scale: string): Promise<void> {
  const headers = { "content-type": "application/json", "idempotency-key": crypto.randomUUID() };
  const body = JSON.stringify({ scale });
  const { revision } = await get(`cases/${id}`);
  expect((await fetch(`${app.address}/api/v1/scale`, { method: "PUT", headers, body })).status).toBe(200);
  await expect
    .poll(async () => {
      const now = await get(`cases/${id}`);
      return now.revision > revision && now.waiting === 0;
    })
    .toBe(true);
}

describe.sequential("a cell with the focus that is classified", () => {
  test("keeps the focus in whichever section it stands then, and each of 40 keys labels a cell", async () => {
    const { page } = app;
    id = await makeCase(page, "Focus");
    const files = (await pictures(40)).map(({ name, bytes }) => ({ name, mimeType: "image/png", buffer: bytes }));
    await page.locator('input[type="file"]').first().setInputFiles(files);
    await page.getByRole("main").getByText("40 images added").waitFor();
    await classified(page);
    await current(page).click();
    const name = /^Cell \d+,/.exec(await focused(page))![0];
    const before = await focused(page);
    await classifyAgain("24px");
    // The page has the new answers when it says what the server says.
    await classified(page);
    await expect.poll(() => focused(page)).not.toBe(before);
    expect(await focused(page)).toContain(name);
    // Basophils stand first, so that no key meets a cell that has its label already.
    await page.keyboard.press("Control+Home");
    for (let key = 0; key < 40; key++) await page.keyboard.press("b");
    await page.getByText("Reviewed 40 of 40").waitFor();
    await page.getByText("All changes saved").waitFor();
  });

  test("a reader who has left the gallery is left in peace", async () => {
    const { page } = app;
    await page.locator("h1").click();
    await classifyAgain("60px");
    await classified(page);
    await page.getByText("Reviewed 40 of 40").waitFor();
    expect(await page.evaluate(() => document.activeElement!.closest("[role=grid]"))).toBeNull();
  });
});
