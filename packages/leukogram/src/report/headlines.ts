// Headline figures in words.
import { HEADLINES, type Headline, type Headlines, headlineWords } from "../evaluation/figures.ts";
import { capital, decimalEstimate, percentEstimate } from "./text/format.ts";

/** A headline figure with its limits, in percent if it is a share. */
export function headlineText(name: Headline, figures: Headlines): string {
  return (headlineWords(name).isShare ? percentEstimate : decimalEstimate)(figures[name]);
}

/** What a headline figure is called, as at the beginning of a line. */
export function headlineTitle(name: Headline): string {
  return capital(headlineWords(name).title);
}

/** Headline figures that stand as cards at the head of a report. */
export const CARDS: readonly Headline[] = ["accuracy", "balancedAccuracy", "macroF1", "macroRocAuc"];

/** The other headline figures in one line. */
export function minorFigures(figures: Headlines): string {
  // Losses last: less is better.
  const others = HEADLINES.filter((name) => !CARDS.includes(name) && name !== "logLoss");
  const names: readonly Headline[] = [...others, "logLoss"];
  return names.map((name) => `${headlineWords(name).title} ${headlineText(name, figures)}`).join("; ");
}
