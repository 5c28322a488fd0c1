import fc from "fast-check";
import { accuracy, balancedAccuracy } from "leukogram/metrics/accuracy";
import { cohenKappa, matthews } from "leukogram/metrics/agreement";
import { confusionMatrix } from "leukogram/metrics/confusionMatrix";
import { precisionRecallF1 } from "leukogram/metrics/precisionRecallF1";
import { describe, expect, it } from "vitest";

// 90 neutrophils all right, 10 basophils with one right.
const skewed = [
  [1, 9],
  [0, 90],
];

describe("accuracy and balancedAccuracy", () => {
  it("averages recall over classes, not over samples", () => {
    expect(accuracy(skewed)).toBe(0.91);
    expect(balancedAccuracy(skewed)).toBe(0.55);
  });

  it("leaves classes without images out of balanced accuracy", () => {
    const withEmpty = [
      [3, 0, 1],
      [0, 0, 0],
      [1, 1, 2],
    ];
    expect(balancedAccuracy(withEmpty)).toBe(0.625);
  });

  it("is unmoved by the number of images of a class, as accuracy is not", () => {
    const tenfold = [skewed[0]!.map((count) => 10 * count), skewed[1]!];
    expect(balancedAccuracy(tenfold)).toBeCloseTo(balancedAccuracy(skewed), 12);
    expect(accuracy(tenfold)).toBeCloseTo(100 / 190, 12);
  });
});

describe("precisionRecallF1", () => {
  it("averages over classes or by images", () => {
    const { perClass, macro, weighted } = precisionRecallF1(skewed);
    expect(perClass[0]).toEqual({ precision: 1, recall: 0.1, f1: 2 / 11, support: 10 });
    expect(perClass[1]).toEqual({ precision: 90 / 99, recall: 1, f1: 180 / 189, support: 90 });
    expect(macro.recall).toBe(0.55);
    expect(weighted.recall).toBeCloseTo(0.91, 15);
    expect(macro.f1).toBeCloseTo((2 / 11 + 180 / 189) / 2, 15);
  });

  it("gives 0 where nothing is of a class or called so", () => {
    const { perClass } = precisionRecallF1([
      [2, 0],
      [0, 0],
    ]);
    expect(perClass[1]).toEqual({ precision: 0, recall: 0, f1: 0, support: 0 });
  });
});

describe("agreement", () => {
  it("gives what scikit-learn gives", () => {
    const matrix = confusionMatrix([0, 0, 1, 2, 2, 2], [0, 1, 1, 2, 2, 0], { numClasses: 3 });
    expect(cohenKappa(matrix)).toBeCloseTo(0.5, 12);
    expect(matthews(matrix)).toBeCloseTo(0.5222329678670935, 12);
  });

  it("is 0 by chance, 1 for no mistake, and undefined where there is nothing to agree on", () => {
    const chance = [
      [9, 1],
      [81, 9],
    ];
    expect(cohenKappa(chance)).toBeCloseTo(0, 12);
    expect(matthews(chance)).toBeCloseTo(0, 12);
    expect(
      cohenKappa([
        [4, 0],
        [0, 2],
      ]),
    ).toBe(1);
    const alone = [
      [5, 0],
      [0, 0],
    ];
    expect(cohenKappa(alone)).toBeNaN();
    expect(matthews(alone)).toBe(0);
  });
});

describe("every figure of the confusion matrix", () => {
  const pairs = fc.array(fc.tuple(fc.nat(3), fc.nat(3)), { minLength: 2, maxLength: 60 });
  const figures = (rows: readonly (readonly [number, number])[]) => {
    const of = (side: 0 | 1) => rows.map((row) => row[side]);
    const matrix = confusionMatrix(of(0), of(1), { numClasses: 4 });
    const { macro, weighted } = precisionRecallF1(matrix);
    return [accuracy(matrix), balancedAccuracy(matrix), cohenKappa(matrix), matthews(matrix), macro.f1, weighted.f1];
  };

  it("does not depend on the order of the images", () => {
    fc.assert(
      fc.property(pairs, fc.nat(), (rows, turn) => {
        const at = turn % rows.length;
        const turned = [...rows.slice(at), ...rows.slice(0, at)].reverse();
        expect(figures(turned)).toEqual(figures(rows));
      }),
      { seed: 1, numRuns: 200 },
    );
  });

  it("does not depend on how the classes are numbered", () => {
    fc.assert(
      fc.property(pairs, (rows) => {
        const renamed = rows.map(([label, answer]) => [(label + 3) % 4, (answer + 3) % 4] as const);
        const [before, after] = [figures(rows), figures(renamed)];
        for (const [i, figure] of before.entries()) {
          if (Number.isNaN(figure)) expect(after[i]).toBeNaN();
          else expect(after[i]).toBeCloseTo(figure, 12);
        }
      }),
      { seed: 2, numRuns: 200 },
    );
  });

  it("has weighted recall equal to accuracy", () => {
    fc.assert(
      fc.property(pairs, (rows) => {
        const matrix = confusionMatrix(
          rows.map((row) => row[0]),
          rows.map((row) => row[1]),
          { numClasses: 4 },
        );
        expect(precisionRecallF1(matrix).weighted.recall).toBeCloseTo(accuracy(matrix), 12);
      }),
      { seed: 3, numRuns: 100 },
    );
  });
});
