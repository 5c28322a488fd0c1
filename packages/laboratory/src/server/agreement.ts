// How two readings of a case agree.

import { Rng } from "@leukogram/engine/core/rng";
import { cohenKappa, kappaLimits } from "leukogram/metrics/agreement";
import { stratifiedBootstrap } from "leukogram/metrics/limits/bootstrap";
import { clopperPearson } from "leukogram/metrics/limits/proportion";
import { calledLabel, countedLabel, labelCounted } from "leukogram/review/answer";
import { COUNTED_AS } from "leukogram/review/labels";
import type { z } from "zod";
import type { Json } from "../store/canonicalJson.ts";
import type { LabelRow, ReadCell } from "../store/cells.ts";
import type { agreement, estimate } from "./contract/cases.ts";
import { answeredCell } from "./views.ts";

/** As it goes over the wire. */
export type Agreement = z.infer<typeof agreement>;

type Estimate = z.infer<typeof estimate>;

/**
 * How the second reading agrees with the first, on cells that readers labelled in both, by what their labels count as. Where the first reader left a cell to
 * the model there is no first reading of it: those are told apart.
 */
export function agreementOf(cells: readonly ReadCell[]): Agreement {
  const read = cells.filter(({ first, second }) => first !== undefined && second !== undefined);
  const pairs = read.map(({ first, second }) => [indexOf(first!), indexOf(second!)] as const);
  const left = cells.flatMap((cell) => {
    const counted = countedLabel(answeredCell(cell));
    return cell.first === undefined && cell.second !== undefined && counted !== null
      ? [counted === countedBy(cell.second)]
      : [];
  });
  return {
    cells: pairs.length,
    same: shareOf(pairs.filter(([a, b]) => a === b).length, pairs.length),
    kappa: kappaOf(pairs),
    byModel: { cells: left.length, same: left.filter(Boolean).length },
    readers: { first: namesOf(read, "first"), second: namesOf(cells, "second") },
    table: tableOf(pairs),
    labels: [...COUNTED_AS],
    differences: differencesOf(cells, undefined),
  };
}

/**
 * Cells that count as something else than the second reader said, or that both readers called other kinds of one class, as a band and a
 * segmented cell, but for those that a first reader labelled after `since`.
 */
export function differencesOf(cells: readonly ReadCell[], since: Date | undefined): Agreement["differences"] {
  return cells.flatMap((cell) => {
    const counted = countedLabel(answeredCell(cell));
    const isSettled = since !== undefined && cell.first !== undefined && cell.first.at > since;
    if (counted === null || cell.second === undefined || isSettled) return [];
    if (counted === countedBy(cell.second) && !isOtherKind(cell)) return [];
    // By name, so that what is settled keeps what its label says.
    return [{ cell: cell.id, number: cell.number, first: calledLabel(answeredCell(cell))!, second: cell.second.label }];
  });
}

// Who says the class alone, as a model may, contradicts no kind of it.
function isOtherKind({ first, second }: ReadCell): boolean {
  if (first === undefined || second === undefined) return false;
  return first.label !== second.label && [first, second].every((row) => row.label !== countedBy(row));
}

/** How the readings agreed when the second was finished, and what is left to settle of it. */
export function agreementNow(
  { agreement, at }: { readonly agreement: Json; readonly at: Date },
  cells: readonly ReadCell[],
): Agreement {
  return { ...(agreement as unknown as Agreement), differences: differencesOf(cells, at) };
}

const countedBy = ({ label, countsAs }: LabelRow) => labelCounted(label, countsAs);

const indexOf = (row: LabelRow) => COUNTED_AS.indexOf(countedBy(row));

const namesOf = (cells: readonly ReadCell[], reading: "first" | "second") => [
  ...new Set(cells.flatMap((cell) => cell[reading]?.by ?? [])),
];

const shareOf = (same: number, of: number): Estimate =>
  of === 0 ? { value: 0, low: 0, high: 1 } : { value: same / of, ...clopperPearson(same, of) };

type Pairs = readonly (readonly [number, number])[];

function tableOf(pairs: Pairs, weights?: Uint32Array): number[][] {
  const table = COUNTED_AS.map(() => COUNTED_AS.map(() => 0));
  pairs.forEach(([a, b], i) => {
    table[a]![b]! += weights?.[i] ?? 1;
  });
  return table;
}

// One where both agree on every cell, whatever chance would give. Limits by drawing cells with replacement.
function kappaOf(pairs: Pairs): Estimate {
  if (pairs.length === 0) return { value: 0, low: -1, high: 1 };
  const exact = kappaLimits(tableOf(pairs));
  if (pairs.every(([a, b]) => a === b)) return { value: 1, ...exact };
  const statistic = (weights: Uint32Array) => [cohenKappa(tableOf(pairs, weights))];
  const labels = new Uint8Array(pairs.length);
  // As exact as it needs to be where cells are many, and soon enough.
  const resamples = Math.max(200, Math.min(2000, Math.round(1e6 / pairs.length)));
  const drawn = stratifiedBootstrap(labels, statistic, { rng: new Rng(0), resamples })[0]!;
  // Where one reader called all cells the same, kappa is 0 however they are drawn, but for rounding.
  return drawn.high - drawn.low > 1e-9 ? drawn : { ...drawn, ...exact };
}
