// How the crops of cells came out, in numbers and in sentences: the same for commands, the server and pages.

import { type Sentence, sentence } from "@leukogram/engine/core/sentence";

/** How crops came out. */
export interface CropCounts {
  /** Cells that were cropped. */
  readonly crops: number;
  /** Those of which more than a tenth lies beyond the picture. */
  readonly leaving: number;
  /** Those in which no nucleus was found. */
  readonly withoutNucleus: number;
}

/** A crop of which a greater share lies beyond its picture leaves it. */
export const LEAVES = 0.1;

/** Whether more of a crop lies beyond its picture than may. @param outside share of it that does. */
export function leavesPicture(outside: number): boolean {
  return outside > LEAVES;
}

/** A greater share of crops that leave their pictures is told. */
const MOST_LEAVING = 0.1;
/** A greater share of pictures without a nucleus is told. */
const MOST_WITHOUT = 0.1;

/** The counts, in a sentence. */
export function cropCountsText(counts: CropCounts): string {
  return countsSentence(counts).text;
}

function countsSentence({ crops, leaving, withoutNucleus }: CropCounts): Sentence {
  const text = `Of ${crops} crops, ${leaving} extend beyond the image by more than a tenth; in ${withoutNucleus}, no nucleus was found.`;
  return sentence("crop.counts", text, { crops, leaving, withoutNucleus });
}

/** What is to be said where too many crops leave their picture, or have no nucleus; a sentence each. */
export function cropCountNotes(counts: CropCounts): string[] {
  return noteSentences(counts).map(({ text }) => text);
}

function noteSentences({ crops, leaving, withoutNucleus }: CropCounts): Sentence[] {
  const nuclei = nucleiNote({ looked: crops, found: crops - withoutNucleus });
  const text = `${leaving} of ${crops} crops extend beyond the image by more than a tenth: the images are cropped too tightly, or the scale is wrong.`;
  return [
    ...(leaving > MOST_LEAVING * crops ? [sentence("crop.leaving", text, { leaving, crops })] : []),
    ...(nuclei === undefined ? [] : [sentence("crop.noNucleus", nuclei, { withoutNucleus, crops })]),
  ];
}

/** So many answers of one class alone make the scale doubtful that their nuclei told. */
const ONE_CLASS = 20;

/** What is to be said where the nuclei told the scale and all answers are of one class; nothing else is said. */
export function oneClassNotes(answers: readonly string[]): string[] {
  const [only, ...others] = new Set(answers);
  if (answers.length < ONE_CLASS || others.length > 0) return [];
  return [
    `All ${answers.length} predictions are ${only}. The scale was estimated from the nuclei, which assumes a mixture of classes. Set it with --scale 72px (width of a red cell) or --scale 0.10um (size of a pixel).`,
  ];
}

/** What a reader of a count must know of its crops, a sentence each; nothing if all are as they should be. */
export function cropWords(counts: CropCounts | null): string[] {
  return cropSentences(counts).map(({ text }) => text);
}

/** The same with their codes. */
export function cropSentences(counts: CropCounts | null): Sentence[] {
  if (counts === null || counts.leaving + counts.withoutNucleus === 0) return [];
  return [countsSentence(counts), ...noteSentences(counts)];
}

/** A share of pictures without a nucleus that is too great, in words; undefined if it is not. */
export function nucleiNote({ looked, found }: { readonly looked: number; readonly found: number }): string | undefined {
  if (looked - found <= MOST_WITHOUT * looked) return undefined;
  return `No nucleus was found in ${looked - found} of ${looked} images; their centre was used. Do they show single white blood cells?`;
}
