import { changeReporting, readReporting } from "../../store/settings/reporting.ts";
import { ADMIN, READ } from "../access.ts";
import { changing } from "../contract/access.ts";
import { reporting, reportingChange } from "../contract/reporting.ts";
import { API } from "../contract/routes.ts";
import type { App, Laboratory } from "../laboratory.ts";
import { wishOf } from "../wishes.ts";

const tags = ["signing"];

/** Says how reports look, and lets an admin set it. */
export function addReportingRoutes(app: App, { store }: Laboratory): void {
  app.get(`${API}/reporting`, { config: { access: READ }, schema: { tags, response: { 200: reporting } } }, () =>
    readReporting(store.database.queries),
  );
  app.put(
    `${API}/reporting`,
    {
      config: { access: ADMIN },
      schema: { tags, headers: changing, body: reportingChange, response: { 200: reporting } },
    },
    async (request) => {
      const wish = wishOf(request, { kind: "reporting.changed", asks: request.body });
      await changeReporting(store, wish, request.body);
      return await readReporting(store.database.queries);
    },
  );
}
