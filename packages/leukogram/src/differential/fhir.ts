// HL7 FHIR R4 (4.0.1): DiagnosticReport with contained Observations and the Device that counted.

import type { Estimate } from "@leukogram/engine/core/estimate";
import { shownNumber } from "@leukogram/engine/core/sentence";
import { CORRECTED, ERYTHROBLASTS, INTERPRETATION, INTERPRETATION_NAMES, SMUDGES } from "./fhirCodes.ts";
import { base, codeOf, coding, countQuantity, OWN_CODES, percentQuantity, quantity, rounded } from "./fhirParts.ts";
import { ENGLISH, type FhirLanguage } from "./fhirWords.ts";
import type { DifferentialReport, Erythroblasts, Position, ReportedClass } from "./types.ts";

/** Options of {@link diagnosticReport}. */
export interface DiagnosticReportOptions {
  /** What counted: name and version of the model. */
  readonly model: { readonly name: string; readonly version: string };
  /** When the blood was taken, as FHIR's dateTime: 2026-11-25, or with a time and zone. */
  readonly effective?: string | undefined;
  /** Default: preliminary, as nobody has signed it. */
  readonly status?: "preliminary" | "final" | "amended" | "corrected" | "entered-in-error" | undefined;
  /** When this version was made, as FHIR's instant. */
  readonly issued?: string | undefined;
  /** What the laboratory calls the report, and the specimen. */
  readonly identifier?: string | undefined;
  readonly specimen?: string | undefined;
  /** Who stands for it. */
  readonly signers?: readonly string[];
  /** Names that say more than the classes that were counted. */
  readonly subtypes?: readonly SubtypeShare[];
  /** Cells that were seen and not counted; nothing is said of them if this is left out. */
  readonly uncounted?: Uncounted | undefined;
  /** Sentences that the conclusion begins with; it does not repeat those that the count has too. */
  readonly warnings?: readonly string[];
  /** Sentences for the conclusion, after what the count itself says. */
  readonly remarks?: readonly string[];
  /** What notes and the conclusion are written in; warnings and remarks are as they are given. Default: English. */
  readonly words?: FhirLanguage;
}

/** Cells of one name within a class, or of what is no leukocyte. */
export interface SubtypeShare {
  readonly name: string;
  readonly countsAs: string;
  readonly count: number;
  readonly byReaders: number;
  /** Of the leukocytes; null for what is none. */
  readonly share: Estimate | null;
}

/** Cells that count nowhere. */
export interface Uncounted {
  readonly unidentified: number;
  readonly artefacts: number;
  readonly smudges: number;
  /** Neither leukocytes nor erythroblasts; none if left out. */
  readonly notLeukocytes?: number | undefined;
}

/**
 * The count as a FHIR R4 DiagnosticReport. Classes without a LOINC code are named
 * in words.
 */
export function diagnosticReport(report: DifferentialReport, options: DiagnosticReportOptions): object {
  const {
    model,
    effective,
    issued,
    identifier,
    specimen,
    signers = [],
    warnings = [],
    remarks = [],
    subtypes = [],
    status = "preliminary",
    words = ENGLISH,
  } = options;
  const context = { report, effective, words };
  const uncounted = uncountedObservations(context, options.uncounted);
  const named = subtypes.map((one) => subtypeObservation(one, context));
  const all = [...observationsOf(context), ...named, ...uncounted].map((observation, i) => ({
    ...observation,
    status,
    id: `observation-${i + 1}`,
  }));
  return legible({
    resourceType: "DiagnosticReport",
    ...(words.language !== undefined && { language: words.language }),
    ...(identifier !== undefined && { identifier: [{ value: identifier }] }),
    contained: [
      ...all,
      ...(specimen === undefined
        ? []
        : [{ resourceType: "Specimen", id: "specimen", identifier: [{ value: specimen }] }]),
      {
        resourceType: "Device",
        id: "counter",
        deviceName: [{ name: model.name, type: "model-name" }],
        version: [{ value: model.version }],
        note: [{ text: "Research use only; not a medical device." }],
      },
    ],
    status,
    category: [coding("http://terminology.hl7.org/CodeSystem/v2-0074", "HM", "Hematology")],
    // Neither by hand nor by a machine alone.
    code: coding("http://loinc.org", "69738-3", "Differential panel, method unspecified - Blood"),
    ...(effective !== undefined && { effectiveDateTime: effective }),
    ...(issued !== undefined && { issued }),
    ...(signers.length > 0 && { resultsInterpreter: signers.map((display) => ({ display })) }),
    ...(specimen !== undefined && { specimen: [{ reference: "#specimen" }] }),
    result: all.map(({ id }) => ({ reference: `#${id}` })),
    conclusion: conclusionOf(report, { warnings, remarks, words }).join(" "),
  });
}

