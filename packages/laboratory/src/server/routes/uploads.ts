import { randomUUID } from "node:crypto";
import type { Readable } from "node:stream";
import { LeukogramError } from "@leukogram/engine/core/errors";
import type { FastifyRequest } from "fastify";
import { z } from "zod";
import { uuidOf } from "../../interfaces/uuidOf.ts";
import { announceUpload, giveUpAwaited, readAwaited } from "../../store/awaited.ts";
import { readCase, requireCase } from "../../store/cases.ts";
import { addCells } from "../../store/cells.ts";
import { caseOfAccession } from "../../store/connections/accessions.ts";
import { READ, REVIEW } from "../access.ts";
import { changing } from "../contract/access.ts";
import { caseSummary } from "../contract/cases.ts";
import { API } from "../contract/routes.ts";
import { announced, announcement, awaited, uploaded } from "../contract/uploads.ts";
import type { App, Laboratory } from "../laboratory.ts";
import { type SentFile, takeFiles } from "../upload.ts";
import { caseView } from "../views.ts";
import { wishOf } from "../wishes.ts";
import { accessionParams, caseParams } from "./params.ts";

const tags = ["cells"];

/** Takes images; says which files of an upload a case misses. */
export function addUploadRoutes(app: App, laboratory: Laboratory): void {
  addImages(app, laboratory);
  addAnnouncing(app, laboratory);
}

function addImages(app: App, { store, classification, limits, work }: Laboratory): void {
  const take = async (request: FastifyRequest, caseId: string, upload?: string) => {
    if (!request.isMultipart()) throw new LeukogramError("ERR_USAGE", "expected files as multipart/form-data");
    // Whether it is open is asked when the files are here: a second try gets the first answer, signed or not.
    await requireCase(store.database.queries, caseId);
    const parts = request.parts({ limits: { fileSize: limits.archiveBytes + 1 } });
    const { files, refused, names } = await takeFiles(store.images, sentFiles(parts), limits).catch((error) => {
      // What is still on its way is read and dropped: the next request of this connection stands behind it.
      request.raw.unpipe();
      request.raw.resume();
      return explain(error);
    });
    const asks = { caseId, upload, files: files.map(({ file, sha256 }) => `${sha256} ${file}`) };
    const wish = wishOf(request, { kind: "cells.added", asks });
    const { added, known } = await addCells(store, wish, {
      ...{ caseId, files, refused: refused.length },
      arrived: { upload, names },
    });
    classification.enqueue();
    return { added: [...added], known: [...known], refused: [...refused] };
  };
  app.post(
    `${API}/cases/:case/images`,
    {
      config: { access: REVIEW, takesFiles: true },
      bodyLimit: limits.archiveBytes,
      schema: {
        tags,
        params: caseParams,
        headers: changing,
        /** The announced upload that they belong to; without it, files that any upload announced by these names have arrived. */
        querystring: z.object({ upload: z.uuid().toLowerCase().optional() }),
        consumes: ["multipart/form-data"],
        response: { 200: uploaded },
      },
    },
    (request) => take(request, request.params.case, request.query.upload),
  );
  app.post(
    `${API}/accessions/:accession/images`,
    {
      config: { access: REVIEW, takesFiles: true },
      bodyLimit: limits.archiveBytes,
      schema: {
        tags,
        params: accessionParams,
        headers: changing,
        consumes: ["multipart/form-data"],
        response: { 200: uploaded.extend({ case: z.uuid() }) },
      },
    },
    async (request) => {
      const { accession } = request.params;
      const { actor, key } = wishOf(request, { kind: "case.created", asks: {} });
      // Its own key, as the images have that of the request; the same with each try.
      const wish = { actor, key: uuidOf([key, "case"]) };
      const caseId = await caseOfAccession(store, { accession, model: await work.models.active(), wish });
      return { case: caseId, ...(await take(request, caseId)) };
    },
  );
}

async function* sentFiles(parts: AsyncIterable<{ type: string }>): AsyncGenerator<SentFile, void, undefined> {
  let isEmpty = true;
  for await (const part of parts) {
    if (part.type !== "file") continue;
    isEmpty = false;
    const { filename, file } = part as unknown as { filename: string; file: Readable };
    yield { name: filename, stream: file };
  }
  if (isEmpty) throw new LeukogramError("ERR_USAGE", "the form contains no files");
}

// The reader of forms tells what is wrong with one by plain errors; those of the disk name what was called.
function explain(error: unknown): never {
  const isOfForm =
    Object.getPrototypeOf(error) === Error.prototype &&
    (error as NodeJS.ErrnoException).syscall === undefined &&
    (error as { statusCode?: number }).statusCode === undefined;
  if (!isOfForm) throw error;
  throw new LeukogramError("ERR_USAGE", "the form is damaged or incomplete", { hint: "Send it again.", cause: error });
}

function addAnnouncing(app: App, { store, work }: Laboratory): void {
  const path = `${API}/cases/:case/uploads`;
  app.post(
    path,
    {
      config: { access: REVIEW },
      // Names of 100,000 files in folders.
      bodyLimit: 32e6,
      schema: { tags, params: caseParams, headers: changing, body: announcement, response: { 200: announced } },
    },
    async (request) => {
      const { case: caseId } = request.params;
      const wish = wishOf(request, { kind: "upload.announced", asks: { caseId, ...request.body } });
      return { upload: await announceUpload(store, wish, { caseId, id: randomUUID(), ...request.body }) };
    },
  );
  app.get(
    path,
    { config: { access: READ }, schema: { tags, params: caseParams, response: { 200: awaited } } },
    async (request) => {
      const { id } = await requireCase(store.database.queries, request.params.case);
      return { files: await readAwaited(store.database.queries, id) };
    },
  );
  app.delete(
    path,
    {
      config: { access: REVIEW },
      schema: { tags, params: caseParams, headers: changing, response: { 200: caseSummary } },
    },
    async (request) => {
      const { case: caseId } = request.params;
      const wish = wishOf(request, { kind: "upload.given-up", asks: { caseId } });
      await giveUpAwaited(store, wish, { caseId });
      work.connections.send();
      return caseView(await readCase(store, caseId), wish.actor);
    },
  );
}
