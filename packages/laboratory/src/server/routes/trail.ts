import { Readable } from "node:stream";
import { z } from "zod";
import { backup } from "../../store/backup/backup.ts";
import { exportTrail } from "../../store/backup/exportTrail.ts";
import { blindCases } from "../../store/labels.ts";
import { movedInto } from "../../store/moving.ts";
import { readEvents } from "../../store/trail.ts";
import { verifyTrail } from "../../store/verifyTrail.ts";
import { ADMIN, askedBy, READ } from "../access.ts";
import { API } from "../contract/routes.ts";
import { event, verified } from "../contract/work.ts";
import type { App, Laboratory } from "../laboratory.ts";

const tags = ["trail"];

/** The trail: page by page, verified, and as a whole. */
export function addTrailRoutes(app: App, { store }: Laboratory): void {
  app.get(
    `${API}/trail`,
    {
      config: { access: READ },
      schema: {
        tags,
        querystring: z.object({
          case: z.uuid().optional(),
          cell: z.uuid().optional(),
          after: z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER).default(0),
          limit: z.coerce.number().int().min(1).max(1000).default(100),
        }),
        response: { 200: z.object({ events: z.array(event), next: z.int().nullable() }) },
      },
    },
    async (request) => {
      const { case: caseId, cell, after, limit } = request.query;
      const rows = await readEvents(store, { caseId, cell, after, limit });
      const blind = await blindCases(store, askedBy(request).user);
      const moved = await movedInto(store, blind);
      const tells = (row: (typeof rows)[number]) =>
        (row.case !== null && blind.has(row.case)) || moved.some((id) => JSON.stringify(row.content).includes(id));
      const events = rows.map((row) => (tells(row) ? { ...row, content: { withheld: true } } : row));
      return { events, next: rows.length < limit ? null : rows.at(-1)!.sequence };
    },
  );
  app.get(
    `${API}/trail/verify`,
    {
      config: { access: READ, rateLimit: { max: 30, timeWindow: 60_000 } },
      schema: { tags, response: { 200: verified } },
    },
    async () => await verifyTrail(store),
  );
  app.get(
    `${API}/trail/export`,
    { config: { access: ADMIN }, schema: { tags, produces: ["application/x-ndjson"] } },
    async (_, reply) =>
      reply
        .type("application/x-ndjson")
        .header("content-disposition", 'attachment; filename="trail.ndjson"')
        .send(Readable.from(exportTrail(store))),
  );
  app.get(
    `${API}/backup`,
    {
      config: { access: ADMIN, rateLimit: { max: 6, timeWindow: 60_000 } },
      schema: { tags, produces: ["application/x-tar"] },
    },
    async (_, reply) => {
      const tar = await backup(store);
      return reply
        .type("application/x-tar")
        .header("content-disposition", 'attachment; filename="leukogram-backup.tar"')
        .send(tar);
    },
  );
}
