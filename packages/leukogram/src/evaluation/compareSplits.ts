import { holm } from "../metrics/holm.ts";
import { correctedResampledTest, type ResampledTest } from "../metrics/resampledTest.ts";
import type { CrossValidation } from "./crossValidate.ts";
import type { Evaluation } from "./types.ts";

/** Figures of one training. */
export type TrainingFigures = Readonly<Record<"accuracy" | "balancedAccuracy", number>>;

/** Several trainings of one recipe. */
export interface Trainings {
  /** What differs from one to the next: the images that are held back, or the seed alone. */
  readonly over: "splits" | "seeds";
  /** The same of two models whose trainings go together one by one. */
  readonly plan: string;
  /** Images to test on over images to learn from. */
  readonly testToTrain: number;
  readonly figures: readonly TrainingFigures[];
}

/** A model with its trainings; undefined if there is but one. */
export interface TrainedOften {
  readonly name: string;
  readonly trainings?: Trainings | undefined;
}

/** What the same splits or seeds show of two models. */
export interface SplitComparison {
  readonly first: string;
  readonly second: string;
  readonly over: Trainings["over"];
  /** Number of splits or seeds. */
  readonly count: number;
  /** First less second. */
  readonly accuracy: ResampledTest;
  readonly balancedAccuracy: ResampledTest;
  /** p of the accuracy after Holm's correction over all pairs. */
  readonly adjustedP: number;
}

/** The trainings of a cross-validation. */
export function trainingsOfSplits({ folds, repeats, seed, images, splits }: CrossValidation): Trainings {
  const plan = `splits ${[folds, repeats, seed, images].join()}`;
  return { over: "splits", plan, testToTrain: 1 / (folds - 1), figures: splits };
}

/** What {@link trainingsOfSeeds} takes. */
export interface SeedRuns {
  readonly seeds: readonly number[];
  /** On the same test images, one a seed. */
  readonly evaluations: readonly Pick<Evaluation, "accuracy" | "balancedAccuracy" | "count">[];
  /** Images that each learned from. */
  readonly trainedOn: number | undefined;
}

/** The trainings of one recipe from several seeds; undefined for one seed, or where the images learned from are not counted. */
export function trainingsOfSeeds({ seeds, evaluations, trainedOn }: SeedRuns): Trainings | undefined {
  if (seeds.length < 2 || trainedOn === undefined) return undefined;
  const order = [...seeds.keys()].sort((a, b) => seeds[a]! - seeds[b]!);
  const judgedOn = evaluations[0]!.count;
  return {
    over: "seeds",
    plan: `seeds ${order.map((i) => seeds[i])} evaluated on ${judgedOn}`,
    testToTrain: judgedOn / trainedOn,
    figures: order.map((i) => ({
      accuracy: evaluations[i]!.accuracy.value,
      balancedAccuracy: evaluations[i]!.balancedAccuracy.value,
    })),
  };
}

/**
 * Compares every two models that were trained on the same splits, or from the same seeds, training by training, by the
 * corrected resampled t test (Nadeau and Bengio 2003). Pairs whose trainings do not go together are passed over.
 */
export function compareSplits(models: readonly TrainedOften[]): SplitComparison[] {
  const pairs = models.flatMap((first, a) =>
    models.slice(a + 1).flatMap((second) => {
      const [x, y] = [first.trainings, second.trainings];
      if (x === undefined || y === undefined || x.plan !== y.plan) return [];
      const testToTrain = Math.max(x.testToTrain, y.testToTrain);
      const test = (figure: keyof TrainingFigures) =>
        correctedResampledTest(
          x.figures.map((row, i) => row[figure] - y.figures[i]![figure]),
          { testToTrain },
        );
      const names = { first: first.name, second: second.name };
      const count = x.figures.length;
      return [
        { ...names, over: x.over, count, accuracy: test("accuracy"), balancedAccuracy: test("balancedAccuracy") },
      ];
    }),
  );
  const adjusted = holm(pairs.map(({ accuracy }) => accuracy.p));
  return pairs.map((pair, i) => ({ ...pair, adjustedP: adjusted[i]! }));
}

/** What {@link compareSplits} found of a pair, as a sentence. */
export function splitSentence({ first, second, over, count, accuracy, adjustedP }: SplitComparison): string {
  const { value, low, high } = accuracy.difference;
  const points = (share: number) => (100 * share).toFixed(1);
  const lead = `${first} minus ${second} over ${count} ${over}: ${value > 0 ? "+" : ""}${points(value)} percentage points`;
  return `${lead} (95 % ${points(low)} to ${points(high)}, p = ${adjustedP.toFixed(3)} by Nadeau and Bengio's corrected t test, after Holm's correction).`;
}
