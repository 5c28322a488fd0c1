import { Rng } from "@leukogram/engine/core/rng";
import { nearestNeighbours } from "leukogram/adaptation/unlabelled/nearestNeighbours";
import { cellNeighbours, voted } from "leukogram/adaptation/unlabelled/neighbourVotes";
import { principalComponents, type Rows, unitRows } from "leukogram/adaptation/unlabelled/principalComponents";
import { propagate } from "leukogram/adaptation/unlabelled/propagate";
import { argmax } from "leukogram/metrics/topKAccuracy";
import { describe, expect, test } from "vitest";

const rowsOf = (list: readonly (readonly number[])[]): Rows => ({
  data: Float32Array.from(list.flat()),
  width: list[0]!.length,
});
const listOf = ({ data, width }: Rows): number[][] =>
  Array.from({ length: data.length / width }, (_, i) => [...data.subarray(i * width, (i + 1) * width)]);
const apart = (a: readonly number[], b: readonly number[]) => Math.hypot(...a.map((value, j) => value - b[j]!));

describe("principal components", () => {
  const rng = new Rng("rows");
  // Three directions of falling spread in ten features, far from the origin.
  const axes = Array.from({ length: 3 }, () => Array.from({ length: 10 }, () => rng.normal()));
  const points = Array.from({ length: 40 }, () => {
    const along = [9, 3, 1].map((spread) => spread * rng.normal());
    return axes[0]!.map((_, f) => 5 + along.reduce((sum, value, a) => sum + value * axes[a]![f]!, 0));
  });

  test("keep all distances where there are as many as the rows spread in, in order of spread", () => {
    const scores = listOf(principalComponents(rowsOf(points), 3));
    for (let a = 0; a < points.length; a++)
      for (let b = 0; b < a; b++) expect(apart(scores[a]!, scores[b]!)).toBeCloseTo(apart(points[a]!, points[b]!), 3);
    const spread = [0, 1, 2].map((c) => scores.reduce((sum, row) => sum + row[c]! ** 2, 0));
    expect([...spread].sort((a, b) => b - a)).toEqual(spread);
  });

  test("are fewer than the rows, and zeros beyond what they spread in", () => {
    expect(principalComponents(rowsOf(points.slice(0, 3)), 40).width).toBe(2);
    const scores = listOf(principalComponents(rowsOf(points), 6));
    for (const row of scores) for (const value of row.slice(3)) expect(Math.abs(value)).toBeLessThan(1e-3);
  });
});

describe("nearest neighbours", () => {
  test("are near in direction, whatever the length; weights sum to 1", () => {
    const { each, indices, weights } = nearestNeighbours(
      rowsOf([
        [1, 0],
        [9, 1],
        [0, 2],
        [0.1, 5],
        [4, 3],
      ]),
      2,
    );
    expect(each).toBe(2);
    expect([...indices]).toEqual([1, 4, 0, 4, 3, 4, 2, 4, 1, 0]);
    for (let i = 0; i < 5; i++) expect(weights[2 * i]! + weights[2 * i + 1]!).toBeCloseTo(1, 12);
    expect(weights[0]!).toBeGreaterThan(weights[1]!);
  });

  test("are all others where there are few, and alike where none points the same way", () => {
    const { each, weights } = nearestNeighbours(
      rowsOf([
        [1, 0],
        [-1, 0.1],
        [-1, -0.1],
      ]),
      10,
    );
    expect(each).toBe(2);
    expect([...weights.subarray(0, 2)]).toEqual([0.5, 0.5]);
  });
});

describe("votes", () => {
  const [share, certainty] = [0.9, 3];
  const own = [
    [0.9, 0.1],
    [0.8, 0.2],
    [0.45, 0.55],
  ];
  const near = nearestNeighbours(
    rowsOf([
      [1, 0],
      [1, 0.1],
      [1, 0.2],
    ]),
    2,
  );

  test("settle where each answer is the mixture of its own and its neighbours'", () => {
    const settled = propagate(own, near, { share, certainty, rounds: 400 });
    for (const [i, row] of settled.entries()) {
      const s = share * (1 - Math.max(...own[i]!) ** certainty);
      const mean = [0, 1].reduce(
        (sum, n) => sum + near.weights[2 * i + n]! * settled[near.indices[2 * i + n]!]![0]!,
        0,
      );
      expect(row[0]).toBeCloseTo(s * mean + (1 - s) * own[i]![0]!, 10);
      expect(row[0]! + row[1]!).toBeCloseTo(1, 10);
    }
    expect(argmax(settled[2]!)).toBe(0);
  });

  test("a label holds its cell, and counts with the neighbours", () => {
    const known = new Map([[2, 1]]);
    const held = propagate(own, near, { share, certainty, rounds: 50, known });
    expect(held[2]).toEqual([0, 1]);
    expect(held[1]![1]).toBeGreaterThan(propagate(own, near, { share, certainty, rounds: 50 })[1]![1]!);
  });

  test("right unsure answers in a crowd, and leave a rare class's sure ones", () => {
    const rng = new Rng("blobs");
    const middles = [0, 1, 2].map(() => Array.from({ length: 30 }, () => rng.normal()));
    const classes = [
      ...new Array<number>(60).fill(0),
      ...new Array<number>(50).fill(1),
      ...new Array<number>(4).fill(2),
    ];
    const features = rowsOf(classes.map((k) => middles[k]!.map((value) => value + 0.5 * rng.normal())));
    // Every sixth cell of the two large classes is taken for the other one, unsurely.
    const answers = classes.map((k, i) => {
      if (k === 2) return [0.04, 0.04, 0.92];
      const isWrong = i % 6 === 0;
      const right = isWrong ? 0.4 : 0.8;
      return [0, 1, 2].map((c) => (c === k ? right : c === 2 ? 0.02 : 0.98 - right));
    });
    expect(answers.filter((row, i) => argmax(row) !== classes[i]).length).toBe(19);
    const after = voted(answers, cellNeighbours(features));
    expect(after.map((row) => argmax(row))).toEqual(classes);
  });

  test("one cell alone keeps its answer", () => {
    const lone = nearestNeighbours(unitRows(rowsOf([[1, 2]])), 5);
    expect(propagate([[0.3, 0.7]], lone, { share, certainty, rounds: 3 })).toEqual([[0.3, 0.7]]);
  });
});
