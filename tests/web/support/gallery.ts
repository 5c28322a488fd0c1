// The gallery as a test finds it.
import type { Page } from "playwright-core";

/** All cells in sight. */
export const tiles = (page: Page) => page.locator('[role="gridcell"]');

/** The cell that has the gallery's focus. */
export const current = (page: Page) => page.locator('[role="gridcell"][tabindex="0"]');

/** What a screen reader says of the cell at a place. */
export const nameOf = (page: Page, index: number) => tiles(page).nth(index).locator(".unseen").textContent();

/** What a screen reader says of what has the browser's focus. */
export const focused = (page: Page) =>
  page.evaluate(() => document.activeElement?.querySelector(".unseen")?.textContent ?? "");

/** How many cells count as a label, by its letter. */
export const countOf = (page: Page, letter: string) =>
  page
    .locator(".classBar button", { has: page.locator(`.letter:text-is("${letter}")`) })
    .locator(".figure")
    .innerText();

/** Waits until the server has all changes. */
export const saved = (page: Page) => page.getByText("All changes saved").waitFor();

/** Waits until the model has answered for all cells, longer than for anything else. */
export async function classified(page: Page): Promise<void> {
  await page.getByText(/^Classified \d/).waitFor({ state: "detached", timeout: 180_000 });
}

/** Makes a case by its form, and gives its id. */
export async function makeCase(page: Page, name: string): Promise<string> {
  await page.getByRole("button", { name: "New case" }).press("Enter");
  await page.getByLabel("Name or number").fill(name);
  await page.getByLabel("White blood cells").fill("6.5");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name }).waitFor();
  return /cases\/([^/]+)/.exec(page.url())![1]!;
}
