import { LeukogramError } from "@leukogram/engine/core/errors";
import type { App } from "./laboratory.ts";

/** Collects all routes that are added afterwards; the function it gives tells by which methods an address may be asked. */
export function knownMethods(app: App): (url: string) => readonly string[] {
  const routes: { pattern: RegExp; methods: readonly string[] }[] = [];
  app.addHook("onRoute", ({ url, method }) => {
    if (url.includes("*")) return;
    const parts = url.split(/:\w+(?:\([^)]*\))?/).map((part) => part.replace(/[.+]/g, "\\$&"));
    routes.push({ pattern: new RegExp(`^${parts.join("[^/]+")}$`), methods: [method].flat() });
  });
  return (url) => {
    const path = url.split("?")[0]!;
    return [...new Set(routes.filter(({ pattern }) => pattern.test(path)).flatMap(({ methods }) => methods))].sort();
  };
}

/** What is told of a method that an address does not take. */
export function wrongMethod(method: string, methods: readonly string[]): LeukogramError {
  return new LeukogramError("ERR_METHOD", `${method} is not allowed for this address`, {
    hint: `Allowed: ${methods.join(", ")}.`,
  });
}
