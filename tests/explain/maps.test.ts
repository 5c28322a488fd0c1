import { findCell, shareOnCell } from "leukogram/explain/onCell";
import { meanFilter, type PictureMap, resizeMap, rgbOf } from "leukogram/explain/picture";
import { sanityCheck } from "leukogram/explain/sanityCheck";
import { rankCorrelation } from "leukogram/metrics/rankCorrelation";
import { expect, test } from "vitest";

const square = (data: readonly number[]): PictureMap => {
  const side = Math.sqrt(data.length);
  return { data: Float32Array.from(data), height: side, width: side };
};

test("rank correlation is SciPy's, ties included", () => {
  // scipy.stats.spearmanr([1, 2, 3, 4, 5], [5, 6, 7, 8, 7]).statistic, and with ties on both sides
  expect(rankCorrelation([1, 2, 3, 4, 5], [5, 6, 7, 8, 7])).toBeCloseTo(0.8207826816681233, 12);
  expect(rankCorrelation([0, 0, 0, 2, 3, 1], [4, 1, 1, 9, 1, 0])).toBeCloseTo(0.03225806451612903, 12);
  expect(rankCorrelation([1, 2, 3], [3, 2, 1])).toBe(-1);
  expect(rankCorrelation([1, 1, 1], [3, 2, 1])).toBeNaN();
  expect(() => rankCorrelation([1], [1, 2])).toThrow(
    "ERR_SHAPE rankCorrelation: expected two lists of N >= 1, received 1 and 2",
  );
});

test("a map is brought to another size by half-pixel centres", () => {
  const large = resizeMap(square([0, 4, 8, 12]), 4, 4);
  expect([...large.data.subarray(0, 8)]).toEqual([0, 1, 3, 4, 2, 3, 5, 6]);
  expect([...resizeMap(large, 2, 2).data]).toEqual([1.5, 4.5, 7.5, 10.5]);
});

test("the mean of neighbours counts only those that there are", () => {
  const { data } = meanFilter(square([9, 0, 0, 0, 0, 0, 0, 0, 0]), 1);
  expect([...data]).toEqual([2.25, 1.5, 0, 1.5, 1, 0, 0, 0, 0]);
});

test("a cell is found, and how much of a map lies on it", () => {
  const side = 84;
  const data = new Float32Array(3 * side * side).fill(230);
  const isCell = (i: number) => Math.hypot(Math.floor(i / side) - 42, (i % side) - 42) < 16;
  for (let i = 0; i < side * side; i++)
    if (isCell(i)) for (const [c, level] of [60, 30, 110].entries()) data[c * side * side + i] = level;
  const picture = { data, channels: 3, height: side, width: side };
  const cell = findCell(picture);
  expect(cell.background).toEqual([230, 230, 230]);
  expect(cell.area).toBeGreaterThan(0.1);
  expect(cell.area).toBeLessThan(0.25);
  const map = (value: (i: number) => number) => square(Array.from({ length: side * side }, (_, i) => value(i)));
  expect(
    shareOnCell(
      map((i) => (isCell(i) ? 1 : 0)),
      cell,
    ),
  ).toBeGreaterThan(0.9);
  expect(
    shareOnCell(
      map(() => 2),
      cell,
    ),
  ).toBeCloseTo(cell.area, 5);
  expect(
    shareOnCell(
      map((i) => (i < side * 8 ? 1 : 0)),
      cell,
    ),
  ).toBe(0);
  expect(
    shareOnCell(
      map(() => 0),
      cell,
    ),
  ).toBeNaN();
  expect([...rgbOf(picture).subarray(0, 3)]).toEqual([230, 230, 230]);
});

test("the check tells a map that stays from one that goes, and an empty one", () => {
  const own = square([1, 2, 3, 4]);
  expect(sanityCheck(own, [square([2, 4, 6, 8]), square([1, 2, 4, 3])])).toEqual({
    correlations: [1, 0.8],
    mean: 0.9,
    verdict: "hardly changes",
  });
  expect(sanityCheck(own, [square([1, 2, 4, 3]), square([5, 5, 5, 5])])).toMatchObject({
    correlations: [0.8, 0],
    verdict: "changes in part",
  });
  expect(sanityCheck(own, [square([4, 3, 2, 1])]).verdict).toBe("changes");
  expect(sanityCheck(square([0, 0, 0, 0]), [own])).toMatchObject({
    correlations: [0],
    mean: Number.NaN,
    verdict: "empty",
  });
});
