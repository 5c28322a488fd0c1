import { CELL_GRID, findCellMask } from "../data/microscopy/cellMask.ts";
import { highest, type PictureMap, resizeMap, rgbOf, type SeenPicture } from "./picture.ts";

/** The white cell in the middle of a picture. */
export interface FoundCell {
  /** [height, width] of the picture; how much a place belongs to the cell, 0 to 1, soft at its edge. */
  readonly mask: PictureMap;
  /** Its share of the picture. */
  readonly area: number;
  /** Colour of what is around cells, one value a channel, 0 to 255. */
  readonly background: readonly number[];
}

/** Finds the cell in a picture, roughly; touching red cells may come with it. */
export function findCell(picture: SeenPicture): FoundCell {
  const { channels, height, width } = picture;
  const { mask } = findCellMask({ data: rgbOf(picture), height, width });
  const grid = { data: mask.map((value) => value / 255), height: CELL_GRID, width: CELL_GRID };
  const large = resizeMap(grid, height, width);
  const background = Array.from({ length: Math.ceil(channels / 3) }, (_, i) => backgroundOf(picture, i)).flat();
  return { mask: large, area: sumOf(large.data) / large.data.length, background: background.slice(0, channels) };
}

/** The share of a map's weight that lies on the cell; NaN if the map is empty. */
export function shareOnCell(map: PictureMap, { mask }: FoundCell): number {
  const large = resizeMap(map, mask.height, mask.width);
  if (highest(large) === 0) return Number.NaN;
  return sumOf(large.data.map((value, i) => value * mask.data[i]!)) / sumOf(large.data);
}

// Of each three channels, which are one picture.
function backgroundOf(picture: SeenPicture, group: number): readonly [number, number, number] {
  const { height, width, data } = picture;
  const part = { ...picture, data: data.subarray(group * 3 * height * width) };
  return findCellMask({ data: rgbOf(part), height, width }).background;
}

const sumOf = (values: Float32Array) => values.reduce((sum, value) => sum + value, 0);
