// Addresses lie behind the #, so that any static server, and the page without a network, finds them.
import { useSyncExternalStore } from "react";

/** The page's address in parts: `#/cases/ID/report` is ["cases", "ID", "report"]. */
export type Route = readonly string[];

function subscribe(listener: () => void) {
  globalThis.addEventListener("hashchange", listener);
  return () => globalThis.removeEventListener("hashchange", listener);
}

/** The address without its #. */
export function currentPath(): string {
  return location.hash.replace(/^#/, "") || "/";
}

/** The route, followed. */
export function useRoute(): Route {
  const path = useSyncExternalStore(subscribe, currentPath);
  return path.split("?")[0]!.split("/").filter(Boolean).map(decodeURIComponent);
}

/** The cell that the address asks to open: `#/cases/ID/review?cell=CELL`. */
export function askedCell(): string | undefined {
  return new URLSearchParams(currentPath().split("?")[1]).get("cell") ?? undefined;
}

/** Why the identity provider's answer let nobody in: `#/?refused=unknown`. */
export function refusedSignIn(): string | undefined {
  return new URLSearchParams(currentPath().split("?")[1]).get("refused") ?? undefined;
}

/** Where to sign in at the identity provider and come back to this page. @param isAgain whether the provider asks again, as before a signature */
export function providerHref(isAgain = false): string {
  const back = currentPath().split("?")[0]!;
  return `/api/v1/session/provider?${new URLSearchParams({ back, ...(isAgain && { again: "true" }) })}`;
}

/** The address of a route, for links. */
export function href(...parts: readonly string[]): string {
  return `#/${parts.map(encodeURIComponent).join("/")}`;
}

/** Goes there. */
export function go(...parts: readonly string[]): void {
  location.hash = href(...parts);
}
