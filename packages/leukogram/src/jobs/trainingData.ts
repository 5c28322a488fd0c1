// Labelled images for a training, and how they are read: the same for a job and for what resumes it.
import { LeukogramError } from "@leukogram/engine/core/errors";
import { offeredMapping } from "../data/folders/classNames.ts";
import { openLaboratories } from "../data/laboratories.ts";
import { tellBits, toldBits } from "../data/pictures/depth.ts";
import type { DataOptions, OpenedData } from "../data/sample.ts";
import { parseToldScales } from "../data/scale/toldScales.ts";
import { withToldScales } from "../data/scale/usedScales.ts";
import type { Recipe } from "../training/recipe/recipe.ts";
import type { HowRead } from "./runs/runConfig.ts";

/** The images of a training. */
export interface TrainingData extends HowRead {
  /** Class folders, folders with Train/ and Test/, or manifests; of several laboratories one each, as DIR or NAME=DIR. */
  readonly data: string | readonly string[];
  /** The file that `mapClasses` was read from, for the command that makes the run again. */
  readonly classMap?: string | undefined;
}

/** The sources of a training, one or several. */
export const sourcesOf = ({ data }: Pick<TrainingData, "data">): readonly string[] =>
  typeof data === "string" ? [data] : data;

/** How the images are read, apart from which they are. */
export function howRead({ scale, bits, mapClasses, others }: HowRead): HowRead {
  return { scale, bits, mapClasses, others };
}

/**
 * Opens images to train on, with their scales and classes as told.
 *
 * @param say takes what was done to names of classes, in a sentence
 * @throws ERR_USAGE if the recipe's model takes whole pictures and a scale was told, or one fits no laboratory; ERR_DATA.
 */
export function openTrainingData(
  data: TrainingData,
  recipe: Recipe,
  say?: ((text: string) => void) | undefined,
): OpenedData {
  const { groupBy } = recipe;
  const options = { ...(groupBy !== undefined && { groupBy }), ...classNamesKept(data, say) };
  const opened = openLaboratories(sourcesOf(data), options);
  const told = parseToldScales(data.scale ?? []);
  if (told.size > 0 && recipe.cropRedCells === undefined)
    throw new LeukogramError("ERR_USAGE", "the recipe's model takes whole images and does not use a scale", {
      hint: "Remove --scale, or set --crop-red-cells.",
    });
  return withToldScales(opened, told);
}

/** How the data's classes are taken by what a run's config.json keeps. */
function classNamesKept(
  { mapClasses, others }: Pick<HowRead, "mapClasses" | "others">,
  say?: ((text: string) => void) | undefined,
): Pick<DataOptions, "mapClasses"> {
  if (mapClasses === undefined) return {};
  const map =
    mapClasses === "auto"
      ? ("auto" as const)
      : new Map(Object.entries(mapClasses).map(([from, to]) => [from, to ?? undefined]));
  return { mapClasses: { map, leaveOut: others === "leave-out", say } };
}

/** The mapping that there is for classes of other names that are learned as they are, in a sentence; undefined if there is none. */
export function offerOf(classes: readonly string[]): string | undefined {
  const offer = offeredMapping(classes);
  return offer === undefined
    ? undefined
    : `Note: the model is trained on classes named ${classes.join(", ")}; ${offer}.`;
}

/** Does a job while pictures of 16 bits are read as ones of so many; undefined: as they were read before. */
export async function withBits<T>(bits: number | undefined, job: () => Promise<T>): Promise<T> {
  const before = toldBits();
  tellBits(bits ?? before);
  try {
    return await job();
  } finally {
    tellBits(before);
  }
}
