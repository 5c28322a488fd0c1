import { LeukogramError } from "@leukogram/engine/core/errors";
import { requireConfidence, requireCounts } from "../checkInputs.ts";
import { betaQuantile, normalQuantile } from "./distributions.ts";
import { prepareIncompleteBeta } from "./specialFunctions.ts";

/** Lower and upper limit of a share, in [0, 1]. */
export interface Limits {
  readonly low: number;
  readonly high: number;
}

/**
 * Exact limits of a share: they hold it at least as often as `confidence` says, whatever it is.
 *
 * Source: Clopper and Pearson 1934; statsmodels `proportion_confint(method="beta")`.
 *
 * @param count successes, 0 to `of`.
 * @param of trials; with 0 trials the limits are 0 and 1.
 * @throws LeukogramError ERR_DATA if the counts are no whole numbers with 0 <= count <= of.
 */
export function clopperPearson(count: number, of: number, { confidence = 0.95 } = {}): Limits {
  requireCounts("clopperPearson", count, of);
  return exactLimits(count, of, requireConfidence("clopperPearson", confidence));
}

/**
 * {@link clopperPearson} of counts that need not be whole, as an effective number of images is not.
 *
 * @throws LeukogramError ERR_DATA if not 0 <= count <= of, ERR_USAGE if `confidence` is not in (0, 1).
 */
export function clopperPearsonOf(count: number, of: number, { confidence = 0.95 } = {}): Limits {
  requireParts("clopperPearsonOf", count, of);
  return exactLimits(count, of, requireConfidence("clopperPearsonOf", confidence));
}

function exactLimits(count: number, of: number, confidence: number): Limits {
  const tail = (1 - confidence) / 2;
  return {
    low: count === 0 ? 0 : betaQuantile(tail, { a: count, b: of - count + 1 }),
    high: count >= of ? 1 : 1 - betaQuantile(tail, { a: of - count, b: count + 1 }),
  };
}

/**
 * Score limits of a share: narrower than the exact ones, right on average.
 *
 * Source: Wilson 1927; statsmodels `proportion_confint(method="wilson")`.
 *
 * @param count successes, 0 to `of`.
 * @param of trials; with 0 trials the limits are 0 and 1.
 * @throws LeukogramError ERR_DATA if the counts are no whole numbers with 0 <= count <= of.
 */
export function wilson(count: number, of: number, { confidence = 0.95 } = {}): Limits {
  requireCounts("wilson", count, of);
  const z = normalQuantile(1 - (1 - requireConfidence("wilson", confidence)) / 2);
  if (of === 0) return { low: 0, high: 1 };
  const share = count / of;
  const centre = share + z ** 2 / (2 * of);
  const spread = z * Math.sqrt((share * (1 - share)) / of + z ** 2 / (4 * of ** 2));
  const scale = 1 + z ** 2 / of;
  return {
    low: count === 0 ? 0 : (centre - spread) / scale,
    high: count === of ? 1 : (centre + spread) / scale,
  };
}

/** Halvings until a limit is known to the last digit. */
const HALVINGS = 60;

/**
 * Mid-P limits of a share: Clopper and Pearson's, but of what was seen itself only half counts as so extreme. They are
 * never wider than the exact ones, and hold a share about as often as `confidence` says (docs/measurements/evaluation.md).
 *
 * Source: Lancaster 1961; Agresti and Gottard 2007, "Nonconservative exact small-sample inference for discrete data".
 *
 * @param count successes, 0 to `of`; neither needs to be whole, as an effective number of trials is not.
 * @param of trials; with 0 trials the limits are 0 and 1.
 * @throws LeukogramError ERR_DATA if not 0 <= count <= of.
 */
export function midP(count: number, of: number, { confidence = 0.95 } = {}): Limits {
  requireParts("midP", count, of);
  const tail = (1 - requireConfidence("midP", confidence)) / 2;
  if (of === 0) return { low: 0, high: 1 };
  return { low: lowMidP(count, of, tail), high: 1 - lowMidP(Math.max(0, of - count), of, tail) };
}

// The share under which so many successes or more have half the chance of `count`, and all of more, of `tail`.
function lowMidP(count: number, of: number, tail: number): number {
  if (count === 0) return 0;
  // The chance of at least k successes.
  const atLeast = (k: number) => (k > of ? () => 0 : prepareIncompleteBeta({ a: k, b: of - k + 1 }));
  const [asMany, more] = [atLeast(count), atLeast(count + 1)];
  let [low, high] = [0, 1];
  for (let i = 0; i < HALVINGS; i++) {
    const p = (low + high) / 2;
    if ((asMany(p) + more(p)) / 2 < tail) low = p;
    else high = p;
  }
  return (low + high) / 2;
}

function requireParts(where: string, count: number, of: number): void {
  // Products of shares and numbers of images may miss by rounding.
  if (count >= 0 && count <= of * (1 + 1e-9) && Number.isFinite(of)) return;
  throw new LeukogramError("ERR_DATA", `${where}: expected 0 <= count <= of, received ${count} of ${of}`);
}
