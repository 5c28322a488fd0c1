import { z } from "zod";
import { requireCase } from "../../store/cases.ts";
import { askedBy, READ } from "../access.ts";
import { readers } from "../contract/cases.ts";
import { API } from "../contract/routes.ts";
import type { App, Laboratory } from "../laboratory.ts";
import { OpenPages } from "../openPages.ts";
import { pageParams } from "../params.ts";

const tags = ["cases"];

/** Who has a case open. Names alone, so that a blind reader learns nothing of what others do there; nothing of it is recorded. */
export function addReaderRoutes(app: App, { store }: Laboratory): void {
  const pages = new OpenPages();
  const path = `${API}/cases/:case/readers/:page`;
  app.put(
    path,
    { config: { access: READ }, schema: { tags, params: pageParams, response: { 200: readers } } },
    async (request) => {
      const { case: id, page } = request.params;
      const { id: caseId } = await requireCase(store.database.queries, id);
      return { others: pages.keep({ page, caseId, user: askedBy(request).user }, store.now()) };
    },
  );
  app.delete(
    path,
    { config: { access: READ }, schema: { tags, params: pageParams, response: { 200: z.object({}) } } },
    async (request) => {
      const { case: caseId, page } = request.params;
      pages.close({ page, caseId, user: askedBy(request).user });
      return {};
    },
  );
}
