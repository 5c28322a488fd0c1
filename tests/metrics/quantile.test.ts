import fc from "fast-check";
import { quantile, quantilesOf } from "leukogram/metrics/quantile";
import { expect, it } from "vitest";

it("quantiles lie between neighbours, as numpy.quantile has them", () => {
  const rising = Float64Array.of(1, 2, 4, 8, 16);
  expect([0, 0.1, 0.25, 0.5, 0.9, 1].map((p) => quantile(rising, p))).toEqual([1, 1.4, 2, 4, 12.8, 16]);
});

it("quantiles of values in any order are those of the sorted values, and no value is lost", () => {
  const value = fc.oneof(fc.double({ noNaN: true, min: -1e6, max: 1e6 }), fc.integer({ min: 0, max: 3 }).map(Number));
  const shares = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 4 });
  fc.assert(
    fc.property(fc.array(value, { minLength: 1, maxLength: 80 }), shares, (values, some) => {
      const rising = Float64Array.from(values, (v) => v + 0).sort();
      const asked = [...some].sort((a, b) => a - b);
      const loose = Float64Array.from(values, (v) => v + 0);
      expect(quantilesOf(loose, asked)).toEqual(asked.map((p) => quantile(rising, p)));
      expect(loose.sort()).toEqual(rising);
    }),
    { seed: 1, numRuns: 500 },
  );
});
