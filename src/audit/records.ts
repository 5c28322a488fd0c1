import { createHash } from "node:crypto";
import type { RgbImage } from "../data/image.ts";
import { COLOUR_FEATURES, MEASURES, measure } from "../data/microscopy/measures.ts";
import { squareField } from "../data/squareField.ts";
import { fingerprint, INVARIANTS, POLAR, PRINT_SIZE } from "./fingerprint.ts";
import type { ImageFacts } from "./imageFacts.ts";
import type { RecordFile } from "./recordFile.ts";

const FORMATS = ["jpeg", "png", "bmp", "gif"];
/** Width and height as logarithms, and which format it is; not the file's length, which depends on the cell too. */
const FILE_FEATURES = 2 + FORMATS.length;

const SECTIONS = {
  invariants: INVARIANTS,
  measures: MEASURES.length,
  background: COLOUR_FEATURES,
  colours: COLOUR_FEATURES,
  file: FILE_FEATURES,
} as const;

/** Numbers of a picture that are kept together. */
export type SectionName = keyof typeof SECTIONS;

const FLOATS = Object.values(SECTIONS).reduce((a, b) => a + b);

/** Bytes that a picture takes in the {@link RecordFile}. */
export const RECORD_BYTES = FLOATS * 4 + POLAR;

/** All that is kept of a picture's pixels, as one row, and the hash of its size and pixels. */
export function recordOf(image: RgbImage, facts: ImageFacts): { readonly row: Uint8Array; readonly hash: string } {
  const picture = squareField(image, PRINT_SIZE);
  const { invariants, polar } = fingerprint(picture);
  const { values, background, colours } = measure(picture);
  const { width, height, format } = facts;
  const file = [Math.log(width), Math.log(height), ...FORMATS.map((name) => (name === format ? 1 : 0))];
  const row = new Uint8Array(RECORD_BYTES);
  new Float32Array(row.buffer, 0, FLOATS).set([...invariants, ...values, ...background, ...colours, ...file]);
  row.set(new Uint8Array(polar.buffer), FLOATS * 4);
  const hash = createHash("sha256").update(`${width} ${height} `).update(image.data).digest("base64").slice(0, 24);
  return { row, hash };
}

/** One section of picture `index`. */
export function readSection(records: RecordFile, index: number, name: SectionName): Float32Array {
  let start = 0;
  for (const [section, length] of Object.entries(SECTIONS)) {
    if (section === name) return new Float32Array(records.read(index, start * 4, length * 4).buffer);
    start += length;
  }
  throw new RangeError(`records hold no ${name}`);
}

/** The polar picture of picture `index`. */
export function readPolar(records: RecordFile, index: number): Int8Array {
  return new Int8Array(records.read(index, FLOATS * 4, POLAR).buffer);
}
