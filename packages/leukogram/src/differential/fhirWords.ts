// What a FHIR report says in words, in English; who writes it in another language gives a `FhirLanguage`.
import { counted } from "@leukogram/engine/core/counted";

/** Numbers as they are shown, names, and "yes" or "no". */
export type FhirValues = Readonly<Record<string, number | string>>;

const fixed = (value: number | string | undefined, digits: number) => Number(value).toFixed(digits);
const limits = ({ low, high }: FhirValues, digits: number) =>
  `95 % interval ${fixed(low, digits)} to ${fixed(high, digits)}`;
const interpreted = ({ isInterpreted }: FhirValues) =>
  isInterpreted === "yes" ? "" : " Not interpreted: the cells do not look like the model's training images.";
const countOf = (value: number | string | undefined, noun: string) => counted(Number(value), noun);
const calledSo = ({ byReaders, count }: FhirValues) =>
  `${byReaders} of ${countOf(count, "cell")} called so by a reader`;

const ENGLISH_WORDS = {
  "fhir.notice": ({ cells }: FhirValues) =>
    `Research use only; not a medical device. ${countOf(cells, "cell")} counted.`,
  "fhir.share": (values: FhirValues) =>
    `${values.count} of ${values.cells} cells; ${values.isCorrected === "yes" ? "corrected for the model's errors" : "as counted"}, ${limits(values, 1)} %.${interpreted(values)}`,
  "fhir.absolute": (values: FhirValues) => `${limits(values, 2)} 10*9/L, for the uncertainty of the share only.`,
  "fhir.erythroblasts": (values: FhirValues) =>
    `${values.count} beside ${values.cells} leukocytes; ${limits(values, 1)}.${interpreted(values)}`,
  "fhir.corrected": (values: FhirValues) =>
    `${limits(values, 2)} 10*9/L, for the uncertainty of the erythroblasts only.`,
  "fhir.beside": ({ cells }: FhirValues) => `Seen beside the ${countOf(cells, "cell")} counted.`,
  "fhir.subtype": (values: FhirValues) =>
    `Counted as ${values.countsAs}: ${values.count} of ${values.cells} cells, ${limits(values, 1)} %; ${calledSo(values)}.`,
  "fhir.subtypeBeside": (values: FhirValues) =>
    `Seen beside the ${countOf(values.cells, "leukocyte")} counted; ${calledSo(values)}.`,
  "fhir.smudges": ({ smudges }: FhirValues) => `${countOf(smudges, "smudge cell")} seen.`,
};

/** What a report is written in. */
export interface FhirLanguage {
  /** BCP 47; undefined for English. */
  readonly language?: string;
  /** Words of the report's own. */
  readonly say: (code: keyof typeof ENGLISH_WORDS, values: FhirValues) => string;
  /** A sentence of the count, of which the count has the English text. */
  readonly said: (text: string) => string;
  /** A group of reference ranges, such as an age. */
  readonly group: (name: string) => string;
  /** A class, as sentences name it. */
  readonly className: (name: string) => string;
}

/** English. */
export const ENGLISH: FhirLanguage = {
  say: (code, values) => ENGLISH_WORDS[code](values),
  said: (text) => text,
  group: (name) => name,
  className: (name) => name,
};
