import { changeLaboratoryRanges, readLaboratoryRanges } from "../../store/settings/ranges.ts";
import { ADMIN, READ } from "../access.ts";
import { changing } from "../contract/access.ts";
import { knownRanges, ranges } from "../contract/limits.ts";
import { API } from "../contract/routes.ts";
import type { App, Laboratory } from "../laboratory.ts";
import { builtInRanges, requireSoundRanges } from "../report/usualRanges.ts";
import { wishOf } from "../wishes.ts";

const tags = ["signing"];

/** Says which reference ranges hold, and lets an admin set the laboratory's own. */
export function addRangeRoutes(app: App, { store }: Laboratory): void {
  const view = async () => ({
    own: (await readLaboratoryRanges(store.database.queries)) ?? null,
    builtIn: builtInRanges(),
  });
  app.get(`${API}/ranges`, { config: { access: READ }, schema: { tags, response: { 200: knownRanges } } }, view);
  app.put(
    `${API}/ranges`,
    {
      config: { access: ADMIN },
      schema: {
        tags,
        headers: changing,
        /** Null goes back to those that come with the program. */
        body: knownRanges.pick({ own: true }).extend({ own: ranges.nullable() }),
        response: { 200: knownRanges },
      },
    },
    async (request) => {
      const { own } = request.body;
      if (own !== null) requireSoundRanges(own);
      await changeLaboratoryRanges(store, wishOf(request, { kind: "ranges.changed", asks: { own } }), own ?? undefined);
      return await view();
    },
  );
}
