// Whether stain and scale of a laboratory's pictures drift from week to week.
import type { z } from "zod";
import { MEASURES, type MeasuredCells } from "../../store/figures.ts";
import type { figures } from "../contract/figures.ts";

type Drift = z.infer<typeof figures>["drifts"][number];
type Measured = Drift["measures"]["stain"];
type Measure = (typeof MEASURES)[number];

/** A change below these is none, however even the weeks before were. Of shares, or in units of the measure. */
const LEAST: Readonly<Record<Measure, number>> = { background: 10, cast: 10, stain: 0.12, hue: 0.06, nucleus: 0.06 };
/** Measures whose changes are shares of the mean before. */
const OF_MEAN: readonly Measure[] = ["stain", "nucleus"];
/** Cells that a class of one model must have in the week, and before it, to be compared. */
const FEWEST_OF_CLASS = 5;
/** Cells that must be compared. */
const FEWEST = 50;
/** Weeks before, of which the scatter is taken. */
const FEWEST_WEEKS = 4;
/** Standard deviations that a week may lie from those before. */
const DEVIATIONS = 3;

/**
 * The measures of each week, and how far they lie from the weeks before. Cells are compared with those that the same model called the same,
 * so that another mix of classes, or another model, is no drift. A drift is a change beyond {@link LEAST}, and beyond three standard deviations of the
 * changes of the weeks before if there are enough.
 */
export function driftsOf(rows: readonly MeasuredCells[]): Drift[] {
  const weeks = [...new Set(rows.map(({ week }) => week))].sort();
  const byMeasure = MEASURES.map((measure, place) => ({ measure, found: weeksOf(rows, { weeks, measure, place }) }));
  return weeks.map((week, i) => ({
    week,
    measures: Object.fromEntries(byMeasure.map(({ measure, found }) => [measure, found[i]!])) as Drift["measures"],
  }));
}

interface Asked {
  readonly weeks: readonly string[];
  readonly measure: Measure;
  /** Of the measure among its kind. */
  readonly place: number;
}

// A week that drifts is none to compare later ones with.
function weeksOf(rows: readonly MeasuredCells[], { weeks, measure, place }: Asked): Measured[] {
  const changes: number[] = [];
  const earlier: MeasuredCells[] = [];
  return weeks.map((week) => {
    const own = rows.filter((row) => row.week === week);
    const change = changeOf(own, earlier, place, OF_MEAN.includes(measure));
    const limit = Math.max(LEAST[measure], changes.length < FEWEST_WEEKS ? 0 : DEVIATIONS * deviation(changes));
    const isDrift = change !== null && Math.abs(change) > limit;
    if (!isDrift) earlier.push(...own);
    if (!isDrift && change !== null) changes.push(change);
    const [cells, sum] = [total(own, ({ counts }) => counts[place]!), total(own, ({ sums }) => sums[place]!)];
    return { cells, mean: cells === 0 ? null : sum / cells, change, limit, isDrift };
  });
}

// The mean difference of cells from the mean of their class before; null if too few can be compared.
function changeOf(
  own: readonly MeasuredCells[],
  earlier: readonly MeasuredCells[],
  place: number,
  isOfMean: boolean,
): number | null {
  let [compared, difference, level] = [0, 0, 0];
  for (const { model, predicted, counts, sums } of own) {
    const same = earlier.filter((row) => row.model === model && row.predicted === predicted);
    const [now, then] = [counts[place]!, total(same, (row) => row.counts[place]!)];
    if (now < FEWEST_OF_CLASS || then < FEWEST_OF_CLASS) continue;
    const mean = total(same, (row) => row.sums[place]!) / then;
    compared += now;
    difference += sums[place]! - now * mean;
    level += now * mean;
  }
  if (compared < FEWEST) return null;
  return difference / (isOfMean ? level : compared);
}

function total<T>(all: readonly T[], of: (one: T) => number): number {
  return all.reduce((sum, one) => sum + of(one), 0);
}

function deviation(values: readonly number[]): number {
  const mean = total(values, (value) => value) / values.length;
  return Math.sqrt(total(values, (value) => (value - mean) ** 2) / (values.length - 1));
}
