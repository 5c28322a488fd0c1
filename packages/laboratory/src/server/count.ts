// The differential count of a case, by the labels that count.

import type { Estimate } from "@leukogram/engine/core/estimate";
import { CELL_TYPES } from "leukogram/cells/classes";
import { type CropCounts, cropWords } from "leukogram/cells/cropCounts";
import { differentialReport } from "leukogram/differential/differentialReport";
import { readRanges } from "leukogram/differential/referenceRanges";
import type { DifferentialReport } from "leukogram/differential/types";
import { familiarityOf } from "leukogram/evaluation/familiarity";
import type { Prediction } from "leukogram/evaluation/types";
import type { z } from "zod";
import type { CellGroup } from "../store/cellGroups.ts";
import type { differential } from "./contract/cases.ts";
import { countedLabel, type Label, modelLabel } from "./views.ts";

/** What a case says beside its cells. */
export interface CountFacts {
  readonly leukocytes: number | null;
  readonly age: number | null;
}

/** The report of src/differential on the labels that count; undefined where no cell is counted. */
export function reportOf(
  groups: readonly CellGroup[],
  { leukocytes, age }: CountFacts,
): DifferentialReport | undefined {
  const many = tally(groups);
  const rows = [...CELL_TYPES, "Unidentified" as const].flatMap((label, k) => {
    const isClass = k < CELL_TYPES.length;
    const probabilities = CELL_TYPES.map((_, c) => (isClass ? Number(c === k) : 1 / CELL_TYPES.length));
    // One row for all that are alike: thousands of them are made anew at each label.
    return new Array<Prediction>(many(label)).fill({ file: label, label: undefined, group: label, probabilities });
  });
  if (!CELL_TYPES.some((name) => many(name) > 0)) return undefined;
  return differentialReport(
    { classes: CELL_TYPES, rows },
    {
      reject: 0.5,
      // Of those that are in the report at all.
      reviewed: sum(groups.filter(({ label }) => label !== null && label !== "Artefact" && label !== "Smudge")),
      ...lookOf(groups),
      leukocytes: leukocytes ?? undefined,
      ranges: readRanges(age ?? undefined),
    },
  );
}

/** The count as it goes over the wire; `report` is that of the same cells. */
export function countOf(
  groups: readonly CellGroup[],
  facts: CountFacts,
  report = reportOf(groups, facts),
): z.infer<typeof differential> {
  const many = tally(groups);
  const classified = groups.filter(({ status }) => status === "classified");
  const ranges = report?.ranges ?? readRanges(facts.age ?? undefined);
  const classes = CELL_TYPES.map((name, k) => {
    const row = report?.classes[k];
    const range = ranges.percent[name];
    return {
      class: name,
      count: row?.count ?? 0,
      share: row?.share ?? NOTHING,
      absolute: row?.absolute ?? null,
      range: range === undefined ? null : ([...range] as [number, number]),
      position: row?.position ?? "unknown",
      before: sum(classified.filter((group) => modelLabel(group) === name)),
    };
  });
  const crops = cropsOf(classified);
  return {
    cells: report?.cells ?? 0,
    unidentified: many("Unidentified"),
    artefacts: many("Artefact"),
    smudges: many("Smudge"),
    waiting: sum(groups.filter(({ status }) => status === "waiting")),
    classes,
    crops,
    flags: [...(report?.flags ?? []), ...(report?.withheld === undefined ? [] : [report.withheld])],
    notes: [...(report?.notes ?? ["No cell is counted yet."]), ...cropWords(crops)],
  };
}

function cropsOf(classified: readonly CellGroup[]): CropCounts | null {
  const cropped = classified.filter(({ leaves }) => leaves !== null);
  if (cropped.length === 0) return null;
  return {
    crops: sum(cropped),
    leaving: sum(cropped.filter(({ leaves }) => leaves)),
    withoutNucleus: sum(cropped.filter(({ hasNucleus }) => hasNucleus === false)),
  };
}

// What the model said of cells that it knows nothing like is worth little, whatever its probabilities; nor are its
// answers to the others there, which are of the same stain and camera.
function lookOf(groups: readonly CellGroup[]): { readonly cautions: string[]; readonly withheld: string | undefined } {
  const classified = groups.filter(({ status }) => status === "classified");
  const strange = sum(classified.filter(({ isUnfamiliar }) => isUnfamiliar));
  const { warns } = familiarityOf(strange, sum(classified));
  if (!warns) return { cautions: [], withheld: undefined };
  const left = sum(classified.filter(({ isUnfamiliar, label }) => isUnfamiliar && label === null));
  const byModel = sum(classified.filter(({ label }) => label === null));
  return {
    cautions: [
      `These cells do not look like what the model was trained on: ${strange} of ${sum(classified)} are stranger than 99 of 100 of its own. ${left} of them no reader labelled.`,
    ],
    withheld:
      byModel === 0
        ? undefined
        : `Flags are withheld, as shares may be wrong by the model's mistakes: label the ${byModel} cells that count by the model alone, or adapt the model to this laboratory.`,
  };
}

const sum = (groups: readonly CellGroup[]) => groups.reduce((all, { count }) => all + count, 0);

// How many cells count as a label.
function tally(groups: readonly CellGroup[]): (label: Label) => number {
  const counts = new Map<Label, number>();
  for (const { label, count, ...said } of groups) {
    const counted = countedLabel({ ...said, first: label === null ? undefined : { label } });
    if (counted !== null) counts.set(counted, (counts.get(counted) ?? 0) + count);
  }
  return (label) => counts.get(label) ?? 0;
}

/** What a count of nothing says of a share. */
const NOTHING: Estimate = { value: 0, low: 0, high: 1 };
