import type { Estimate } from "../core/estimate.ts";
import type { DifferentialClass } from "../metrics/differential.ts";
import type { Range, ReferenceRanges } from "./referenceRanges.ts";

/** Where a share lies, with its limits: the two limits agree, or they do not. */
export type Position = "below" | "maybe below" | "within" | "maybe above" | "above" | "unknown";

/** One class of a report. */
export interface ReportedClass extends DifferentialClass {
  readonly class: string;
  /** Corrected where that is known, else as counted; a share. */
  readonly share: Estimate;
  /** Per cent. */
  readonly range: Range | undefined;
  readonly position: Position;
  /** 10^9 cells per litre, where the number of white cells is known; limits are those of the share. */
  readonly absolute: Estimate | undefined;
  readonly absoluteRange: Range | undefined;
  readonly absolutePosition: Position;
}

/** A differential count as it is reported. */
export interface DifferentialReport {
  /** Cells counted. */
  readonly cells: number;
  /** Cells that the model is not sure enough of, which are not counted. */
  readonly unidentified: number;
  /** White cells, 10^9 per litre, as it was given. */
  readonly leukocytes: number | undefined;
  readonly classes: readonly ReportedClass[];
  readonly ranges: ReferenceRanges;
  /** What is out of its range, in words. */
  readonly flags: readonly string[];
  /** What a reader must know, in sentences. */
  readonly notes: readonly string[];
}
