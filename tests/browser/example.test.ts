import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { readMetadata } from "@leukogram/engine/runtime/metadata";
import { build } from "vite";
import { afterAll, expect } from "vitest";
import { shared } from "../support/shared.ts";
import { firstOfEach } from "./support/answers.ts";
import { needsBrowser, startChromium } from "./support/chromium.ts";
import { serve } from "./support/serve.ts";

const { test, chromium } = needsBrowser("data/pbc/Test");
const place = mkdtempSync(join(tmpdir(), "leukogram-page-"));
afterAll(() => rmSync(place, { recursive: true }));

test("the example names cells, shows where it looked, and learns other names with the network gone", async () => {
  const root = fileURLToPath(new URL("../../examples/browser", import.meta.url));
  await build({ root, logLevel: "error", build: { outDir: place } });
  const server = await serve({ folders: { "": place } });
  const browser = await startChromium(chromium!);
  try {
    const page = await browser.newPage({ viewport: { width: 1120, height: 900 } });
    const faults: string[] = [];
    page.on("pageerror", (error) => faults.push(error.message));
    page.on("console", (message) => message.type() === "error" && faults.push(message.text()));
    await page.goto(server.address);
    await expect.poll(() => page.textContent("#status"), { timeout: 400_000 }).toMatch(/^Ready: Basophil/);
    expect(await page.textContent("header")).toContain("Research use only, not a medical device");
    await page.context().setOffline(true);
    const chosen = firstOfEach(shared("data/pbc/Test"), 2).slice(0, 6);
    await page.setInputFiles(
      "#files",
      chosen.map(({ path }) => path),
    );
    await expect.poll(() => page.locator(".cell .label").count(), { timeout: 400_000 }).toBe(6);
    const labels = await page.locator(".cell .label").allTextContents();
    expect(
      labels.filter((label, i) => label === ["Basophil", "Eosinophil", "Lymphocyte"][i >> 1]).length,
    ).toBeGreaterThan(4);
    for (const i of chosen.keys())
      await page
        .locator(".cell input")
        .nth(i)
        .fill(i < 2 ? "dark" : "other");
    await page.click("#train");
    await expect.poll(() => page.textContent("#progress"), { timeout: 400_000 }).toMatch(/^Epoch 20 of 20: loss 0\./);
    await expect.poll(() => page.textContent("#status"), { timeout: 400_000 }).toBe("Ready: dark, other");
    await expect
      .poll(() => page.locator(".cell .label").allTextContents(), { timeout: 400_000 })
      .toEqual(chosen.map((_, i) => (i < 2 ? "dark" : "other")));
    const [download] = await Promise.all([page.waitForEvent("download"), page.click("#save")]);
    const metadata = readMetadata(readFileSync(await download.path()));
    expect([basename(download.suggestedFilename()), metadata.classes]).toEqual(["model.onnx", '["dark","other"]']);
    for (const colorScheme of process.env.SCREENSHOTS ? (["light", "dark"] as const) : []) {
      await page.emulateMedia({ colorScheme });
      await page.screenshot({ path: join(process.env.SCREENSHOTS!, `${colorScheme}.png`), fullPage: true });
    }
    expect(faults).toEqual([]);
  } finally {
    await browser.close();
    server.close();
  }
});
