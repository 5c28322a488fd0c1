import { requireSight } from "leukogram/review/blindness";
import { readCase, requireCase } from "../../store/cases.ts";
import { moveCells, twinsOf } from "../../store/moving.ts";
import { askedBy, READ, REVIEW } from "../access.ts";
import { changing } from "../contract/access.ts";
import { caseSummary, cellMove, twins } from "../contract/cases.ts";
import { API } from "../contract/routes.ts";
import type { App, Laboratory } from "../laboratory.ts";
import { caseView } from "../views.ts";
import { wishOf } from "../wishes.ts";
import { caseParams } from "./params.ts";

const tags = ["cells"];

/** Moves cells between cases, takes them out, and says which cases may be of one specimen. */
export function addMovingRoutes(app: App, { store, classification }: Laboratory): void {
  app.post(
    `${API}/cases/:case/cells/move`,
    {
      config: { access: REVIEW },
      schema: { tags, params: caseParams, headers: changing, body: cellMove, response: { 200: caseSummary } },
    },
    async (request) => {
      const { case: caseId } = request.params;
      const wish = wishOf(request, { kind: "cells.moved", asks: { caseId, ...request.body } });
      await moveCells(store, wish, { caseId, ...request.body });
      classification.enqueue();
      return caseView(await readCase(store, caseId), wish.actor);
    },
  );
  app.get(
    `${API}/cases/:case/twins`,
    { config: { access: READ }, schema: { tags, params: caseParams, response: { 200: twins } } },
    async (request) => {
      const found = await requireCase(store.database.queries, request.params.case);
      // The same image has its answer in another case.
      requireSight(found, askedBy(request).user);
      return await twinsOf(store, found);
    },
  );
}
