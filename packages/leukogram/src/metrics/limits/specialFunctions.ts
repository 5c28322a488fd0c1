import { requireSetting } from "../checkInputs.ts";

// Good to about 1e-13 of the value for the sizes that test sets have; 1e-9 is what the golden tests ask for.
const TINY = 1e-300;
const MAX_TERMS = 100_000;

// Lanczos's coefficients for g = 7, n = 9 (Godfrey 2001).
const LANCZOS = [
  0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
  12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
] as const;

const POSITIVE = { above: 0 } as const;

/**
 * The natural logarithm of the gamma function, for x > 0. Source: Lanczos 1964, Godfrey 2001.
 *
 * @throws LeukogramError ERR_USAGE if x is not above 0.
 */
export function logGamma(x: number): number {
  requireSetting("logGamma", ["x", x], POSITIVE);
  if (x < 0.5) return Math.log(Math.PI / Math.sin(Math.PI * x)) - logGamma(1 - x);
  const z = x - 1;
  const t = z + 7.5;
  const series = LANCZOS.reduce((sum, coefficient, i) => (i === 0 ? coefficient : sum + coefficient / (z + i)), 0);
  return 0.5 * Math.log(2 * Math.PI) + (z + 0.5) * Math.log(t) - t + Math.log(series);
}

/**
 * The regularised incomplete beta function I_x(a, b) for a, b > 0: the chance that a beta(a, b) variable is below x.
 *
 * Source: continued fraction by Lentz's method, Press et al., Numerical Recipes 6.4; SciPy `betainc`.
 *
 * @throws LeukogramError ERR_USAGE if x is not finite, or a or b not above 0.
 */
export function incompleteBeta(x: number, parameters: { readonly a: number; readonly b: number }): number {
  requireSetting("incompleteBeta", ["x", x]);
  requireParameters("incompleteBeta", parameters);
  return prepared(parameters)(x);
}

/**
 * {@link incompleteBeta} for many x and the same a and b, whose gamma functions are taken once. These x are not checked,
 * as a quantile asks for dozens of them.
 *
 * @throws LeukogramError ERR_USAGE if a or b is not above 0.
 */
export function prepareIncompleteBeta(parameters: { readonly a: number; readonly b: number }): (x: number) => number {
  requireParameters("prepareIncompleteBeta", parameters);
  return prepared(parameters);
}

function requireParameters(where: string, { a, b }: { readonly a: number; readonly b: number }): void {
  requireSetting(where, ["a", a], POSITIVE);
  requireSetting(where, ["b", b], POSITIVE);
}

function prepared({ a, b }: { readonly a: number; readonly b: number }): (x: number) => number {
  const scale = logGamma(a + b) - logGamma(a) - logGamma(b);
  return (x) => {
    if (x <= 0) return 0;
    if (x >= 1) return 1;
    const front = Math.exp(scale + a * Math.log(x) + b * Math.log1p(-x));
    // The fraction converges fast only on this side of the mean.
    if (x < (a + 1) / (a + b + 2)) return (front * betaFraction(x, a, b)) / a;
    return 1 - (front * betaFraction(1 - x, b, a)) / b;
  };
}

function betaFraction(x: number, a: number, b: number): number {
  let c = 1;
  let d = 1 / awayFromZero(1 - ((a + b) * x) / (a + 1));
  let fraction = d;
  for (let m = 1; m < MAX_TERMS; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / awayFromZero(1 + even * d);
    c = awayFromZero(1 + even / c);
    fraction *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / awayFromZero(1 + odd * d);
    c = awayFromZero(1 + odd / c);
    fraction *= d * c;
    if (Math.abs(d * c - 1) < Number.EPSILON) break;
  }
  return fraction;
}

/**
 * The upper regularised incomplete gamma function Q(a, x) for a > 0, x >= 0.
 *
 * Source: series and continued fraction, Press et al., Numerical Recipes 6.2; SciPy `gammaincc`.
 *
 * @throws LeukogramError ERR_USAGE if a is not above 0 or x is not finite.
 */
export function upperIncompleteGamma(a: number, x: number): number {
  requireSetting("upperIncompleteGamma", ["a", a], POSITIVE);
  requireSetting("upperIncompleteGamma", ["x", x]);
  if (x <= 0) return 1;
  const front = Math.exp(a * Math.log(x) - x - logGamma(a));
  return x < a + 1 ? 1 - front * gammaSeries(a, x) : front * gammaFraction(a, x);
}

function gammaSeries(a: number, x: number): number {
  let term = 1 / a;
  let sum = term;
  for (let n = 1; n < MAX_TERMS && Math.abs(term) > Math.abs(sum) * 1e-17; n++) {
    term *= x / (a + n);
    sum += term;
  }
  return sum;
}

function gammaFraction(a: number, x: number): number {
  let b = x + 1 - a;
  let c = 1 / TINY;
  let d = 1 / b;
  let fraction = d;
  for (let n = 1; n < MAX_TERMS; n++) {
    const numerator = -n * (n - a);
    b += 2;
    d = 1 / awayFromZero(numerator * d + b);
    c = awayFromZero(b + numerator / c);
    fraction *= d * c;
    if (Math.abs(d * c - 1) < Number.EPSILON) break;
  }
  return fraction;
}

function awayFromZero(value: number): number {
  return Math.abs(value) < TINY ? TINY : value;
}
