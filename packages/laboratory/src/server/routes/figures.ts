import { z } from "zod";
import { caseFigures, cellFigures, measuredCells } from "../../store/figures.ts";
import type { Access } from "../access.ts";
import { figures } from "../contract/figures.ts";
import { API } from "../contract/routes.ts";
import { driftsOf, usualSince } from "../figures/drift.ts";
import { figuresOf } from "../figures/figuresOf.ts";
import type { App, Laboratory } from "../laboratory.ts";

/** Of who judges the work of others. */
const JUDGE: Access = { role: "signer", scope: "read" };

/** Says how readers and model did in the last weeks. */
export function addFigureRoutes(app: App, { store }: Laboratory): void {
  app.get(
    `${API}/figures`,
    {
      config: { access: JUDGE },
      schema: {
        tags: ["cases"],
        querystring: z.object({ weeks: z.coerce.number().int().min(1).max(104).default(12) }),
        response: { 200: figures },
      },
    },
    async ({ query: { weeks } }) => {
      // From a Monday on, so that no week is cut.
      const now = store.now();
      const days = ((now.getUTCDay() + 6) % 7) + 7 * (weeks - 1);
      const since = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate() - days));
      const { queries } = store.database;
      const found = figuresOf(await cellFigures(queries, since), await caseFigures(queries, since));
      const measured = await measuredCells(queries, usualSince(since));
      return { ...found, drifts: driftsOf(measured, since.toISOString().slice(0, 10)) };
    },
  );
}
