// Sentences of a count have codes: by these and what they speak of, the laboratory's English messages say the same, to the letter.
import { type Sentence, sentence } from "@leukogram/engine/core/sentence";
import { reportSpeech } from "@leukogram/laboratory/messages/reportSpeech";
import { sentenceIn } from "@leukogram/laboratory/messages/sentences";
import { uncountedWords } from "@leukogram/laboratory/server/report/reportWords";
import fc from "fast-check";
import { CELL_TYPES } from "leukogram/cells/classes";
import { cropSentences } from "leukogram/cells/cropCounts";
import { SCALE_SOURCES, scaleText } from "leukogram/data/scale/scale";
import { differentialReport } from "leukogram/differential/differentialReport";
import { lookOf } from "leukogram/differential/familiarCells";
import { diagnosticReport } from "leukogram/differential/fhir";
import type { DifferentialReport } from "leukogram/differential/types";
import { familiarityOf } from "leukogram/metrics/familiarity";
import { warningsOf } from "leukogram/review/warnings";
import { afterAll, expect, test } from "vitest";

const english = reportSpeech("en");
const TYPES = [...CELL_TYPES, "BandNeutrophil", "SegmentedNeutrophil", "Metamyelocyte", "Erythroblast", "Platelet"];

const said = new Set<string>();
function expectSame(all: readonly Sentence[]): void {
  for (const one of all) {
    said.add(one.code);
    expect(english.knows(one.code), one.code).toBe(true);
    expect(sentenceIn(english, one)).toBe(one.text);
  }
}

// Every code of the count stands in these tests.
afterAll(() => {
  const codes = ["flag.out", "flag.maybe", "flag.erythroblasts", "flag.leukocytes", "warning.unfamiliar"];
  const notes = ["reviewed", "uncorrected", "familiarityUnknown", "fewStrange", "beyondFive", "fewCells", "left"];
  const more = ["unidentified", "belowReject", "manyUnidentified", "undecided", "platelets", "correctedWhiteCells"];
  const others = ["warning.withheld", "warning.strange", "crop.counts", "crop.leaving", "crop.noNucleus"];
  const expected = [
    ...codes,
    ...[...notes, ...more, "corrected", "modelAssumed", "judgedStrange"].map((n) => `note.${n}`),
  ];
  expect([...expected, ...others].filter((code) => !said.has(code))).toEqual([]);
});

const count = fc.oneof(fc.nat(3), fc.nat(400));
const figures = fc.tuple(fc.nat(60), fc.integer({ min: 60, max: 300 })).map(([few, of]) => familiarityOf(few, of));

test("flags and notes of random counts", () => {
  fc.assert(
    fc.property(
      fc.constantFrom(CELL_TYPES as readonly string[], TYPES),
      fc.array(count, { minLength: 10, maxLength: 10 }),
      fc.record({
        ...{ left: count, unidentified: count, leukocytes: fc.option(fc.double({ min: 0.1, max: 60, noNaN: true })) },
        ...{ reviewed: fc.option(fc.nat(50)), familiarity: fc.option(figures), judged: fc.option(fc.boolean()) },
        unsure: fc.option(
          fc.record({ reject: fc.constantFrom(0.4, 0.5, 0.8765), promised: fc.option(fc.constantFrom(5, 11)) }),
        ),
      }),
      (classes, numbers, given) => {
        const counts = classes.map((_, k) => numbers[k]! + (k === 0 ? 1 : 0));
        const confusion = classes.map((_, i) => classes.map((__, k) => (i === k ? 20 : 1)));
        const report = differentialReport(
          { classes, counts, left: given.left, unidentified: given.unidentified },
          {
            ...{ leukocytes: given.leukocytes ?? undefined, reviewed: given.reviewed ?? undefined },
            familiarity: given.familiarity ?? undefined,
            correction: given.judged === null ? undefined : { confusion, labelled: 77, isSameModel: given.judged },
            unsure: given.unsure
              ? {
                  reject: given.unsure.reject,
                  promise: given.unsure.promised ? { error: 0.0234, classes: given.unsure.promised } : undefined,
                  firstChoices: [{ class: "Monocyte", count: 3 }],
                }
              : undefined,
          },
        );
        expectSame(report.sentences);
        expect(report.sentences.map(({ text }) => text)).toEqual([...report.flags, ...report.notes]);
      },
    ),
    { seed: 20, numRuns: 40 },
  );
});

