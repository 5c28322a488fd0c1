// How large a laboratory's pictures show a cell: one number a laboratory.
import { counted } from "@leukogram/engine/core/counted";
import { LeukogramError } from "@leukogram/engine/core/errors";
import { quantile } from "../../metrics/quantile.ts";
import type { CellSizes } from "../microscopy/redCellWidths.ts";

/** Where a laboratory's scale may come from. */
export const SCALE_SOURCES = ["told", "file", "red cells", "nuclei"] as const;

/** How large cells are in the pictures of one laboratory. */
export interface Scale {
  /** Width of a red cell, pixels. */
  readonly redCell: number;
  /** How far that may be off, one standard deviation, as a share of it. */
  readonly error: number;
  /** Who says so: the user, the files of the pictures, so many red cells, or the nuclei of so many white ones. */
  readonly source: (typeof SCALE_SOURCES)[number];
  /** Cells that were measured; 0 if none was. */
  readonly cells: number;
}

/** Diameter of a red cell in a dried smear, micrometres (Bain 2015, "Blood cells", gives 6.7 to 7.7, mean 7.2). */
export const RED_CELL_MICROMETRES = 7.2;
/** How far a laboratory's mean may differ from it, as a share. */
export const RED_CELL_ERROR = 0.05;
/** How well somebody measures a red cell's width, as a share. */
const RULER_ERROR = 0.02;

/**
 * Median diameter of a white cell's nucleus in widths of a red cell, as `findNucleus` and `redCellWidths` measure them,
 * in blood of usual shares: 1.1 of neutrophils, 1.25 of lymphocytes, 1.65 of monocytes
 * (docs/measurements/scale.md). Where each class is as frequent as the others it is 1.35. Crops that are a little too
 * wide do less harm than tight ones.
 */
export const NUCLEUS_RED_CELLS = 1.14;
/** How far the median of a laboratory's mixture of classes is off, as a share. */
const MIXTURE_ERROR = 0.1;

/** Fewer nuclei tell no scale. */
export const FEWEST_NUCLEI = 20;
/** Fewer red cells leave it to the nuclei. */
export const FEWEST_RED_CELLS = 6;
/** A median nucleus of fewer or more red cells' widths: what was measured is no red cell, but platelets or dirt. */
const NUCLEUS_LIMITS = [0.95, 1.8] as const;
/** A laboratory's scale is taken from at most so many of its pictures, spread over them. */
export const MOST_MEASURED = 200;
/** Least and greatest width of a red cell that can be meant, pixels. */
const RED_CELL_LIMITS = [4, 1000] as const;

/**
 * Reads a scale that a user tells: `0.10um`, micrometres a pixel, or `72px`, the width of a red cell.
 *
 * @throws LeukogramError ERR_USAGE for anything else, or a scale that no microscope's picture of a cell has.
 */
export function parseScale(text: string): Scale {
  const [, number, unit] = /^\s*(\d+(?:\.\d+)?|\.\d+)\s*(um|µm|μm|px)\s*$/i.exec(text) ?? [];
  const isPixels = unit?.toLowerCase() === "px";
  const redCell = isPixels ? Number(number) : RED_CELL_MICROMETRES / Number(number);
  const [least, greatest] = RED_CELL_LIMITS;
  if (unit !== undefined && redCell >= least && redCell <= greatest)
    return { redCell, error: isPixels ? RULER_ERROR : RED_CELL_ERROR, source: "told", cells: 0 };
  throw new LeukogramError("ERR_USAGE", `scale "${text}": expected micrometres per pixel or the width of a red cell`, {
    hint: "Write 0.10um for 0.10 micrometres per pixel, or 72px for red cells 72 pixels wide.",
  });
}

/** The scale of pictures whose own scales a manifest lists: the median. */
export function listedScale(redCells: readonly number[]): Scale {
  const redCell = quantile(Float64Array.from(redCells).sort(), 0.5);
  return { redCell, error: RED_CELL_ERROR, source: "told", cells: 0 };
}

/** What the cells of a laboratory say of its scale. */
export interface MeasuredScale {
  /** Undefined for fewer than {@link FEWEST_NUCLEI} nuclei. */
  readonly scale: Scale | undefined;
  /** What the files say of themselves where that is used; undefined if they say nothing, or what the cells contradict. */
  readonly file?: Scale | undefined;
  /** What the files say and the cells contradict. */
  readonly wrong?: Scale | undefined;
  /** Pictures that were looked at, and those in which a nucleus was found. */
  readonly looked: number;
  readonly found: number;
  /** Diameter of the nucleus that three of four do not pass, over that of one of four. */
  readonly spread: number;
}

/**
 * Estimates a laboratory's scale from its cells, labels unknown: the median width of the red cells that lie alone in
 * the pictures, where there are {@link FEWEST_RED_CELLS}; else the median diameter of the nuclei, which is
 * {@link NUCLEUS_RED_CELLS} red cells. The error joins the chance in the median with how far laboratories' red cells,
 * or mixtures of classes, differ.
 *
 * @param cells one a picture
 */
