import type { Readable } from "node:stream";
import { LeukogramError } from "@leukogram/engine/core/errors";
import { CELL_TYPES } from "leukogram/cells/classes";
import { isBlind, requireFinished, requireSight } from "leukogram/review/blindness";
import { tallyOf } from "leukogram/review/count";
import { z } from "zod";
import { readCase, requireCase } from "../../store/cases.ts";
import { groupCells } from "../../store/cellGroups.ts";
import { addCells, readCells } from "../../store/cells.ts";
import { labelCells } from "../../store/labels.ts";
import { askedBy, READ, REVIEW } from "../access.ts";
import { changing } from "../contract/access.ts";
import { cell, differential, labelChange, reading, uploaded } from "../contract/cases.ts";
import { API } from "../contract/routes.ts";
import { countOf } from "../count.ts";
import type { App, Laboratory } from "../laboratory.ts";
import { caseParams } from "../params.ts";
import { type SentFile, takeFiles } from "../upload.ts";
import { cellView } from "../views.ts";
import { wishOf } from "../wishes.ts";

const tags = ["cells"];

/** Takes images, lists cells, labels and counts them. */
export function addCellRoutes(app: App, laboratory: Laboratory): void {
  addUpload(app, laboratory);
  addReading(app, laboratory);
}

function addUpload(app: App, { store, classification, limits }: Laboratory): void {
  app.post(
    `${API}/cases/:case/images`,
    {
      config: { access: REVIEW, takesFiles: true },
      bodyLimit: limits.archiveBytes,
      schema: {
        tags,
        params: caseParams,
        headers: changing,
        consumes: ["multipart/form-data"],
        response: { 200: uploaded },
      },
    },
    async (request) => {
      const { case: caseId } = request.params;
      if (!request.isMultipart()) throw new LeukogramError("ERR_USAGE", "expected files as multipart/form-data");
      // Whether it is open is asked when the files are here: a second try gets the first answer, signed or not.
      await requireCase(store.database.queries, caseId);
      const parts = request.parts({ limits: { fileSize: limits.archiveBytes + 1 } });
      const { files, refused } = await takeFiles(store.images, sentFiles(parts), limits).catch((error) => {
        // What is still on its way is read and dropped: the next request of this connection stands behind it.
        request.raw.unpipe();
        request.raw.resume();
        return explain(error);
      });
      const asks = { caseId, files: files.map(({ file, sha256 }) => `${sha256} ${file}`) };
      const wish = wishOf(request, { kind: "cells.added", asks });
      const { added, known } = await addCells(store, wish, { caseId, files, refused: refused.length });
      classification.enqueue();
      return { added: [...added], known: [...known], refused: [...refused] };
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

function addReading(app: App, { store }: Laboratory): void {
  app.get(
    `${API}/cases/:case/cells`,
    {
      config: { access: READ },
      schema: {
        tags,
        params: caseParams,
        querystring: z.object({
          reading: reading.default("first"),
          after: z.coerce
            .number()
            .int()
            .min(0)
            .max(2 ** 31 - 1)
            .default(0),
          limit: z.coerce.number().int().min(1).max(5000).default(1000),
        }),
        response: { 200: z.object({ cells: z.array(cell), classes: z.array(z.string()), next: z.int().nullable() }) },
      },
    },
    async (request) => {
      const { reading, after, limit } = request.query;
      const found = await readCase(store, request.params.case);
      const blind = isBlind(found, askedBy(request).user);
      if (reading === "second" && !blind) requireFinished(found);
      const rows = await readCells(store.database.queries, found.id, { after, limit });
      const classes = rows.find((row) => row.classes !== null)?.classes ?? [...CELL_TYPES];
      const next = rows.length < limit ? null : rows.at(-1)!.number;
      return { cells: rows.map((row) => cellView(row, { reading, blind })), classes, next };
    },
  );
  app.post(
    `${API}/cases/:case/labels`,
    {
      config: { access: REVIEW },
      bodyLimit: 2e6,
      schema: {
        tags,
        params: caseParams,
        headers: changing,
        body: labelChange,
        response: { 200: z.object({ revision: z.int(), differential: differential.nullable() }) },
      },
    },
    async (request) => {
      const { case: caseId } = request.params;
      const wish = wishOf(request, { kind: "cells.labelled", asks: { caseId, ...request.body } });
      const revision = await labelCells(store, wish, { caseId, ...request.body });
      const found = await requireCase(store.database.queries, caseId);
      if (isBlind(found, wish.actor)) return { revision, differential: null };
      return { revision, differential: countOf(tallyOf(await groupCells(store.database.queries, caseId)), found) };
    },
  );
  app.get(
    `${API}/cases/:case/differential`,
    { config: { access: READ }, schema: { tags, params: caseParams, response: { 200: differential } } },
    async (request) => {
      const found = await requireCase(store.database.queries, request.params.case);
      requireSight(found, askedBy(request).user);
      return countOf(tallyOf(await groupCells(store.database.queries, found.id)), found);
    },
  );
}
