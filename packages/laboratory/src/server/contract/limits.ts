// Lower and upper limits by class, as they go over the wire.
import { CELL_TYPES } from "leukogram/cells/classes";
import { z } from "zod";
import { sex } from "./cases.ts";

/** Largest share in per cent, and largest number of cells, 10^9 per litre. */
const MOST = { percent: 100, absolute: 2000 } as const;

const WRONG = "the lower limit is above the upper limit";

const limit = (most: number) => z.number().min(0).max(most);
const pair = (most: number) =>
  z
    .tuple([limit(most), limit(most)])
    .refine(([low, high]) => low <= high, WRONG)
    .readonly();
const openPair = (most: number) =>
  z
    .tuple([limit(most).nullable(), limit(most).nullable()])
    .refine(([low, high]) => low === null || high === null || low <= high, WRONG)
    .readonly();

/** Limits of each class: of its share in per cent, and of its cells, 10^9 per litre; null if there is none. */
export const limits = z.object({
  percent: z.partialRecord(z.enum(CELL_TYPES), openPair(MOST.percent)),
  absolute: z.partialRecord(z.enum(CELL_TYPES), openPair(MOST.absolute)),
});

/** What is usual for some: for one sex or, if null, both; below so many years, without a limit if null. */
const rangeGroup = z.object({
  name: z.string().trim().min(1).max(100),
  sex: sex.nullable(),
  below: z.number().positive().max(150).nullable(),
  /** White cells, 10^9 per litre. */
  leukocytes: pair(MOST.absolute).nullable(),
  percent: z.partialRecord(z.enum(CELL_TYPES), pair(MOST.percent)),
  absolute: z.partialRecord(z.enum(CELL_TYPES), pair(MOST.absolute)),
});

/** A laboratory's own reference ranges. */
export const ranges = z.object({
  source: z.string().trim().min(1).max(1000),
  /** The first day on which they hold, and the last one; null if there is none. */
  from: z.iso.date(),
  until: z.iso.date().nullable(),
  /** The first one that fits counts. */
  groups: z.array(rangeGroup).min(1).max(40).readonly(),
});

/** Those of the laboratory, null if it has none, and those that come with the program. */
export const knownRanges = z.object({
  own: ranges.nullable(),
  builtIn: ranges.pick({ source: true, groups: true }),
});
