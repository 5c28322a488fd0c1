import { Rng } from "@leukogram/engine/core/rng";
import { applyAffine } from "leukogram/data/augmentation/affine";
import { IDENTITY } from "leukogram/data/augmentation/augment";
import { drawElastic } from "leukogram/data/microscopy/elastic";
import { PictureSampler } from "leukogram/data/microscopy/geometry";
import { describe, expect, test } from "vitest";
import { drawOf, fieldOf, make, smoothField } from "./fields.ts";

const LEVELS = 255;
/** A field whose red is its row and whose green is its column. */
const ramps = (size: number) => fieldOf(size, size, (row, column, channel) => [row, column, 0][channel]!);

describe("the geometry of a picture", () => {
  test("is the field itself where nothing is drawn", () => {
    const field = smoothField(31);
    expect(make(field)).toEqual(field.data);
  });

  test("shows the middle share of the field", () => {
    // 64 pixels over the middle 32 of 64 rows: row i lies at 16 + (i + 0.5) / 2 - 0.5.
    const out = make(ramps(64), { scale: 0.5 });
    for (const i of [0, 10, 33, 63]) {
      expect(out[(i * 64 + 20) * 3]).toBe(Math.floor(15.75 + i / 2 + 0.5));
      expect(out[(20 * 64 + i) * 3 + 1]).toBe(Math.floor(15.75 + i / 2 + 0.5));
    }
  });

  test("is shifted by shares of the picture, along columns and rows", () => {
    const [still, moved] = [make(ramps(64), { scale: 0.5 }), make(ramps(64), { scale: 0.5, shift: [0.25, -0.125] })];
    const middle = (32 * 64 + 32) * 3;
    expect(moved[middle]! - still[middle]!).toBe(-4); // an eighth of 32 pixels
    expect(moved[middle + 1]! - still[middle + 1]!).toBe(8);
  });

  test("turns, zooms and flips as the affine change does, away from the edge", () => {
    const field = smoothField(48);
    for (const transform of [
      { ...IDENTITY, theta: 37, zx: 0.8, zy: 1.1 },
      { ...IDENTITY, theta: -140, zx: 0.9, zy: 0.9, flipHorizontal: true },
      { ...IDENTITY, theta: 15, shear: 12, flipVertical: true },
    ]) {
      const out = make(field, { transform });
      const expected = applyAffine(field.data, 48, 48, transform, new Uint8Array(field.data.length));
      for (let row = 14; row < 34; row++) {
        for (let i = (row * 48 + 14) * 3; i < (row * 48 + 34) * 3; i++) {
          expect(Math.abs(out[i]! - expected[i]!)).toBeLessThanOrEqual(1);
        }
      }
    }
  });

  test("goes on beyond the field's edge in its mirror image", () => {
    const size = 32;
    const out = make(ramps(size), { scale: 2 });
    // Row 0 lies at -15.5, whose mirror image is at 14.5; halved fields are 2 x 2 means.
    expect(out[16 * 3]).toBeGreaterThan(12);
    expect(out[16 * 3]).toBeLessThan(17);
    expect(out[8 * size * 3]).toBeLessThanOrEqual(1);
  });

  test("takes the mean where the field is much finer than the picture", () => {
    const chess = fieldOf(64, 64, (row, column) => ((row + column) % 2) * LEVELS);
    const out = make(chess, {}, 16);
    for (const level of out) expect(Math.abs(level - LEVELS / 2)).toBeLessThanOrEqual(1);
    // Where it is not, single pixels stay to be seen.
    const fine = make(chess, { scale: 0.25 }, 16);
    expect(new Set(fine)).toEqual(new Set([0, LEVELS]));
  });

  test("bends smoothly, by at most the strength", () => {
    const elastic = drawElastic(new Rng(5), 0.1);
    expect(Math.max(...elastic.dx.map(Math.abs), ...elastic.dy.map(Math.abs))).toBeLessThanOrEqual(0.1);
    const size = 128;
    const [straight, bent] = [make(ramps(size)), make(ramps(size), { elastic })];
    let most = 0;
    for (let row = 20; row < 108; row++) {
      for (let column = 20; column < 107; column++) {
        const i = (row * size + column) * 3;
        most = Math.max(most, Math.abs(bent[i]! - straight[i]!));
        expect(Math.abs(bent[i]! - straight[i]!)).toBeLessThanOrEqual(0.1 * size + 1);
        expect(bent[i + 4]! - bent[i + 1]!).toBeGreaterThanOrEqual(0); // no fold: columns still rise
      }
    }
    expect(most).toBeGreaterThan(1);
  });

  test("may have other sides than the field", () => {
    const sampler = new PictureSampler({ height: 10, width: 30 });
    const field = fieldOf(40, 40, (row) => row * 6);
    const out = sampler.sample(field, drawOf(), new Uint8Array(900));
    for (let row = 0; row < 10; row++) {
      expect(Math.abs(out[(row * 30 + 15) * 3]! - (row * 4 + 1.5) * 6)).toBeLessThanOrEqual(4);
    }
  });
});
