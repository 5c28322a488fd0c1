import type { Predictions } from "../evaluation/types.ts";
import { countCells } from "./countCells.ts";
import { type DifferentialReportOptions, differentialReport } from "./differentialReport.ts";
import { lookOf } from "./familiarCells.ts";
import { correctionBy } from "./judgedCells.ts";
import type { DifferentialReport } from "./types.ts";
import type { RejectPromise } from "./unsureCells.ts";

/** Options of {@link reportAnswers}. */
export interface ReportAnswersOptions extends Pick<DifferentialReportOptions, "leukocytes" | "ranges" | "seed"> {
  /** Count the first so many leukocytes, as the laboratory's rule says: 100, 200, 400; default: all. */
  readonly cells?: number | undefined;
  /** Cells whose most probable class is less probable than this are not counted; default 0. */
  readonly reject?: number;
  /** What that threshold promises, if it is the model's own. */
  readonly promise?: RejectPromise | undefined;
  /** The same model on labelled cells of this laboratory: what the shares are corrected by. */
  readonly judged?: Predictions | undefined;
}

/**
 * A differential count of a model's answers alone, to the cells of one smear.
 *
 * @throws ERR_DATA if there are fewer leukocytes than wanted, none that is counted, or `judged` lacks a class or is not
 * of the same model and other cells.
 */
export function reportAnswers(
  predictions: Predictions,
  { cells, reject = 0, promise, judged, ...more }: ReportAnswersOptions = {},
): DifferentialReport {
  const correction = judged && correctionBy(judged, predictions, reject);
  const { firstChoices, ...counted } = countCells(predictions, { cells, reject });
  const unsure = { reject, promise, firstChoices };
  return differentialReport(counted, { ...more, ...lookOf(predictions, judged), correction, unsure });
}
