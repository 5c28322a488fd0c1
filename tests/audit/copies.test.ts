import { Rng } from "@leukogram/engine/core/rng";
import { findCopies } from "leukogram/audit/copies";
import { align, fingerprint, PRINT_SIZE } from "leukogram/audit/fingerprint";
import { nearPairs, type PointCloud } from "leukogram/audit/nearPairs";
import { nearestNeighbours } from "leukogram/audit/neighbours";
import { principalAxes } from "leukogram/audit/principalAxes";
import { register, registrationPrint } from "leukogram/audit/registration";
import { describe, expect, test } from "vitest";

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

/** The part of a picture that starts at (left, top), `size` of its side, brought to the whole size. */
function cropped(picture: Uint8Array, { left, top, size }: { left: number; top: number; size: number }): Uint8Array {
  const last = PRINT_SIZE - 1;
  return picture.map((_, i) => {
    const pixel = Math.floor(i / 3);
    const at = (place: number, start: number) => Math.min(last, (start + (place / last) * size) * last);
    const [x, y] = [at(pixel % PRINT_SIZE, left), at(Math.floor(pixel / PRINT_SIZE), top)];
    const value = (column: number, row: number) =>
      picture[(Math.min(last, row) * PRINT_SIZE + Math.min(last, column)) * 3 + (i % 3)]!;
    const [c, r] = [Math.floor(x), Math.floor(y)];
    const upper = value(c, r) * (1 - (x % 1)) + value(c + 1, r) * (x % 1);
    const lower = value(c, r + 1) * (1 - (x % 1)) + value(c + 1, r + 1) * (x % 1);
    return upper * (1 - (y % 1)) + lower * (y % 1);
  });
}

describe("register", () => {
  const prints = (seed: number, crop: { left: number; top: number; size: number }, from = TURNS["a mirror"]) => {
    const picture = spots(seed);
    return [registrationPrint(picture), registrationPrint(moved(cropped(picture, crop), from))] as const;
  };

  test("lays a crop on the picture that it is of, and tells how much larger it is, and which way it is turned", () => {
    const [whole, part] = prints(4, { left: 0.1, top: 0.1, size: 0.8 }, TURNS["half a turn"]);
    const found = register(whole, part)!;
    expect(found.correlation).toBeGreaterThan(0.9);
    expect(found).toMatchObject({ turn: 180, mirrored: false });
    expect(found.zoom).toBeGreaterThan(1.1);
    expect(found.zoom).toBeLessThan(1.4);
  });

  test("lays on each other what was moved and mirrored", () => {
    for (let seed = 30; seed < 40; seed++) {
      const [whole, part] = prints(seed, { left: 0.12, top: 0.04, size: 0.85 });
      const found = register(whole, part)!;
      expect(found.correlation).toBeGreaterThan(0.9);
      expect(found.mirrored).toBe(true);
    }
  });

  test("fits other pictures less, and even ones not at all", () => {
    const first = registrationPrint(spots(3));
    for (let seed = 10; seed < 20; seed++)
      expect(register(first, registrationPrint(spots(seed)))?.correlation ?? 0).toBeLessThan(0.85);
    const even = registrationPrint(new Uint8Array(PRINT_SIZE ** 2 * 3).fill(200));
    expect(register(even, even)).toBeUndefined();
  });
});

const twice = <T>(reader: T): [T, T] => [reader, reader];

describe("findCopies", () => {
  const sourceOf = (pictures: readonly Uint8Array[]) => {
    const prints = pictures.map(fingerprint);
    return {
      // What a classifier sees: here, how dark the picture is in each channel.
      embedding: (i: number) =>
        Float32Array.from([0, 1, 2], (channel) =>
          pictures[i]!.reduce((sum, value, j) => (j % 3 === channel ? sum + value / 1e4 : sum), 0),
        ),
      registration: twice((i: number) => registrationPrint(pictures[i]!)),
      count: pictures.length,
      hash: (i: number) => pictures[i]!.join(),
      invariants: (i: number) => prints[i]!.invariants,
      polar: twice((i: number) => prints[i]!.polar),
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

const cloudOf = (rows: readonly (readonly number[])[]): PointCloud => ({
  count: rows.length,
  width: rows[0]!.length,
  data: Float32Array.from(rows.flat()),
});
const gaussianRows = (count: number, rng: Rng) =>
  Array.from({ length: count }, () => Array.from({ length: 10 }, () => rng.normal()));

describe("nearPairs", () => {
  test("misses hardly a pair of neighbours, each pair once, the smaller index first", () => {
    const rng = new Rng(0);
    const rows = gaussianRows(3000, rng);
    const doubles = rows.slice(0, 300).map((row) => row.map((value) => value + rng.normal(0, 0.05)));
    const pairs = [...nearPairs(cloudOf([...rows, ...doubles]), { rng })];
    const found = new Set(pairs.map(([a, b]) => `${a} ${b}`));
    expect(found.size).toBe(pairs.length);
    expect(pairs.every(([a, b]) => a < b)).toBe(true);
    const seen = doubles.filter((_, i) => found.has(`${i} ${3000 + i}`)).length;
    expect(seen).toBeGreaterThanOrEqual(294);
  });

  test("looks at as many candidates a point however many points there are", () => {
    const counted = (cloud: PointCloud, rng: Rng) => {
      let pairs = 0;
      for (const _ of nearPairs(cloud, { rng })) pairs++;
      return pairs / cloud.count;
    };
    const each = (count: number) => counted(cloudOf(gaussianRows(count, new Rng(1))), new Rng(2));
    const [few, many] = [each(2500), each(20_000)];
    expect(many).toBeLessThan(3 * few);
    // All in one place: no more than the crowd's limit.
    const same = { count: 5000, width: 10, data: new Float32Array(50_000) };
    expect(counted(same, new Rng(3))).toBeLessThan(48);
  });
});

describe("nearestNeighbours", () => {
  test("gives the pairs of which one is among the nearest of the other, once", () => {
    const rng = new Rng(5);
    const rows = gaussianRows(400, rng).map((row) => row.slice(0, 3));
    const cloud = cloudOf(rows);
    const pairs = [...nearestNeighbours(cloud, { each: 2, rng: new Rng(6) })];
    const names = new Set(pairs.map(([a, b]) => `${a} ${b}`));
    expect(names.size).toBe(pairs.length);
    const distance = (a: number, b: number) => rows[a]!.reduce((sum, value, d) => sum + (value - rows[b]![d]!) ** 2, 0);
    const nearest = rows.map((_, a) =>
      [...rows.keys()].filter((b) => b !== a).reduce((best, b) => (distance(a, b) < distance(a, best) ? b : best)),
    );
    const kept = nearest.filter((b, a) => names.has(a < b ? `${a} ${b}` : `${b} ${a}`)).length;
    expect(kept).toBeGreaterThan(380);
    expect(pairs.length).toBeLessThanOrEqual(800);
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
