import { randomUUID } from "node:crypto";
import { z } from "zod";
import { patientName } from "../../interfaces/order.ts";
import { createCase, readCase } from "../../store/cases.ts";
import { factsOfOrder, type ListedOrder, listOrders, requireOrder } from "../../store/connections/orders.ts";
import { type CodeRow, readConnections } from "../../store/settings/connections.ts";
import { READ, REVIEW } from "../access.ts";
import { loincOf } from "../connections/codes.ts";
import { changing } from "../contract/access.ts";
import { caseSummary } from "../contract/cases.ts";
import { order } from "../contract/connections.ts";
import { API } from "../contract/routes.ts";
import type { App, Laboratory } from "../laboratory.ts";
import { caseView } from "../views.ts";
import { wishOf } from "../wishes.ts";
import { orderParams } from "./params.ts";

const tags = ["orders"];

/** The worklist, and cases made from it. */
export function addOrderRoutes(app: App, { store, work }: Laboratory): void {
  app.get(
    `${API}/orders`,
    {
      config: { access: READ },
      schema: {
        tags,
        querystring: z.object({
          /** Only those that are not cancelled and have no case, by accession number; else all, the latest first. */
          open: z.stringbool().default(false),
          /** The begin of the accession number. */
          accession: z.string().max(200).optional(),
          limit: z.coerce.number().int().min(1).max(500).default(200),
        }),
        response: { 200: z.object({ orders: z.array(order) }) },
      },
    },
    async ({ query: { open: isOpen, ...query } }) => {
      const { codes } = await readConnections(store.database.queries);
      return { orders: (await listOrders(store, { ...query, isOpen })).map((row) => orderView(row, codes)) };
    },
  );
  app.post(
    `${API}/orders/:order/case`,
    {
      config: { access: REVIEW },
      schema: { tags, params: orderParams, headers: changing, response: { 200: caseSummary } },
    },
    async (request) => {
      const { order } = request.params;
      const wish = wishOf(request, { kind: "case.created", asks: { order } });
      const { content } = await requireOrder(store.database.queries, order);
      const facts = { ...factsOfOrder(content, store.now()), leukocytes: null, comment: "", signers: 1 };
      const id = await createCase(store, wish, { id: randomUUID(), facts, order, model: await work.models.active() });
      return caseView(await readCase(store, id), wish.actor);
    },
  );
}

function orderView({ content, ...row }: ListedOrder, codes: readonly CodeRow[]): z.infer<typeof order> {
  const { id, accession, sender, status } = row;
  const { placer, patientId, assigner, birthDate, sex, requestedAt, collectedAt, priority, service } = content;
  return {
    ...{ id, accession, sender, status, placer, patientId, assigner, birthDate, sex },
    ...{ requestedAt, collectedAt, priority, service },
    patient: patientName(content) || null,
    loinc: loincOf(content, codes) ?? null,
    receivedAt: row.receivedAt.toISOString(),
    case: row.case as z.infer<typeof order>["case"],
  };
}
