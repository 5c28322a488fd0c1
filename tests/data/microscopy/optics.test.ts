import { Rng } from "@leukogram/engine/core/rng";
import { Blur, gaussianTaps } from "leukogram/data/microscopy/blur";
import { AFTER_FORWARD, BEFORE_INVERSE, forwardDct, inverseDct } from "leukogram/data/microscopy/dct";
import sharp from "sharp";
import { describe, expect, test } from "vitest";
import { fieldOf, gradientEnergy, make, meanOf, smear, smoothField } from "./fields.ts";

const variance = (values: readonly number[]) => {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
};

describe("defocus", () => {
  test("spreads a point by its standard deviation, and keeps its light", () => {
    for (const sigma of [0.6, 1.3, 3]) {
      const [size, channels] = [31, 3];
      const image = new Float32Array(size * size * channels);
      image[(15 * size + 15) * channels + 1] = 1;
      const out = new Float32Array(image.length);
      new Blur({ height: size, width: size, channels }).apply(image, sigma, out);
      let [sum, spread] = [0, 0];
      for (let i = 0; i < size * size; i++) {
        expect(out[i * 3]).toBe(0); // channels do not mix
        sum += out[i * 3 + 1]!;
        spread += out[i * 3 + 1]! * (Math.floor(i / size) - 15) ** 2;
      }
      expect(sum).toBeCloseTo(1, 5);
      expect(Math.sqrt(spread)).toBeGreaterThan(0.85 * sigma); // the tails are cut
      expect(Math.sqrt(spread)).toBeLessThan(1.01 * sigma);
    }
  });

  test("lowers the gradients, the more the wider", () => {
    const field = smear(64);
    const energies = [0, 0.7, 1.5, 3].map((defocus) => gradientEnergy(make(field, { defocus }), 64));
    for (let i = 1; i < energies.length; i++) expect(energies[i]).toBeLessThan(0.8 * energies[i - 1]!);
  });

  test("leaves a plain picture plain up to its edges", () => {
    expect(
      new Set(
        make(
          fieldOf(20, 20, () => 77),
          { defocus: 2 },
        ),
      ),
    ).toEqual(new Set([77]));
  });

  test("weighs both sides to 1", () => {
    for (const sigma of [0.3, 1, 2.2]) {
      const [middle, ...sides] = gaussianTaps(sigma);
      expect(middle! + 2 * sides.reduce((sum, tap) => sum + tap, 0)).toBeCloseTo(1, 6);
    }
  });
});

describe("vignette", () => {
  test("darkens the corners by its loss and leaves the middle", () => {
    const out = make(
      fieldOf(65, 65, () => 200),
      { vignette: { loss: 0.5, middle: [0, 0] } },
    );
    expect(out[(32 * 65 + 32) * 3]).toBe(200);
    expect(out[0]).toBeGreaterThan(100 - 1);
    expect(out[0]).toBeLessThan(106);
    expect(out[32 * 3]).toBeGreaterThan(out[0]!);
  });
});

describe("noise", () => {
  test("has the stated standard deviation at white, less in the dark, and the same mean", () => {
    for (const [level, share] of [
      [200, Math.sqrt(0.5 + (0.5 * 200) / 255)],
      [60, Math.sqrt(0.5 + (0.5 * 60) / 255)],
    ] as const) {
      const out = [
        ...make(
          fieldOf(96, 96, () => level),
          { noise: { deviation: 6, seed: 12345 } },
        ),
      ];
      expect(Math.sqrt(variance(out))).toBeGreaterThan(6 * share * 0.95);
      expect(Math.sqrt(variance(out))).toBeLessThan(6 * share * 1.05);
      expect(meanOf(out, 0)).toBeCloseTo(level, 0);
    }
  });

  test("differs with its seed, and between rows and channels", () => {
    const grey = fieldOf(64, 64, () => 128);
    const one = make(grey, { noise: { deviation: 8, seed: 1 } });
    expect(make(grey, { noise: { deviation: 8, seed: 1 } })).toEqual(one);
    expect(make(grey, { noise: { deviation: 8, seed: 2 } })).not.toEqual(one);
    const covariance = (shift: number) => {
      let sum = 0;
      for (let i = 0; i + shift < one.length; i++) sum += (one[i]! - 128) * (one[i + shift]! - 128);
      return sum / one.length / variance([...one]);
    };
    for (const shift of [1, 3, 64 * 3]) expect(Math.abs(covariance(shift))).toBeLessThan(0.05);
  });
});

