const WAITS_FOR = 10_000;

/**
 * Gives the focus to the first of these selectors that finds something, once what has it now has left the page: a
 * button that leads on often goes away with what it did. Where the reader does something else meanwhile, nothing moves.
 */
export function focusNext(...selectors: readonly string[]): void {
  const end = performance.now() + WAITS_FOR;
  const stop = new AbortController();
  for (const kind of ["keydown", "pointerdown"])
    addEventListener(kind, () => stop.abort(), { capture: true, signal: stop.signal });
  const look = () => {
    if (stop.signal.aborted) return;
    const next = selectors.map((selector) => document.querySelector<HTMLElement>(selector)).find((one) => one !== null);
    if (document.activeElement === document.body) next?.focus();
    const isThere = next !== undefined && document.activeElement === next;
    if (isThere || performance.now() > end) stop.abort();
    else requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}
