// `--map-classes` and `--others`: labelled data whose classes have other names, for every command that takes any.

import { LeukogramError } from "@leukogram/engine/core/errors";
import type { Command } from "commander";
import { offeredMapping, readClassMap } from "../data/classNames.ts";
import type { DataOptions } from "../data/dataset.ts";
import { groupingOf, oneOf } from "./options.ts";
import { Progress } from "./progress.ts";

/** Adds the flags. */
export function addClassNameFlags(command: Command): void {
  command
    .option(
      "--map-classes <auto|file>",
      "take classes of other names as the five cell types, by the package's table, or by a CSV file with columns from and to",
    )
    .option(
      "--others <way>",
      "with --map-classes, images of none of these classes: refuse, leave-out",
      oneOf("others", ["refuse", "leave-out"]),
      "refuse",
    );
}

/** How the data's classes are taken, which is said on stderr. @throws ERR_USAGE where --others stands alone. */
export function classNamesOf(options: Readonly<Record<string, unknown>>): Pick<DataOptions, "mapClasses"> {
  const { mapClasses, others, quiet } = options;
  if (mapClasses === undefined) {
    if (others !== "leave-out") return {};
    throw new LeukogramError("ERR_USAGE", "--others goes with --map-classes", { hint: "Add --map-classes auto." });
  }
  const progress = new Progress(Boolean(quiet));
  const map = mapClasses === "auto" ? "auto" : readClassMap(String(mapClasses));
  return { mapClasses: { map, leaveOut: others === "leave-out", say: (text) => progress.line(`Note: ${text}`) } };
}

/** How labelled data is opened by what the user says: its groups, and its classes. @throws as {@link classNamesOf}. */
export function labelledDataOf(options: Readonly<Record<string, unknown>>): DataOptions {
  return { ...groupingOf(options), ...classNamesOf(options) };
}

/** The flags as words of a command line. */
export function classNameWords({ mapClasses, others }: Readonly<Record<string, unknown>>): string[] {
  if (mapClasses === undefined) return [];
  return ["--map-classes", JSON.stringify(mapClasses), ...(others === "leave-out" ? ["--others", "leave-out"] : [])];
}

/** Says the mapping that there is for classes of other names that are learned as they are. */
export function tellOffer(progress: Progress, classes: readonly string[]): void {
  const offer = offeredMapping(classes);
  if (offer !== undefined) progress.line(`Note: The classes are learned by the names ${classes.join(", ")}; ${offer}.`);
}
