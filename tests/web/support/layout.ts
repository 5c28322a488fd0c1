import type { Page } from "playwright-core";

const SIZES = [
  { width: 768, height: 1024 },
  { width: 1024, height: 768 },
];

/** What does not fit at two sizes and at the page's own: pages that are wider than the window, and targets that WCAG 2.2 (2.5.8) calls too small. */
export async function layoutFaultsOf(page: Page): Promise<string[]> {
  const found: string[] = [];
  const was = page.viewportSize()!;
  for (const { width, height } of [...SIZES, was]) {
    await page.setViewportSize({ width, height });
    const faults = await page.evaluate(faultsNow);
    found.push(...faults.map((fault) => `${width} × ${height} ${page.url().split("#")[1]} ${fault}`));
  }
  await page.setViewportSize(was);
  return found;
}

// Runs in the page. A target below 24 px is let be where a circle of 24 px on it meets no other, and in a sentence.
function faultsNow(): string[] {
  const least = 24;
  const shown = [
    ...document.querySelectorAll<HTMLElement>("button, a[href], select, summary, input:not([hidden]), textarea"),
  ].filter((one) => one.checkVisibility() && one.closest(".skip") === null);
  const targets = shown.map((one) => {
    const box = (one.matches("[type=checkbox]") ? (one.closest("label") ?? one) : one).getBoundingClientRect();
    return { one, box, isSmall: box.width < least - 0.5 || box.height < least - 0.5 };
  });
  const crowded = targets.filter(({ one, box, isSmall }) => {
    if (!isSmall || one.closest("p") !== null) return false;
    const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
    return targets.some((other) => {
      if (other.one === one) return false;
      const { x: left, y: top, right, bottom } = other.box;
      const away = Math.hypot(Math.max(left - x, 0, x - right), Math.max(top - y, 0, y - bottom));
      const apart = Math.hypot((left + right) / 2 - x, (top + bottom) / 2 - y);
      return away < least / 2 || (other.isSmall && apart < least);
    });
  });
  const wide = document.documentElement.scrollWidth - innerWidth;
  return [
    ...(wide > 0 ? [`is ${wide} px too wide`] : []),
    ...crowded.map(({ one, box }) => `small: ${one.outerHTML.slice(0, 80)} ${box.width} × ${box.height}`),
  ];
}
