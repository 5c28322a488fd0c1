import { holm } from "../metrics/holm.ts";
import { correctedResampledTest, type ResampledTest } from "../metrics/resampledTest.ts";
import type { CrossValidation } from "./crossValidate.ts";

/** A model with its cross-validation, if it has one. */
export interface CrossValidated {
  readonly name: string;
  readonly crossValidation?: CrossValidation | undefined;
}

/** What the same splits show of two models. */
export interface SplitComparison {
  readonly first: string;
  readonly second: string;
  readonly splits: number;
  /** First less second. */
  readonly accuracy: ResampledTest;
  readonly balancedAccuracy: ResampledTest;
  /** p of the accuracy after Holm's correction over all pairs. */
  readonly adjustedP: number;
}

/**
 * Compares every two models that were cross-validated on the same splits, split by split, by the corrected resampled t test
 * (Nadeau and Bengio 2003). Models without a cross-validation, and pairs with other splits, are passed over.
 */
export function compareSplits(models: readonly CrossValidated[]): SplitComparison[] {
  const pairs = models.flatMap((first, a) =>
    models.slice(a + 1).flatMap((second) => {
      const [x, y] = [first.crossValidation, second.crossValidation];
      if (x === undefined || y === undefined || planOf(x) !== planOf(y)) return [];
      const test = (figure: "accuracy" | "balancedAccuracy") =>
        correctedResampledTest(
          x.splits.map((split, i) => split[figure] - y.splits[i]![figure]),
          { testToTrain: 1 / (x.folds - 1) },
        );
      const splits = x.splits.length;
      return [
        {
          first: first.name,
          second: second.name,
          splits,
          accuracy: test("accuracy"),
          balancedAccuracy: test("balancedAccuracy"),
        },
      ];
    }),
  );
  const adjusted = holm(pairs.map(({ accuracy }) => accuracy.p));
  return pairs.map((pair, i) => ({ ...pair, adjustedP: adjusted[i]! }));
}

const planOf = ({ folds, repeats, seed, images }: CrossValidation) => [folds, repeats, seed, images].join();
