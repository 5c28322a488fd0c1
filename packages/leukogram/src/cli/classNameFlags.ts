// `--map-classes` and `--others`: labelled data whose classes have other names, for every command that takes any.

import { LeukogramError } from "@leukogram/engine/core/errors";
import type { Command } from "commander";
import { readClassMap } from "../data/folders/classNames.ts";
import type { DataOptions } from "../data/sample.ts";
import type { HowRead } from "../jobs/runs/runConfig.ts";
import { groupingOf, oneOf } from "./options.ts";
import { Progress } from "./progress.ts";

/** Adds the flags. */
export function addClassNameFlags(command: Command): void {
  command
    .option(
      "--map-classes <auto|file>",
      "translate class names to the five cell types: auto, or a CSV file with columns from and to",
    )
    .option(
      "--others <way>",
      "with --map-classes, what to do with images of other classes: refuse, leave-out",
      oneOf("others", ["refuse", "leave-out"]),
      "refuse",
    );
}

/** How the data's classes are taken, which is said on stderr. @throws ERR_USAGE if --others stands alone. */
export function classNamesOf(options: Readonly<Record<string, unknown>>): Pick<DataOptions, "mapClasses"> {
  const { mapClasses, others, quiet } = options;
  if (mapClasses === undefined) {
    if (others !== "leave-out") return {};
    throw new LeukogramError("ERR_USAGE", "--others requires --map-classes", { hint: "Add --map-classes auto." });
  }
  const progress = new Progress(Boolean(quiet));
  const map = mapClasses === "auto" ? "auto" : readClassMap(String(mapClasses));
  return { mapClasses: { map, leaveOut: others === "leave-out", say: (text) => progress.line(`Note: ${text}`) } };
}

/**
 * How the data of a run is read: as flags say, else, of a run that is resumed, as it was started.
 *
 * @throws as `classNamesOf` and `readClassMap`.
 */
export function howReadOf(options: Readonly<Record<string, unknown>>, begun: HowRead = {}): HowRead {
  const { scale = begun.scale, bits = begun.bits, mapClasses, others } = options as HowReadFlags;
  if (mapClasses === undefined && begun.mapClasses === undefined) classNamesOf(options);
  const map = mapClasses === undefined ? begun.mapClasses : keptMap(mapClasses);
  const isLeftOut = others === "leave-out" || (mapClasses === undefined && begun.others === "leave-out");
  return { scale, bits, mapClasses: map, others: isLeftOut ? "leave-out" : undefined };
}

interface HowReadFlags extends Pick<HowRead, "scale" | "bits"> {
  readonly mapClasses?: string;
  readonly others?: string;
}

function keptMap(word: string): HowRead["mapClasses"] {
  if (word === "auto") return "auto";
  return Object.fromEntries([...readClassMap(word)].map(([from, to]) => [from, to ?? null]));
}

/** How labelled data is opened by what the user says: its groups, and its classes. @throws as {@link classNamesOf}. */
export function labelledDataOf(options: Readonly<Record<string, unknown>>): DataOptions {
  return { ...groupingOf(options), ...classNamesOf(options) };
}
