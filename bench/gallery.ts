// How quickly a gallery of many cells opens and scrolls in Chromium, before the real server: `npx tsx bench/gallery.ts FOLDER 2000`.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { startLaboratory } from "@leukogram/laboratory/server/startLaboratory";
import { walkImages } from "leukogram/data/folders/walk";
import type { Browser, Page } from "playwright-core";
import { build } from "vite";
import { findChromium, startChromium } from "../tests/browser/support/chromium.ts";

const [folder = "shared/data/pbc", wanted = "2000"] = process.argv.slice(2);
const TRIES = 5;
/** Pixels a frame: at 60 frames a second 2,400 a second, as a quick wheel does. */
const STEP = 40;
const WHEEL_SECONDS = 6;

const median = (values: readonly number[]) => [...values].sort((a, b) => a - b)[values.length >> 1]!;

/** Milliseconds from the click on a case to its gallery with all images in sight, in a browser that has none of them. */
async function openOnce(page: Page, address: string, caseId: string): Promise<number> {
  await page.goto(`${address}/#/cases`);
  await page.getByRole("link", { name: "Gallery" }).waitFor();
  return await page.evaluate(async (id) => {
    const start = performance.now();
    location.hash = `#/cases/${id}`;
    // No function here has a name: tsx would ask for a helper that the page lacks.
    for (;;) {
      const area = document.querySelector(".gallery")?.getBoundingClientRect();
      const images = [...document.querySelectorAll<HTMLImageElement>(".tile img")];
      const seen = images.filter((image) => area && image.getBoundingClientRect().top < area.bottom);
      if (seen.length > 10 && seen.every((image) => image.complete && image.naturalWidth > 0)) break;
      await new Promise(requestAnimationFrame);
    }
    return performance.now() - start;
  }, caseId);
}

/** Milliseconds of each frame while the gallery is scrolled from its top to its end. */
function scroll(page: Page): Promise<number[]> {
  return page.evaluate(async (step) => {
    const area = document.querySelector(".gallery")!;
    area.scrollTop = 0;
    for (let i = 0; i < 10; i++) await new Promise(requestAnimationFrame);
    const frames: number[] = [];
    let last: number = await new Promise(requestAnimationFrame);
    while (area.scrollTop + area.clientHeight < area.scrollHeight - 1) {
      area.scrollTop += step;
      const now: number = await new Promise(requestAnimationFrame);
      frames.push(now - last);
      last = now;
    }
    return frames;
  }, STEP);
}

/**
 * Frames that the browser put on the screen each second while a wheel scrolls the gallery, by its trace. It does so without waiting for
 * the page, whose own frames {@link scroll} counts.
 */
async function wheel(browser: Browser, page: Page): Promise<number> {
  const [tracing, session] = [await browser.newBrowserCDPSession(), await page.context().newCDPSession(page)];
  const drawn: number[] = [];
  tracing.on("Tracing.dataCollected", ({ value }) => {
    for (const { name, ts } of value as unknown as { name: string; ts: number }[])
      if (name === "Display::DrawAndSwap") drawn.push(ts);
  });
  await page.evaluate(() => document.querySelector(".gallery")!.scrollTo(0, 0));
  const area = (await page.locator(".gallery").boundingBox())!;
  await page.waitForTimeout(500);
  const traceConfig = { includedCategories: ["viz"] };
  await tracing.send("Tracing.start", { transferMode: "ReportEvents", traceConfig });
  const [x, y] = [area.x + area.width / 2, area.y + area.height / 2];
  await session.send("Input.synthesizeScrollGesture", {
    ...{ x, y, yDistance: -60 * STEP * WHEEL_SECONDS, speed: 60 * STEP, gestureSourceType: "mouse" },
  });
  const complete = new Promise((resume) => tracing.once("Tracing.tracingComplete", resume));
  await tracing.send("Tracing.end");
  await complete;
  drawn.sort((a, b) => a - b);
  return (1e6 * (drawn.length - 1)) / (drawn.at(-1)! - drawn[0]!);
}

/** Asks for the milliseconds that the page's own thread has worked since now: other programs on the machine do not count. */
async function watchWork(page: Page): Promise<() => Promise<number>> {
  const session = await page.context().newCDPSession(page);
  await session.send("Performance.enable", { timeDomain: "threadTicks" });
  return async () => {
    const { metrics } = await session.send("Performance.getMetrics");
    return 1000 * metrics.find(({ name }) => name === "TaskDuration")!.value;
  };
}

const root = fileURLToPath(new URL("../", import.meta.url));
const webApp = mkdtempSync(join(tmpdir(), "leukogram-web-"));
await build({
  configFile: join(root, "packages/laboratory/web/vite.config.ts"),
  logLevel: "error",
  build: { outDir: webApp, emptyOutDir: true },
});
const data = mkdtempSync(join(tmpdir(), "leukogram-gallery-"));
const laboratory = await startLaboratory({
  ...{ folder: data, host: "127.0.0.1", port: 0, model: "cnn-anylab", webApp },
  now: () => new Date(),
});
const browser = await startChromium(findChromium()!);
try {
  const { address } = laboratory;
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  await page.goto(address);
  await page.getByRole("button", { name: "New case" }).click();
  await page.getByLabel("Name or number").fill("Gallery");
  await page.getByRole("button", { name: "Create" }).click();
  await page.getByText("Drop single-cell").waitFor();
  const caseId = /cases\/([^/]+)/.exec(page.url())![1]!;
  const paths = walkImages(folder).slice(0, Number(wanted));
  await page.locator('input[type="file"]').first().setInputFiles(paths);
  const waiting = async () => {
    const summary = await (await fetch(`${address}/api/v1/cases/${caseId}`)).json();
    return summary.cells < paths.length ? Number.POSITIVE_INFINITY : (summary.waiting as number);
  };
  while ((await waiting()) > 0) await new Promise((resume) => setTimeout(resume, 2000));
  await page.close();
  const opened: number[] = [];
  const frames: number[] = [];
  const wheeled: number[] = [];
  const openWork: number[] = [];
  const frameWork: number[] = [];
  for (let i = 0; i < TRIES; i++) {
    const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
    const fresh = await context.newPage();
    const work = await watchWork(fresh);
    opened.push(await openOnce(fresh, address, caseId));
    const before = await work();
    openWork.push(before);
    const scrolled = await scroll(fresh);
    frames.push(...scrolled);
    frameWork.push(((await work()) - before) / scrolled.length);
    wheeled.push(await wheel(browser, fresh));
    await context.close();
  }
  const late = frames.filter((frame) => frame > 1.5 * (1000 / 60)).length;
  const total = frames.reduce((a, b) => a + b, 0);
  console.log(
    JSON.stringify({
      cells: paths.length,
      openMs: { median: Math.round(median(opened)), most: Math.round(Math.max(...opened)) },
      framesPerSecond: Math.round((10_000 * frames.length) / total) / 10,
      wheelFramesPerSecond: Math.round(10 * median(wheeled)) / 10,
      frames: frames.length,
      lateFrames: late,
      longestFrameMs: Math.round(Math.max(...frames)),
      pageWorkMs: { open: Math.round(median(openWork)), frame: Math.round(100 * median(frameWork)) / 100 },
    }),
  );
} finally {
  await browser.close();
  await laboratory.close();
  for (const made of [data, webApp]) rmSync(made, { recursive: true });
}
