// The scale that the cells of each laboratory are cropped at: told, else in the manifest, else carried, else measured.

import { laboratoryOf } from "../laboratories.ts";
import type { Dataset, OpenedData, Sample } from "../sample.ts";
import { type ScaleOptions, scaleOfFiles } from "./laboratoryScales.ts";
import { listedScale, type MeasuredScale, type Scale, scaleNotes } from "./scale.ts";
import { type ToldScales, toldScale } from "./toldScales.ts";

/** A picture whose cell is to be cropped. */
export type ScaledSample = Pick<Sample, "path" | "laboratory" | "redCell">;

/** The scale that one laboratory's cells are cropped at. */
export interface UsedScale {
  readonly laboratory: string;
  /** Undefined if each cell is cropped by its own nucleus. */
  readonly scale: Scale | undefined;
  /** What is to be said of it, a sentence each. */
  readonly notes: readonly string[];
}

/** The scales of a set of pictures. */
export interface UsedScales {
  readonly laboratories: readonly UsedScale[];
  /** Width of a red cell in a picture, by its place; undefined if its own nucleus is to tell. */
  readonly redCellOf: (index: number) => number | undefined;
}

/** Options of {@link usedScales}. */
export interface UsedScalesOptions extends ScaleOptions {
  /** What the user tells. */
  readonly told?: ToldScales | undefined;
  /** What the model carries. */
  readonly carried?: Scale | undefined;
}

/**
 * Chooses the scale of each laboratory, and says what its nuclei say against it.
 *
 * @throws LeukogramError ERR_USAGE if what was told fits no laboratory; ERR_ABORTED.
 */
export async function usedScales(
  samples: readonly ScaledSample[],
  { told = new Map(), carried, ...options }: UsedScalesOptions = {},
): Promise<UsedScales> {
  const names = [...new Set(samples.map(laboratoryOf))];
  const widths = new Map<string, (own: number | undefined) => number | undefined>();
  const laboratories: UsedScale[] = [];
  for (const laboratory of names) {
    const own = samples.filter((sample) => laboratoryOf(sample) === laboratory);
    const said = toldScale(told, laboratory, names);
    const listed = said === undefined ? own.flatMap(({ redCell }) => redCell ?? []) : [];
    const measured = await scaleOfFiles(
      own.map(({ path }) => path),
      options,
    );
    const rest = said ?? carried ?? measured.file ?? measured.scale;
    const all = listed.length === own.length && listed.length > 0;
    const scale = all ? listedScale(listed) : rest;
    widths.set(laboratory, said ? () => said.redCell : (width) => width ?? rest?.redCell);
    laboratories.push({ laboratory, scale, notes: notesOn(scale, measured, { listed, count: own.length }) });
  }
  return {
    laboratories,
    redCellOf: (index) => widths.get(laboratoryOf(samples[index]!))?.(samples[index]!.redCell),
  };
}

/**
 * Images with the scales that were told of their laboratories, over what manifests say.
 *
 * @throws LeukogramError ERR_USAGE if what was told fits no laboratory.
 */
export function withToldScales(data: OpenedData, told: ToldScales): OpenedData {
  if (told.size === 0) return data;
  const { train, validation, test } = data;
  const names = [...new Set([train, validation, test].flatMap((set) => set?.samples.map(laboratoryOf) ?? []))];
  const scaled = <T extends Dataset | undefined>(set: T): T =>
    set && {
      ...set,
      samples: set.samples.map((sample) => {
        const { redCell = sample.redCell } = toldScale(told, laboratoryOf(sample), names) ?? {};
        return { ...sample, redCell };
      }),
    };
  return { train: scaled(train), validation: scaled(validation), test: scaled(test) };
}

/** Widths of red cells in one laboratory that differ by more than this factor are several scales. */
const SEVERAL = 1.05;

function notesOn(
  scale: Scale | undefined,
  measured: MeasuredScale,
  { listed, count }: { readonly listed: readonly number[]; readonly count: number },
): string[] {
  const [least, most] = [Math.min(...listed), Math.max(...listed)];
  if (listed.length === 0 || (listed.length === count && most < SEVERAL * least)) return scaleNotes(scale, measured);
  const range = most < SEVERAL * least ? least.toFixed(1) : `${least.toFixed(1)} to ${most.toFixed(1)}`;
  // Nuclei of several scales say nothing of one.
  return [
    `The manifest gives the scale of ${listed.length} of ${count} images, red cells of ${range} pixels: each image is cropped at its own scale.`,
  ];
}
