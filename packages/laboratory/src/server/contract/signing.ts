// What stands against a signature, and the laboratory's rules, as they go over the wire.
import { z } from "zod";

/** What may stand against a signature. */
export const OBSTACLES = [
  ...(["noCells", "waiting", "secondReading"] as const),
  ...(["differences", "unfamiliar", "unidentified", "fewCells", "awaited", "model", "order"] as const),
] as const;

/** One thing that stands against a signature. */
export const obstacle = z.object({
  kind: z.enum(OBSTACLES),
  /** A sentence. */
  text: z.string(),
  /** Whether the case can be signed despite it, for a reason that the report prints. */
  takesReason: z.boolean(),
});

/** What a laboratory demands of a count before it is signed without a reason. */
export const rules = z.object({
  /** The smallest number of cells counted. */
  leastCells: z.int().min(1).max(100_000),
  /** The largest share of unidentified cells, of these and those counted. */
  mostUnidentified: z.number().min(0).max(1),
});