test("warnings of a case, of a smear, of a few strange images, and of crops", () => {
  const few = [2, 3, 4].map((strange) => familiarityOf(strange, 40)).filter(({ warns }) => !warns);
  for (const familiarity of few)
    expectSame(
      differentialReport({ classes: CELL_TYPES, counts: [1, 1, 1, 1, 1], left: 0, unidentified: 0 }, { familiarity })
        .sentences,
    );
  const tally = { classified: 100, unfamiliar: 60, unfamiliarByModel: 50, byModel: 80 };
  for (const byModel of [80, 0])
    expectSame(warningsOf({ ...tally, byModel } as Parameters<typeof warningsOf>[0]).sentences);
  const strange = { classes: ["A"], rows: Array.from({ length: 50 }, () => ({ familiarity: 0.001 })) };
  const known = { classes: ["A"], rows: Array.from({ length: 50 }, () => ({ familiarity: 0.6 })) };
  type Look = Parameters<typeof lookOf>;
  expectSame(lookOf(strange as unknown as Look[0], undefined).sentences);
  expectSame(lookOf(strange as unknown as Look[0], known as unknown as Look[1]).sentences);
  expectSame(cropSentences({ crops: 30, leaving: 5, withoutNucleus: 6 }));
});

test("the scale, and what FHIR says, in English", () => {
  for (const source of SCALE_SOURCES)
    for (const cells of [1, 25]) {
      const scale = { redCell: 31.25, error: 0.0512, source, cells };
      const values = { redCell: Number(scale.redCell.toFixed(1)), error: 5, source, cells };
      expect(english.say("scale.text", values)).toBe(scaleText(scale));
    }
  const report = differentialReport(
    { classes: TYPES, counts: [1, 2, 30, 6, 50, 4, 3, 2, 9, 7], left: 0, unidentified: 2 },
    { leukocytes: 6.25, withheld: "strange" },
  );
  for (const smudges of [1, 3]) {
    const named = { name: "Blast", countsAs: "OtherLeukocyte", count: smudges, byReaders: 1 };
    const share = { value: 0.1, low: 0.0123, high: 0.3 };
    const options = {
      ...{ model: { name: "m", version: "1" }, uncounted: { unidentified: 2, artefacts: 1, smudges } },
      subtypes: [
        { ...named, share },
        { ...named, share: null },
      ],
    };
    expect(
      diagnosticReport(report, {
        ...options,
        words: { say: english.say, said: english.said, className: english.className, group: (name: string) => name },
      }),
    ).toEqual(diagnosticReport(report, options));
  }
});

test("German and Spanish write decimals, classes and plurals of their own", () => {
  const report = differentialReport(
    { classes: CELL_TYPES, counts: [0, 14, 8, 4, 74], left: 1, unidentified: 0 },
    { leukocytes: 14, reviewed: 0 },
  );
  const written = (language: "de" | "es", { flags, sentences }: DifferentialReport) =>
    flags.map(reportSpeech(language, sentences).said);
  expect(written("de", report)).toEqual([
    "Leukozyten über dem Referenzbereich: Leukozytose, 14 10^9/L, Referenzbereich 4,5 bis 11,1.",
    "Eosinophile über dem Referenzbereich: relative und absolute Eosinophilie, 14,0 % (7,9 bis 22,4), Referenzbereich 0 bis 5,5 und 1,96 10^9/L (1,10 bis 3,13), Referenzbereich 0 bis 0,7.",
    "Lymphozyten möglicherweise unter dem Referenzbereich: 8,0 % (3,5 bis 15,2), Referenzbereich 12 bis 44 und 1,12 10^9/L (0,49 bis 2,12), Referenzbereich 1,5 bis 4. Für eine sichere Aussage wurden zu wenige Zellen gezählt.",
    "Neutrophile über dem Referenzbereich: absolute Neutrophilie, 10,36 10^9/L (9,00 bis 11,52), Referenzbereich 1,83 bis 7,25.",
  ]);
  expect(written("es", report)[1]).toBe(
    "Eosinófilos por encima del intervalo de referencia: eosinofilia relativa y absoluta, 14,0 % (7,9 a 22,4), intervalo de referencia 0 a 5,5, y 1,96 10^9/L (1,10 a 3,13), intervalo de referencia 0 a 0,7.",
  );
});

test("a sentence without a message stays as it is", () => {
  const other = sentence("flag.ofALaterVersion", "Something new.", { class: "Monocyte" });
  expect(reportSpeech("de", [other]).said("Something new.")).toBe("Something new.");
  expect(reportSpeech("de").said("Of an older report.")).toBe("Of an older report.");
});

test("what was not counted, in three languages", () => {
  const content = { differential: { unidentified: 2, artefacts: 1, smudges: 2 } } as Parameters<
    typeof uncountedWords
  >[0];
  expect((["en", "de", "es"] as const).map((language) => uncountedWords(content, reportSpeech(language)))).toEqual([
    "Not counted: 2 unidentified, 1 artefact, 2 smudge cells.",
    "Nicht gezählt: 2 unbestimmt, 1 Artefakt, 2 Gumprecht-Schatten.",
    "No contadas: 2 no identificadas, 1 artefacto, 2 sombras de Gumprecht.",
  ]);
});
