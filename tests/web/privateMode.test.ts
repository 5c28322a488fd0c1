// Private mode against the server, on pictures of a laboratory that the model has not seen.
import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { walkImages } from "leukogram/data/folders/walk";
import type { Locator, Page } from "playwright-core";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect } from "vitest";
import { needsBrowser } from "../browser/support/chromium.ts";
import { shared, testWith } from "../support/shared.ts";
import { violationsOf } from "./support/axe.ts";
import { classified, makeCase } from "./support/gallery.ts";
import { type StartedApp, startApp } from "./support/startApp.ts";

const browser = needsBrowser();
const foreign = testWith("data/jtsc");
const test = browser.chromium === undefined ? browser.test : foreign;

interface Sent {
  readonly name: string;
  readonly mimeType: string;
  readonly buffer: Buffer;
}

let app: StartedApp;
let page: Page;
let files: Sent[];

/** Every so many of all classes; each fourth as TIFF, which no browser but Safari reads by itself. */
async function fortyFiles(): Promise<Sent[]> {
  const all = walkImages(shared("data/jtsc"));
  const taken = Array.from({ length: 40 }, (_, i) => all[Math.floor((i * all.length) / 40)]!);
  return await Promise.all(
    taken.map(async (path, i) => {
      const [kind, name] = [basename(path).split(".").pop()!, `${i}-${basename(path)}`];
      if (i % 4 > 0) return { name, mimeType: `image/${kind}`, buffer: readFileSync(path) };
      const buffer = await sharp(path).removeAlpha().tiff({ compression: "lzw", predictor: "horizontal" }).toBuffer();
      return { name: `${name}.tif`, mimeType: "image/tiff", buffer };
    }),
  );
}

beforeAll(async () => {
  if (browser.chromium === undefined || test === foreign.skip) return;
  files = await fortyFiles();
  app = await startApp(browser.chromium);
  page = app.page;
});
afterAll(() => app?.close());

const counts = () => page.locator("section.counts");
const warnings = (box: Locator) => box.getByRole("region", { name: "Warnings" }).locator("p").allTextContents();
/** Each class with its cells, and the sentence above them. */
const rows = async () => [
  ...(await counts()
    .locator("table.differential tbody tr")
    .evaluateAll((all) =>
      all.map((row) => `${row.querySelector(".labelBadge")!.textContent} ${row.querySelector("td")!.textContent}`),
    )),
  await counts()
    .getByText(/ counted, /)
    .textContent(),
];

describe.sequential("private mode against the server", () => {
  let onServer: { readonly rows: unknown; readonly warnings: readonly string[] };

  test("the server counts 40 foreign pictures, a quarter of them TIFF", async () => {
    await makeCase(page, "Foreign");
    await page.locator('input[type="file"]').first().setInputFiles(files);
    await page.getByRole("main").getByText("40 images added").waitFor();
    await classified(page);
    await counts().getByRole("table").waitFor();
    onServer = { rows: await rows(), warnings: await warnings(counts()) };
    expect(onServer.warnings.join(" ")).toMatch(/do not look like the model's training images/);
  });

  test("private mode counts the same and gives the same warnings, first, in red and above grey shares", async () => {
    await page.goto(`${app.address}/#/private`);
    await page.getByText("Ready", { exact: true }).waitFor();
    await page.locator('input[type="file"]').first().setInputFiles(files);
    await page.getByText("40 cells classified").waitFor({ timeout: 180_000 });
    expect(await rows()).toEqual(onServer.rows);
    expect(await warnings(counts())).toEqual(onServer.warnings);
    const box = counts().getByRole("region", { name: "Warnings" });
    expect(await box.evaluate((one) => one.matches(".notice.error"))).toBe(true);
    const [above, table] = await Promise.all([box.boundingBox(), counts().getByRole("table").boundingBox()]);
    expect(above!.y).toBeLessThan(table!.y);
    expect(await counts().locator(".differentialParts.unreliable").count()).toBe(1);
    expect(await violationsOf(page)).toEqual([]);
  });

  test("a TIFF file is shown, and one that is packed as JPEG is refused by name", async () => {
    const shown = page.locator('[role="gridcell"] img');
    const sizes = () => shown.evaluateAll((all) => all.map((one) => (one as HTMLImageElement).naturalWidth));
    await expect.poll(sizes).not.toContain(0);
    const jpeg = await sharp(files[1]!.buffer).removeAlpha().tiff({ compression: "jpeg" }).toBuffer();
    await page
      .locator('input[type="file"]')
      .first()
      .setInputFiles([{ name: "packed.tif", mimeType: "image/tiff", buffer: jpeg }]);
    await page.getByText("41 cells classified").waitFor();
    const bad = page.locator('[role="gridcell"]').filter({ hasText: "can't be read" });
    await page.locator('[role="gridcell"]').first().click();
    await page.keyboard.press("Control+End");
    await bad.click();
    await bad.press("Enter");
    await page
      .locator(".cellPanel")
      .getByText("packed.tif: TIFF compressed by JPEG, which is not read in a browser. Save it with LZW")
      .waitFor();
  });
});
