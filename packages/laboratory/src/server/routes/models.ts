import { createReadStream } from "node:fs";
import { z } from "zod";
import { ADMIN, READ } from "../access.ts";
import { changing } from "../contract/access.ts";
import { API } from "../contract/routes.ts";
import { model, run, unlabelledCells } from "../contract/work.ts";
import type { App, Laboratory } from "../laboratory.ts";
import { wishOf } from "../wishes.ts";
import { runView } from "../work/runView.ts";

const tags = ["models"];
const params = z.object({ model: z.string().min(1).max(500) });
const listed = z.object({ models: z.array(model), active: z.string() });

/** Accuracy that may be lost on the model's own laboratory, points; default 1. */
const homeLoss = z.number().min(0).max(100).optional();

/** What an adaptation is asked for with. */
const adaptWish = z
  .object({
    /** Default: all. */
    cases: z.array(z.uuid().toLowerCase()).min(1).max(1000).optional(),
    homeLoss,
  })
  .nullish();

/** Whether an adaptation is offered: if not, why. */
const adaptOffer = z.object({ reason: z.string().nullable() });

/** The same without labels, which takes the laboratory's first cells. */
const unlabelledWish = z.object({ homeLoss }).nullish();

/** Lists models, makes one the model of new cases, hands out their files, and adapts them. */
export function addModelRoutes(app: App, { store, work: { models, runs } }: Laboratory): void {
  app.get(`${API}/models`, { config: { access: READ }, schema: { tags, response: { 200: listed } } }, () =>
    models.list(),
  );
  app.post(
    `${API}/models/:model/activate`,
    { config: { access: ADMIN }, schema: { tags, params, headers: changing, response: { 200: listed } } },
    async (request) => {
      const { model } = request.params;
      await models.activate(model, wishOf(request, { kind: "model.activated", asks: { model } }));
      return models.list();
    },
  );
  app.get(
    `${API}/models/:model/file`,
    { config: { access: READ }, schema: { tags, params, produces: ["application/octet-stream"] } },
    async (request, reply) => {
      const { path, bytes, sha256 } = await models.file(request.params.model);
      const etag = `"${sha256}"`;
      reply.header("etag", etag).header("cache-control", "private, no-cache");
      if (request.headers["if-none-match"] === etag) return reply.code(304).send();
      return reply.type("application/octet-stream").header("content-length", bytes).send(createReadStream(path));
    },
  );
  app.post(
    `${API}/models/adapt`,
    {
      config: { access: ADMIN },
      schema: {
        tags,
        headers: changing,
        body: adaptWish,
        response: { 200: run },
      },
    },
    async (request) => {
      const { cases, homeLoss = 1 } = request.body ?? {};
      const wish = wishOf(request, { kind: "run.asked", asks: { cases: cases ?? null, homeLoss } });
      return runView(store, await runs.adapt(wish, { cases, homeLoss }));
    },
  );
  app.get(
    `${API}/models/adapt`,
    { config: { access: READ }, schema: { tags, response: { 200: adaptOffer } } },
    async () => ({ reason: await runs.adaptReason() }),
  );
  addUnlabelled(app, { store, runs });
}

function addUnlabelled(app: App, { store, runs }: Pick<Laboratory, "store"> & Pick<Laboratory["work"], "runs">): void {
  app.get(
    `${API}/models/adapt/unlabelled`,
    { config: { access: READ }, schema: { tags, response: { 200: unlabelledCells } } },
    () => runs.unlabelledCells(),
  );
  app.post(
    `${API}/models/adapt/unlabelled`,
    { config: { access: ADMIN }, schema: { tags, headers: changing, body: unlabelledWish, response: { 200: run } } },
    async (request) => {
      const { homeLoss = 1 } = request.body ?? {};
      const wish = wishOf(request, { kind: "run.asked", asks: { unlabelled: true, homeLoss } });
      return runView(store, await runs.adaptUnlabelled(wish, { homeLoss }));
    },
  );
}
