// Figures of readers and of quality by week, as they go over the wire.
import { z } from "zod";

const changes = {
  /** Cells that a first reading labelled. */
  labelled: z.int(),
  /** Of these, cells that the model was sure of. */
  sure: z.int(),
  /** Of these, cells that were labelled otherwise. */
  changed: z.int(),
  /** Cells that two readings labelled, and labelled alike, when the second was finished. */
  readTwice: z.int(),
  same: z.int(),
};

const measured = z.object({
  /** Cells that it was measured of. */
  cells: z.int(),
  /** Their mean; null without cells. */
  mean: z.number().nullable(),
  /** Standard deviation of these cells; null without cells. */
  deviation: z.number().nullable(),
  /** How far they lie from what was usual in the twelve weeks before, class by class; null if there is too little to compare. */
  change: z.number().nullable(),
  /** From where on a change is a drift. */
  limit: z.number(),
  isDrift: z.boolean(),
});

/** Figures of the cases that were made in the last weeks; without void ones, and those in a blind reading. */
export const figures = z.object({
  readers: z.array(z.object({ name: z.string(), ...changes })),
  /**
   * Stain and scale by week. Of stain and nucleus changes and limits are shares of what was usual; of the others, in their own units: grey
   * levels of the background, and optical density of the hue. The nucleus is measured in pixels.
   */
  drifts: z.array(
    z.object({
      week: z.iso.date(),
      measures: z.object({ background: measured, cast: measured, stain: measured, hue: measured, nucleus: measured }),
    }),
  ),
  weeks: z.array(
    z.object({
      /** Its Monday, UTC. */
      week: z.iso.date(),
      cases: z.int(),
      signed: z.int(),
      /** Classified cells. */
      cells: z.int(),
      rejected: z.int(),
      unfamiliar: z.int(),
      /** Mean familiarity; 0.5 is that of the model's own images. Null if the model knows none. */
      familiarity: z.number().nullable(),
      /** Cells that were cropped, and of these without a nucleus. */
      cropped: z.int(),
      bare: z.int(),
      ...changes,
    }),
  ),
});
