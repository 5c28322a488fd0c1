import type { Model } from "@leukogram/engine/nn/model";
import { supportsBlockedKernels, supportsBlocks } from "@leukogram/engine/runtime/blocks";
import { createSession } from "@leukogram/engine/runtime/node";
import { BaseStepRunner, type StepRunnerOptions } from "./baseStepRunner.ts";

export type { Batch, StepRunnerOptions, TrainingState } from "./baseStepRunner.ts";

/** Takes training steps and evaluates, by onnxruntime-node. */
export class StepRunner extends BaseStepRunner {
  constructor(model: Model, options: StepRunnerOptions) {
    super(model, options, { createSession, supportsBlocks, supportsBlockedKernels });
  }
}
