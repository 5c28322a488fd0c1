// Bits used of 16: cameras of 10, 12 or 14 bits write 16, and what is white then is nowhere in the pixels of one picture.
import { LeukogramError } from "@leukogram/engine/core/errors";
import { UnreadKind } from "./unreadKind.ts";

/** Depths that cameras have, and 8 for what was merely widened. */
export const DEPTHS = [8, 10, 12, 14, 16] as const;

/** The least of {@link DEPTHS} that holds the value. */
export function depthOf(largest: number): number {
  return DEPTHS.find((bits) => largest < 2 ** bits) ?? 16;
}

/** The largest of 16-bit values. */
export function largestOf(values: Uint16Array): number {
  let largest = 0;
  for (const value of values) if (value > largest) largest = value;
  return largest;
}

/**
 * 16-bit values as bytes: the highest 8 of the bits that are used, as TensorFlow's `decode_png` takes those of 16.
 *
 * @param bits used of 16; where they are not known, 16 is taken if the picture needs them, else it is refused
 * @throws UnreadKind if the bits are not known and can't be, or hold fewer than the values need.
 */
export function toBytes(values: Uint16Array, bits: number | undefined): Uint8Array {
  const largest = largestOf(values);
  const needed = depthOf(largest);
  const used = bits ?? needed;
  if (bits === undefined && needed < 16)
    throw new UnreadKind(
      `16 bits per channel but only ${needed} are used (largest value: ${largest}), so the white level is unknown`,
      "Give the number of bits of the camera: --bits 12, or bits: 12 in decodeImage.",
    );
  if (largest >= 2 ** used)
    throw new UnreadKind(
      `values up to ${largest}, which need more than ${used} bits`,
      `Use --bits ${needed}, or remove --bits.`,
    );
  return Uint8Array.from(values, (value) => value >>> (used - 8));
}

let told: number | undefined;

/**
 * Says how many of 16 bits all pictures of this process use, whatever they say themselves; undefined takes it back.
 *
 * @throws LeukogramError ERR_USAGE for what no camera has.
 */
export function tellBits(bits: number | undefined): void {
  if (bits !== undefined && !(Number.isInteger(bits) && bits >= 8 && bits <= 16))
    throw new LeukogramError("ERR_USAGE", `--bits ${bits}: expected a whole number from 8 to 16`, {
      hint: `Cameras use ${DEPTHS.slice(1).join(", ")}.`,
    });
  told = bits;
}

/** What {@link tellBits} was told. */
export function toldBits(): number | undefined {
  return told;
}
