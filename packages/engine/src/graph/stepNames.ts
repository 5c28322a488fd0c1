/** Names of what goes into a training step. */
export const STEP = {
  /** [N, C, H, W] or [N, F]; several chunks are {@link chunkName}s. */
  images: "images",
  /** Classes, [N] int32. */
  labels: "labels",
  /** Shares of classes, [N, K], in place of labels. */
  targets: "targets",
  /** The parameters one after the other, [P]. */
  theta: "theta",
  /** The statistics one after the other. */
  statistics: "statistics",
  learningRate: "learningRate",
  /** Number of the step, from 1. */
  step: "step",
  /** How far the moving averages go towards the new values. */
  averageRate: "averageRate",
} as const;

/** Vector `i` of the optimizer's memory. */
export const slotName = (i: number): string => `slot${i}`;

/** The numbers that the `i`th dropout draws. */
export const randomName = (i: number): string => `random${i}`;

/** Whether an input is one of those. */
export const isRandomName = (input: string): boolean => /^random\d+$/.test(input);

/** The moving average of a vector. */
export const meanName = (vector: string): string => `${vector}.mean`;

/** A vector as it is after the step. */
export const nextName = (vector: string): string => `${vector}.next`;

/** Chunk `k` of an input that is handed over in several. */
export const chunkName = (input: string, k: number): string => `${input}.${k}`;

/** Whether an input's first axis is the batch. The numbers that dropout draws are one for each entry of the images. */
export function isPerImageInput(name: string): boolean {
  const { images, labels, targets } = STEP;
  return [images, labels, targets].some((own) => own === name) || isRandomName(name);
}
