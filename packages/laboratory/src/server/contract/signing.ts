// What stands against a signature, and the laboratory's rules, as they go over the wire.
import { z } from "zod";
import { moment } from "./cases.ts";
import { limits } from "./limits.ts";

/** What may stand against a signature. */
export const OBSTACLES = [
  ...(["noCells", "waiting", "secondReading"] as const),
  ...(["differences", "unfamiliar", "unidentified", "fewCells", "awaited", "model", "secondReader", "order"] as const),
] as const;

/** One thing that stands against a signature. */
export const obstacle = z.object({
  kind: z.enum(OBSTACLES),
  /** A sentence. */
  text: z.string(),
  /** Whether the case can be signed despite it, for a reason that the report prints. */
  takesReason: z.boolean(),
});

/** What may make a second reading needed: a class outside its reference range, a critical value, an unidentified cell. */
export const REFLEXES = ["range", "critical", "unidentified"] as const;

/** What a laboratory demands of a count before it is signed without a reason. */
export const rules = z.object({
  /** The smallest number of cells counted. */
  leastCells: z.int().min(1).max(100_000),
  /** The largest share of unidentified cells, of these and those counted. */
  mostUnidentified: z.number().min(0).max(1),
  /** Values below or above these are critical: they are signed only when they are reported to somebody. */
  critical: limits,
  /** What makes a second reading needed. */
  secondReader: z.array(z.enum(REFLEXES)).readonly(),
});

/** New rules; of those added later, what is left out stays. */
export const rulesChange = rules.partial({ critical: true, secondReader: true });

/** To whom critical values were reported, and when. */
export const reported = z.object({ to: z.string().trim().min(1).max(200), at: moment });
