import type { Model } from "../nn/model.ts";
import { supportsBlocks } from "../runtime/blocks.ts";
import { createSession } from "../runtime/node.ts";
import { BaseStepRunner, type StepRunnerOptions } from "./baseStepRunner.ts";

export type { Batch, StepRunnerOptions, TrainingState } from "./baseStepRunner.ts";

/** Takes training steps and evaluates, by onnxruntime-node. */
export class StepRunner extends BaseStepRunner {
  constructor(model: Model, options: StepRunnerOptions) {
    super(model, options, { createSession, supportsBlocks });
  }
}
