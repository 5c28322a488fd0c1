import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Page } from "playwright-core";
import { layoutFaultsOf } from "./layout.ts";

const source = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

interface Axe {
  run(
    options: object,
  ): Promise<{ violations: { id: string; nodes: { target: string[]; failureSummary: string }[] }[] }>;
}

/**
 * What axe finds against WCAG 2.2 AA and its own good practice, in both colour schemes, and what does not fit on smaller screens;
 * empty where all is well.
 */
export async function violationsOf(page: Page): Promise<string[]> {
  const found = (await page.locator("#app").count()) > 0 ? await layoutFaultsOf(page) : [];
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
    // By the debugger, to which the page's policy does not apply.
    if (colorScheme === "light") await page.evaluate(source);
    // Colours alone differ between the schemes.
    const runOnly =
      colorScheme === "light"
        ? { type: "tag", values: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] }
        : { type: "rule", values: ["color-contrast"] };
    const violations = await page.evaluate(async (only) => {
      const { axe } = globalThis as unknown as { axe: Axe };
      const result = await axe.run({ runOnly: only });
      return result.violations.map(
        ({ id, nodes }) => `${id}: ${nodes[0]!.target.join(" ")}: ${nodes[0]!.failureSummary}`,
      );
    }, runOnly);
    found.push(...violations.map((words) => `${colorScheme} ${page.url().split("#")[1]} ${words}`));
    if (process.env.SCREENSHOTS) await screenshot(page, colorScheme);
  }
  return found;
}

let shots = 0;

async function screenshot(page: Page, scheme: string): Promise<void> {
  const place = (page.url().split("#")[1] ?? "").replace(/[0-9a-f-]{36}/, "case").replaceAll("/", "-");
  const number = String(++shots).padStart(2, "0");
  await page.screenshot({ path: `${process.env.SCREENSHOTS}/${number}${place}-${scheme}.png` });
}
