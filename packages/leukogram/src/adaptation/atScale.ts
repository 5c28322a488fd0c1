import type { StopSignal } from "@leukogram/engine/core/stopSignal";
import { EVERY, type ToldScales } from "../data/scale/toldScales.ts";
import type { ScaledSample, UsedScale } from "../data/scale/usedScales.ts";
import { CellCrops } from "../evaluation/crops/cellCrops.ts";
import type { OpenRun } from "./openRun.ts";

/** A run that knows its laboratory's scale. */
export interface ScaledRun {
  readonly run: OpenRun;
  /** What is to be said of the scale; none for models that take whole pictures. */
  readonly laboratories: readonly UsedScale[];
}

/** Options of {@link atScale}. */
export interface AtScaleOptions {
  readonly told?: ToldScales | undefined;
  readonly signal?: StopSignal | undefined;
}

/**
 * The run at the scale of the laboratory that it is adapted to: what the user tells, else what the run carries, else
 * what the nuclei of these cells say. The adapted model carries it.
 *
 * @throws ERR_USAGE as `CellCrops.plan`; ERR_ABORTED.
 */
export async function atScale(
  run: OpenRun,
  samples: readonly ScaledSample[],
  options: AtScaleOptions = {},
): Promise<ScaledRun> {
  const { laboratories } = await CellCrops.plan({ ...run, cropRedCells: run.recipe.cropRedCells }, samples, options);
  const [only, ...others] = laboratories;
  const scale = others.length > 0 ? options.told?.get(EVERY) : only?.scale;
  return { run: { ...run, scale: scale ?? run.scale }, laboratories };
}
