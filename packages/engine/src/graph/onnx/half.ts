/** The greatest number that half precision holds. */
const GREATEST = 65504;

/**
 * Bits of the nearest half-precision numbers (IEEE 754 binary16, ties to even); undefined if one of them is out of
 * its range, or not finite.
 *
 * @param run rounds each run of so many numbers together: what one lost is added to the next, so that the run's sum stays
 * what it was, within one rounding. Default 1: each separately.
 */
export function toHalf(values: Float32Array, run = 1): Uint16Array | undefined {
  const half = new Uint16Array(values.length);
  const exact = new Float32Array(1);
  const bits = new Uint32Array(exact.buffer);
  let lost = 0;
  for (let i = 0; i < values.length; i++) {
    exact[0] = i % run === 0 ? values[i]! : values[i]! + lost;
    if (!(Math.abs(exact[0]) <= GREATEST)) return undefined;
    half[i] = halfBits(bits[0]!);
    lost = exact[0] - fromHalf(half[i]!);
  }
  return half;
}

/** The number that the bits of a half-precision number stand for. */
export function fromHalf(bits: number): number {
  const exponent = (bits >> 10) & 31;
  const mantissa = bits & 1023;
  if (exponent === 31) return mantissa ? Number.NaN : bits & 0x8000 ? -Infinity : Infinity;
  const size = exponent === 0 ? mantissa * 2 ** -24 : (1 + mantissa / 1024) * 2 ** (exponent - 15);
  return bits & 0x8000 ? -size : size;
}

/** The number that the bits of a bfloat16 number stand for: the upper half of a float32. */
export function fromBfloat(bits: number): number {
  return new Float32Array(Uint32Array.of(bits << 16).buffer)[0]!;
}

// float32 has 8 bits of exponent (bias 127) and 23 of mantissa, half 5 (bias 15) and 10.
function halfBits(bits: number): number {
  const sign = (bits >>> 16) & 0x8000;
  const size = bits & 0x7fffffff;
  if (size < SMALLEST_NORMAL) return sign | subnormal(size);
  // What is cut off rounds up where it is more than half of the last place, or half of it and the place is odd.
  const rounded = size + 0xfff + ((size >>> 13) & 1);
  return sign | ((rounded - REBIAS) >>> 13);
}

const SMALLEST_NORMAL = 0x38800000; // 2^-14
const REBIAS = (127 - 15) << 23;

// A whole number of 2^-24.
function subnormal(size: number): number {
  const exponent = size >>> 23;
  const shift = 126 - exponent; // 24 places below the mantissa's last at exponent 102
  if (shift > 24) return 0;
  const mantissa = (size & 0x7fffff) | 0x800000;
  const whole = mantissa >>> shift;
  const rest = mantissa & ((1 << shift) - 1);
  const middle = 1 << (shift - 1);
  return whole + (rest > middle || (rest === middle && (whole & 1) === 1) ? 1 : 0);
}
