// What observations of a count are made of in FHIR: codes, quantities, what all have.
import { cellType, type LoincCode } from "../cells/cellTypes.ts";
import { IMMATURE_GRANULOCYTES } from "./countCells.ts";

/** Sums of classes that have a code: loinc.org/38518-7. Their number a volume is named in words. */
const SUMS: Readonly<Record<string, LoincCode>> = {
  [IMMATURE_GRANULOCYTES]: ["38518-7", "Immature granulocytes/100 leukocytes in Blood"],
};

/** Codes of this program for what is counted and has none of LOINC without a method: of a share, and of a number a volume. */
const OWN: Readonly<Record<string, readonly [percent: LoincCode, absolute: LoincCode]>> = {
  OtherLeukocyte: [
    ["other-leukocytes-percent", "Other leukocytes/100 leukocytes"],
    ["other-leukocytes", "Other leukocytes [#/volume]"],
  ],
};

/** A code system of this program, for what LOINC has no code without a method. */
export const OWN_CODES = "urn:uuid:5c1d0a52-6f4e-8d0b-9d3c-1f0e6b7a2c41";

/** A code with its system and name. */
export function coding(system: string, code: string, display: string) {
  return { coding: [{ system, code, display }] };
}

/** A value of UCUM. */
export const quantity = (value: number, unit: string, code: string) => ({
  value,
  unit,
  system: "http://unitsofmeasure.org",
  code,
});

/** Per cent, to a tenth. */
export const percentQuantity = (value: number) => quantity(rounded(value, 1), "%", "%");
/** 10^9 per litre. */
export const countQuantity = (value: number) => quantity(rounded(value, 3), "10*9/L", "10*9/L");

/** A number to so many digits. */
export const rounded = (value: number, digits: number) => Number(value.toFixed(digits));

/** What all observations have. */
export function base(effective: string | undefined) {
  return {
    resourceType: "Observation",
    category: [coding("http://terminology.hl7.org/CodeSystem/observation-category", "laboratory", "Laboratory")],
    ...(effective !== undefined && { effectiveDateTime: effective }),
    device: { reference: "#counter" },
  };
}

/** The code of a class: of its share, or of its number a volume; its name if it has none. */
export function codeOf(name: string, kind: "percent" | "absolute") {
  const found = cellType(name)?.[kind] ?? (kind === "percent" ? SUMS[name] : undefined);
  if (found !== undefined) return coding("http://loinc.org", ...found);
  const own = OWN[name]?.[kind === "percent" ? 0 : 1];
  return own === undefined ? { text: name } : coding(OWN_CODES, ...own);
}
