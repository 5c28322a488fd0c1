import { CELL_TYPES } from "leukogram/cells/classes";
import { diagnosticReport } from "leukogram/differential/fhir";
import { reportAnswers } from "leukogram/differential/reportAnswers";
import { describe, expect, test } from "vitest";
import { fhirFaults } from "../support/fhirFaults.ts";

const counts = [0, 14, 8, 4, 74];
const rows = counts.flatMap((count, k) =>
  Array.from({ length: count }, (_, i) => ({
    ...{ file: `${k}-${i}.png`, group: "", label: undefined },
    probabilities: CELL_TYPES.map((_, j) => (j === k ? 0.9 : 0.025)),
  })),
);
const report = reportAnswers({ classes: CELL_TYPES, rows }, { leukocytes: 14 });
const OPTIONS = {
  ...{ model: { name: "mobilenetv2-anylab", version: "0.1.0" }, effective: "2026-11-25T08:30:00+01:00" },
  ...{ issued: "2026-11-25T08:31:07.250Z", identifier: "r-1", specimen: "S-1", signers: ["Ada"] },
};
const written = (options = {}) => diagnosticReport(report, { ...OPTIONS, ...options });

// The report with one value changed: `path` such as contained.2.valueQuantity.code; undefined takes the value out.
function changed(path: string, value: unknown): object {
  const resource = JSON.parse(JSON.stringify(written()));
  const keys = path.split(".");
  let place = resource;
  for (const key of keys.slice(0, -1)) place = place[key];
  place[keys.at(-1)!] = value;
  return resource;
}

test("a report breaks no rule of FHIR R4, with all of its parts or the fewest", () => {
  expect(fhirFaults(written())).toEqual([]);
  expect(fhirFaults(diagnosticReport(report, { model: OPTIONS.model }))).toEqual([]);
});

test("what was typed or pasted holds no character that FHIR's strings have not", () => {
  const pasted = "S\u000b1\u0007 \u2028 \u00a0ä";
  const own = written({ specimen: pasted, signers: [pasted], remarks: [`Comment: ${pasted}`], identifier: pasted });
  expect(fhirFaults(own)).toEqual([]);
  expect(own).toMatchObject({ identifier: [{ value: "S 1  \u2028 \u00a0ä" }] });
});

describe("what is wrong is found", () => {
  const NOTES = "contained.1.note";
  test.each([
    ["a status that is none", changed("status", "done"), "DiagnosticReport.status: Code"],
    ["no code", changed("code", undefined), "DiagnosticReport.code: Missing property"],
    ["an element that is none", changed("colour", "red"), "DiagnosticReport.colour: Unexpected property"],
    ["an instant without seconds", changed("issued", "2026-11-25T08:31Z"), ".issued: "],
    ["an instant without a zone", changed("issued", "2026-11-25T08:31:07"), ".issued: "],
    ["an instant that is a day", changed("issued", "2026-11-25"), ".issued: "],
    ["a time without seconds", changed("effectiveDateTime", "2026-11-25T08:30+01:00"), ".effectiveDateTime: "],
    ["a day that is none", changed("effectiveDateTime", "2026-02-30"), ".effectiveDateTime: "],
    ["a number as a string", changed("contained.1.valueQuantity.value", "14"), '.value: "14" is no decimal'],
    ["a number that is none", changed("contained.1.valueQuantity.value", Number.NaN), ".value: null is no decimal"],
    ["a string that is a number", changed("identifier.0.value", 7), ".value: 7 is no string"],
    ["an empty string", changed("conclusion", ""), '.conclusion: "" is no string'],
    ["a control character", changed("conclusion", "a\u0007"), ".conclusion: "],
    ["an id with a space", changed("contained.0.id", "observation 1"), ".contained[0].id: "],
    ["an empty list", changed("category", []), ".category: is empty"],
    ["an empty object", changed(NOTES, [{}]), ".note[0]: is empty"],
    ["one where a list is", changed(NOTES, { text: "a" }), ".note: is no list"],
    ["a list where one is", changed("issued", [OPTIONS.issued]), ".issued: is a list"],
    ["two values", changed("contained.1.valueString", "14"), "Observation.value[x]: valueQuantity and valueString"],
    ["two times", changed("effectivePeriod", { start: "2026" }), "effectiveDateTime and effectivePeriod"],
    ["a value and why there is none", changed("contained.1.dataAbsentReason", { text: "a" }), "[1]: obs-6"],
    ["a component of its own code", withComponent(), "[1]: obs-7"],
    ["a range of nothing", changed("contained.1.referenceRange", [{ type: { text: "a" } }]), "[0]: obs-3"],
    ["a limit with a comparator", changed("contained.1.referenceRange.0.low.comparator", "<"), ".low: sqty-1"],
    ["a unit's code of no system", changed("contained.1.valueQuantity.system", undefined), ".valueQuantity: qty-3"],
    ["a reference to nothing", changed("result.0.reference", "#observation-99"), ".result[0]: ref-1"],
    ["what nothing refers to", changed("specimen", undefined), "DiagnosticReport: dom-3"],
    ["what is contained twice over", changed("contained.0.contained", [{ resourceType: "Device" }]), ": dom-2"],
    ["a version of what is contained", changed("contained.0.meta", { versionId: "1" }), ": dom-4"],
    ["a label of what is contained", changed("contained.0.meta", { security: [{ code: "R" }] }), ": dom-5"],
    ["an extension of nothing", changed("extension", [{ url: "http://leukogram.test" }]), ".extension[0]: ext-1"],
  ])("%s", (_, resource, fault) => {
    expect(fhirFaults(resource).filter((found) => found.includes(fault))).not.toEqual([]);
  });

  function withComponent(): object {
    const { code } = (written() as { contained: { code: object }[] }).contained[1]!;
    return changed("contained.1.component", [{ code, valueString: "a" }]);
  }
});
