import { z } from "zod";
import { type ListedDelivery, listDeliveries, sendAgain } from "../../store/connections/deliveries.ts";
import { ADMIN } from "../access.ts";
import { linesOf, previewOf } from "../connections/previewOf.ts";
import { changing } from "../contract/access.ts";
import { delivery, preview, watched } from "../contract/connections.ts";
import { API } from "../contract/routes.ts";
import type { App, Laboratory } from "../laboratory.ts";
import { wishOf } from "../wishes.ts";
import { caseParams, deliveryParams } from "./params.ts";

const tags = ["connections"];

/** What was sent to another system, what it answered, and what would be sent. */
export function addDeliveryRoutes(app: App, { store, work }: Laboratory): void {
  app.get(
    `${API}/deliveries`,
    {
      config: { access: ADMIN },
      schema: {
        tags,
        querystring: z.object({ limit: z.coerce.number().int().min(1).max(500).default(50) }),
        response: { 200: z.object({ deliveries: z.array(delivery) }) },
      },
    },
    async ({ query: { limit } }) => ({ deliveries: (await listDeliveries(store, limit)).map(deliveryView) }),
  );
  app.post(
    `${API}/deliveries/:delivery/send`,
    {
      config: { access: ADMIN },
      schema: { tags, params: deliveryParams, headers: changing, response: { 200: z.object({}) } },
    },
    async (request) => {
      const { delivery: id } = request.params;
      await sendAgain(store, wishOf(request, { kind: "result.again", asks: { id } }), id);
      work.connections.send();
      return {};
    },
  );
  app.get(
    `${API}/watch`,
    { config: { access: ADMIN }, schema: { tags, response: { 200: z.object({ watch: watched.nullable() }) } } },
    () => {
      const { state } = work.watch ?? {};
      return { watch: state ? { ...state, rejected: [...state.rejected], waiting: [...state.waiting] } : null };
    },
  );
  app.get(
    `${API}/connections/preview`,
    { config: { access: ADMIN }, schema: { tags, querystring: caseParams, response: { 200: preview } } },
    async ({ query }) => await previewOf(store, query.case),
  );
}

function deliveryView({
  caseId,
  createdAt,
  endedAt,
  message,
  answer,
  ...row
}: ListedDelivery): z.infer<typeof delivery> {
  const { id, destination, name, number, kind, controlId, state, tries, fault } = row;
  return {
    ...{ id, destination, name, number, kind, controlId, state, tries, fault },
    case: caseId,
    message: message === null ? null : linesOf(message),
    answer: answer === null ? null : linesOf(answer),
    createdAt: createdAt.toISOString(),
    endedAt: endedAt?.toISOString() ?? null,
  };
}
