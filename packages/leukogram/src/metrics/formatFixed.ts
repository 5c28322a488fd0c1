import { requireSetting } from "./checkInputs.ts";

/**
 * Writes a number with `digits` decimals as Python's `format(x, ".2f")` does: ties go to the even digit, and
 * what is not finite reads "nan", "inf" or "-inf".
 *
 * `Number.toFixed` sends ties up, so 0.125 would read 0.13 where Python reads 0.12.
 *
 * @throws LeukogramError ERR_USAGE if `digits` is no whole number in [0, 100].
 */
export function formatFixed(value: number, digits: number): string {
  requireSetting("formatFixed", ["digits", digits], { least: 0, most: 100, whole: true });
  if (Number.isNaN(value)) return "nan";
  if (!Number.isFinite(value)) return value > 0 ? "inf" : "-inf";
  const text = value.toFixed(digits);
  // A decimal tie is an odd multiple of 2^-(digits + 1), and that product is exact.
  const doubled = Math.abs(value) * 2 ** (digits + 1);
  if (!Number.isSafeInteger(doubled) || doubled % 2 === 0) return text;
  const below = (BigInt(doubled) * 5n ** BigInt(digits) - 1n) / 2n;
  const even = below % 2n === 0n ? below : below + 1n;
  const figures = even.toString().padStart(digits + 1, "0");
  const whole = figures.slice(0, figures.length - digits);
  const sign = value < 0 ? "-" : "";
  return digits === 0 ? `${sign}${whole}` : `${sign}${whole}.${figures.slice(-digits)}`;
}
