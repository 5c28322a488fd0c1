// Figures of readers, and of quality by week.
import { labelCounted, modelLabel } from "leukogram/review/answer";
import type { z } from "zod";
import type { CaseFigures, CellFigures } from "../../store/figures.ts";
import type { figures } from "../contract/figures.ts";

type Figures = z.infer<typeof figures>;

/** Whether readers changed what the model was sure of; undefined if it was not sure, or nobody labelled the cells. */
function isChange({ label, predicted, isRejected }: CellFigures): boolean | undefined {
  if (label === null || predicted === null || isRejected) return undefined;
  return modelLabel({ status: "classified", predicted, isRejected }) !== labelCounted(label);
}

const agreementOf = ({ agreement }: CaseFigures) =>
  agreement === null
    ? undefined
    : (
        JSON.parse(agreement) as {
          agreement: { cells: number; same: { value: number } | null; readers: { first: string[]; second: string[] } };
        }
      ).agreement;

/** The figures of groups of cells and of cases. */
export function figuresOf(cells: readonly CellFigures[], cases: readonly CaseFigures[]): Omit<Figures, "drifts"> {
  const weeks = [...new Set([...cells, ...cases].map(({ week }) => week))].sort();
  const names = new Set(cells.flatMap(({ by }) => by ?? []));
  const read = cases.flatMap((one) => {
    const found = agreementOf(one);
    if (found === undefined || found.cells === 0) return [];
    const same = Math.round((found.same?.value ?? 0) * found.cells);
    return [{ week: one.week, cells: found.cells, same, readers: [...found.readers.first, ...found.readers.second] }];
  });
  for (const { readers } of read) for (const name of readers) names.add(name);
  return {
    readers: [...names].sort().map((name) => ({
      name,
      ...changesOf(cells.filter(({ by }) => by === name)),
      ...pairsOf(read.filter(({ readers }) => readers.includes(name))),
    })),
    weeks: weeks.map((week) => {
      const mine = cells.filter((one) => one.week === week);
      const own = cases.filter((one) => one.week === week);
      return {
        week,
        cases: own.length,
        signed: own.filter(({ isSigned }) => isSigned).length,
        cells: sum(mine, ({ count }) => count),
        rejected: sum(mine, ({ isRejected, count }) => (isRejected ? count : 0)),
        unfamiliar: sum(mine, ({ isUnfamiliar, count }) => (isUnfamiliar ? count : 0)),
        familiarity: ratio(
          sum(mine, ({ familiarity }) => familiarity),
          sum(mine, ({ familiar }) => familiar),
        ),
        cropped: sum(mine, ({ cropped }) => cropped),
        bare: sum(mine, ({ bare }) => bare),
        ...changesOf(mine),
        ...pairsOf(read.filter((one) => one.week === week)),
      };
    }),
  };
}

function changesOf(cells: readonly CellFigures[]) {
  return {
    labelled: sum(cells, ({ label, count }) => (label === null ? 0 : count)),
    /** Labelled cells that the model was sure of, and those that were labelled otherwise. */
    sure: sum(cells, (one) => (isChange(one) === undefined ? 0 : one.count)),
    changed: sum(cells, (one) => (isChange(one) ? one.count : 0)),
  };
}

function pairsOf(read: readonly { readonly cells: number; readonly same: number }[]) {
  return { readTwice: sum(read, ({ cells }) => cells), same: sum(read, ({ same }) => same) };
}

function sum<T>(all: readonly T[], of: (one: T) => number): number {
  return all.reduce((total, one) => total + of(one), 0);
}

const ratio = (part: number, whole: number) => (whole === 0 ? null : part / whole);
