import { createHash } from "node:crypto";
import { closeSync, existsSync, openSync, readSync, statSync } from "node:fs";
import { open } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { LeukogramError } from "@leukogram/engine/core/errors";
import type { StopSignal } from "@leukogram/engine/core/stopSignal";
import { replaceFile } from "@leukogram/engine/formats/writeFile";
import { compile } from "@leukogram/engine/graph/compile";
import type { Model } from "@leukogram/engine/nn/model";
import { predictionGraph } from "@leukogram/engine/nn/modelGraphs";
import { createSession } from "@leukogram/engine/runtime/node";
import type { Session, SessionOptions } from "@leukogram/engine/runtime/session";
import type { Augmentation } from "../data/augmentation/augment.ts";
import type { ImageCache } from "../data/loading/cache.ts";
import { createLoader } from "../data/loading/loader.ts";
import type { BatchSource } from "./fit.ts";

/** What {@link openFeatureCache} takes beside images and backbone. */
export interface FeatureCacheOptions extends SessionOptions {
  /** How the copies are made. */
  readonly augmentation?: Augmentation | undefined;
  /** Augmented copies an image, beside the image as it is; default 0. */
  readonly copies?: number;
  readonly batchSize: number;
  readonly labels: ArrayLike<number>;
  readonly seed: number;
  readonly signal?: StopSignal | undefined;
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

/** Features [F] of every image, and of its copies, on disk. */
export interface FeatureCache extends BatchSource {
  close(): void;
}

/**
 * Runs a frozen backbone once an image and once a copy, and keeps what it gives in a file that later runs use again.
 * The epochs take turns through the copies. Without copies it runs on all images of the cache's file, so that other parts
 * of them find their features there.
 *
 * @throws ERR_OUTPUT if the file can't be written; ERR_ABORTED.
 */
export async function openFeatureCache(
  cache: ImageCache,
  backbone: Model,
  options: FeatureCacheOptions,
): Promise<FeatureCache> {
  const { copies = 0, labels } = options;
  const [features] = backbone.output.shape as [number];
  const rows = rowsOf(cache, copies);
  const count = rows.places.length;
  const file = join(dirname(cache.file), `features-${featureKey(cache, backbone, options)}.bin`);
  const bytes = (copies + 1) * count * features * 4;
  if (!existsSync(file) || statSync(file).size !== bytes) await build(file, rows, backbone, options);
  const descriptor = openSync(file, "r");
  return {
    async *batches({ epoch, order, from = 0 }) {
      for (let start = from * options.batchSize; start < order.length; start += options.batchSize) {
        const indices = order.slice(start, start + options.batchSize);
        const images = new Float32Array(indices.length * features);
        for (const [i, index] of indices.entries()) {
          const place = ((index + epoch) % (copies + 1)) * count + (copies === 0 ? cache.places[index]! : index);
          const bytesRead = readSync(descriptor, bytesOf(images), i * features * 4, features * 4, place * features * 4);
          if (bytesRead !== features * 4)
            throw new LeukogramError("ERR_DATA", `the feature cache ${file} is incomplete`, { hint: "Delete it." });
        }
        yield { images, labels: Int32Array.from(indices, (index) => labels[index]!) };
      }
    },
    close: () => closeSync(descriptor),
  };
}

// The images that a file of features is of. A copy is drawn by its image's place in the order, so that it serves one part alone.
function rowsOf(cache: ImageCache, copies: number): ImageCache {
  return copies === 0 ? { ...cache, places: Array.from({ length: cache.count }, (_, place) => place) } : cache;
}

function featureKey(
  cache: ImageCache,
  backbone: Model,
  { augmentation, copies = 0, seed }: FeatureCacheOptions,
): string {
  const hash = createHash("sha256");
  // Without copies, chance has no part in the features.
  hash.update(
    JSON.stringify([basename(cache.file), backbone.input.shape, copies === 0 ? [] : [augmentation, copies, seed]]),
  );
  const isPart = cache.places.length !== cache.count || cache.places.some((place, index) => place !== index);
  if (copies > 0 && isPart) hash.update(JSON.stringify(cache.places));
  for (const layer of backbone.layers) hash.update(JSON.stringify([layer.className, layer.config]));
  for (const [path, { value }] of backbone.weights) hash.update(path).update(bytesOf(value));
  return hash.digest("hex").slice(0, 32);
}

async function build(file: string, cache: ImageCache, backbone: Model, options: FeatureCacheOptions): Promise<void> {
  const session = await createSession(compile(predictionGraph(backbone)), options);
  try {
    await replaceFile(file, async (temporary) => {
      const handle = await open(temporary, "w");
      try {
        for await (const features of computeFeatures(cache, backbone, { ...options, session })) {
          const bytes = bytesOf(features);
          // A nearly full disk may take a part of what it is given, and fail on the next call only.
          for (let done = 0; done < bytes.length; )
            done += (await handle.write(bytes, done, bytes.length - done)).bytesWritten;
        }
      } finally {
        await handle.close();
      }
    });
  } catch (cause) {
    throw cause instanceof LeukogramError ? cause : cannotWrite(file, cause as NodeJS.ErrnoException);
  } finally {
    await session.release();
  }
}

interface FeatureJob extends FeatureCacheOptions {
  readonly session: Session;
}

// Features [N, F] of all images as they are, then of the first copies, and so on, a batch at a time.
async function* computeFeatures(
  cache: ImageCache,
  backbone: Model,
  { session, copies = 0, augmentation, batchSize, seed, signal, onProgress }: FeatureJob,
): AsyncGenerator<Float32Array, void, undefined> {
  const [height, width, channels] = backbone.input.shape as [number, number, number];
  const layout = { phases: 1, height, width };
  const order = cache.places.map((_, i) => i);
  const labels = new Int32Array(order.length); // nobody asks for them
  let done = 0;
  for (let copy = 0; copy <= copies; copy++) {
    const augmented = copy === 0 ? undefined : augmentation;
    const imageSize = [height, width] as const;
    const loader = createLoader(cache, { batchSize, layout, imageSize, augmentation: augmented, seed, labels });
    try {
      for await (const { pixels, count } of loader.batches({ epoch: copy, order, signal })) {
        const { output } = await session.run({ images: { data: pixels, shape: [count, channels, height, width] } });
        yield output!.data as Float32Array;
        done += count;
        onProgress?.(done, order.length * (copies + 1));
      }
    } finally {
      await loader.close();
    }
  }
}

function bytesOf({ buffer, byteOffset, byteLength }: Float32Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

function cannotWrite(file: string, cause: NodeJS.ErrnoException): LeukogramError {
  const full = cause.code === "ENOSPC" || cause.code === "EDQUOT";
  return new LeukogramError("ERR_OUTPUT", `${file}: can't be written: ${full ? "the disk is full" : cause.message}`, {
    hint: "Free some disk space, or set LEUKOGRAM_CACHE to another folder.",
    cause,
  });
}
