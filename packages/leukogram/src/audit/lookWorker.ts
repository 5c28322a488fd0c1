// Runs in a worker thread: looks at one image after the other.
import { workerData } from "node:worker_threads";
import { FIELD_SIZE } from "../cells/cellNormalization.ts";
import { answerJobs } from "../data/loading/workerJobs.ts";
import { squareField } from "../data/pictures/squareField.ts";
import { CellEmbedder } from "./embedder.ts";
import type { EmbeddingModel } from "./embeddingModel.ts";
import { examineImage, type ImageFacts } from "./imageFacts.ts";
import { recordOf } from "./records.ts";
import type { BadFile } from "./types.ts";

/** What a worker is given when it starts. */
export interface LookWorkerData {
  /** Of `embeddingModel`. */
  readonly model: EmbeddingModel;
}

/** One image to look at. */
export interface LookJob {
  readonly path: string;
  /** Bits used of 16, where that had to be told or measured. */
  readonly bits: number | undefined;
}

/** What was seen of an image, or why it can't be read. */
export type Look =
  | (Pick<BadFile, "problem" | "reason"> & { readonly row?: undefined })
  | {
      readonly problem?: undefined;
      readonly facts: Pick<ImageFacts, "width" | "height" | "oddities">;
      /** Its record, and the hash of its size and pixels. */
      readonly row: Uint8Array<ArrayBuffer>;
      readonly hash: string;
    };

// One for the thread's life; the pool ends both.
const embedder = CellEmbedder.open((workerData as LookWorkerData).model);

async function look({ path, bits }: LookJob): Promise<Look> {
  const examined = await examineImage(path, bits);
  if (examined.facts === undefined) return { problem: examined.problem, reason: examined.reason };
  const field = squareField(examined.image, FIELD_SIZE);
  const embedding = await (await embedder).embed(examined.image);
  const { width, height, oddities } = examined.facts;
  return { facts: { width, height, oddities }, ...recordOf({ ...examined, field, embedding }) };
}

answerJobs(look, ({ row }) => (row === undefined ? [] : [row.buffer]));
