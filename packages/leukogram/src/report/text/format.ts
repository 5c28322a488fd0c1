// Numbers as people read them. What is not known, or not a number, is always "n/a".
import type { Estimate } from "@leukogram/engine/core/estimate";

/** What stands where a figure is not known. */
export const NOT_KNOWN = "n/a";

/** True if a figure can be drawn. */
export function isKnown(value: number | undefined): value is number {
  return value !== undefined && Number.isFinite(value);
}

/** A share in [0, 1] as `97.2 %`. */
export function percent(share: number | undefined, digits = 1): string {
  return isKnown(share) ? `${fixed(share * 100, digits)} %` : NOT_KNOWN;
}

/** A share with its limits as `97.2 % (95.9 to 98.4)`. */
export function percentEstimate(estimate: Estimate | undefined): string {
  if (!isKnown(estimate?.value)) return NOT_KNOWN;
  return [percent(estimate.value), percentLimits(estimate)].filter(Boolean).join(" ");
}

/** The limits of a share as `(95.9 to 98.4)`, in percent; empty if they are not known. */
export function percentLimits(estimate: Estimate | undefined): string {
  if (!isKnown(estimate?.low) || !isKnown(estimate.high)) return "";
  return `(${fixed(estimate.low * 100, 1)} to ${fixed(estimate.high * 100, 1)})`;
}

/** A number with a fixed count of digits, as `0.987`. */
export function decimal(value: number | undefined, digits = 3): string {
  return isKnown(value) ? fixed(value, digits) : NOT_KNOWN;
}

/** A figure that is no share, with its limits, as `0.987 (0.981 to 0.992)`. */
export function decimalEstimate(estimate: Estimate | undefined, digits = 3): string {
  if (!isKnown(estimate?.value)) return NOT_KNOWN;
  return [decimal(estimate.value, digits), decimalLimits(estimate, digits)].filter(Boolean).join(" ");
}

/** The limits of a figure that is no share as `(0.981 to 0.992)`; empty if they are not known. */
export function decimalLimits(estimate: Estimate | undefined, digits = 3): string {
  if (!isKnown(estimate?.low) || !isKnown(estimate.high)) return "";
  return `(${fixed(estimate.low, digits)} to ${fixed(estimate.high, digits)})`;
}

/** A difference of shares as `+1.8 points`. */
export function points(difference: number | undefined): string {
  if (!isKnown(difference)) return NOT_KNOWN;
  return `${plus(difference * 100)}${fixed(difference * 100, 1)} points`;
}

/** A difference of shares with its limits as `+1.8 points (0.4 to 3.1)`. */
export function pointsEstimate(estimate: Estimate | undefined): string {
  return [points(estimate?.value), percentLimits(estimate)].filter(Boolean).join(" ");
}

/** A whole number as `12,444`. */
export function count(value: number | undefined): string {
  return isKnown(value)
    ? Math.round(value)
        .toString()
        .replace(/\B(?=(\d{3})+$)/g, ",")
    : NOT_KNOWN;
}

/** A file's size as `2.3 MB` (10^6 bytes). */
export function bytes(value: number | undefined): string {
  if (!isKnown(value)) return NOT_KNOWN;
  if (value >= 1e9) return `${(value / 1e9).toFixed(1)} GB`;
  if (value >= 1e6) return `${(value / 1e6).toFixed(1)} MB`;
  return value >= 1e3 ? `${(value / 1e3).toFixed(1)} kB` : `${value} bytes`;
}

/** Seconds as `42 s`, `12 min 30 s` or `2 h 5 min`. */
export function duration(seconds: number | undefined): string {
  if (!isKnown(seconds)) return NOT_KNOWN;
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  const minutes = Math.round(whole / 60);
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** A time on the clock and of processor time as `12 min 30 s (CPU 21 min 4 s)`; the clock's alone if the other is not known. */
export function withCpu(wall: number | undefined, cpu: number | undefined, unit = duration): string {
  return isKnown(cpu) ? `${unit(wall)} (CPU ${unit(cpu)})` : unit(wall);
}

/** Milliseconds as `3.4 ms`. */
export function milliseconds(value: number | undefined): string {
  return isKnown(value) ? `${value.toFixed(value < 10 ? 2 : 1)} ms` : NOT_KNOWN;
}

/** A p value as `p = 0.031` or `p < 0.001`. */
export function pValue(p: number | undefined): string {
  if (!isKnown(p)) return `p ${NOT_KNOWN}`;
  return p < 0.001 ? "p < 0.001" : `p = ${p.toFixed(3)}`;
}

/** A learning rate as `0.001` or `5e-4`. */
export function rate(value: number): string {
  return value >= 0.001 ? String(Number(value.toPrecision(2))) : String(value.toExponential(1)).replace(".0e", "e");
}

/** A count and its noun, as `1 image` or `12 images`. */
export function plural(value: number, singular: string, many = `${singular}s`): string {
  return `${count(value)} ${value === 1 ? singular : many}`;
}

// The true minus sign is as wide as a digit; a rounded -0.0 is no minus at all.
function fixed(value: number, digits: number): string {
  const text = Math.abs(value).toFixed(digits);
  return value < 0 && Number(text) !== 0 ? `\u2212${text}` : text;
}

function plus(value: number): string {
  return value > 0 && Number(value.toFixed(1)) !== 0 ? "+" : "";
}

/** Words that begin with a capital. */
export function capital(words: string): string {
  return `${words[0]!.toUpperCase()}${words.slice(1)}`;
}