/** What is said of the count as a whole, in the order of its weight. */
export function conclusionOf(
  { cells, withheld, flags, notes }: DifferentialReport,
  { warnings = [], remarks = [], words = ENGLISH }: Pick<DiagnosticReportOptions, "warnings" | "remarks" | "words">,
): string[] {
  return [
    ...warnings,
    words.say("fhir.notice", { cells }),
    ...[withheld ?? "", ...flags].map(words.said).filter((text) => text !== "" && !warnings.includes(text)),
    ...notes.map(words.said),
    ...remarks,
  ];
}

// FHIR's strings hold no control characters but these; what was pasted may.
function legible(resource: object): object {
  return JSON.parse(JSON.stringify(resource), (_, value) =>
    typeof value === "string" ? value.replace(/(?![\t\n\r])\p{Cc}/gu, " ") : value,
  ) as object;
}

function observationsOf(context: Context) {
  const { report } = context;
  // Signed reports of earlier versions have no sums.
  const rows = [...report.classes, ...(report.groups ?? [])];
  const observations = rows.flatMap((row) => [
    percentObservation(row, context),
    ...(row.absolute === undefined ? [] : [absoluteObservation(row, context)]),
  ]);
  const white = report.leukocytes === undefined ? [] : [leukocyteObservation(context)];
  const { erythroblasts } = report;
  const red = erythroblasts === undefined ? [] : erythroblastObservations(erythroblasts, context);
  return [...white, ...observations, ...red];
}

function interpretationOf(position: Position) {
  const code = INTERPRETATION[position];
  if (code === undefined) return {};
  const system = "http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation";
  return { interpretation: [coding(system, code, INTERPRETATION_NAMES[code]!)] };
}

interface Context {
  readonly report: DifferentialReport;
  readonly effective: string | undefined;
  readonly words: FhirLanguage;
}

const yesNo = (is: boolean) => (is ? "yes" : "no");
const shownLimits = ({ low, high }: Estimate, digits: number) => ({
  low: shownNumber(low, digits),
  high: shownNumber(high, digits),
});

function percentObservation(row: ReportedClass, { report, effective, words }: Context) {
  const { value, low, high } = row.share;
  return {
    ...base(effective),
    code: codeOf(row.class, "percent"),
    valueQuantity: percentQuantity(100 * value),
    ...interpretationOf(row.position),
    note: [
      {
        text: words.say("fhir.share", {
          ...{ count: row.count, cells: report.cells, isCorrected: yesNo(row.corrected !== undefined) },
          ...{ low: shownNumber(100 * low, 1), high: shownNumber(100 * high, 1) },
          isInterpreted: yesNo(report.withheld === undefined),
        }),
      },
    ],
    ...(row.range && {
      referenceRange: [
        {
          low: percentQuantity(row.range[0]),
          high: percentQuantity(row.range[1]),
          text: words.group(report.ranges.name),
        },
      ],
    }),
  };
}

function absoluteObservation(row: ReportedClass, { effective, words }: Context) {
  const { value } = row.absolute!;
  return {
    ...base(effective),
    code: codeOf(row.class, "absolute"),
    valueQuantity: countQuantity(value),
    ...interpretationOf(row.absolutePosition),
    note: [{ text: words.say("fhir.absolute", shownLimits(row.absolute!, 2)) }],
    ...(row.absoluteRange && {
      referenceRange: [{ low: countQuantity(row.absoluteRange[0]), high: countQuantity(row.absoluteRange[1]) }],
    }),
  };
}

