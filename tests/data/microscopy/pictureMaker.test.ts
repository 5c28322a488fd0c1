import { Rng } from "@leukogram/engine/core/rng";
import fc from "fast-check";
import { drawPicture } from "leukogram/data/microscopy/draw";
import { INGREDIENTS, type Microscopy } from "leukogram/data/microscopy/ingredients";
import { PictureMaker } from "leukogram/data/microscopy/pictureMaker";
import { USUAL_MICROSCOPY } from "leukogram/data/microscopy/previewRows";
import { layoutSize, layoutTarget } from "leukogram/data/pictures/pixelLayout";
import { describe, expect, test } from "vitest";
import { fieldOf, only, smear } from "./fields.ts";

/** Everything at its largest, on every image. */
const EXTREME: Microscopy = {
  scaleMin: 0.05,
  scaleMax: 4,
  ...Object.fromEntries(INGREDIENTS.map(({ name, maximum }) => [name, { strength: maximum, chance: 1 }])),
};

describe("a picture maker", () => {
  test("fills every pixel of any picture out of any field, whatever is drawn", () => {
    const side = fc.integer({ min: 1, max: 40 });
    fc.assert(
      fc.property(side, side, side, side, fc.integer(), (fieldHeight, fieldWidth, height, width, seed) => {
        const rng = new Rng(seed);
        const field = fieldOf(fieldHeight, fieldWidth, () => rng.integer(256));
        const draw = drawPicture(rng, { ...only(EXTREME), rotationRange: 180, zoomRange: 0.5 }, field);
        const layout = { phases: 1, height, width };
        const [first, second] = [0, 255].map((before) => {
          const out = new Uint8Array(layoutSize(layout)).fill(before);
          new PictureMaker({ height, width }).make(field, draw, { out, target: layoutTarget(layout, height, width) });
          return out;
        });
        expect(first).toEqual(second);
      }),
      { seed: 2, numRuns: 150 },
    );
  });

  test("remembers nothing of the pictures before", () => {
    const target = layoutTarget({ phases: 1, height: 32, width: 32 }, 32, 32);
    const fields = [smear(48, 0), smear(64, 2), smear(48, 4)];
    const used = new PictureMaker({ height: 32, width: 32 });
    for (let i = 0; i < 24; i++) {
      const field = fields[i % 3]!;
      const draw = drawPicture(new Rng(i), only(USUAL_MICROSCOPY), field);
      const [old, fresh] = [new Uint8Array(32 * 32 * 3), new Uint8Array(32 * 32 * 3)];
      used.make(field, draw, { out: old, target });
      new PictureMaker({ height: 32, width: 32 }).make(field, draw, { out: fresh, target });
      expect(old).toEqual(fresh);
    }
  });
});
