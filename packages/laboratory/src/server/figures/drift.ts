// Whether stain and scale of a laboratory's pictures drift from week to week.
import type { z } from "zod";
import { MEASURES, type MeasuredCells } from "../../store/figures.ts";
import type { figures } from "../contract/figures.ts";

type Drift = z.infer<typeof figures>["drifts"][number];
type Measured = Drift["measures"]["stain"];
type Measure = (typeof MEASURES)[number];

/** A change below these is none, however even the weeks before were. Of shares, or in units of the measure. */
const LEAST: Readonly<Record<Measure, number>> = { background: 10, cast: 10, stain: 0.12, hue: 0.06, nucleus: 0.06 };
/** Measures whose changes are shares of what is usual. */
const OF_LEVEL: readonly Measure[] = ["stain", "nucleus"];
/** Cells that a class of one model must have in a week to be compared. */
const FEWEST_OF_CLASS = 5;
/** Cells of a week that must be compared. */
const FEWEST = 50;
/** Weeks before that must have the class: the median of fewer follows one odd week. */
const FEWEST_WEEKS = 3;
/** Standard deviations, of weeks and of the error of the mean, that a week may lie from what is usual. */
const DEVIATIONS = 3;
/** Median of the difference of two values of a normal distribution, in its standard deviations. */
const MEDIAN_STEP = 0.954;

/** How long before a week others say what is usual: twelve weeks, in milliseconds. */
const USUAL = 12 * 7 * 86_400_000;

/** From when on cells say what was usual before a week. */
export const usualSince = (week: Date): Date => new Date(week.getTime() - USUAL);

/**
 * The measures of each week from `from` on, and how far they lie from what was usual in the twelve weeks before. Cells are compared with
 * those that the same model called the same, so that another mix of classes, or another model, is no drift. A drift is a change beyond
 * {@link LEAST}, beyond three standard deviations of weeks, and beyond three standard errors of the week's mean.
 */
export function driftsOf(rows: readonly MeasuredCells[], from = ""): Drift[] {
  const weeks = [...new Set(rows.map(({ week }) => week))].filter((week) => week >= from).sort();
  return weeks.map((week) => {
    const first = usualSince(new Date(week)).toISOString().slice(0, 10);
    const own = rows.filter((row) => row.week === week);
    const before = rows.filter((row) => row.week >= first && row.week < week);
    const found = MEASURES.map((measure, place) => [measure, measuredOf(own, before, { measure, place })]);
    return { week, measures: Object.fromEntries(found) as Drift["measures"] };
  });
}

/** A measure, and its place among its kind. */
interface Asked {
  readonly measure: Measure;
  readonly place: number;
}

function measuredOf(own: readonly MeasuredCells[], before: readonly MeasuredCells[], asked: Asked): Measured {
  const { cells, mean, variance } = pooled(own, asked.place);
  const levels = levelsOf(before, asked.place);
  const compared = compare(own, levels, asked);
  const weeks = [...new Set(before.map(({ week }) => week))].sort();
  const changes = weeks.flatMap((week) => {
    const of = before.filter((row) => row.week === week);
    return compare(of, levels, asked)?.change ?? [];
  });
  const limit = Math.max(LEAST[asked.measure], DEVIATIONS * scatter(changes), DEVIATIONS * (compared?.error ?? 0));
  return {
    cells,
    ...(cells === 0 ? { mean: null, deviation: null } : { mean, deviation: Math.sqrt(variance) }),
    change: compared?.change ?? null,
    limit,
    isDrift: compared !== undefined && Math.abs(compared.change) > limit,
  };
}

interface Level {
  /** Median of the weeks' means: one odd week does not move it, and a change that stays becomes usual. */
  readonly value: number;
  /** Cells that it is of. */
  readonly cells: number;
}

const classOf = ({ model, predicted }: MeasuredCells) => JSON.stringify([model, predicted]);

// What is usual of each class of each model.
function levelsOf(before: readonly MeasuredCells[], place: number): ReadonlyMap<string, Level> {
  const known = before.filter(({ counts }) => counts[place]! >= FEWEST_OF_CLASS);
  const levels = new Map<string, Level>();
  for (const name of new Set(known.map(classOf))) {
    const rows = known.filter((row) => classOf(row) === name);
    if (rows.length < FEWEST_WEEKS) continue;
    const value = median(rows.map(({ counts, sums }) => sums[place]! / counts[place]!));
    levels.set(name, { value, cells: total(rows, ({ counts }) => counts[place]!) });
  }
  return levels;
}

// How far a week's cells lie from the levels of their classes, and the standard error of that; undefined if too few can be compared.
function compare(own: readonly MeasuredCells[], levels: ReadonlyMap<string, Level>, { measure, place }: Asked) {
  let [cells, difference, level, variance] = [0, 0, 0, 0];
  for (const row of own) {
    const [usual, count] = [levels.get(classOf(row)), row.counts[place]!];
    if (usual === undefined || count < FEWEST_OF_CLASS) continue;
    cells += count;
    difference += row.sums[place]! - count * usual.value;
    level += count * usual.value;
    variance += count * pooled([row], place).variance * (1 + count / usual.cells);
  }
  if (cells < FEWEST) return undefined;
  const whole = OF_LEVEL.includes(measure) ? level : cells;
  return { change: difference / whole, error: Math.sqrt(variance) / whole };
}

// The standard deviation of weeks as charts of single values take it: from the steps between them, which a slow change or one odd week hardly widens.
function scatter(changes: readonly number[]): number {
  const steps = changes.slice(1).map((change, i) => Math.abs(change - changes[i]!));
  return steps.length === 0 ? 0 : median(steps) / MEDIAN_STEP;
}

function pooled(rows: readonly MeasuredCells[], place: number) {
  const cells = total(rows, ({ counts }) => counts[place]!);
  const mean = total(rows, ({ sums }) => sums[place]!) / cells;
  const squares = total(rows, (row) => row.squares[place]!);
  return { cells, mean, variance: cells < 2 ? 0 : Math.max(0, squares - cells * mean * mean) / (cells - 1) };
}

function total<T>(all: readonly T[], of: (one: T) => number): number {
  return all.reduce((sum, one) => sum + of(one), 0);
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length / 2;
  return (sorted[Math.ceil(half) - 1]! + sorted[Math.floor(half)]!) / 2;
}
