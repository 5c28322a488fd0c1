import { requireSetting } from "../checkInputs.ts";
import { incompleteBeta, prepareIncompleteBeta, upperIncompleteGamma } from "./specialFunctions.ts";

const CHANCE = { least: 0, most: 1 } as const;
const OPEN_CHANCE = { above: 0, below: 1 } as const;
const POSITIVE = { above: 0 } as const;

/**
 * The chance that a standard normal variable exceeds `z`. Source: SciPy `norm.sf`.
 *
 * @throws LeukogramError ERR_USAGE if `z` is not finite.
 */
export function normalSurvival(z: number): number {
  requireSetting("normalSurvival", ["z", z]);
  return normalTail(z);
}

function normalTail(z: number): number {
  const tail = upperIncompleteGamma(0.5, (z * z) / 2) / 2;
  return z > 0 ? tail : 1 - tail;
}

/**
 * The chance that a chi-squared variable with one degree of freedom exceeds `x`. Source: SciPy `chi2.sf`.
 *
 * @throws LeukogramError ERR_USAGE if `x` is not finite.
 */
export function chiSquaredSurvival(x: number): number {
  requireSetting("chiSquaredSurvival", ["x", x]);
  return upperIncompleteGamma(0.5, x / 2);
}

/**
 * The value that a standard normal variable stays below with chance `p` in (0, 1). Source: SciPy `norm.ppf`.
 *
 * @throws LeukogramError ERR_USAGE if `p` is not in (0, 1).
 */
export function normalQuantile(p: number): number {
  requireSetting("normalQuantile", ["p", p], OPEN_CHANCE);
  if (p > 0.5) return -normalQuantile(1 - p);
  // Survival of -z, not 1 - survival of z, keeps the small tail exact.
  return bisect((z) => normalTail(-z), { target: p, low: -40, high: 0 });
}

/**
 * The value that a beta(a, b) variable stays below with chance `p`. Source: SciPy `beta.ppf`.
 *
 * @throws LeukogramError ERR_USAGE if `p` is not in [0, 1], or a or b not above 0.
 */
export function betaQuantile(p: number, parameters: { readonly a: number; readonly b: number }): number {
  requireSetting("betaQuantile", ["p", p], CHANCE);
  for (const name of ["a", "b"] as const) requireSetting("betaQuantile", [name, parameters[name]], POSITIVE);
  return bisect(prepareIncompleteBeta(parameters), { target: p, low: 0, high: 1 });
}

/**
 * The value that Student's t stays below with chance `p` in (0, 1), for any `degreesOfFreedom` > 0.
 *
 * Source: Abramowitz and Stegun 26.5.27, P(|T| > t) = I_x(df / 2, 1 / 2) with x = df / (df + t^2); SciPy `t.ppf`.
 *
 * @throws LeukogramError ERR_USAGE if `p` is not in (0, 1) or `degreesOfFreedom` not above 0.
 */
export function studentQuantile(p: number, degreesOfFreedom: number): number {
  requireSetting("studentQuantile", ["p", p], OPEN_CHANCE);
  requireSetting("studentQuantile", ["degreesOfFreedom", degreesOfFreedom], POSITIVE);
  if (p > 0.5) return -studentQuantile(1 - p, degreesOfFreedom);
  if (p === 0.5) return 0;
  const x = betaQuantile(2 * p, { a: degreesOfFreedom / 2, b: 0.5 });
  return -Math.sqrt((degreesOfFreedom * (1 - x)) / x);
}

/**
 * The chance that Student's t exceeds `t`, which may be infinite, for any `degreesOfFreedom` > 0. Source: SciPy `t.sf`.
 *
 * @throws LeukogramError ERR_USAGE if `t` is NaN or `degreesOfFreedom` is not above 0.
 */
export function studentSurvival(t: number, degreesOfFreedom: number): number {
  requireSetting("studentSurvival", ["degreesOfFreedom", degreesOfFreedom], POSITIVE);
  if (t === Number.POSITIVE_INFINITY) return 0;
  if (t === Number.NEGATIVE_INFINITY) return 1;
  requireSetting("studentSurvival", ["t", t]);
  if (t < 0) return 1 - studentSurvival(-t, degreesOfFreedom);
  return incompleteBeta(degreesOfFreedom / (degreesOfFreedom + t * t), { a: degreesOfFreedom / 2, b: 0.5 }) / 2;
}

/**
 * The chance of at most `successes` of `trials` with chance `p` each. Source: SciPy `binom.cdf`.
 *
 * @throws LeukogramError ERR_USAGE if `successes` or `trials` is below 0 or not whole, or `p` not in [0, 1].
 */
export function binomialCdf(successes: number, { trials, p }: { readonly trials: number; readonly p: number }): number {
  requireSetting("binomialCdf", ["successes", successes], { least: 0, whole: true });
  requireSetting("binomialCdf", ["trials", trials], { least: 0, whole: true });
  requireSetting("binomialCdf", ["p", p], CHANCE);
  if (successes >= trials) return 1;
  return incompleteBeta(1 - p, { a: trials - successes, b: successes + 1 });
}

interface Bracket {
  readonly target: number;
  readonly low: number;
  readonly high: number;
}

// Halving goes on until no number lies between: slow beside Newton's method, and cannot fail.
function bisect(rising: (x: number) => number, { target, low, high }: Bracket): number {
  let below = low;
  let above = high;
  for (;;) {
    const middle = (below + above) / 2;
    if (middle <= below || middle >= above) return middle;
    if (rising(middle) < target) below = middle;
    else above = middle;
  }
}
