// Routes of models, trainings and inference.
import { z } from "zod";
import { shippedModels } from "../../formats/shippedModels.ts";
import { DEFAULT_MODEL } from "../../models/shipped.ts";
import { READ } from "../access.ts";
import { API } from "../contract/routes.ts";
import { model } from "../contract/work.ts";
import type { App, Laboratory } from "../laboratory.ts";

/** Adds them. */
export function addWorkRoutes(app: App, { model: active = DEFAULT_MODEL }: Laboratory): void {
  app.get(
    `${API}/models`,
    {
      config: { access: READ },
      schema: { tags: ["models"], response: { 200: z.object({ models: z.array(model), active: z.string() }) } },
    },
    async () => ({
      models: shippedModels().map(({ name, classes }) => ({
        ...{ id: name, name, kind: "shipped" as const, parent: null, isActive: name === active },
        ...{ createdAt: null, classes: [...classes], judged: null },
      })),
      active,
    }),
  );
}
