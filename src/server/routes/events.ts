import { PassThrough } from "node:stream";
import { readCase } from "../../store/cases.ts";
import { cellsById } from "../../store/cells.ts";
import { askedBy, READ } from "../access.ts";
import { API } from "../contract/routes.ts";
import type { App, Laboratory } from "../laboratory.ts";
import { caseParams } from "../params.ts";
import { cellView, isBlind } from "../views.ts";

/** Milliseconds between signs of life, which keep a connection open that goes through others. */
const PULSE = 15_000;

/** What changes in a case, as it changes (server-sent events). */
export function addEventRoutes(app: App, { store }: Laboratory): void {
  const open = new Set<PassThrough>();
  app.addHook("preClose", async () => {
    for (const stream of open) stream.end();
  });
  app.get(
    `${API}/cases/:case/events`,
    {
      config: { access: READ },
      schema: { tags: ["cases"], params: caseParams, produces: ["text/event-stream"] },
    },
    async (request, reply) => {
      const { user } = askedBy(request);
      const { case: id } = request.params;
      const tell = async (cells: readonly string[]) => {
        const found = await readCase(store, id);
        const blind = isBlind(found, user);
        const rows = await cellsById(store.database.queries, cells);
        const seen = rows.map((row) => cellView(row, { reading: "first", blind }));
        const { revision, waiting } = found;
        stream.write(`data: ${JSON.stringify({ revision, waiting, cells: seen })}\n\n`);
      };
      const stream = new PassThrough();
      await tell([]);
      // One after the other, so that revisions arrive in order.
      let last: Promise<unknown> = Promise.resolve();
      const stop = store.listen(({ caseId, cells }) => {
        if (caseId === id) last = last.then(() => tell(cells)).catch(() => stream.end());
      });
      const pulse = setInterval(() => stream.write(": still here\n\n"), PULSE).unref();
      open.add(stream);
      const end = () => {
        stop();
        clearInterval(pulse);
        open.delete(stream);
        stream.end();
      };
      stream.on("close", end);
      request.raw.on("close", end);
      return reply
        .type("text/event-stream")
        .header("cache-control", "no-store")
        .header("x-accel-buffering", "no")
        .send(stream);
    },
  );
}
