/** The colour scheme: the system's, or the reader's own choice. */
export type Scheme = "system" | "light" | "dark";

/** In the order in which they are offered. */
export const SCHEMES: readonly Scheme[] = ["system", "light", "dark"];

const PLACE = "leukogram.scheme";

/** What was chosen on this computer. */
export function storedScheme(): Scheme {
  const found = localStorage.getItem(PLACE);
  return SCHEMES.find((scheme) => scheme === found) ?? "system";
}

/** Shows it, and keeps it. */
export function applyScheme(scheme: Scheme): void {
  if (scheme === "system") {
    delete document.documentElement.dataset.scheme;
    localStorage.removeItem(PLACE);
    return;
  }
  document.documentElement.dataset.scheme = scheme;
  localStorage.setItem(PLACE, scheme);
}
