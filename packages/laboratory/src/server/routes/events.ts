import { isBlind } from "leukogram/review/blindness";
import { readCase } from "../../store/cases.ts";
import { cellsById } from "../../store/cells.ts";
import { askedBy, READ } from "../access.ts";
import { API } from "../contract/routes.ts";
import type { App, Laboratory } from "../laboratory.ts";
import { EventStreams } from "../serverSent.ts";
import { cellView } from "../views.ts";
import { caseParams } from "./params.ts";

/** What changes in a case, as it changes (server-sent events). */
export function addEventRoutes(app: App, { store }: Laboratory): void {
  const streams = new EventStreams(app);
  app.get(
    `${API}/cases/:case/events`,
    {
      config: { access: READ },
      schema: { tags: ["cases"], params: caseParams, produces: ["text/event-stream"] },
    },
    async (request, reply) => {
      const { user } = askedBy(request);
      const { case: id } = request.params;
      const news = async (cells: readonly string[]) => {
        const found = await readCase(store, id);
        const blind = isBlind(found, user);
        const rows = (await cellsById(store.database.queries, cells)).filter(({ caseId }) => caseId === id);
        const { revision, waiting, awaited } = found;
        const here = new Set(rows.map((row) => row.id));
        return {
          ...{ revision, waiting, awaited },
          cells: rows.map((row) => cellView(row, { reading: "first", blind })),
          /** Cells that were moved or taken out. */
          gone: cells.filter((cell) => !here.has(cell)),
        };
      };
      await readCase(store, id); // told as missing before a stream begins
      // One after the other, so that revisions arrive in order.
      let last: Promise<unknown> = Promise.resolve();
      const send = (cells: readonly string[]) => {
        last = last.then(async () => stream.send(await news(cells))).catch(() => stream.end());
      };
      const stop = store.listen(({ caseId, cells }) => {
        if (caseId === id) send(cells);
      });
      const stream = streams.open(request, reply, stop);
      send([]);
      return reply;
    },
  );
}
