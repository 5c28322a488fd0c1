// Uploads in a real browser against the real server: two drops, other pages, a reload, no network, a killed server. Nothing is lost without a word.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Rng } from "@leukogram/engine/core/rng";
import type { Page, Route } from "playwright-core";
import { afterAll, beforeAll, describe, expect } from "vitest";
import { needsBrowser } from "../browser/support/chromium.ts";
import { newDataFolder } from "../support/laboratory.ts";
import { picture, pictures } from "../support/pictures.ts";
import { violationsOf } from "./support/axe.ts";
import { makeCase } from "./support/gallery.ts";
import { caseAt, killUpload } from "./support/killUpload.ts";
import { type StartedApp, startApp } from "./support/startApp.ts";

const { test, chromium } = needsBrowser();

let app: StartedApp;
let page: Page;
let folder: string;
const violations: string[] = [];

beforeAll(async () => {
  if (chromium === undefined) return;
  folder = mkdtempSync(join(tmpdir(), "leukogram-uploads-"));
  app = await startApp(chromium);
  page = app.page;
  await page.route("**/images?*", (route) => onImages(route));
});
afterAll(async () => {
  await app?.close();
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
});

const look = async () => void violations.push(...(await violationsOf(page)));
const input = (on: Page = page) => on.locator('input[type="file"]').first();
const filesOf = async (count: number, from: number) =>
  (await pictures(count, from)).map(({ name, bytes }) => ({ name, mimeType: "image/png", buffer: bytes }));
const go = (place: string) => page.goto(`${app.address}/#/${place}`);

/** What the server has of a case. */
const there = (id: string) => caseAt(app.address, id);

async function newCase(name: string): Promise<string> {
  await go("cases");
  return await makeCase(page, name);
}

type Handler = (route: Route) => Promise<unknown>;
const pass: Handler = (route) => route.continue();
/** What becomes of requests with images. The interception itself stays: one that is taken away can lose a request that it holds. */
let onImages = pass;

/** Lets requests with images wait until it is called. */
function hold(): () => void {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  onImages = (route) => opened.then(() => pass(route));
  return () => {
    onImages = pass;
    open();
  };
}

/** Drops files on the page, as a file manager does. */
async function drop(files: Awaited<ReturnType<typeof filesOf>>): Promise<void> {
  const given = files.map(({ name, buffer }) => ({ name, bytes: buffer.toString("base64") }));
  const transfer = await page.evaluateHandle((all) => {
    const made = new DataTransfer();
    for (const { name, bytes } of all) {
      const buffer = Uint8Array.from(atob(bytes), (sign) => sign.charCodeAt(0));
      made.items.add(new File([buffer], name, { type: "image/png" }));
    }
    return made;
  }, given);
  await page.locator(".uploadArea").dispatchEvent("drop", { dataTransfer: transfer });
}

const added = (count: number) => page.getByRole("main").getByText(`${count} images added`).waitFor();

