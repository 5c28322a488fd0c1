// What the process that runs models is asked, and what it answers.

import type { SessionOptions } from "@leukogram/engine/runtime/session";
import type { MeasuredScale, Scale } from "leukogram/data/scale/scale";

/** A file to look at: where it lies, and what messages call it. */
export interface NamedFile {
  readonly path: string;
  readonly name: string;
  /** Width of a red cell, pixels, for models that crop cells; left out where the cell's own nucleus is to tell it. */
  readonly redCell?: number | undefined;
}

/** How whole pictures of a request were cropped for a model that takes crops. */
export interface CroppedTensors {
  /** Width of a red cell, pixels; null if each cell's own nucleus told it. */
  readonly redCell: number | null;
  readonly source: Scale["source"] | "model" | "each nucleus";
  /** Crops of which more than a tenth lies beyond the picture, and pictures without a nucleus. */
  readonly leaving: number;
  readonly withoutNucleus: number;
}

/** What a model says of images that were sent. */
export interface TensorAnswers {
  /** [N, K] */
  readonly probabilities: Float32Array;
  /** Undefined if the model takes whole pictures. */
  readonly crops: CroppedTensors | undefined;
}

/** What a model says of one image, or why it can't be read. */
export interface Answer {
  /** One a class; undefined if the image is bad. */
  readonly probabilities: readonly number[] | undefined;
  readonly familiarity: number | undefined;
  /** Share of its crop that lies beyond the picture, and whether a nucleus was found; undefined for whole pictures. */
  readonly crop: { readonly outside: number; readonly nucleus: boolean } | undefined;
  /** In the order of MEASURES of store/figures.ts; undefined if the model does not look at colours. */
  readonly measures: readonly (number | null)[] | undefined;
  readonly error: string | undefined;
}

/** What is known of a model once it is open. */
export interface OpenModelFacts {
  readonly classes: readonly string[];
  readonly imageSize: readonly [number, number];
  /** Whether it takes crops at the laboratory's scale. */
  readonly crops: boolean;
  /** The least probability of its class at which a cell is not rejected. */
  readonly threshold: number;
  /** Share of wrong answers that the threshold promises to stay under; undefined if nothing is known of it. */
  readonly error: number | undefined;
}

/** Features of images: the rows of those that could be read, one after the other. */
export interface Features {
  /** [N, width] */
  readonly rows: Float32Array;
  readonly width: number;
  /** For each file its row; undefined if the image is bad. */
  readonly places: readonly (number | undefined)[];
}

/** Each kind of job: what it takes, and what comes back. `model` is a run folder or a shipped model's name. */
export interface EngineJobs {
  facts: [{ readonly model: string }, OpenModelFacts];
  classify: [{ readonly model: string; readonly files: readonly NamedFile[] }, readonly Answer[]];
  /** What the nuclei of pictures say of their scale. */
  measure: [{ readonly files: readonly NamedFile[] }, MeasuredScale];
  /** Images uint8 [N, H, W, 3] to probabilities [N, K]. */
  tensors: [
    {
      readonly model: string;
      readonly images: Uint8Array;
      readonly shape: readonly [number, number, number, number];
      /** Width of a red cell, pixels, if it is known. */
      readonly redCell?: number | undefined;
    },
    TensorAnswers,
  ];
  features: [{ readonly model: string; readonly files: readonly NamedFile[] }, Features];
  /** A PNG: what speaks for a class, the most probable one if none is named. */
  explain: [{ readonly model: string; readonly file: NamedFile; readonly target: number | undefined }, Uint8Array];
}

/** A kind of job. */
export type JobKind = keyof EngineJobs;

/** A job on its way. */
export interface EngineRequest<K extends JobKind = JobKind> {
  readonly id: number;
  readonly kind: K;
  readonly job: EngineJobs[K][0];
}

/** Why a job could not be done, as a LeukogramError is made of it. */
export interface Failure {
  readonly code: string;
  readonly reason: string;
  readonly hint: string | undefined;
}

/** Its answer; `failure` where it could not be done. */
export interface EngineReply {
  readonly id: number;
  readonly answer?: unknown;
  readonly failure?: Failure;
}

/** What the process is told when it starts. */
export interface EngineSettings {
  readonly session: SessionOptions;
  /** Added to its niceness, 0 to 19: what others ask of this machine comes first. */
  readonly nice: number;
}
