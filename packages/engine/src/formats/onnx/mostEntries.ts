import { LeukogramError } from "../../core/errors.ts";
import type { Shape } from "../../core/shape.ts";

/** Entries of one image beyond which a tensor is no network's. */
export const MOST_ENTRIES = 2 ** 28;

/** Makes sure that a tensor is one that a network can have, before it is made. @throws ERR_FORMAT if it is too large. */
export function checkEntries(shape: Shape): void {
  const entries = shape.reduce((product: number, size) => (typeof size === "number" ? product * size : product), 1);
  if (!(entries <= MOST_ENTRIES))
    throw new LeukogramError("ERR_FORMAT", `has a tensor of ${entries} entries per image, too many for a classifier`);
}
