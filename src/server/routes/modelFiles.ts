import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { LeukogramError } from "../../core/errors.ts";
import { findModelFile, isShippedName } from "../../formats/shippedModels.ts";
import { READ } from "../access.ts";
import { API } from "../contract/routes.ts";
import type { App, Laboratory } from "../laboratory.ts";

/** A model's file, for private mode, which classifies in the browser. */
export function addModelFileRoutes(app: App, { store, model: active }: Laboratory): void {
  app.get(
    `${API}/models/:model/file`,
    {
      config: { access: READ },
      schema: {
        tags: ["models"],
        params: z.object({ model: z.string().max(500) }),
        produces: ["application/octet-stream"],
      },
    },
    async (request, reply) => {
      const { model } = request.params;
      const path = pathOf(model, { folder: store.folder, active });
      const found = path === undefined ? undefined : await fileAt(path);
      if (found === undefined) throw new LeukogramError("ERR_NOT_FOUND", "there is no such model");
      return reply
        .type("application/octet-stream")
        .header("content-length", found.size)
        .header("cache-control", "private, no-cache")
        .send(createReadStream(found.path));
    },
  );
}

// Nothing but shipped models, those of this laboratory by their names, and the one that was given at the start.
function pathOf(model: string, { folder, active }: { folder: string; active: string }): string | undefined {
  if (isShippedName(model) || model === active) return findModelFile(model).path;
  return /^[\w-]{1,100}$/.test(model) ? join(folder, "models", model) : undefined;
}

async function fileAt(path: string): Promise<{ path: string; size: number } | undefined> {
  const places = [path, join(path, "model.onnx")];
  for (const place of places) {
    const facts = await stat(place).catch(() => undefined);
    if (facts?.isFile()) return { path: place, size: facts.size };
  }
  return undefined;
}
