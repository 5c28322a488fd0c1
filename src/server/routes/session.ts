import { VERSION } from "../../core/version.ts";
import { API } from "../contract/routes.ts";
import { session } from "../contract/work.ts";
import type { App, Laboratory } from "../laboratory.ts";

/** Who asks; signing in and out. */
export function addSessionRoutes(app: App, _: Laboratory): void {
  app.get(
    `${API}/session`,
    { config: { access: "all" }, schema: { tags: ["session"], response: { 200: session } } },
    async ({ asking }) => ({
      user: asking?.user ?? null,
      role: asking?.role ?? null,
      csrf: asking?.csrf ?? null,
      isLocal: asking?.via === "local",
      version: VERSION,
    }),
  );
}
