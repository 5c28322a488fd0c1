const WAITS_FOR = 10_000;

/**
 * Gives the focus to the first of these selectors that finds something, once what has it now has left the page: a
 * button that leads on often goes away with what it did. Where the reader goes elsewhere meanwhile, that is left alone.
 */
export function focusNext(...selectors: readonly string[]): void {
  const from = document.activeElement;
  const end = performance.now() + WAITS_FOR;
  const look = () => {
    const { activeElement, body } = document;
    if (activeElement !== body && activeElement !== from) return;
    const next = selectors.map((selector) => document.querySelector<HTMLElement>(selector)).find((one) => one !== null);
    if (activeElement === body && next !== undefined) next.focus();
    else if (performance.now() < end) requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}
