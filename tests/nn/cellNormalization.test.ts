import type { RgbImage } from "leukogram/data/pictures/rgbImage";
import { CellPictures } from "leukogram/training/cellPictures";
import { afterAll, expect, test } from "vitest";

const SIZE = 64;
const pictures = new CellPictures({ size: SIZE, diameters: 2, hue: 1, density: 1, white: true });
afterAll(() => pictures.close());

interface Disc {
  readonly x: number;
  readonly y: number;
  readonly radius: number;
  readonly colour: readonly [number, number, number];
}

const SLIDE = [250, 240, 200] as const;
const NUCLEUS = [90, 40, 110] as const;

/** Discs on a slide, 200 x 200. */
function draw(discs: readonly Disc[], slide: readonly number[] = SLIDE): RgbImage {
  const side = 200;
  const data = new Uint8Array(side * side * 3);
  for (let y = 0; y < side; y++)
    for (let x = 0; x < side; x++) {
      const inside = discs.findLast((disc) => (x - disc.x) ** 2 + (y - disc.y) ** 2 < disc.radius ** 2);
      data.set(inside?.colour ?? slide, (y * side + x) * 3);
    }
  return { width: side, height: side, data };
}

/** Middle and radius of what is dark, pixels of the result. */
async function darkIn(image: RgbImage): Promise<{ x: number; y: number; radius: number }> {
  const { data } = await pictures.apply(image);
  let [count, sumX, sumY] = [0, 0, 0];
  for (let i = 0; i < SIZE * SIZE; i++) {
    if (data[i * 3 + 1]! > 128) continue;
    count++;
    sumX += (i % SIZE) + 0.5;
    sumY += Math.floor(i / SIZE) + 0.5;
  }
  return { x: sumX / count, y: sumY / count, radius: Math.sqrt(count / Math.PI) };
}

test.each([
  ["in the middle", { x: 100, y: 100, radius: 30 }],
  ["small", { x: 100, y: 100, radius: 14 }],
  ["large", { x: 100, y: 100, radius: 70 }],
  ["off the middle", { x: 130, y: 85, radius: 25 }],
  ["far off the middle", { x: 150, y: 60, radius: 22 }],
])("brings a nucleus to the middle and to half the width: %s", async (_, place) => {
  const { x, y, radius } = await darkIn(draw([{ ...place, colour: NUCLEUS }]));
  expect(Math.abs(x - SIZE / 2)).toBeLessThan(2);
  expect(Math.abs(y - SIZE / 2)).toBeLessThan(2);
  expect(Math.abs(radius - SIZE / 4)).toBeLessThan(2);
});

test("a neighbour, however dark, stays outside, as does a red cell that touches", async () => {
  const cell: Disc = { x: 100, y: 100, radius: 26, colour: NUCLEUS };
  const alone = await darkIn(draw([cell]));
  const red: Disc = { x: 145, y: 100, radius: 20, colour: [225, 150, 140] };
  const neighbour: Disc = { x: 100, y: 180, radius: 24, colour: [60, 20, 80] };
  const among = await darkIn(draw([red, neighbour, cell]));
  expect(Math.abs(among.radius - alone.radius)).toBeLessThan(1.5);
  expect(Math.abs(among.x - alone.x)).toBeLessThan(1.5);
  expect(Math.abs(among.y - alone.y)).toBeLessThan(1.5);
});

test("lamp and amount of dye make no difference", async () => {
  const disc = (colour: Disc["colour"]): Disc => ({ x: 100, y: 100, radius: 30, colour });
  const middle = ({ data }: RgbImage) => [...data.subarray((32 * SIZE + 32) * 3, (32 * SIZE + 32) * 3 + 3)];
  const usual = middle(await pictures.apply(draw([disc(NUCLEUS)])));
  // The same transmission under a bluish lamp, and its square root: half the dye.
  const lamp = [180, 200, 250] as const;
  const under = (share: (c: number) => number) =>
    draw([disc([0, 1, 2].map((c) => Math.round(lamp[c]! * share(c))) as unknown as Disc["colour"])], lamp);
  const bluish = middle(await pictures.apply(under((c) => NUCLEUS[c]! / SLIDE[c]!)));
  const pale = middle(await pictures.apply(under((c) => Math.sqrt(NUCLEUS[c]! / SLIDE[c]!))));
  for (let c = 0; c < 3; c++) {
    expect(Math.abs(bluish[c]! - usual[c]!)).toBeLessThan(6);
    expect(Math.abs(pale[c]! - usual[c]!)).toBeLessThan(6);
  }
});

test("an empty slide stays an empty slide", async () => {
  const { data } = await pictures.apply(draw([]));
  expect(Math.min(...data)).toBeGreaterThan(240);
});

test("colours stay as they are where nothing is normalised but place and size", async () => {
  const plain = new CellPictures({ size: SIZE, diameters: 2, hue: 0, density: 0, white: false });
  const { data } = await plain.apply(draw([{ x: 100, y: 100, radius: 30, colour: NUCLEUS }]));
  await plain.close();
  const at = (row: number, column: number) => [
    ...data.subarray((row * SIZE + column) * 3, (row * SIZE + column) * 3 + 3),
  ];
  for (let c = 0; c < 3; c++) {
    expect(Math.abs(at(32, 32)[c]! - NUCLEUS[c]!)).toBeLessThan(3);
    expect(Math.abs(at(1, 1)[c]! - SLIDE[c]!)).toBeLessThan(3);
  }
});
