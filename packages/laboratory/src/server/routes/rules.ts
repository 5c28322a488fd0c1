import { changeRules, readRules } from "../../store/settings/rules.ts";
import { ADMIN, READ } from "../access.ts";
import { changing } from "../contract/access.ts";
import { API } from "../contract/routes.ts";
import { rules, rulesChange } from "../contract/signing.ts";
import type { App, Laboratory } from "../laboratory.ts";
import { wishOf } from "../wishes.ts";

const tags = ["signing"];

/** Says what the laboratory demands of a count, and lets an admin set it. */
export function addRuleRoutes(app: App, { store }: Laboratory): void {
  app.get(`${API}/rules`, { config: { access: READ }, schema: { tags, response: { 200: rules } } }, () =>
    readRules(store.database.queries),
  );
  app.put(
    `${API}/rules`,
    { config: { access: ADMIN }, schema: { tags, headers: changing, body: rulesChange, response: { 200: rules } } },
    async (request) => {
      const wish = wishOf(request, { kind: "rules.changed", asks: request.body });
      await changeRules(store, wish, request.body);
      return await readRules(store.database.queries);
    },
  );
}
