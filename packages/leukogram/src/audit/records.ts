import { createHash } from "node:crypto";
import { FIELD_SIZE } from "../cells/cellNormalization.ts";
import { COLOUR_FEATURES, MEASURES, measure } from "../data/microscopy/measures.ts";
import { resizeArea } from "../data/pictures/resizeArea.ts";
import type { RgbImage } from "../data/pictures/rgbImage.ts";
import { EMBEDDING } from "./embedder.ts";
import { fingerprint, INVARIANTS, POLAR, PRINT_SIZE } from "./fingerprint.ts";
import type { ImageFacts } from "./imageFacts.ts";
import type { RecordFile } from "./recordFile.ts";
import { GREY, type RegistrationPrint, registrationPrint } from "./registration.ts";
import { SPECTRUM } from "./spectrum.ts";

const FORMATS = ["jpeg", "png", "bmp", "gif"];
/** Width and height as logarithms, and which format it is; not the file's length, which depends on the cell too. */
const FILE_FEATURES = 2 + FORMATS.length;

const SECTIONS = {
  invariants: INVARIANTS,
  embedding: EMBEDDING,
  measures: MEASURES.length,
  background: COLOUR_FEATURES,
  colours: COLOUR_FEATURES,
  file: FILE_FEATURES,
} as const;

/** Numbers of a picture that are kept together. */
export type SectionName = keyof typeof SECTIONS;

// Behind the numbers come three rows of bytes.
const POLAR_START = 4 * Object.values(SECTIONS).reduce((a, b) => a + b);
const SPECTRUM_START = POLAR_START + POLAR;
const GREY_START = SPECTRUM_START + SPECTRUM;

/** Bytes that a picture takes in the {@link RecordFile}. */
export const RECORD_BYTES = GREY_START + GREY;

/** What a record is made of. */
export interface LookedAt {
  readonly image: RgbImage;
  /** The picture as a square, [256, 256, 3]. */
  readonly field: Uint8Array;
  readonly facts: ImageFacts;
  readonly embedding: Float32Array;
}

/** All that is kept of a picture's pixels, as one row, and the hash of its size and pixels. */
export function recordOf({ image, field, facts, embedding }: LookedAt): {
  readonly row: Uint8Array<ArrayBuffer>;
  readonly hash: string;
} {
  const picture = resizeArea({ data: field, width: FIELD_SIZE, height: FIELD_SIZE }, PRINT_SIZE, PRINT_SIZE);
  const { invariants, polar } = fingerprint(picture);
  const { values, background, colours } = measure(picture);
  const { spectrum, grey } = registrationPrint(picture);
  const { width, height, format } = facts;
  const file = [Math.log(width), Math.log(height), ...FORMATS.map((name) => (name === format ? 1 : 0))];
  const row = new Uint8Array(RECORD_BYTES);
  const numbers = new Float32Array(row.buffer, 0, POLAR_START / 4);
  let start = 0;
  for (const section of [invariants, embedding, values, background, colours, file]) {
    numbers.set(section, start);
    start += section.length;
  }
  row.set(new Uint8Array(polar.buffer), POLAR_START);
  row.set(new Uint8Array(spectrum.buffer), SPECTRUM_START);
  row.set(grey, GREY_START);
  const hash = createHash("sha256").update(`${width} ${height} `).update(image.data).digest("base64").slice(0, 24);
  return { row, hash };
}

/** A function that reads one section of picture `index`; what it gives is good until the next call. */
export function sectionReader(records: RecordFile, name: SectionName): (index: number) => Float32Array {
  const names = Object.keys(SECTIONS) as SectionName[];
  const start = names.slice(0, names.indexOf(name)).reduce((sum, before) => sum + SECTIONS[before], 0);
  const bytes = new Uint8Array(SECTIONS[name] * 4);
  const numbers = new Float32Array(bytes.buffer);
  return (index) => {
    records.read(index, start * 4, bytes);
    return numbers;
  };
}

/** A function that reads the polar picture of picture `index`, as {@link sectionReader} reads. */
export function polarReader(records: RecordFile): (index: number) => Int8Array {
  const bytes = new Uint8Array(POLAR);
  const polar = new Int8Array(bytes.buffer);
  return (index) => {
    records.read(index, POLAR_START, bytes);
    return polar;
  };
}

/** A function that reads what picture `index` is laid on others by, as {@link sectionReader} reads. */
export function registrationReader(records: RecordFile): (index: number) => RegistrationPrint {
  const bytes = new Uint8Array(SPECTRUM + GREY);
  const print = { spectrum: new Int8Array(bytes.buffer, 0, SPECTRUM), grey: bytes.subarray(SPECTRUM) };
  return (index) => {
    records.read(index, SPECTRUM_START, bytes);
    return print;
  };
}
