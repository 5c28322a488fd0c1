// Runs in a worker thread: fills batches of pixels, whose memory is handed to it and back.
import { openSync, readSync } from "node:fs";
import { workerData } from "node:worker_threads";
import { LeukogramError } from "@leukogram/engine/core/errors";
import { Rng } from "@leukogram/engine/core/rng";
import { timedNow } from "@leukogram/engine/core/spans";
import type { Augmentation } from "../augmentation/augment.ts";
import { pictureChange } from "../pictures/pictureChange.ts";
import { layoutSize, type PixelLayout } from "../pictures/pixelLayout.ts";
import { answerJobs } from "./workerJobs.ts";

/** What a worker is given when it starts. */
export interface LoaderWorkerData {
  /** The cache's pixels: uint8 [N, height, width, 3]. */
  readonly file: string;
  readonly height: number;
  readonly width: number;
  /** [height, width] of the pictures to make. */
  readonly imageSize: readonly [number, number];
  readonly layout: PixelLayout;
  readonly augmentation: Augmentation | undefined;
  readonly seed: number;
}

/** One batch to fill. */
export interface LoaderJob {
  /** The memory to fill; it comes back as the answer. */
  readonly buffer: ArrayBuffer;
  readonly epoch: number;
  /** Place of the batch's first image in the epoch's order. */
  readonly position: number;
  readonly indices: readonly number[];
}

function serve({ file, height, width, imageSize, layout, augmentation, seed }: LoaderWorkerData): void {
  // Node closes it when the worker ends.
  const fd = openSync(file, "r");
  const [source, other] = [new Uint8Array(height * width * 3), new Uint8Array(height * width * 3)];
  const change = pictureChange({ height, width }, imageSize, { layout, augmentation });
  const size = layoutSize(layout);
  const augmentRng = new Rng(seed).fork("augment");

  const read = (index: number, into: Uint8Array): Uint8Array => {
    const got = readSync(fd, into, 0, into.length, index * into.length);
    if (got === into.length) return into;
    throw new LeukogramError("ERR_DATA", `the cache ${file} contains no image ${index}`, {
      hint: "Delete the cache to rebuild it.",
    });
  };
  const fill = ({ buffer, epoch, position, indices }: LoaderJob): ArrayBuffer => {
    const epochRng = augmentRng.fork(epoch);
    timedNow("Make a batch (augmentation)", () => {
      for (const [i, index] of indices.entries()) {
        read(index, source);
        const out = new Uint8Array(buffer, i * size, size);
        change(source, epochRng.fork(position + i), out, (place) =>
          read(indices[Math.floor(place * indices.length)]!, other),
        );
      }
    });
    return buffer;
  };
  answerJobs(fill, (buffer) => [buffer]);
}

serve(workerData);