export function measureScale(cells: readonly CellSizes[]): MeasuredScale {
  const diameters = Float64Array.from(cells.flatMap(({ nucleus }) => (nucleus ? [nucleus.diameter] : []))).sort();
  const [looked, found] = [cells.length, diameters.length];
  if (found < FEWEST_NUCLEI) return { scale: undefined, looked, found, spread: 1 };
  const spread = quantile(diameters, 0.75) / quantile(diameters, 0.25);
  const widths = Float64Array.from(cells.flatMap(({ redCells }) => redCells)).sort();
  const ratio = widths.length < FEWEST_RED_CELLS ? 0 : quantile(diameters, 0.5) / quantile(widths, 0.5);
  const isRed = ratio >= NUCLEUS_LIMITS[0] && ratio <= NUCLEUS_LIMITS[1];
  const { median, chance } = medianOf(isRed ? widths : diameters);
  const scale: Scale = isRed
    ? { redCell: median, error: Math.hypot(chance, RED_CELL_ERROR), source: "red cells", cells: widths.length }
    : {
        redCell: median / NUCLEUS_RED_CELLS,
        error: Math.hypot(chance, MIXTURE_ERROR),
        source: "nuclei",
        cells: found,
      };
  return { scale, looked, found, spread };
}

/** Files and cells that differ by a greater share contradict each other: the cells count then. */
const MOST_FROM_FILES = 0.25;

/** What was measured, beside what the files of the pictures say of themselves. */
export function withFileScale(measured: MeasuredScale, said: Scale | undefined): MeasuredScale {
  if (said === undefined) return measured;
  const off = measured.scale === undefined ? 0 : Math.abs(said.redCell / measured.scale.redCell - 1);
  return off > MOST_FROM_FILES ? { ...measured, wrong: said } : { ...measured, file: said };
}

// The median, and its standard deviation as a share of it: of n normal values 1.253 of theirs over the root of n.
function medianOf(sorted: Float64Array): { median: number; chance: number } {
  const [low, median, high] = [0.25, 0.5, 0.75].map((p) => quantile(sorted, p)) as [number, number, number];
  return { median, chance: (1.253 * (high - low)) / 1.349 / Math.sqrt(sorted.length) / median };
}

/** Told and measured scales that differ by more than this factor contradict each other. */
const CONTRADICTION = 1.4;
/** A greater spread of nuclei is that of several scales; laboratories have 1.3 to 1.5 (docs/measurements/scale.md). */
const MOST_SPREAD = 1.8;

/**
 * What is to be said of a laboratory's scale, a sentence each: that it is a guess, that it contradicts the nuclei, that
 * the pictures seem to have several. `nucleiNote` says how often no nucleus was found.
 *
 * @param used the scale that cells are cropped at; undefined if each is cropped by its own nucleus
 */
export function scaleNotes(used: Scale | undefined, measured: MeasuredScale): string[] {
  const { scale, wrong, looked, found, spread } = measured;
  const notes: string[] = [];
  if (wrong !== undefined && scale !== undefined && used === scale)
    notes.push(
      `According to the files, red cells are ${wrong.redCell.toFixed(1)} pixels wide (${(RED_CELL_MICROMETRES / wrong.redCell).toFixed(3)} micrometres per pixel); according to the cells, ${scale.redCell.toFixed(1)} (${scale.source}). The cells are used, because the two differ by more than ${100 * MOST_FROM_FILES} %. Use --scale to change this.`,
    );
  if (used === undefined)
    notes.push(
      `Nuclei were found in ${found} of ${looked} images, but ${FEWEST_NUCLEI} are needed to estimate the scale. Each cell is cropped by the size of its own nucleus, which hides how large the cell is. Set the scale with --scale 72px (width of a red cell) or --scale 0.10um (size of a pixel).`,
    );
  const ratio = used && scale ? used.redCell / scale.redCell : 1;
  if (Math.max(ratio, 1 / ratio) > CONTRADICTION)
    notes.push(
      `The given scale contradicts the images: red cells of ${used!.redCell.toFixed(1)} pixels, but ${scale!.redCell.toFixed(1)} according to the ${scale!.source}. Check the scale; an error by half causes many mistakes.`,
    );
  if (spread > MOST_SPREAD)
    notes.push(
      `Nuclei differ by a factor of ${spread.toFixed(1)} between the small and the large quarter, which is more than in one laboratory. Does the folder mix scales or laboratories? Classify each separately.`,
    );
  return notes;
}

/** A scale in words. */
export function scaleText({ redCell, error, source, cells }: Scale): string {
  const from = {
    told: "as given",
    file: "from the pixel size in the files",
    "red cells": `from ${counted(cells, "red cell")}`,
    nuclei: `from the nuclei of ${counted(cells, "cell")}`,
  };
  return `a red cell is ${redCell.toFixed(1)} pixels wide, ± ${Math.round(100 * error)} % (${from[source]})`;
}

/**
 * A scale from a model file's metadata.
 *
 * @throws ERR_FORMAT if it is damaged.
 */
export function scaleOfText(text: string, source: string): Scale {
  const scale = parsed(text);
  const isScale = scale instanceof Object && scale.redCell > 0 && scale.error >= 0 && scale.cells >= 0;
  if (isScale && SCALE_SOURCES.includes(scale.source)) return scale;
  throw new LeukogramError("ERR_FORMAT", `${source}: damaged scale: ${text}`, {
    hint: "Adapt the model again.",
  });
}

function parsed(text: string): Scale | undefined {
  try {
    return JSON.parse(text) as Scale;
  } catch {
    return undefined;
  }
}
