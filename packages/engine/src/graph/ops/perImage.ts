// How images of the batch go through an op.
import type { Op } from "../tensor.ts";

type PerImage = NonNullable<Op["perImage"]>;

/** Each image from the same one of the first input; the other inputs are the same for all images. */
export const perImageOfFirst: PerImage = ({ inputs: [x, ...rest] }, _, isBatched) =>
  isBatched(x!) && !rest.some(isBatched);

/** Each image from the same one of every input. */
export const perImageOfAll: PerImage = ({ inputs }, _, isBatched) => inputs.every(isBatched);

/** Each image from the same one of some inputs; the others are broadcast. */
export const perImageBroadcast: PerImage = ({ inputs, rank }, _, isBatched) => {
  const isImages = (t: (typeof inputs)[number]) => isBatched(t) && t.rank === rank;
  const isShared = (t: (typeof inputs)[number]) => !isBatched(t) && (t.rank < rank || t.shape[0] === 1);
  return inputs.some(isImages) && inputs.every((t) => isImages(t) || isShared(t));
};
