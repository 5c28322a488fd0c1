import type { StopSignal } from "@leukogram/engine/core/stopSignal";
import type { Sample } from "../data/sample.ts";
import type { UsedScale } from "../data/scale/usedScales.ts";
import type { FitProgress } from "./fit.ts";
import type { EpochRow } from "./history.ts";

/** What a run tells while it is under way. */
export interface TrainEvents {
  /** Called when images and weights are there, before anything is written to the run folder. */
  readonly onReady?: () => void | Promise<void>;
  /** Called with the scales that cells are cropped at; not for models that take whole pictures. */
  readonly onScales?: (laboratories: readonly UsedScale[]) => void;
  readonly onStage?: (stage: string, done: number, total: number) => void;
  readonly onProgress?: (progress: FitProgress) => void;
  readonly onEpoch?: (row: EpochRow) => void;
}

/** What {@link trainModel} takes beside data and recipe. */
export interface TrainOptions extends TrainEvents {
  /** The run folder. */
  readonly out: string;
  /** A file with the backbone's weights, Keras's or timm's; without one it begins from random weights. */
  readonly weights?: string | undefined;
  readonly skipBad?: boolean;
  readonly resume?: boolean;
  /** Images of which this run's are a part: decoded, and shown to a frozen backbone, once for the runs of all parts. */
  readonly among?: readonly Sample[] | undefined;
  readonly signal?: StopSignal | undefined;
}
