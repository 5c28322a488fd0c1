// What a program says of how far it is, and how another reads it.
import { readFileSync } from "node:fs";
import { z } from "zod";

const report = z.object({
  state: z.enum(["running", "finished", "failed", "interrupted"]),
  /** What is being done, such as "Decoding training images". */
  stage: z.string(),
  /** Done so many of so many; of a training, steps of the epoch. */
  done: z.number(),
  total: z.number(),
  /** From 1; 0 before the first. */
  epoch: z.number(),
  epochs: z.number().nullable(),
  /** Means over the epoch so far. */
  loss: z.number().nullable(),
  accuracy: z.number().nullable(),
  imagesPerSecond: z.number().nullable(),
  /** Until all epochs are done; fewer where training stops early. */
  secondsLeft: z.number().nullable(),
  /** Why it failed, in one line. */
  error: z.string().nullable(),
});

/** How far a program is. */
export type ProgressReport = z.infer<typeof report>;

/** Reads what a `ProgressFile` wrote; undefined if there is none, or something else. */
export function readProgress(path: string): ProgressReport | undefined {
  try {
    return report.parse(JSON.parse(readFileSync(path, "utf8")));
  } catch {
    return undefined;
  }
}
