// The labels of a laboratory, as they go over the wire.
import { LABELS } from "leukogram/review/labels";
import { OWN_COUNTS } from "leukogram/review/ownLabels";
import { z } from "zod";

// What is wrong with names and keys is said by name, where all of them are known.
const text = z.string().max(200);

/** A label of the laboratory's own: its name, its key, and what it counts as. */
export const ownLabel = z.object({ name: text, key: text, countsAs: z.enum(OWN_COUNTS) });

/** The keys of the labels that every laboratory has, and the laboratory's own labels. */
export const labelSet = z.object({
  keys: z.record(z.enum(LABELS), text).readonly(),
  own: z.array(ownLabel).max(30).readonly(),
});
