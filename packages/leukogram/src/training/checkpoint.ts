import { existsSync } from "node:fs";
import { LeukogramError } from "@leukogram/engine/core/errors";
import { readSafeTensors, writeSafeTensors } from "@leukogram/engine/formats/weights/safetensors";
import type { EpochRow } from "./history.ts";
import type { TrainingState } from "./stepRunner.ts";

/** Everything that a run needs to go on as if it had never stopped. */
export interface Checkpoint {
  /** The epoch under way, from 0, and how far it is. */
  readonly epoch: number;
  readonly batch: number;
  /** Sums over the epoch's batches so far. */
  readonly lossSum: number;
  readonly correct: number;
  readonly images: number;
  /** Seconds spent in the epoch so far. */
  readonly seconds: number;
  /** Seconds of processor time in it; undefined if it was not measured. */
  readonly cpuSeconds?: number | undefined;
  readonly learningRate: number;
  /** Whether a callback has ended the run. */
  readonly stopped: boolean;
  readonly rows: readonly EpochRow[];
  readonly callbacks: readonly Readonly<Record<string, number>>[];
  /** Settings that must be the same to go on. */
  readonly fingerprint: string;
  readonly state: TrainingState;
  /** The weights that a callback kept, and after which epoch. */
  readonly kept: { readonly epoch: number; readonly state: TrainingState } | undefined;
}

/** Writes a checkpoint, whole or not at all. */
export async function writeCheckpoint(path: string, checkpoint: Checkpoint): Promise<void> {
  const { state, kept, ...rest } = checkpoint;
  const tensors = new Map([
    ...[...state.vectors].map(([name, data]) => [`state.${name}`, data] as const),
    ...[...(kept?.state.vectors ?? [])].map(([name, data]) => [`kept.${name}`, data] as const),
  ]);
  const steps = { step: state.step, keptStep: kept?.state.step, keptEpoch: kept?.epoch };
  await writeSafeTensors(path, { metadata: { checkpoint: JSON.stringify({ ...rest, ...steps }) }, tensors });
}

/** Reads a checkpoint; undefined if there is none yet. @throws ERR_FORMAT if it is damaged. */
export async function readCheckpoint(path: string): Promise<Checkpoint | undefined> {
  if (!existsSync(path)) return undefined;
  const { metadata, tensors } = await readSafeTensors(path);
  const { step, keptStep, keptEpoch, ...rest } = parseMetadata(metadata.checkpoint, path);
  const vectors = (prefix: string) =>
    new Map(
      [...tensors].flatMap(([name, data]) =>
        name.startsWith(prefix) ? [[name.slice(prefix.length), data] as const] : [],
      ),
    );
  const rows = (rest.rows as EpochRow[]).map((row) => ({ ...row, valLoss: row.valLoss, valAccuracy: row.valAccuracy }));
  return {
    ...rest,
    rows,
    state: { step, vectors: vectors("state.") },
    kept:
      keptStep === undefined ? undefined : { epoch: keptEpoch, state: { step: keptStep, vectors: vectors("kept.") } },
  };
}

function parseMetadata(text: string | undefined, path: string) {
  try {
    if (text === undefined) throw new Error("it contains no training state");
    return JSON.parse(text);
  } catch (cause) {
    throw new LeukogramError("ERR_FORMAT", `${path}: not a checkpoint: ${(cause as Error).message}`, {
      hint: "Start the run again without --resume.",
      cause,
    });
  }
}
