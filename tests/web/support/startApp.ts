// The real server with the app as it is built now, and Chromium before it.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type LaboratoryOptions, startLaboratory } from "@leukogram/laboratory/server/startLaboratory";
import type { BrowserContext, Page } from "playwright-core";
import { startChromium } from "../../browser/support/chromium.ts";
import { copyEmptyDatabase } from "../../support/emptyDatabase.ts";
import { builtPath } from "../../support/packages.ts";
import { builtApp } from "./builtApp.ts";

/** What {@link startApp} gives. */
export interface StartedApp {
  readonly address: string;
  readonly page: Page;
  readonly context: BrowserContext;
  /** What the page complained of: errors of scripts, refused by the policy, and the console's. */
  readonly faults: string[];
  readonly folder: string;
  /** Another page of the same session. */
  readonly newPage: () => Promise<Page>;
  /** The page of somebody else, at another browser. */
  readonly newReader: () => Promise<Page>;
  readonly close: () => Promise<void>;
}

/**
 * Serves the app as it is built now on a free port with a data folder of its own, and opens it.
 *
 * @param model of new cases: a run folder, or a shipped model's name
 */
export async function startApp(
  chromium: string,
  model = "cnn-anylab",
  more: Partial<LaboratoryOptions> = {},
): Promise<StartedApp> {
  const webApp = await builtApp();
  const folder = mkdtempSync(join(tmpdir(), "leukogram-app-"));
  await copyEmptyDatabase(folder);
  const laboratory = await startLaboratory({
    ...{ folder, host: "127.0.0.1", port: 0, model, webApp },
    command: [builtPath("leukogram", "cli/main.js")],
    now: () => new Date(),
    ...more,
  });
  const browser = await startChromium(chromium);
  const newContext = () => browser.newContext({ viewport: { width: 1280, height: 800 }, reducedMotion: "reduce" });
  const context = await newContext();
  const faults: string[] = [];
  const watched = async (page: Page) => {
    page.setDefaultTimeout(60_000);
    page.on("pageerror", (error) => faults.push(error.message));
    page.on("console", (message) => message.type() === "error" && faults.push(message.text()));
    page.on("response", (response) => {
      if (response.status() >= 400) faults.push(`${response.status()} ${new URL(response.url()).pathname}`);
    });
    return page;
  };
  const newPage = async () => watched(await context.newPage());
  const newReader = async () => {
    const reader = await watched(await (await newContext()).newPage());
    await reader.goto(laboratory.address);
    return reader;
  };
  const page = await newPage();
  await page.goto(laboratory.address);
  return {
    ...{ address: laboratory.address, folder, page, context, faults, newPage, newReader },
    async close() {
      await browser.close();
      await laboratory.close();
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
