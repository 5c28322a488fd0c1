// Values that are critical by the laboratory's rules: they are signed only when they are reported to somebody.
import type { Estimate } from "@leukogram/engine/core/estimate";
import { type Sentence, shownNumber } from "@leukogram/engine/core/sentence";
import { times } from "leukogram/differential/flags";
import type { DifferentialReport } from "leukogram/differential/types";
import { said } from "../../messages/reportSpeech.ts";
import type { ReportInput } from "../../store/reports.ts";
import type { Rules } from "../../store/settings/rules.ts";
import { reportOf } from "../count.ts";
import { tallyOfCells } from "../views.ts";
import { reportFacts } from "./usualRanges.ts";

/** Values of a count that are critical, a sentence each. Absolute limits say nothing if the white cells are not known. */
export function criticalOf(report: DifferentialReport | undefined, { critical }: Pick<Rules, "critical">): Sentence[] {
  return (report?.classes ?? []).flatMap(({ class: name, share, absolute }) => [
    ...criticalWords(name, times(share, 100), { limits: critical.percent[name], kind: "percent", digits: 1 }),
    ...criticalWords(name, absolute, { limits: critical.absolute[name], kind: "absolute", digits: 2 }),
  ]);
}

/** The same, where a report is about to be made of the case. */
export const criticalOfReport = (input: ReportInput): Sentence[] =>
  criticalOf(reportOf(tallyOfCells(input.cells), reportFacts(input)), input.rules);

interface CriticalLimits {
  readonly limits: readonly [number | null, number | null] | undefined;
  readonly kind: "percent" | "absolute";
  readonly digits: number;
}

// The value alone decides: to wait until the limits agree would be to wait with what can't wait.
function criticalWords(name: string, estimate: Estimate | undefined, { limits, kind, digits }: CriticalLimits) {
  const [least, most] = limits ?? [null, null];
  if (estimate === undefined) return [];
  const [value, low, high] = [estimate.value, estimate.low, estimate.high].map((one) => shownNumber(one, digits));
  const out = (side: string, limit: number) => [
    said("critical.out", { class: name, side, kind, value: value!, low: low!, high: high!, limit }),
  ];
  if (least !== null && estimate.value < least) return out("low", least);
  if (most !== null && estimate.value > most) return out("high", most);
  return [];
}
