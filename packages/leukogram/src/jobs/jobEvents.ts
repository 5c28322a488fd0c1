// What jobs take and tell beside their own options. The library prints nothing: a caller shows events, or drops them.
import type { StopSignal } from "@leukogram/engine/core/stopSignal";
import { withCpu } from "../report/text/format.ts";
import type { FitProgress } from "../training/fit.ts";
import type { EpochRow } from "../training/history.ts";

/** What a job tells while it runs, by `kind`. */
export type JobEvent =
  /** A sentence for the user. */
  | { readonly kind: "note"; readonly text: string }
  /** A sentence without which a number would mislead. */
  | { readonly kind: "warning"; readonly text: string }
  /** So much of a stage is done: images, files, bytes. */
  | { readonly kind: "stage"; readonly stage: string; readonly done: number; readonly total: number }
  /** A training step was taken. */
  | { readonly kind: "step"; readonly progress: FitProgress }
  /** An epoch of a training is done. */
  | { readonly kind: "epoch"; readonly row: EpochRow; readonly epochs: number };

/** What every job takes. */
export interface JobOptions {
  /** Stops the job, which then throws ERR_ABORTED. */
  readonly signal?: StopSignal | undefined;
  /** Called with all that the job tells while it runs. */
  readonly onProgress?: ((event: JobEvent) => void) | undefined;
}

/** The line of an event that a log keeps; undefined if it is overtaken by the next one. */
export function lineOfEvent(event: JobEvent): string | undefined {
  switch (event.kind) {
    case "note":
    case "warning":
      return event.text;
    case "stage":
      return event.done === event.total ? `${event.stage}: ${event.total}` : undefined;
    case "step":
      return undefined;
    case "epoch":
      return epochLine(event.row, event.epochs);
  }
}

function epochLine({ epoch, loss, accuracy, ...row }: EpochRow, epochs: number): string {
  const validation =
    row.valLoss === undefined
      ? ""
      : `  val_loss ${row.valLoss.toFixed(4)}  val_accuracy ${row.valAccuracy!.toFixed(4)}`;
  return (
    `Epoch ${epoch}/${epochs}  loss ${loss.toFixed(4)}  accuracy ${accuracy.toFixed(4)}${validation}  ` +
    `rate ${row.learningRate.toExponential(2)}  ${withCpu(row.seconds, row.cpuSeconds, tenths)}`
  );
}

const tenths = (seconds: number | undefined) => `${seconds!.toFixed(1)} s`;