describe("gamma and contrast", () => {
  test("follow their curves, and keep black and white, or middle grey", () => {
    const ramp = fieldOf(1, 256, (_, column) => column);
    const wide = (changes: Parameters<typeof make>[1]) => {
      const square = fieldOf(256, 256, (_, column) => column);
      return make(square, changes).subarray(0, ramp.data.length);
    };
    const gamma = wide({ gamma: 2 });
    const contrast = wide({ contrast: 1.5 });
    for (const level of [0, 30, 128, 200, 255]) {
      expect(Math.abs(gamma[level * 3]! - 255 * (level / 255) ** 2)).toBeLessThanOrEqual(1);
      const expected = Math.min(255, Math.max(0, 127.5 + 1.5 * (level - 127.5)));
      expect(Math.abs(contrast[level * 3]! - expected)).toBeLessThanOrEqual(1);
    }
  });
});

describe("sharpening", () => {
  test("raises the gradients and keeps the mean", () => {
    const field = smoothField(64);
    const out = make(field, { sharpen: { amount: 1.5, sigma: 1.2 } });
    expect(gradientEnergy(out, 64)).toBeGreaterThan(1.1 * gradientEnergy(field.data, 64));
    expect(meanOf(out, 1)).toBeCloseTo(meanOf(field.data, 1), 0);
  });

  test("leaves what is plain plain", () => {
    expect(
      new Set(
        make(
          fieldOf(9, 9, () => 40),
          { sharpen: { amount: 3, sigma: 1 } },
        ),
      ),
    ).toEqual(new Set([40]));
  });
});

describe("JPEG", () => {
  test("transforms 8 x 8 values orthonormally, and back", () => {
    const rng = new Rng(8);
    const block = Float32Array.from({ length: 64 }, () => rng.uniform(-128, 127));
    const work = Float64Array.from(block);
    forwardDct(work);
    const [row, column] = [2, 5];
    let expected = 0;
    for (let i = 0; i < 64; i++) {
      const y = Math.cos(((2 * (i >> 3) + 1) * row * Math.PI) / 16);
      const x = Math.cos(((2 * (i & 7) + 1) * column * Math.PI) / 16);
      expected += (block[i]! * y * x) / 4;
    }
    expect(work[row * 8 + column]! * AFTER_FORWARD[row * 8 + column]!).toBeCloseTo(expected, 2);
    for (let i = 0; i < 64; i++) work[i] = work[i]! * AFTER_FORWARD[i]! * BEFORE_INVERSE[i]!;
    inverseDct(work);
    work.forEach((value, i) => {
      expect(value).toBeCloseTo(block[i]!, 2);
    });
  });

  test("loses what libjpeg's files lose; of the colours nearly so, which libjpeg smooths when it doubles them", async () => {
    const colour = smear(96);
    const grey = fieldOf(96, 96, (row, column) => colour.data[(row * 96 + column) * 3 + 1]!);
    const raw = { width: 96, height: 96, channels: 3 as const };
    const apart = (a: ArrayLike<number>, b: ArrayLike<number>) =>
      Array.from(a).reduce((sum, value, i) => sum + Math.abs(value - b[i]!), 0) / a.length;
    for (const quality of [90, 40]) {
      for (const [field, share] of [
        [grey, 0.12],
        [colour, 0.55],
      ] as const) {
        const file = await sharp(field.data, { raw }).jpeg({ quality, chromaSubsampling: "4:2:0" }).toBuffer();
        const expected = await sharp(file).toColourspace("srgb").raw().toBuffer();
        expect(apart(make(field, { quality }), expected)).toBeLessThan(share * apart(field.data, expected));
      }
    }
  });

  test("keeps the mean brightness, and loses more at a lower quality", () => {
    const field = smear(61); // not whole blocks
    const luma = (image: ArrayLike<number>) =>
      0.299 * meanOf(image, 0) + 0.587 * meanOf(image, 1) + 0.114 * meanOf(image, 2);
    const losses = [95, 70, 40, 20].map((quality) => {
      const out = make(field, { quality });
      expect(Math.abs(luma(out) - luma(field.data))).toBeLessThan(0.7);
      return out.reduce((sum, level, i) => sum + (level - field.data[i]!) ** 2, 0);
    });
    for (let i = 1; i < losses.length; i++) expect(losses[i]).toBeGreaterThan(losses[i - 1]!);
  });
});
