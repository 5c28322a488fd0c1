// Lower and upper limits by class, as they go over the wire.
import { CELL_TYPES } from "leukogram/cells/classes";
import { z } from "zod";

const pair = (most: number) =>
  z
    .tuple([z.number().min(0).max(most).nullable(), z.number().min(0).max(most).nullable()])
    .refine(([low, high]) => low === null || high === null || low <= high, "the lower limit is above the upper limit")
    .readonly();

/** Limits of each class: of its share in per cent, and of its cells, 10^9 per litre; null where there is none. */
export const limits = z.object({
  percent: z.partialRecord(z.enum(CELL_TYPES), pair(100)),
  absolute: z.partialRecord(z.enum(CELL_TYPES), pair(2000)),
});
