import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { type Browser, chromium } from "playwright-core";
import { type TestAPI, test } from "vitest";
import { testWith } from "../../support/shared.ts";

const NAMES = ["chromium", "chromium-browser", "google-chrome"];

/** Path of this machine's Chromium; undefined where there is none. */
export function findChromium(): string | undefined {
  const places = (process.env.PATH ?? "").split(delimiter);
  return NAMES.flatMap((name) => places.map((place) => join(place, name))).find((path) => existsSync(path));
}

/** `test` and the Chromium to run it in, or a skipped one that names what is missing. */
export function needsBrowser(...paths: readonly string[]) {
  const chromium = findChromium();
  if (chromium === undefined) console.warn(`skipped: there is no Chromium on the PATH (${NAMES.join(", ")})`);
  const withData = testWith(...paths);
  if (chromium !== undefined && withData === test) return { test: withData, chromium };
  return { test: test.skip as TestAPI["skip"], chromium: undefined };
}

/** Starts it without a window, and without its talks with its maker. */
export function startChromium(executablePath: string, more: readonly string[] = []): Promise<Browser> {
  const quiet = ["--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update"];
  return chromium.launch({
    executablePath,
    args: ["--no-sandbox", "--disable-gpu", "--disable-sync", ...quiet, ...more],
  });
}
