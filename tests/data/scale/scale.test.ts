import fc from "fast-check";
import { nucleiNote } from "leukogram/cells/cropCounts";
import type { CellSizes } from "leukogram/data/microscopy/redCellWidths";
import { cropAtScale, cropCell, outsideShare } from "leukogram/data/scale/cellCrop";
import { scaleOfFiles } from "leukogram/data/scale/laboratoryScales";
import {
  FEWEST_NUCLEI,
  measureScale,
  NUCLEUS_RED_CELLS,
  parseScale,
  scaleNotes,
  scaleOfText,
} from "leukogram/data/scale/scale";
import { parseToldScales } from "leukogram/data/scale/toldScales";
import { expect, test } from "vitest";

const cell = (diameter: number, redCells: readonly number[] = []): CellSizes => ({
  nucleus: { x: 0, y: 0, diameter },
  redCells,
});
const NONE: CellSizes = { nucleus: undefined, redCells: [] };
const nuclei = (count: number, diameter = 90) => Array.from({ length: count }, (_, i) => cell(diameter + (i % 7) - 3));

test("reads micrometres a pixel and the width of a red cell", () => {
  expect(parseScale("72px").redCell).toBe(72);
  expect(parseScale(" 0.10 um ").redCell).toBeCloseTo(72, 10);
  expect(parseScale("0.1µm").redCell).toBeCloseTo(72, 10);
});

test("refuses what is no scale, and says how to write one", () => {
  for (const text of ["72", "0.1 mm", "px", "-3px", "0px", "2000px", "NaNum", ""])
    expect(() => parseScale(text)).toThrow(/ERR_USAGE scale .*0\.10um.*72px/);
});

test("takes the median nucleus, and says how sure it is", () => {
  const { scale } = measureScale(nuclei(101));
  expect(scale!.redCell).toBeCloseTo(90 / NUCLEUS_RED_CELLS, 10);
  expect(scale).toMatchObject({ source: "nuclei", cells: 101 });
  const few = measureScale(nuclei(25)).scale!;
  expect(few.error).toBeGreaterThan(scale!.error);
});

test("believes red cells before nuclei, from six on, and is surer of them", () => {
  const among = (redCells: number) => [
    ...nuclei(60),
    ...Array.from({ length: redCells }, (_, i) => cell(90, [59 + (i % 3)])),
  ];
  expect(measureScale(among(5)).scale!.source).toBe("nuclei");
  const platelets = Array.from({ length: 30 }, () => cell(90, [46]));
  expect(measureScale(platelets).scale!.source).toBe("nuclei");
  const { scale } = measureScale(among(30));
  expect(scale).toMatchObject({ source: "red cells", redCell: 60, cells: 30 });
  expect(scale!.error).toBeLessThan(measureScale(nuclei(90)).scale!.error);
});

test("tells no scale from fewer than 20 nuclei, and asks for one", () => {
  const measured = measureScale([...nuclei(FEWEST_NUCLEI - 1), NONE]);
  expect(measured.scale).toBeUndefined();
  expect(scaleNotes(undefined, measured)).toEqual([expect.stringMatching(/19 of 20 images.*--scale/)]);
  expect(measureScale(nuclei(FEWEST_NUCLEI)).scale).toBeDefined();
});

test("names a scale that contradicts the nuclei, two scales in one folder, and pictures without a nucleus", () => {
  const measured = measureScale(nuclei(60));
  expect(scaleNotes(measured.scale, measured)).toEqual([]);
  expect(scaleNotes(parseScale("150px"), measured)).toEqual([
    expect.stringMatching(/contradicts the images: .* according to the nuclei/),
  ]);
  const mixed = measureScale([...nuclei(60), ...nuclei(60, 180)]);
  expect(scaleNotes(mixed.scale, mixed)).toEqual([expect.stringMatching(/mix scales or laboratories/)]);
  const empty = measureScale([...nuclei(60), ...new Array<CellSizes>(20).fill(NONE)]);
  expect(nucleiNote(empty)).toMatch(/No nucleus was found in 20 of 80/);
  expect(nucleiNote(measured)).toBeUndefined();
});

test("comes back from a model's metadata, and a damaged one is refused", () => {
  const scale = parseScale("72px");
  expect(scaleOfText(JSON.stringify(scale), "model.onnx")).toEqual(scale);
  for (const text of ["{", "{}", '{"redCell":-1}', "null"])
    expect(() => scaleOfText(text, "model.onnx")).toThrow(/ERR_FORMAT model\.onnx: damaged scale/);
});

const ramp = (width: number, height: number) => ({
  width,
  height,
  data: Uint8Array.from({ length: width * height * 3 }, (_, i) => (Math.floor(i / 3) % width) * 2 + (i % 3)),
});

test("cuts out the square that it is told, pixel for pixel where sizes agree", () => {
  const image = ramp(40, 30);
  const crop = cropCell(image, { x: 20, y: 15, side: 16 }, 16);
  for (let row = 0; row < 16; row++)
    for (let column = 0; column < 16; column++)
      expect(crop[(row * 16 + column) * 3]).toBe(image.data[((7 + row) * 40 + 12 + column) * 3]);
});

test("fills what lies beyond the picture with its mirror image, and says how much that is", () => {
  const image = ramp(20, 20);
  const crop = cropCell(image, { x: 0, y: 10, side: 20 }, 20);
  expect(crop[9 * 3]).toBe(image.data[0]);
  expect(crop[3 * 3]).toBe(image.data[6 * 3]);
  expect(outsideShare(image, { x: 0, y: 10, side: 20 })).toBeCloseTo(0.5, 10);
  expect(outsideShare(image, { x: 10, y: 10, side: 20 })).toBe(0);
});

test("without a scale never crops more than the picture holds", () => {
  const images = fc.record({ width: fc.integer({ min: 8, max: 60 }), height: fc.integer({ min: 8, max: 60 }) });
  fc.assert(
    fc.property(images, fc.integer({ min: 0, max: 2 ** 31 - 1 }), ({ width, height }, seed) => {
      const data = Uint8Array.from(
        { length: width * height * 3 },
        (_, i) => (Math.imul(i + seed, 2654435761) >>> 24) & 255,
      );
      const { pixels, outside } = cropAtScale({ width, height, data }, { redCells: 2.6, redCell: undefined, size: 24 });
      expect(pixels.length).toBe(24 * 24 * 3);
      expect(outside).toBeLessThanOrEqual(0.75);
    }),
    { seed: 1, numRuns: 50 },
  );
});

test("refuses a scale that was told before, and names its laboratory", () => {
  expect(() => parseToldScales(["72px", "0.1um"])).toThrow('ERR_USAGE scale "0.1um": a scale is given twice');
  expect(() => parseToldScales(["A=72px", "B=72px", "A=80px"])).toThrow(
    'scale "A=80px": a scale of A is given twice. Give one scale, or one for each laboratory',
  );
});

test("measuring nuclei is interrupted", async () => {
  await expect(scaleOfFiles(["cell.png"], { signal: AbortSignal.abort() })).rejects.toThrow(
    "ERR_ABORTED reading images was interrupted",
  );
});
