import type { BaseStepRunner, Batch, TrainingState } from "./baseStepRunner.ts";

/** What a training loop asks of the one that takes its steps. */
export type Runner = Pick<
  BaseStepRunner,
  "step" | "evaluate" | "steps" | "state" | "restore" | "writeWeights" | "release"
>;

/**
 * Two runners of one model at two image sizes, one of which is at work: what it has learned goes along when they change
 * places. Evaluation is always at the full size. (Howard and Gugger 2020, fastai: progressive resizing.)
 */
export class ProgressiveRunner implements Runner {
  readonly #small: BaseStepRunner;
  readonly #full: BaseStepRunner;
  #active: BaseStepRunner;

  /** Both have the same weights in the same order. */
  constructor(small: BaseStepRunner, full: BaseStepRunner) {
    this.#small = small;
    this.#full = full;
    this.#active = full;
  }

  /** Whether the next steps are taken on small images. */
  useSmall(small: boolean): void {
    const next = small ? this.#small : this.#full;
    if (next === this.#active) return;
    next.restore(this.#active.state);
    this.#active = next;
  }

  step(batch: Batch, learningRate: number): Promise<{ loss: number; correct: number }> {
    return this.#active.step(batch, learningRate);
  }

  evaluate(batch: Batch): Promise<{ losses: Float32Array; probabilities: Float32Array }> {
    this.useSmall(false);
    return this.#full.evaluate(batch);
  }

  get steps(): number {
    return this.#active.steps;
  }

  get state(): TrainingState {
    return this.#active.state;
  }

  restore(state: TrainingState): void {
    this.#active.restore(state);
  }

  writeWeights(): void {
    this.useSmall(false);
    this.#full.writeWeights();
  }

  async release(): Promise<void> {
    await this.#small.release();
    await this.#full.release();
  }
}
