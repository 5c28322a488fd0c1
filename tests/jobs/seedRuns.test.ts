import { type SeedRun, seedsTogether } from "leukogram/jobs/seedRuns";
import { describe, expect, test } from "vitest";

const run = (name: string, seed: number, settings: string): SeedRun => ({
  name,
  predictions: {
    classes: ["A", "B"],
    rows: [0, 1].map((label) => ({ file: `${label}`, group: `${label}`, label, probabilities: [0.4, 0.6] })),
  },
  history: [],
  costs: { parameters: 1, fileBytes: 1, trainingSeconds: 1, millisecondsPerImage: 1 },
  run: { seed, settings, trainedOn: 10 },
});

const told = (models: readonly SeedRun[]) => seedsTogether(models).map(({ name, seeds }) => [name, seeds]);

describe("seedsTogether", () => {
  test("takes runs that differ in the seed alone as one model, named by what their names share", () => {
    expect(told([run("cnn-seed0", 0, "x"), run("cnn-seed1", 1, "x"), run("other", 0, "y")])).toEqual([
      ["cnn", [0, 1]],
      ["other", [0]],
    ]);
  });

  test("keeps runs of one seed apart: they differ in something that is not written down", () => {
    expect(told([run("a", 0, "x"), run("b", 0, "x"), run("c", 1, "x")])).toEqual([
      ["a", [0, 1]],
      ["b", [0]],
    ]);
  });

  test("keeps all apart where one model would be left", () => {
    expect(told([run("a", 0, "x"), run("b", 1, "x")])).toEqual([
      ["a", [0]],
      ["b", [1]],
    ]);
  });
});
