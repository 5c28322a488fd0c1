// The differential count of a case, by the labels that count, and how two readings agree.
import type { z } from "zod";
import { CELL_TYPES } from "../core/classes.ts";
import type { Estimate } from "../core/estimate.ts";
import { Rng } from "../core/rng.ts";
import { differentialReport } from "../differential/differentialReport.ts";
import { readRanges } from "../differential/referenceRanges.ts";
import type { DifferentialReport } from "../differential/types.ts";
import type { Prediction } from "../evaluation/types.ts";
import { cohenKappa } from "../metrics/agreement.ts";
import { stratifiedBootstrap } from "../metrics/bootstrap.ts";
import { clopperPearson } from "../metrics/proportion.ts";
import type { CellGroup } from "../store/cellGroups.ts";
import type { ReadCell } from "../store/cells.ts";
import { type agreement, type differential, LABELS } from "./contract/cases.ts";
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
      reviewed: sum(groups.filter(({ label }) => label !== null)),
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
  return {
    cells: report?.cells ?? 0,
    unidentified: many("Unidentified"),
    artefacts: many("Artefact"),
    smudges: many("Smudge"),
    waiting: sum(groups.filter(({ status }) => status === "waiting")),
    classes,
    flags: [...(report?.flags ?? [])],
    notes: [...(report?.notes ?? ["No cell is counted yet."])],
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

/** How the second reading agrees with the first, on cells that have a label in both. */
export function agreementOf(cells: readonly ReadCell[]): z.infer<typeof agreement> {
  const both = cells.flatMap((cell) => {
    const first = countedLabel(cell);
    return first === null || cell.second === undefined ? [] : [{ cell, first, second: cell.second.label as Label }];
  });
  const pairs = both.map(({ first, second }) => [LABELS.indexOf(first), LABELS.indexOf(second)] as const);
  const same = pairs.filter(([a, b]) => a === b).length;
  return {
    cells: both.length,
    same: both.length === 0 ? NOTHING : { value: same / both.length, ...clopperPearson(same, both.length) },
    kappa: kappaOf(pairs),
    table: tableOf(pairs),
    labels: [...LABELS],
    differences: both
      .filter(({ first, second }) => first !== second)
      .map(({ cell: { id, number }, first, second }) => ({ cell: id, number, first, second })),
  };
}

type Pairs = readonly (readonly [number, number])[];

function tableOf(pairs: Pairs, weights?: Uint32Array): number[][] {
  const table = LABELS.map(() => LABELS.map(() => 0));
  pairs.forEach(([a, b], i) => {
    table[a]![b]! += weights?.[i] ?? 1;
  });
  return table;
}

// One where both agree on every cell, whatever chance would give. Limits by drawing cells with replacement.
function kappaOf(pairs: Pairs): Estimate {
  if (pairs.length === 0) return { value: 0, low: -1, high: 1 };
  if (pairs.every(([a, b]) => a === b)) return { value: 1, low: 1, high: 1 };
  const statistic = (weights: Uint32Array) => [cohenKappa(tableOf(pairs, weights))];
  const labels = new Uint8Array(pairs.length);
  // As exact as it needs to be where cells are many, and soon enough.
  const resamples = Math.max(200, Math.min(2000, Math.round(1e6 / pairs.length)));
  return stratifiedBootstrap(labels, statistic, { rng: new Rng(0), resamples })[0]!;
}