describe.sequential("uploads", () => {
  test("a second drop queues behind the first, and both arrive", async () => {
    const id = await newCase("Two drops");
    const release = hold();
    await drop(await filesOf(20, 0));
    await page.getByText("Uploaded 0 of 20 files").waitFor();
    await drop(await filesOf(5, 20));
    await page.getByText("Uploaded 0 of 25 files").waitFor();
    // Both are announced, whatever becomes of the page.
    await expect.poll(async () => (await there(id)).awaited).toBe(25);
    release();
    await added(25);
    expect(await there(id)).toMatchObject({ cells: 25, hashes: 25, awaited: 0 });
    expect(await page.getByText("have not arrived").count()).toBe(0);
  });

  test("an upload goes on while tabs and pages change, which say how far it is", async () => {
    const id = await newCase("Other pages");
    const release = hold();
    await input().setInputFiles(await filesOf(20, 100));
    await page.getByText("Uploaded 0 of 20 files").waitFor();
    await page.getByRole("link", { name: "Report" }).click();
    const strip = page.getByRole("complementary", { name: "Uploads" });
    await strip.getByRole("link", { name: "Other pages: Uploaded 0 of 20 files" }).waitFor();
    await look();
    // Nothing is signed while files are missing, but with a reason.
    await page.getByRole("link", { name: "Settings" }).click();
    await strip.waitFor();
    release();
    await strip.waitFor({ state: "detached" });
    expect(await there(id)).toMatchObject({ cells: 20, hashes: 20, awaited: 0 });
    await go(`cases/${id}`);
    await page.getByText("20 images added").waitFor();
  });

  test("without a network it waits, says so, and continues by itself", async () => {
    const id = await newCase("Offline");
    const release = hold();
    await input().setInputFiles(await filesOf(40, 200));
    await page.getByText("Uploaded 0 of 40 files").waitFor();
    await app.context.setOffline(true);
    release();
    await page.getByRole("main").getByText("No network: the upload waits, and continues automatically.").waitFor();
    await look();
    // Longer than tries that are counted would last.
    await new Promise((resolve) => setTimeout(resolve, 20_000));
    await page.getByText("Uploaded 0 of 40 files").waitFor();
    await app.context.setOffline(false);
    await added(40);
    expect(await there(id)).toMatchObject({ cells: 40, hashes: 40, awaited: 0 });
  });

  test("a page that is left asks first; after a reload the case says what is missing, and takes it without doubling", async () => {
    const id = await newCase("Reload");
    let parts = 0;
    // The first part arrives, and no other.
    onImages = async (route) => {
      if (parts++ === 0) await pass(route);
    };
    const files = await filesOf(40, 300);
    await input().setInputFiles(files);
    await page.getByText("Uploaded 16 of 40 files").waitFor();
    const asked = new Promise<string>((resolve) => {
      page.once("dialog", (dialog) => {
        resolve(dialog.type());
        void dialog.accept();
      });
    });
    await page.reload();
    expect(await asked).toBe("beforeunload");
    onImages = pass;
    await page.getByText("24 files of an upload have not arrived.").waitFor();
    await page.getByText("24 files missing").waitFor();
    await look();
    await page.getByRole("button", { name: "Show missing files" }).click();
    const dialog = page.getByRole("dialog", { name: "Missing files" });
    await dialog.getByText("cell-339.png").waitFor();
    expect(await dialog.getByRole("listitem").count()).toBe(24);
    await look();
    await page.keyboard.press("Escape");
    await input().setInputFiles(files);
    await page.getByRole("main").getByText("24 images added, 16 already known").waitFor();
    await page.getByText("have not arrived").waitFor({ state: "detached" });
    expect(await there(id)).toMatchObject({ cells: 40, hashes: 40, awaited: 0 });
  });

  test("what failed is sent again by one button, and what was stopped is given up with a line in the trail", async () => {
    const id = await newCase("Again");
    onImages = (route) =>
      route.fulfill({
        status: 507,
        json: { error: { code: "ERR_OUTPUT", message: "the disk is full", hint: "Make room." } },
      });
    await input().setInputFiles(await filesOf(20, 400));
    await page.getByText("20 files were not sent. The disk is full. Make room.").waitFor();
    await look();
    onImages = pass;
    await page.getByRole("button", { name: "Send again" }).press("Enter");
    await added(20);
    expect(await there(id)).toMatchObject({ cells: 20, awaited: 0 });
    const release = hold();
    await input().setInputFiles(await filesOf(3, 450));
    await page.getByRole("button", { name: "Stop" }).click();
    await page.getByText("3 files were not sent. Stopped.").waitFor();
    release();
    await page.getByRole("button", { name: "Show missing files" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Give up missing files" }).press("Enter");
    await page.getByRole("dialog").waitFor({ state: "detached" });
    await page.getByText("3 files were not sent").waitFor({ state: "detached" });
    expect(await there(id)).toMatchObject({ cells: 20, awaited: 0 });
    await page.getByRole("navigation", { name: "Parts of the case" }).getByRole("link", { name: "Trail" }).click();
    await page.getByText("3 missing files given up").waitFor();
    await page.getByText("20 files announced").waitFor();
  });

  test("a file that is gone from the disk is named, and does not hold the others up", async () => {
    const id = await newCase("Gone");
    const paths = await Promise.all(
      [0, 1, 2].map(async (i) => {
        const path = join(folder, `gone-${i}.png`);
        writeFileSync(path, await picture(500 + i));
        return path;
      }),
    );
    await app.context.setOffline(true);
    await input().setInputFiles(paths);
    await page.getByRole("main").getByText("No network").waitFor();
    rmSync(paths[1]!);
    await app.context.setOffline(false);
    await page.getByText("1 file was not sent. The file is no longer on this computer, or has changed.").waitFor();
    expect((await there(id)).files.sort()).toEqual(["gone-0.png", "gone-2.png"]);
    expect((await there(id)).awaited).toBe(1);
  });

  test("a request that is never answered is given up after two minutes, and sent again", async () => {
    const reader = await app.newReader();
    await reader.clock.install();
    await reader.reload();
    const id = await makeCase(reader, "Silent");
    let tries = 0;
    await reader.route("**/images?*", async (route) => {
      if (tries++ > 0) await route.continue();
    });
    await input(reader).setInputFiles(await filesOf(3, 600));
    await expect.poll(() => tries).toBe(1);
    await reader.clock.fastForward(121_000);
    await reader.getByRole("main").getByText("3 images added").waitFor();
    expect(await there(id)).toMatchObject({ cells: 3, awaited: 0 });
    await reader.context().close();
  });

  test("a server that is killed during an upload and started again has all of it, and none twice", async () => {
    const reader = await app.newReader();
    const paths = await writtenPictures(400);
    const given = { data: await newDataFolder(), paths, kills: 1, rng: new Rng(0) };
    const { cells, hashes, awaited } = await killUpload(reader, given);
    expect([cells, hashes, awaited]).toEqual([400, 400, 0]);
    await reader.context().close();
  });

  test("axe found nothing", () => {
    expect(violations).toEqual([]);
  });
});

async function writtenPictures(count: number): Promise<string[]> {
  return await Promise.all(
    Array.from({ length: count }, async (_, i) => {
      const path = join(folder, `killed-${i}.png`);
      writeFileSync(path, await picture(1000 + i, 32));
      return path;
    }),
  );
}
