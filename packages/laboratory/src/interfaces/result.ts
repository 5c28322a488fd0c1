// A result as it goes to another system, whatever that speaks.
import type { Order, Service } from "./order.ts";

/** One value of a result. */
export interface ResultValue {
  /** What was found out: its code of LOINC, if it has one, and in words. */
  readonly loinc: string | undefined;
  readonly name: string;
  /** That of LOINC; else this program's own, as in FHIR, or the laboratory's label. */
  readonly code: string;
  /** What the receiver calls it; undefined if that is not known. */
  readonly local: { readonly code: string; readonly text: string } | undefined;
  readonly value: string;
  /** Of UCUM. */
  readonly unit: string;
  /** Such as 40-75; empty if none is known. */
  readonly range: string;
  /** H, L or N (HL7 table 0078); empty if nothing is said. */
  readonly flag: string;
  readonly note: string;
}

/** Preliminary, final, corrected, or posted in error (HL7 table 0085). */
export type ResultStatus = "P" | "F" | "C" | "W";

/** A report for another system. */
export interface Result {
  readonly accession: string;
  /** The order that it answers; undefined if there was none. */
  readonly order: Order | undefined;
  /** What was examined: as it was ordered, and its code of LOINC beside it. */
  readonly service: Service;
  readonly loinc: string | undefined;
  readonly status: ResultStatus;
  readonly observedAt: Date;
  readonly reportedAt: Date;
  readonly performers: readonly string[];
  /** The model that counted. */
  readonly device: string;
  readonly values: readonly ResultValue[];
  readonly notes: readonly string[];
  /** The report as people read it; undefined if it is left out. */
  readonly document: ReportDocument | undefined;
}

/** A report to read: where it is, or itself. */
export type ReportDocument =
  | { readonly kind: "link"; readonly address: string; readonly format: "HTML" | "PDF" }
  /** A PDF, by Base64. */
  | { readonly kind: "embedded"; readonly base64: string };

/** Whether a text is a number as HL7's NM and ASTM's numbers are: "<5" and "55 %" are not. */
export function isNumeric(text: string): boolean {
  return /^[+-]?(\d+\.?\d*|\.\d+)$/.test(text);
}
