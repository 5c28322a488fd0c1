import { RED_CELL_MICROMETRES, scaleText } from "leukogram/data/scale/scale";
import { z } from "zod";
import { ADMIN, READ } from "../access.ts";
import { changing } from "../contract/access.ts";
import { API } from "../contract/routes.ts";
import { scale as scaleShape } from "../contract/work.ts";
import type { App, Laboratory } from "../laboratory.ts";
import { wishOf } from "../wishes.ts";

const tags = ["models"];
const told = z.object({
  scale: scaleShape.nullable(),
  /** Micrometres of a pixel, by red cells of 7.2 micrometres; null if the scale is not known. */
  micrometres: z.number().nullable(),
  text: z.string(),
});

/** Says how large the laboratory's pictures show a cell, and lets an admin tell it. */
export function addScaleRoutes(app: App, { work: { scales, classification } }: Laboratory): void {
  const view = async () => {
    const scale = (await scales.current()) ?? null;
    return {
      scale,
      micrometres: scale && RED_CELL_MICROMETRES / scale.redCell,
      text: scale ? scaleText(scale) : "unknown",
    };
  };
  app.get(`${API}/scale`, { config: { access: READ }, schema: { tags, response: { 200: told } } }, view);
  app.put(
    `${API}/scale`,
    {
      config: { access: ADMIN },
      schema: {
        tags,
        headers: changing,
        /** Such as 0.10um or 72px; null to have it measured from the first cells. */
        body: z.object({ scale: z.string().max(100).nullable() }),
        response: { 200: told },
      },
    },
    async (request) => {
      const { scale } = request.body;
      await scales.tell(scale, wishOf(request, { kind: "scale.told", asks: { scale } }));
      classification.enqueue();
      return view();
    },
  );
}
