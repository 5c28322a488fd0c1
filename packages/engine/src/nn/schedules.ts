/** The learning rate of a step; steps count from 0. */
export type Schedule = (step: number) => number;

/** Always the same rate. */
export function constantSchedule(learningRate: number): Schedule {
  return () => learningRate;
}

/** Options of {@link cosineDecay}. */
export interface CosineDecayOptions {
  /** Rate at the start; with a warm-up, where the warm-up begins. */
  readonly initialLearningRate: number;
  /** Steps of the fall, after the warm-up. */
  readonly decaySteps: number;
  /** The rate at the end, as a share of the highest; default 0. */
  readonly alpha?: number;
  /** The rate that the warm-up climbs to in a straight line. */
  readonly warmupTarget?: number;
  readonly warmupSteps?: number;
}

/** Down along half a cosine, after a linear warm-up (keras.optimizers.schedules.CosineDecay; Loshchilov and Hutter 2017). */
export function cosineDecay(options: CosineDecayOptions): Schedule {
  const { initialLearningRate, decaySteps, alpha = 0, warmupTarget, warmupSteps = 0 } = options;
  const top = warmupTarget ?? initialLearningRate;
  return (step) => {
    if (warmupTarget !== undefined && step < warmupSteps)
      return initialLearningRate + ((warmupTarget - initialLearningRate) * step) / warmupSteps;
    const done = Math.min((step - (warmupTarget === undefined ? 0 : warmupSteps)) / decaySteps, 1);
    return top * ((1 - alpha) * 0.5 * (1 + Math.cos(Math.PI * done)) + alpha);
  };
}

/** Options of {@link exponentialDecay}. */
export interface ExponentialDecayOptions {
  readonly initialLearningRate: number;
  readonly decaySteps: number;
  /** Factor on the rate every `decaySteps` steps. */
  readonly decayRate: number;
  /** Falls in stairs rather than smoothly; default false. */
  readonly staircase?: boolean;
}

/** Down by a factor every so many steps (keras.optimizers.schedules.ExponentialDecay). */
export function exponentialDecay(options: ExponentialDecayOptions): Schedule {
  const { initialLearningRate, decaySteps, decayRate, staircase = false } = options;
  return (step) => initialLearningRate * decayRate ** (staircase ? Math.floor(step / decaySteps) : step / decaySteps);
}
