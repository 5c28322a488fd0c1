import { CELL_TYPES } from "leukogram/cells/classes";
import { isBlind, requireFinished, requireSight } from "leukogram/review/blindness";
import { tallyOf } from "leukogram/review/count";
import { z } from "zod";
import { type CaseRow, readCase, requireCase } from "../../store/cases.ts";
import { groupCells } from "../../store/cellGroups.ts";
import { readCells } from "../../store/cells.ts";
import { labelCells } from "../../store/labels.ts";
import { askedBy, READ, REVIEW } from "../access.ts";
import { compressed } from "../compressed.ts";
import { changing } from "../contract/access.ts";
import { cell, differential, labelChange, labelConflict, reading } from "../contract/cases.ts";
import { API } from "../contract/routes.ts";
import { countOf } from "../count.ts";
import type { App, Laboratory } from "../laboratory.ts";
import { withRanges } from "../report/usualRanges.ts";
import { cellView } from "../views.ts";
import { wishOf } from "../wishes.ts";
import { caseParams } from "./params.ts";

const tags = ["cells"];

/** Lists cells, labels and counts them. */
export function addCellRoutes(app: App, { store }: Laboratory): void {
  const countNow = async (found: CaseRow) => {
    const { queries } = store.database;
    return countOf(tallyOf(await groupCells(queries, found.id)), await withRanges(queries, found, store.now()));
  };
  app.get(
    `${API}/cases/:case/cells`,
    {
      config: { access: READ },
      onSend: compressed,
      schema: {
        tags,
        params: caseParams,
        querystring: z.object({
          reading: reading.default("first"),
          after: z.coerce
            .number()
            .int()
            .min(0)
            .max(2 ** 31 - 1)
            .default(0),
          limit: z.coerce.number().int().min(1).max(5000).default(1000),
        }),
        response: { 200: z.object({ cells: z.array(cell), classes: z.array(z.string()), next: z.int().nullable() }) },
      },
    },
    async (request) => {
      const { reading, after, limit } = request.query;
      const found = await readCase(store, request.params.case);
      const blind = isBlind(found, askedBy(request).user);
      if (reading === "second" && !blind) requireFinished(found);
      const rows = await readCells(store.database.queries, found.id, { after, limit });
      const classes = rows.find((row) => row.classes !== null)?.classes ?? [...CELL_TYPES];
      const next = rows.length < limit ? null : rows.at(-1)!.number;
      return { cells: rows.map((row) => cellView(row, { reading, blind })), classes, next };
    },
  );
  app.post(
    `${API}/cases/:case/labels`,
    {
      config: { access: REVIEW },
      bodyLimit: 2e6,
      schema: {
        tags,
        params: caseParams,
        headers: changing,
        body: labelChange,
        response: {
          200: z.object({
            revision: z.int(),
            differential: differential.nullable(),
            conflicts: z.array(labelConflict),
          }),
        },
      },
    },
    async (request) => {
      const { case: caseId } = request.params;
      const wish = wishOf(request, { kind: "cells.labelled", asks: { caseId, ...request.body } });
      const labelled = await labelCells(store, wish, { caseId, ...request.body });
      // Answers that an earlier version kept have no conflicts.
      const { revision } = labelled;
      const conflicts = (labelled.conflicts ?? []) as z.infer<typeof labelConflict>[];
      const found = await requireCase(store.database.queries, caseId);
      if (isBlind(found, wish.actor)) return { revision, differential: null, conflicts };
      const differential = await countNow(found);
      return { revision, differential, conflicts };
    },
  );
  app.get(
    `${API}/cases/:case/differential`,
    { config: { access: READ }, schema: { tags, params: caseParams, response: { 200: differential } } },
    async (request) => {
      const found = await requireCase(store.database.queries, request.params.case);
      requireSight(found, askedBy(request).user);
      return await countNow(found);
    },
  );
}