function leukocyteObservation({ report: { leukocytes, ranges }, effective }: Context) {
  const range = ranges.leukocytes;
  const isHigh = range !== undefined && leukocytes! > range[1];
  const isLow = range !== undefined && leukocytes! < range[0];
  return {
    ...base(effective),
    device: undefined,
    code: coding("http://loinc.org", "26464-8", "Leukocytes [#/volume] in Blood"),
    valueQuantity: countQuantity(leukocytes!),
    ...interpretationOf(range === undefined ? "unknown" : isHigh ? "above" : isLow ? "below" : "within"),
    ...(range && { referenceRange: [{ low: countQuantity(range[0]), high: countQuantity(range[1]) }] }),
  };
}

function erythroblastObservations(
  { count, per100, range, position, correctedLeukocytes }: Erythroblasts,
  { report, effective, words }: Context,
) {
  const ratio = (value: number) => quantity(rounded(value, 1), "/100 WBC", "/100{WBCs}");
  const found = {
    ...base(effective),
    code: coding("http://loinc.org", ...ERYTHROBLASTS),
    valueQuantity: ratio(per100.value),
    ...interpretationOf(position),
    note: [
      {
        text: words.say("fhir.erythroblasts", {
          ...{ count, cells: report.cells, ...shownLimits(per100, 1) },
          isInterpreted: yesNo(report.withheld === undefined),
        }),
      },
    ],
    ...(range && {
      referenceRange: [{ low: ratio(range[0]), high: ratio(range[1]), text: words.group(report.ranges.name) }],
    }),
  };
  if (correctedLeukocytes === undefined) return [found];
  const { value } = correctedLeukocytes;
  const corrected = {
    ...base(effective),
    code: coding("http://loinc.org", ...CORRECTED),
    valueQuantity: countQuantity(value),
    note: [{ text: words.say("fhir.corrected", shownLimits(correctedLeukocytes, 2)) }],
  };
  return [found, corrected];
}

function subtypeObservation(
  { name, countsAs, count, byReaders, share }: SubtypeShare,
  { report: { cells }, effective, words }: Context,
) {
  const text =
    share === null
      ? words.say("fhir.subtypeBeside", { cells, count, byReaders })
      : words.say("fhir.subtype", {
          ...{ countsAs: words.className(countsAs), cells, count, byReaders },
          ...{ low: shownNumber(100 * share.low, 1), high: shownNumber(100 * share.high, 1) },
        });
  return {
    ...base(effective),
    code: share === null ? { text: name } : codeOf(name, "percent"),
    valueQuantity: share === null ? quantity(count, "cells", "{cells}") : percentQuantity(100 * share.value),
    note: [{ text }],
  };
}

function uncountedObservations(
  { report: { cells }, effective, words }: Context,
  uncounted: DiagnosticReportOptions["uncounted"],
) {
  if (uncounted === undefined) return [];
  const { unidentified, artefacts, smudges, notLeukocytes = 0 } = uncounted;
  const observed = (code: string, display: string, count: number) => ({
    ...base(effective),
    code: coding(OWN_CODES, code, display),
    valueQuantity: quantity(count, "cells", "{cells}"),
    note: [{ text: words.say("fhir.beside", { cells }) }],
  });
  const smudge = {
    ...base(effective),
    code: coding("http://loinc.org", ...SMUDGES),
    valueQuantity: percentQuantity((100 * smudges) / cells),
    note: [{ text: words.say("fhir.smudges", { smudges }) }],
  };
  const unknown = observed("unidentified", "Unidentified cells", unidentified);
  const others = notLeukocytes > 0 ? [observed("not-leukocyte", "Cells that are no leukocytes", notLeukocytes)] : [];
  return [unknown, observed("artefact", "Artefacts", artefacts), smudge, ...others];
}
