import { type Estimate, negated } from "@leukogram/engine/core/estimate";
import { mcnemarExact } from "../metrics/mcnemar.ts";
import type { PairComparison } from "./types.ts";

const LEVEL = 0.05;

/** What a verdict needs to know of the whole comparison. */
export interface VerdictContext {
  /** Number of pairs that are compared together. */
  readonly pairs: number;
  /** p of the sign test over whole groups; undefined if every image is its own. */
  readonly groupP: number | undefined;
}

/**
 * Says in words what a comparison shows, and no more.
 *
 * A difference is claimed only where p after Holm's correction is below 0.05, the 95 % limits leave 0 out, and, for
 * images in groups, the sign test over groups bears it out as well.
 */
export function verdictOf(comparison: Omit<PairComparison, "verdict">, { pairs, groupP }: VerdictContext): string {
  const { first, second, table, adjustedP, accuracyDifference } = comparison;
  const { both, firstOnly, secondOnly, neither } = table;
  const count = both + firstOnly + secondOnly + neither;
  const where = count === 1 ? "this image" : `these ${count} images`;
  const firstLeads = accuracyDifference.value >= 0;
  const lead = firstLeads ? accuracyDifference : negated(accuracyDifference);
  const figures = `${points(lead)} points (95 % ${limits(lead)}, ${pText(comparison, pairs)})`;
  const caveat = `${groupCaveat(groupP)}This does not apply to other seeds or laboratories.`;
  const groupsAgree = groupP === undefined || groupP < LEVEL / pairs;
  if (adjustedP < LEVEL && lead.low > 0 && groupsAgree) {
    const [better, worse] = firstLeads ? [first, second] : [second, first];
    return `${better} is more accurate than ${worse} on ${where}: ${figures}. ${caveat}`;
  }
  const plain = `${points(accuracyDifference)} points (95 % ${limits(accuracyDifference)}, ${pText(comparison, pairs)})`;
  const unseen = (100 * smallestVisible(comparison, { pairs, count })).toFixed(1);
  const subject = `${where[0]!.toUpperCase()}${where.slice(1)} ${count === 1 ? "does" : "do"}`;
  // Where test and limits disagree, neither side is claimed.
  const shown = adjustedP < LEVEL || accuracyDifference.low > 0 || accuracyDifference.high < 0;
  const verb = shown ? "not settle whether there is a difference" : "not show a difference";
  return (
    `${subject} ${verb} between ${first} and ${second}: ${plain}; ` +
    `differences below about ${unseen} percentage points could not be detected. ${caveat}`
  );
}

/**
 * The smallest difference in accuracy that could have been claimed, with as many discordant images as there were and
 * limits as wide as they are; with too few of either, with as many as the test needs at least.
 */
function smallestVisible(
  { table, accuracyDifference }: Pick<PairComparison, "table" | "accuracyDifference">,
  { pairs, count }: { readonly pairs: number; readonly count: number },
): number {
  // Holm asks this much of the best pair; the others only matter once it has passed.
  const level = LEVEL / pairs;
  let discordant = table.firstOnly + table.secondOnly;
  while (mcnemarExact({ firstOnly: discordant, secondOnly: 0 }) >= level) discordant++;
  let fewer = 0;
  while (mcnemarExact({ firstOnly: discordant - fewer - 1, secondOnly: fewer + 1 }) < level) fewer++;
  const byTest = (discordant - 2 * fewer) / count;
  return Math.min(1, Math.max(byTest, (accuracyDifference.high - accuracyDifference.low) / 2));
}

function limits({ low, high }: Estimate): string {
  return `${unsigned(low)} to ${unsigned(high)}`;
}

function points(estimate: Estimate): string {
  const text = unsigned(estimate.value);
  return estimate.value > 0 ? `+${text}` : text;
}

function unsigned(share: number): string {
  const text = (100 * share).toFixed(1);
  return text === "-0.0" ? "0.0" : text;
}

function pText({ mcnemarP, adjustedP }: Pick<PairComparison, "mcnemarP" | "adjustedP">, pairs: number): string {
  const own = `McNemar ${pValue(mcnemarP)}`;
  return pairs === 1 ? own : `${own}, ${pValue(adjustedP)} after Holm's correction over ${pairs} pairs`;
}

function groupCaveat(groupP: number | undefined): string {
  if (groupP === undefined) return "";
  return `McNemar's test treats images of one group as independent; a sign test over groups gives ${pValue(groupP)}. `;
}

function pValue(p: number): string {
  if (p < 0.001) return "p < 0.001";
  // A third figure where two would round onto the level itself.
  return `p = ${Number(p.toPrecision(Math.abs(p - LEVEL) < 0.001 ? 3 : 2))}`;
}
