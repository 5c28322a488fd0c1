// Codes of FHIR reports that are not those of one type of cell.
import type { LoincCode } from "../cells/cellTypes.ts";
import type { Position } from "./types.ts";

/** As loinc.org/58413-6 names the term without a method. */
export const ERYTHROBLASTS: LoincCode = ["19048-8", "Nucleated erythrocytes/100 leukocytes [Ratio] in Blood"];
/** Of VSAC's value set 2.16.840.1.113762.1.4.1045.129, "White blood cells count lab test". */
export const CORRECTED: LoincCode = ["12227-5", "Leukocytes [#/volume] corrected for nucleated erythrocytes in Blood"];

/** Of cells that burst. */
export const SMUDGES: LoincCode = ["34992-8", "Smudge cells/100 leukocytes in Blood"];

/** Where a value lies, by HL7's codes; undefined if nothing is said. */
export const INTERPRETATION: Readonly<Record<Position, string | undefined>> = {
  above: "H",
  below: "L",
  within: "N",
  "maybe above": "IND",
  "maybe below": "IND",
  unknown: undefined,
};

/** Names of the codes of http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation. */
export const INTERPRETATION_NAMES: Readonly<Record<string, string>> = {
  H: "High",
  L: "Low",
  N: "Normal",
  IND: "Indeterminate",
};
