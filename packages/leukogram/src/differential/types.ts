import type { Estimate } from "@leukogram/engine/core/estimate";
import type { Sentence } from "@leukogram/engine/core/sentence";
import type { DifferentialClass } from "../metrics/differential.ts";
import type { FamiliarityFigures } from "../metrics/familiarity.ts";
import type { Range, ReferenceRanges } from "./referenceRanges.ts";

/** Where a share lies, with its limits: the two limits agree, or they do not. Unknown too where nothing may be said of it. */
export type Position = "below" | "maybe below" | "within" | "maybe above" | "above" | "unknown";

/** One class of a report. */
export interface ReportedClass extends DifferentialClass {
  readonly class: string;
  /** Corrected if that is known, else as counted; a share of the leukocytes. */
  readonly share: Estimate;
  /** Per cent. */
  readonly range: Range | undefined;
  readonly position: Position;
  /** 10^9 cells per litre, where the number of white cells is known; limits are those of the share. */
  readonly absolute: Estimate | undefined;
  readonly absoluteRange: Range | undefined;
  readonly absolutePosition: Position;
}

/** Nucleated red cells, which are no leukocytes and told for 100 of these. */
export interface Erythroblasts {
  readonly count: number;
  /** For 100 leukocytes. */
  readonly per100: Estimate;
  readonly range: Range | undefined;
  readonly position: Position;
  /** White cells, 10^9 per litre, less the erythroblasts that a counter took for some; undefined if their number was not given. */
  readonly correctedLeukocytes: Estimate | undefined;
}

/** A differential count as it is reported. */
export interface DifferentialReport {
  /** Leukocytes counted: what shares are of. */
  readonly cells: number;
  /** Cells that the model is not sure enough of, which are not counted. */
  readonly unidentified: number;
  /** White cells, 10^9 per litre, as it was given. */
  readonly leukocytes: number | undefined;
  /** White cells that absolute counts are of: corrected for erythroblasts where these are many. */
  readonly leukocytesUsed: number | undefined;
  readonly classes: readonly ReportedClass[];
  /** Sums of classes: all neutrophils, all immature granulocytes; none if the model knows only the five. */
  readonly groups: readonly ReportedClass[];
  /** Undefined if the model does not know them. */
  readonly erythroblasts: Erythroblasts | undefined;
  /** Platelets met, which count nowhere; undefined if the model does not know them. */
  readonly platelets: number | undefined;
  /** Cells that are none of the five types, where only these are counted. */
  readonly notOfFive: number | undefined;
  readonly ranges: ReferenceRanges;
  /** Whether the cells look like the model's own; undefined if it is not known. */
  readonly familiarity: FamiliarityFigures | undefined;
  /** Why nothing is said of what is out of its range, where nothing may be. */
  readonly withheld: string | undefined;
  /** What is out of its range, in words. */
  readonly flags: readonly string[];
  /** What a reader must know, in sentences. */
  readonly notes: readonly string[];
  /** Flags, notes and why flags are withheld, with the codes by which they are written in other languages. */
  readonly sentences: readonly Sentence[];
}
