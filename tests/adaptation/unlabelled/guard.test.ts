import { Rng } from "@leukogram/engine/core/rng";
import { areMixed, twoLooks } from "leukogram/adaptation/unlabelled/mixedLooks";
import { cellNeighbours, voted } from "leukogram/adaptation/unlabelled/neighbourVotes";
import { unlabelledFindings } from "leukogram/adaptation/unlabelled/unlabelledWords";
import { FEWEST_CELLS, type VoteSigns, voteFault, voteSigns } from "leukogram/adaptation/unlabelled/voteSigns";
import { describe, expect, test } from "vitest";

const CLASSES = ["Lymphocyte", "Monocyte", "Neutrophil"];
const WIDTH = 20;

/** Cells of three classes around three middles; every tenth is taken for another class, unsurely. */
function cellsOf(count: number, sureness = 0.85) {
  const rng = new Rng("guard");
  const middles = CLASSES.map(() => Array.from({ length: WIDTH }, () => rng.normal()));
  const labels = Array.from({ length: count }, (_, i) => i % 3);
  const data = Float32Array.from(labels.flatMap((k) => middles[k]!.map((value) => value + 0.4 * rng.normal())));
  const own = labels.map((k, i) => {
    const taken = i % 10 === 0 ? (k + 1) % 3 : k;
    const most = i % 10 === 0 ? 0.5 : sureness;
    return CLASSES.map((_, c) => (c === taken ? most : (1 - most) / 2));
  });
  const features = { data, width: WIDTH };
  const neighbours = cellNeighbours(features);
  return { features, own, neighbours, votes: voted(own, neighbours), labels };
}

const signsOf = (cells: ReturnType<typeof cellsOf>): VoteSigns =>
  voteSigns({ ...cells, classes: CLASSES, homeConfidence: 0.9, looks: undefined, vote: {} });

describe("signs of a vote", () => {
  test("say how many answers change, from what to what", () => {
    const signs = signsOf(cellsOf(240));
    expect(signs.changed).toBeCloseTo(24 / 240, 10);
    expect(signs.changes.reduce((sum, { cells }) => sum + cells, 0)).toBe(24);
    expect(signs.changes.map(({ from, to }) => `${from} ${to}`).sort()).toEqual([
      "Lymphocyte Neutrophil",
      "Monocyte Lymphocyte",
      "Neutrophil Monocyte",
    ]);
    expect(signs.stability).toBeGreaterThan(0.95);
    expect(voteFault(signs)).toBeUndefined();
  });

  test("name a class of which no answer is left", () => {
    const { features, own, neighbours, ...rest } = cellsOf(240);
    expect(signsOf({ features, own, neighbours, ...rest }).vanished).toEqual([]);
    const classes = [...CLASSES, "Basophil"];
    const withBasophils = own.map((row, i) => (i < 2 ? [...row.map((p) => 0.4 * p), 0.6] : [...row, 0]));
    const votes = own.map((row) => [...row, 0]);
    const options = { homeConfidence: 0.9, looks: undefined, vote: {} };
    const signs = voteSigns({ ...rest, features, neighbours, own: withBasophils, votes, classes, ...options });
    expect(signs.vanished).toEqual([{ name: "Basophil", cells: 2 }]);
    const found = unlabelledFindings({ adapted: true, reason: "", signs, agreement: 1, home: undefined, share: 1 }, 1);
    expect(found).toContainEqual({
      name: "Vanished class",
      text: "Basophil: 2 predictions before, none after; check these cells",
    });
  });

  test("count a picture that comes several times once", () => {
    const { features, own, ...rest } = cellsOf(240);
    const twice = new Float32Array(features.data);
    twice.set(features.data.subarray(0, 40 * WIDTH), 200 * WIDTH);
    expect(signsOf({ ...rest, features: { data: twice, width: WIDTH }, own }).distinct).toBe(200);
  });

  test("answers without regard to what cells look like are not smooth", () => {
    const cells = cellsOf(240);
    const own = new Rng("shuffled").shuffle(cells.own);
    const signs = signsOf({ ...cells, own, votes: voted(own, cells.neighbours) });
    expect(signs.smoothness).toBeLessThan(0.5);
    expect(voteFault(signs)).toMatch(
      /^cells that look similar to the model get different predictions \(\d+ % of neighbours/,
    );
  });

  test("a model that is much less sure than at home is far off", () => {
    expect(voteFault(signsOf(cellsOf(240, 0.6)))).toMatch(
      /^the model is too uncertain on these cells \(mean probability 0\.59, 0\.67 needed\): label some cells instead$/,
    );
  });
});

describe("votes are not followed", () => {
  const good = signsOf(cellsOf(240));
  test.each<[string, Partial<VoteSigns>, RegExp]>([
    [
      "for few cells",
      { distinct: FEWEST_CELLS - 1 },
      /^199 different cells are too few for a vote \(200 needed\): give more cells$/,
    ],
    [
      "for two laboratories",
      { looks: { separation: 6, minority: 0.2 } },
      /^the images seem to come from two laboratories \(20 % of them differ from the rest\): give each laboratory's cells separately$/,
    ],
    [
      "for one class alone",
      { largest: { name: "Monocyte", share: 0.97 } },
      /^97 % of the cells are predicted as one class \(Monocyte\): give cells as they occur on the slide$/,
    ],
    [
      "for votes that chance decides",
      { stability: 0.7 },
      /^the votes are not stable with half of the cells \(70 % stay the same/,
    ],
    ["for very many changes", { changed: 0.4 }, /^40 % of the predictions would change \(30 % at most\)/],
    ["where no home is known and the model is unsure", { homeConfidence: undefined, confidence: 0.69 }, /0\.70 needed/],
  ])("%s", (_, change, message) => {
    expect(voteFault({ ...good, ...change })).toMatch(message);
  });
});

describe("two laboratories in one folder", () => {
  const rng = new Rng("looks");
  const pictures = (count: number, middle: number) =>
    Array.from({ length: count }, () => Array.from({ length: 8 }, (_, j) => rng.normal(j < 4 ? middle : 0)));

  test("are seen, the smaller one too", () => {
    for (const [many, few] of [
      [60, 60],
      [100, 20],
    ] as const) {
      const looks = twoLooks([...pictures(many, 0), ...pictures(few, 5)]);
      expect(areMixed(looks)).toBe(true);
      expect(looks!.minority).toBeCloseTo(few / (many + few), 2);
    }
  });

  test("one laboratory is none, nor are a few odd pictures", () => {
    expect(areMixed(twoLooks(pictures(120, 0)))).toBe(false);
    expect(areMixed(twoLooks([...pictures(120, 0), ...pictures(4, 9)]))).toBe(false);
  });

  test("pictures that are all the same are one", () => {
    expect(areMixed(twoLooks(new Array(30).fill([1, 2, 3])))).toBe(false);
  });
});
