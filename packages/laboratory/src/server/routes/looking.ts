import { requireSight } from "leukogram/review/blindness";
import { z } from "zod";
import { readCase } from "../../store/cases.ts";
import { requireCell } from "../../store/cells.ts";
import { referenceCells } from "../../store/knownCells.ts";
import { blindCases } from "../../store/labels.ts";
import { askedBy, READ } from "../access.ts";
import { label } from "../contract/cases.ts";
import { API } from "../contract/routes.ts";
import type { App, Laboratory } from "../laboratory.ts";
import { cellParams } from "./params.ts";

const tags = ["cells"];

const neighbours = z.object({
  neighbours: z.array(z.object({ cell: z.uuid(), case: z.uuid(), label, distance: z.number() })),
  /** Labelled cells that the model has not looked at yet; they are, while nothing else is to be done. */
  waiting: z.int(),
});

const references = z.object({
  references: z.array(
    z.object({
      cell: z.uuid(),
      number: z.int(),
      case: z.uuid(),
      caseName: z.string(),
      /** Whether a reader gave the label; else the model did, and the case was signed with it. */
      byReader: z.boolean(),
    }),
  ),
});

/** What helps a reader to decide: what of a cell spoke for a class, and labelled cells that look like it. */
export function addLookingRoutes(app: App, { store, work }: Laboratory): void {
  const cellFor = async (id: string, user: string) => {
    const cell = await requireCell(store, id);
    requireSight(await readCase(store, cell.caseId), user);
    return cell;
  };
  app.get(
    `${API}/cells/:cell/explanation`,
    {
      config: { access: READ },
      schema: {
        tags,
        params: cellParams,
        querystring: z.object({ class: z.string().min(1).max(200).optional() }),
        produces: ["image/png"],
      },
    },
    async (request, reply) => {
      const cell = await cellFor(request.params.cell, askedBy(request).user);
      const png = await work.explanations.paint(cell, request.query.class);
      return reply
        .type("image/png")
        .header("cache-control", "private, max-age=86400")
        .header("content-security-policy", "default-src 'none'; sandbox")
        .send(Buffer.from(png));
    },
  );
  app.get(
    `${API}/references`,
    {
      config: { access: READ },
      schema: {
        tags,
        querystring: z.object({ label, count: z.coerce.number().int().min(1).max(50).default(8) }),
        response: { 200: references },
      },
    },
    async (request) => {
      const hidden = await blindCases(store, askedBy(request).user);
      return { references: await referenceCells(store, { ...request.query, hidden }) };
    },
  );
  app.get(
    `${API}/cells/:cell/neighbours`,
    {
      config: { access: READ },
      schema: {
        tags,
        params: cellParams,
        querystring: z.object({ count: z.coerce.number().int().min(1).max(50).default(8) }),
        response: { 200: neighbours },
      },
    },
    async (request) => {
      const { user } = askedBy(request);
      const cell = await cellFor(request.params.cell, user);
      const hidden = await blindCases(store, user);
      const mayShow = (caseId: string) => !hidden.has(caseId);
      const { near, waiting } = await work.neighbours.of(cell, { count: request.query.count, mayShow });
      const told = near.map(({ item: { cell: id, case: caseId, label: said }, distance }) => ({
        ...{ cell: id, case: caseId, label: said, distance },
      }));
      return { neighbours: told, waiting };
    },
  );
}
