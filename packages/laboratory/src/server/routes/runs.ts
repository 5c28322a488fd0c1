import { readFile } from "node:fs/promises";
import { LeukogramError } from "@leukogram/engine/core/errors";
import { runFiles } from "leukogram/run/runFolder";
import { z } from "zod";
import { listRuns, requireRun } from "../../store/runs.ts";
import { ADMIN, READ } from "../access.ts";
import { changing } from "../contract/access.ts";
import { API } from "../contract/routes.ts";
import { run } from "../contract/work.ts";
import type { App, Laboratory } from "../laboratory.ts";
import { EventStreams } from "../serverSent.ts";
import { wishOf } from "../wishes.ts";
import { runPaths } from "../work/runFiles.ts";
import { runView } from "../work/runView.ts";

const tags = ["runs"];
const params = z.object({ run: z.uuid().toLowerCase() });

/** What a training is asked for with. */
const newRun = z.object({
  kind: z.literal("train"),
  name: z.string().trim().min(1).max(200).optional(),
  /** A folder or manifest, in one of those that may be trained on. */
  data: z.string().min(1).max(1000),
  /** By its name in the registry. */
  model: z.string().min(1).max(100),
  epochs: z.int().min(1).max(10_000).optional(),
  /** Further settings of the recipe. */
  recipe: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).default({}),
});

/** Milliseconds between two looks at a run that is watched. */
const LOOK = 500;

/** Starts, lists, watches and cancels trainings and adaptations. */
export function addRunRoutes(app: App, laboratory: Laboratory): void {
  addChanges(app, laboratory);
  addEvents(app, laboratory);
  const { store } = laboratory;
  app.get(
    `${API}/runs`,
    { config: { access: READ }, schema: { tags, response: { 200: z.object({ runs: z.array(run) }) } } },
    async () => ({ runs: (await listRuns(store)).map((row) => runView(store, row)) }),
  );
  app.get(
    `${API}/runs/data`,
    { config: { access: ADMIN }, schema: { tags, response: { 200: z.object({ data: z.array(z.string()) }) } } },
    () => ({ data: laboratory.work.runs.dataFolders() }),
  );
  app.get(
    `${API}/runs/:run`,
    { config: { access: READ }, schema: { tags, params, response: { 200: run } } },
    async (request) => runView(store, await requireRun(store, request.params.run)),
  );
  app.get(
    `${API}/runs/:run/report`,
    { config: { access: READ }, schema: { tags, params, produces: ["text/html"] } },
    async (request, reply) => {
      const row = await requireRun(store, request.params.run);
      const html = await readFile(runFiles(runPaths(store, row).folder).report).catch(() => {
        throw new LeukogramError("ERR_NOT_FOUND", "the run has no report", {
          hint:
            row.kind === "adapt"
              ? "GET /models gives the metrics of its model."
              : "The report is written when the run is finished.",
        });
      });
      // It has its pictures and styles in it, needs no script, and is of no origin, whatever names of classes it shows.
      const policy = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; sandbox; frame-ancestors 'self'";
      return reply
        .header("content-security-policy", policy)
        .header("x-frame-options", "SAMEORIGIN")
        .header("cache-control", "private, no-cache")
        .type("text/html; charset=utf-8")
        .send(html);
    },
  );
}

function addChanges(app: App, { store, work: { runs } }: Laboratory): void {
  app.post(
    `${API}/runs`,
    { config: { access: ADMIN }, schema: { tags, headers: changing, body: newRun, response: { 200: run } } },
    async (request) => {
      const { name, data, model, epochs, recipe } = request.body;
      const wanted = { ...recipe, model, ...(epochs !== undefined && { epochs }) };
      const asks = { name: name ?? null, data, recipe: wanted };
      return runView(
        store,
        await runs.train(wishOf(request, { kind: "run.asked", asks }), { name, data, recipe: wanted }),
      );
    },
  );
  const changed = { config: { access: ADMIN }, schema: { tags, params, headers: changing, response: { 200: run } } };
  app.post(`${API}/runs/:run/cancel`, changed, async (request) => {
    const { run: id } = request.params;
    return runView(store, await runs.cancel(wishOf(request, { kind: "run.cancelled", asks: { run: id } }), id));
  });
  app.post(`${API}/runs/:run/resume`, changed, async (request) => {
    const { run: id } = request.params;
    return runView(store, await runs.resume(wishOf(request, { kind: "run.resumed", asks: { run: id } }), id));
  });
}

/** Until a run is over: itself, whenever it is not as it was (server-sent events). */
function addEvents(app: App, { store }: Laboratory): void {
  const streams = new EventStreams(app);
  app.get(
    `${API}/runs/:run/events`,
    { config: { access: READ }, schema: { tags, params, produces: ["text/event-stream"] } },
    async (request, reply) => {
      const { run: id } = request.params;
      let last = "";
      const look = async () => {
        const view = runView(store, await requireRun(store, id));
        const text = JSON.stringify(view);
        if (text !== last) stream.send(view);
        last = text;
        if (view.finishedAt !== null) stream.end();
      };
      await requireRun(store, id);
      const timer = setInterval(() => look().catch(() => stream.end()), LOOK).unref();
      const stream = streams.open(request, reply, () => clearInterval(timer));
      await look();
      return reply;
    },
  );
}
