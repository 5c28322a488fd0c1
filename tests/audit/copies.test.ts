import { describe, expect, test } from "vitest";
import { findCopies } from "../../src/audit/copies.ts";
import { align, fingerprint, PRINT_SIZE } from "../../src/audit/fingerprint.ts";
import { nearPairs } from "../../src/audit/nearPairs.ts";
import { principalAxes } from "../../src/audit/principalAxes.ts";
import { Rng } from "../../src/core/rng.ts";

/** A picture of some blurred spots [64, 64, 3]. */
function spots(seed: number): Uint8Array {
  const rng = new Rng(seed);
  const drawn = Array.from({ length: 9 }, () => ({
    x: rng.uniform(8, 56),
    y: rng.uniform(8, 56),
    size: rng.uniform(3, 9),
    colour: [rng.uniform(20, 200), rng.uniform(20, 200), rng.uniform(20, 200)],
  }));
  return Uint8Array.from({ length: PRINT_SIZE ** 2 * 3 }, (_, i) => {
    const [x, y] = [Math.floor(i / 3) % PRINT_SIZE, Math.floor(i / 3 / PRINT_SIZE)];
    const dark = drawn.reduce(
      (sum, spot) => sum + spot.colour[i % 3]! * Math.exp(-((x - spot.x) ** 2 + (y - spot.y) ** 2) / spot.size ** 2),
      0,
    );
    return Math.max(0, 255 - dark);
  });
}

/** The picture with its pixels elsewhere. */
function moved(picture: Uint8Array, from: (x: number, y: number) => [number, number]): Uint8Array {
  const last = PRINT_SIZE - 1;
  return picture.map((_, i) => {
    const pixel = Math.floor(i / 3);
    const [x, y] = from((pixel % PRINT_SIZE) - last / 2, Math.floor(pixel / PRINT_SIZE) - last / 2);
    return picture[((y + last / 2) * PRINT_SIZE + x + last / 2) * 3 + (i % 3)]!;
  });
}

const TURNS = {
  "a quarter turn": (x: number, y: number): [number, number] => [y, -x],
  "half a turn": (x: number, y: number): [number, number] => [-x, -y],
  "a mirror": (x: number, y: number): [number, number] => [-x, y],
};

describe("fingerprint", () => {
  test.each(Object.entries(TURNS))("has the same invariants after %s, and lies on it", (_, from) => {
    const picture = spots(1);
    const [before, after] = [fingerprint(picture), fingerprint(moved(picture, from))];
    for (const [i, value] of before.invariants.entries()) expect(after.invariants[i]).toBeCloseTo(value, 2);
    expect(align(before.polar, after.polar).correlation).toBeGreaterThan(0.999);
  });

  test("tells the turn and the mirroring", () => {
    const picture = spots(2);
    const polar = (from: (x: number, y: number) => [number, number]) => fingerprint(moved(picture, from)).polar;
    expect(align(fingerprint(picture).polar, polar(TURNS["half a turn"]))).toMatchObject({
      turn: 180,
      mirrored: false,
    });
    expect(align(fingerprint(picture).polar, polar(TURNS["a mirror"])).mirrored).toBe(true);
  });

  test("correlates little with other pictures, and not at all with an even one", () => {
    const first = fingerprint(spots(3)).polar;
    for (let seed = 10; seed < 20; seed++)
      expect(align(first, fingerprint(spots(seed)).polar).correlation).toBeLessThan(0.8);
    const even = fingerprint(new Uint8Array(PRINT_SIZE ** 2 * 3).fill(200)).polar;
    expect(align(first, even).correlation).toBe(0);
  });
});

describe("findCopies", () => {
  const sourceOf = (pictures: readonly Uint8Array[]) => {
    const prints = pictures.map(fingerprint);
    return {
      count: pictures.length,
      hash: (i: number) => pictures[i]!.join(),
      invariants: (i: number) => prints[i]!.invariants,
      polar: (i: number) => prints[i]!.polar,
    };
  };

  test("pairs identical pictures with the first of them, and turned ones with each other", () => {
    const pictures = Array.from({ length: 60 }, (_, seed) => spots(seed));
    const turned = moved(pictures[5]!, TURNS["a quarter turn"]);
    const pairs = findCopies(sourceOf([...pictures, pictures[7]!, turned, pictures[7]!]));
    expect(pairs.map(({ first, second, kind }) => [first, second, kind])).toEqual([
      [5, 61, "near"],
      [7, 60, "identical"],
      [7, 62, "identical"],
    ]);
  });

  test.each([0, 1, 2])("takes a set of %i even pictures", (count) => {
    const even = (level: number) => new Uint8Array(PRINT_SIZE ** 2 * 3).fill(level);
    expect(findCopies(sourceOf(Array.from({ length: count }, (_, i) => even(100 + i))))).toEqual([]);
  });
});

describe("nearPairs", () => {
  const cloud = (count: number, rng: Rng) =>
    Array.from({ length: count }, () => Float32Array.from({ length: 10 }, () => rng.normal()));

  test("misses hardly a pair of neighbours, each pair once", () => {
    const rng = new Rng(0);
    const points = cloud(3000, rng);
    const doubles = points.slice(0, 300).map((point) => point.map((value) => value + rng.normal(0, 0.05)));
    const pairs = nearPairs([...points, ...doubles], { rng });
    const found = new Set(pairs.map(([a, b]) => `${a} ${b}`));
    expect(found.size).toBe(pairs.length);
    const seen = doubles.filter((_, i) => found.has(`${i} ${3000 + i}`)).length;
    expect(seen).toBeGreaterThanOrEqual(294);
  });

  test("looks at as many candidates a point however many points there are", () => {
    const each = (count: number) => nearPairs(cloud(count, new Rng(1)), { rng: new Rng(2) }).length / count;
    const [few, many] = [each(2500), each(20_000)];
    expect(many).toBeLessThan(3 * few);
    // All in one place: no more than the crowd's limit.
    const same = Array.from({ length: 5000 }, () => new Float32Array(10));
    expect(nearPairs(same, { rng: new Rng(3) }).length).toBeLessThan(5000 * 48);
  });
});

describe("principalAxes", () => {
  test("gives rows mean 0, variance 1 and no correlation, the strongest axis first", () => {
    const rng = new Rng(4);
    const rows = Array.from({ length: 500 }, () => {
      const [a, b] = [rng.normal(0, 5), rng.normal(0, 2)];
      return [a + b, a - b, 3, rng.normal(0, 0.1)];
    });
    const axes = principalAxes(rows, 3);
    const out = rows.map((row) => axes.apply(row));
    for (let d = 0; d < 3; d++) {
      expect(out.reduce((sum, row) => sum + row[d]!, 0) / 500).toBeCloseTo(0, 4);
      for (let e = 0; e < 3; e++)
        expect(out.reduce((sum, row) => sum + row[d]! * row[e]!, 0) / 499).toBeCloseTo(d === e ? 1 : 0, 3);
    }
    const along = rows.map(([x, y]) => (x! + y!) / 2);
    const share = out.reduce((sum, row, i) => sum + row[0]! * along[i]!, 0) / 499 / 5;
    expect(Math.abs(share)).toBeGreaterThan(0.95);
    expect(principalAxes(rows, 4).apply(rows[0]!)).toHaveLength(3);
  });
});
