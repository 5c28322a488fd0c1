import { LeukogramError } from "../core/errors.ts";
import { show } from "../core/shape.ts";

/** Entries of an image beyond which a file says nonsense: 16384 pixels square, of one channel. */
const MOST_ENTRIES = 2 ** 28;

/** Makes sure that images of a shape can be had. @throws ERR_FORMAT if they can't. */
export function checkImage(shape: readonly number[]): void {
  if (!(shape.reduce((product, size) => product * size, 1) <= MOST_ENTRIES))
    throw new LeukogramError("ERR_FORMAT", `takes images of ${show(shape)}, which do not fit in memory`);
}
