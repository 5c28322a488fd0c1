// The Open Inference Protocol v2 (REST): whoever speaks it, such as Triton's clients, can ask the laboratory's models.

import { LeukogramError } from "@leukogram/engine/core/errors";
import type { FastifyError, FastifyReply, FastifyRequest } from "fastify";
import { z } from "zod";
import type { Access } from "../access.ts";
import { explainError, loggable } from "../errors.ts";
import { type InferRequest, MOST_BYTES, parseInferRequest } from "../inference/inferRequest.ts";
import { inferResponse, modelMetadata, serverMetadata } from "../inference/inferResponse.ts";
import type { App, Laboratory } from "../laboratory.ts";
import { factsOf } from "../work/scales.ts";

/** Who may ask models: tokens with this scope. */
const INFER: Access = { role: "viewer", scope: "infer" };

/** Requests that may be under way: each holds its images in memory. */
const MOST_AT_ONCE = 4;

// Not of our own description: the protocol has one.
const hide = true;
const params = z.object({ model: z.string().min(1).max(500) });

/** Adds them, in a context of their own: bodies are bytes there, and errors are `{ error }`. */
export async function addInferenceRoutes(app: App, laboratory: Laboratory): Promise<void> {
  // biome-ignore lint/nursery/noMisusedPromises: fastify awaits what a plugin promises
  await app.register(async (given) => {
    const own = given as unknown as App;
    own.removeAllContentTypeParsers();
    own.addContentTypeParser("*", { parseAs: "buffer", bodyLimit: MOST_BYTES }, (_, body, done) => done(null, body));
    own.setErrorHandler((error: FastifyError, request, reply) => {
      const { status, message } = explainError(error);
      if (status >= 500) request.log.error({ err: loggable(error) }, "inference failed");
      return reply.code(status).send({ error: message });
    });
    addHealth(own, laboratory);
    addInfer(own, laboratory);
  });
}

function addHealth(app: App, { work: { models } }: Laboratory): void {
  const open = { config: { access: "all" as const }, schema: { hide } };
  app.get("/v2/health/live", open, async () => ({ live: true }));
  app.get("/v2/health/ready", open, async () => {
    await models.file(await models.active());
    return { ready: true };
  });
  app.get("/v2", open, async () => serverMetadata);
  const reading = { config: { access: INFER }, schema: { hide, params } };
  app.get("/v2/models/:model", reading, async (request) => {
    const { model } = request.params;
    return modelMetadata(model, factsOf(await models.find(model)));
  });
  app.get("/v2/models/:model/ready", reading, async (request) => {
    const { model } = request.params;
    await models.file(model);
    return { name: model, ready: true };
  });
}

function addInfer(app: App, { work: { models, engine, scales } }: Laboratory): void {
  let underWay = 0;
  app.post(
    "/v2/models/:model/infer",
    { config: { access: INFER }, bodyLimit: MOST_BYTES, schema: { hide, params } },
    async (request, reply) => {
      if (underWay >= MOST_AT_ONCE)
        throw new LeukogramError("ERR_ABORTED", "too many requests in progress", { hint: "Try again in a moment." });
      underWay++;
      try {
        const { model: id } = request.params;
        const model = await models.find(id);
        const wanted = wantedOf(request);
        const { images, shape, scale } = wanted;
        const { classes, cropRedCells } = factsOf(model);
        if (scale !== undefined && cropRedCells === undefined)
          throw new LeukogramError("ERR_USAGE", `${id}: takes whole images and does not use a scale`, {
            hint: "Remove the parameter.",
          });
        const redCell = (scale ?? (await scales.of(id)))?.redCell;
        const { probabilities, crops } = await engine.run("tensors", { model, images, shape, redCell });
        requireNumbers(probabilities, classes.length);
        return send(reply, inferResponse(wanted, { model: id, probabilities, classes, crops }));
      } finally {
        underWay--;
      }
    },
  );
}

function wantedOf({ body, headers }: FastifyRequest): InferRequest {
  if (!(body instanceof Uint8Array)) throw new LeukogramError("ERR_USAGE", "the request has no body");
  if (!["identity", undefined].includes(headers["content-encoding"]))
    throw new LeukogramError("ERR_USAGE", "compressed bodies are not supported");
  const length = headers["inference-header-content-length"];
  return parseInferRequest(body, Array.isArray(length) ? length[0] : length);
}

// The protocol's JSON has no word for what is no number, and null would be taken for one.
function requireNumbers(probabilities: Float32Array, classes: number): void {
  const at = probabilities.findIndex((value) => !Number.isFinite(value));
  if (at < 0) return;
  const row = Math.floor(at / classes);
  throw new LeukogramError("ERR_IMAGE", `input "images": the model returned NaN for image ${row} (counted from 0)`, {
    hint: "The image may be completely black. Remove it.",
  });
}

function send(reply: FastifyReply, { body, headers }: ReturnType<typeof inferResponse>) {
  return reply.headers(headers).send(Buffer.from(body));
}
