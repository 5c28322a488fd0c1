import { LeukogramError } from "@leukogram/engine/core/errors";
import { timed } from "@leukogram/engine/core/spans";
import type { StopSignal } from "@leukogram/engine/core/stopSignal";
import { type Augmentation, checkAugmentation } from "../augmentation/augment.ts";
import { layoutSize, layoutTarget, type PixelLayout } from "../pictures/pixelLayout.ts";
import type { ImageCache } from "./cache.ts";
import type { LoaderJob, LoaderWorkerData } from "./loaderWorker.ts";
import { WorkerPool } from "./workerPool.ts";

/** Options of {@link createLoader}. */
export interface LoaderOptions {
  readonly batchSize: number;
  readonly layout: PixelLayout;
  /** [height, width] of the pictures; the cache's by default. Loaders of several sizes may share a cache. */
  readonly imageSize?: readonly [number, number];
  /** Undefined for the images as they are. */
  readonly augmentation?: Augmentation | undefined;
  readonly seed: number;
  /** Worker threads; 1 by default. Their number does not change the pixels. */
  readonly workers?: number;
  /** Class indices, by cache index. */
  readonly labels: ArrayLike<number>;
}

/** Images of one step. */
export interface ImageBatch {
  /** uint8 [count, phases * phases * 3, height, width]; valid until the next batch is asked for. */
  readonly pixels: Uint8Array;
  /** [count] */
  readonly labels: Int32Array;
  /** Cache indices of the images. */
  readonly indices: number[];
  /** Images in this batch; the last one may have fewer than the batch size. */
  readonly count: number;
}

/** Which images {@link Loader.batches} gives. */
export interface BatchesOptions {
  /** Part of the augmentation's seed. */
  readonly epoch: number;
  /** Cache indices; an image may come more than once. */
  readonly order: readonly number[];
  /** Batches to leave out at the start, as when a run goes on within an epoch; default 0. */
  readonly from?: number;
  readonly signal?: StopSignal | undefined;
}

/** Prepares batches in worker threads, ahead of the training step. */
export interface Loader {
  /**
   * The batches of an epoch, in order; one epoch at a time.
   *
   * @throws LeukogramError ERR_RUNTIME if a worker died, ERR_DATA if an image cannot be read, ERR_ABORTED.
   */
  batches(options: BatchesOptions): AsyncGenerator<ImageBatch, void, undefined>;
  /** Ends the workers; the cache stays open. */
  close(): Promise<void>;
}

/**
 * Starts a loader over a cache. The augmentation of an image is drawn from the seed, the epoch and its place in the
 * order, so that any number of workers gives the same bytes.
 *
 * @throws LeukogramError ERR_USAGE or ERR_SHAPE if an option makes no sense.
 *
 * @example
 * const loader = createLoader(cache, { batchSize: 32, layout: { phases: 1, height: 96, width: 96 }, seed: 0, labels });
 * for await (const { pixels, labels } of loader.batches({ epoch: 0, order })) step(pixels, labels);
 * await loader.close();
 */
export function createLoader(cache: ImageCache, options: LoaderOptions): Loader {
  const { batchSize, layout, augmentation, seed, workers = 1, labels } = options;
  const { imageSize = [cache.height, cache.width] } = options;
  requireWhole("batchSize", batchSize);
  requireWhole("workers", workers);
  for (const side of imageSize) requireWhole("imageSize", side);
  layoutTarget(layout, ...imageSize); // throws where the image does not fit
  if (augmentation !== undefined) checkAugmentation(augmentation);
  const size = layoutSize(layout);
  // One buffer is in the caller's hands; each worker fills one and has the next in its queue.
  const free = Array.from({ length: 2 * workers + 1 }, () => new ArrayBuffer(batchSize * size));
  const { file, height, width, places } = cache;
  const pool = new WorkerPool<LoaderJob, ArrayBuffer>({
    name: "loader",
    count: workers,
    script: new URL("./loaderWorker", import.meta.url),
    data: { file, height, width, imageSize, layout, augmentation, seed } satisfies LoaderWorkerData,
  });
  let running = false;

  async function* batches({
    epoch,
    order,
    from = 0,
    signal,
  }: BatchesOptions): AsyncGenerator<ImageBatch, void, undefined> {
    if (running) throw new LeukogramError("ERR_USAGE", "the loader gives the batches of one epoch at a time");
    requireKnown(order, places.length);
    running = true;
    const count = Math.ceil(order.length / batchSize);
    const ahead: { indices: number[]; filled: Promise<ArrayBuffer> }[] = [];
    let sent = from;
    const send = (): void => {
      for (; sent < count && free.length > 0; sent++) {
        const position = sent * batchSize;
        const indices = order.slice(position, position + batchSize);
        const buffer = free.shift()!;
        const inFile = indices.map((index) => places[index]!);
        const filled = pool.run({ buffer, epoch, position, indices: inFile }, [buffer]);
        filled.catch(() => {}); // awaited below, unless an earlier batch fails
        ahead.push({ indices, filled });
      }
    };
    try {
      for (send(); ahead.length > 0; send()) {
        const { indices, filled } = ahead.shift()!;
        const buffer = await timed("Wait for a batch", () => untilAborted(filled, signal));
        const pixels = new Uint8Array(buffer, 0, indices.length * size);
        yield { pixels, labels: Int32Array.from(indices, (i) => labels[i]!), indices, count: indices.length };
        free.push(buffer);
      }
    } finally {
      // A caller that leaves early must not meet these batches in the next epoch's buffers.
      const left = await Promise.allSettled(ahead.map(({ filled }) => filled));
      for (const result of left) if (result.status === "fulfilled") free.push(result.value);
      while (free.length < 2 * workers + 1) free.push(new ArrayBuffer(batchSize * size));
      running = false;
    }
  }

  return { batches, close: () => pool.close() };
}

async function untilAborted<T>(filled: Promise<T>, signal: StopSignal | undefined): Promise<T> {
  const aborted = () => new LeukogramError("ERR_ABORTED", "loading was interrupted");
  if (signal?.aborted) {
    await Promise.allSettled([filled]);
    throw aborted();
  }
  const value = await filled;
  if (signal?.aborted) throw aborted();
  return value;
}

function requireWhole(name: string, value: number): void {
  if (Number.isInteger(value) && value > 0) return;
  throw new LeukogramError("ERR_USAGE", `loader: ${name} must be a whole number above 0, received ${value}`);
}

function requireKnown(order: readonly number[], count: number): void {
  const wrong = order.find((index) => !(Number.isInteger(index) && index >= 0 && index < count));
  if (wrong === undefined) return;
  throw new LeukogramError("ERR_USAGE", `loader: the order names image ${wrong}, and the cache holds ${count} images`);
}
