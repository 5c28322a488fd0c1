// Values that are critical by the laboratory's rules: they are signed only when they are reported to somebody.
import type { Estimate } from "@leukogram/engine/core/estimate";
import { times } from "leukogram/differential/flags";
import type { DifferentialReport } from "leukogram/differential/types";
import type { ReportInput } from "../../store/reports.ts";
import type { Rules } from "../../store/settings/rules.ts";
import { reportOf } from "../count.ts";
import { tallyOfCells } from "../views.ts";
import { reportFacts } from "./usualRanges.ts";

/** Values of a count that are critical, a sentence each. Absolute limits say nothing if the white cells are not known. */
export function criticalOf(report: DifferentialReport | undefined, { critical }: Pick<Rules, "critical">): string[] {
  return (report?.classes ?? []).flatMap(({ class: name, share, absolute }) => [
    ...criticalWords(name, times(share, 100), { limits: critical.percent[name], unit: "%", digits: 1 }),
    ...criticalWords(name, absolute, { limits: critical.absolute[name], unit: "10^9/L", digits: 2 }),
  ]);
}

/** The same, where a report is about to be made of the case. */
export const criticalOfReport = (input: ReportInput): string[] =>
  criticalOf(reportOf(tallyOfCells(input.cells), reportFacts(input)), input.rules);

interface CriticalLimits {
  readonly limits: readonly [number | null, number | null] | undefined;
  readonly unit: string;
  readonly digits: number;
}

// The value alone decides: to wait until the limits agree would be to wait with what can't wait.
function criticalWords(name: string, estimate: Estimate | undefined, { limits, unit, digits }: CriticalLimits) {
  const [least, most] = limits ?? [null, null];
  if (estimate === undefined) return [];
  const { value, low, high } = estimate;
  const interval = `${value.toFixed(digits)} ${unit} (${low.toFixed(digits)} to ${high.toFixed(digits)})`;
  if (least !== null && value < least)
    return [`${name} is critically low: ${interval}; the limit is ${least} ${unit}.`];
  if (most !== null && value > most) return [`${name} is critically high: ${interval}; the limit is ${most} ${unit}.`];
  return [];
}
