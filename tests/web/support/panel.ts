import type { Page } from "playwright-core";
import { violationsOf } from "./axe.ts";

// A desktop, a low window, a tablet and a phone.
const SIZES = [
  { width: 1280, height: 800 },
  { width: 1024, height: 600 },
  { width: 768, height: 1024 },
  { width: 390, height: 844 },
];

/**
 * What is wrong with the open panel of a cell at four sizes: what axe finds, and buttons that the Tab key does not reach or that stay
 * out of sight or covered when they have the focus; empty where all is well.
 */
export async function panelFaultsOf(page: Page): Promise<string[]> {
  const found: string[] = [];
  const was = page.viewportSize()!;
  const buttons = page.locator(".cellPanel").getByRole("button");
  for (const size of SIZES) {
    await page.setViewportSize(size);
    found.push(...(await violationsOf(page)));
    await buttons.first().focus();
    for (const button of await buttons.all()) {
      const faults = await button.evaluate(focusFaults);
      found.push(...faults.map((fault) => `${size.width} × ${size.height} ${fault}`));
      await page.keyboard.press("Tab");
    }
  }
  await page.setViewportSize(was);
  return found;
}

// Runs in the page.
function focusFaults(button: Element): string[] {
  if (button !== document.activeElement) return [`not reached by Tab: ${button.textContent}`];
  const { x, y, width, height } = button.getBoundingClientRect();
  const isSeen = button.contains(document.elementFromPoint(x + width / 2, y + height / 2));
  return isSeen ? [] : [`not seen with the focus: ${button.textContent}`];
}
