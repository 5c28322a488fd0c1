import { counted } from "@leukogram/engine/core/counted";
import { LeukogramError } from "@leukogram/engine/core/errors";
import type { Dataset, MapClasses, OpenedData } from "../sample.ts";
import { mapNames, mappingText, orderedClasses } from "./classNames.ts";

/**
 * Labelled images under the names that a mapping gives their classes.
 *
 * @throws LeukogramError ERR_DATA if a class is none of the five and is not to be left out, or fewer than two are left.
 */
export function withMappedClasses(opened: OpenedData, { map, leaveOut, say }: MapClasses): OpenedData {
  const parts = partsOf(opened);
  const names = [...new Set(parts.flatMap(({ classes }) => classes))];
  const mapped = mapNames(names, map);
  const left = mapped.filter(({ to }) => to === undefined).map(({ from }) => from);
  if (left.length > 0 && !leaveOut)
    throw new LeukogramError("ERR_DATA", `not one of the five cell types, or unknown: ${left.join(", ")}`, {
      hint: "Skip these images with --others leave-out, or map them with --map-classes map.csv (columns from and to).",
    });
  const target = new Map(mapped.map(({ from, to }) => [from, to]));
  const classes = orderedClasses(mapped.flatMap(({ to }) => to ?? []));
  if (classes.length < 2)
    throw new LeukogramError("ERR_DATA", `the mapping leaves ${classes.length} class: ${mappingText(mapped)}`, {
      hint: "Map the classes with --map-classes map.csv (columns from and to).",
    });
  const relabelled = (part: Dataset): Dataset => {
    const samples = part.samples.flatMap((sample) => {
      const to = target.get(part.classes[sample.label]!);
      return to === undefined ? [] : [{ ...sample, label: classes.indexOf(to) }];
    });
    return { ...part, classes, samples };
  };
  const count = (list: readonly Dataset[]) => list.reduce((sum, { samples }) => sum + samples.length, 0);
  const done = {
    train: relabelled(opened.train),
    validation: opened.validation && relabelled(opened.validation),
    test: opened.test && relabelled(opened.test),
  };
  const leftOut = count(parts) - count(partsOf(done));
  say?.(
    `Classes: ${mappingText(mapped)}.${leftOut > 0 ? ` ${leftOut} of ${counted(count(parts), "image")} ${leftOut === 1 ? "has" : "have"} another class and ${leftOut === 1 ? "is" : "are"} skipped.` : ""}`,
  );
  const doubtful = mapped.filter(({ to, isDoubtful }) => isDoubtful && to !== undefined);
  if (doubtful.length > 0)
    say?.(
      `Readers disagree on these: ${doubtful.map(({ from, to }) => `${from} is counted as ${to}`).join(", ")}. To change this, use --map-classes map.csv.`,
    );
  return done;
}

const partsOf = ({ train, validation, test }: OpenedData): readonly Dataset[] =>
  [train, validation, test].filter((part) => part !== undefined);
