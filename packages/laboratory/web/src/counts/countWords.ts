import type { CountedClass, Differential, Estimate } from "../api/types.ts";
import { decimal, labelName, plain, t } from "../language/words.ts";
import { formatShare } from "../ui/format.ts";

/** How many cells were counted, and how many were not. */
export const summaryWords = ({
  cells,
  unidentified,
  artefacts,
  smudges,
  notLeukocytes,
  waiting,
}: Differential): string => t("counts.summary", { cells, unidentified, artefacts, smudges, notLeukocytes, waiting });

/** Nucleated red cells for 100 leukocytes, and the corrected white cells. */
export function erythroblastWords(found: NonNullable<Differential["erythroblasts"]>): string {
  const { count, per100, correctedLeukocytes: white, isCorrected } = found;
  const shown = (value: number, digits: number) => Number(value.toFixed(digits));
  const red = t("counts.erythroblasts", {
    ...{ count, per100: shown(per100.value, 1), low: shown(per100.low, 1), high: shown(per100.high, 1) },
  });
  if (white === null) return red;
  const corrected = t("counts.correctedLeukocytes", {
    ...{ value: shown(white.value, 2), low: shown(white.low, 2), high: shown(white.high, 2) },
    use: isCorrected ? "corrected" : "given",
  });
  return `${red} ${corrected}`;
}

/** A mark of the chart's axis. */
export const tickWords = (percent: number): string => (percent === 100 ? "100 %" : String(percent));

/** A reference range. */
export const usualWords = ([low, high]: readonly [number, number]): string => `${plain(low)}–${plain(high)}`;

/** Cells of a class a volume, with limits. */
export const absoluteWords = ({ value, low, high }: Estimate): string =>
  `${decimal(value, 2)} (${decimal(low, 2)}–${decimal(high, 2)})`;

/** What the chart shows. */
export function chartWords(classes: readonly Pick<CountedClass, "class" | "share" | "range">[]): string {
  const words = classes.map(({ class: name, share, range }) =>
    t("counts.chartClass", {
      ...{ class: labelName(name), share: formatShare(share.value) },
      ...{ low: formatShare(share.low), high: formatShare(share.high), hasRange: range === null ? "no" : "yes" },
      ...{ from: plain(range?.[0] ?? 0), to: plain(range?.[1] ?? 0) },
    }),
  );
  return t("counts.chartOf", { classes: words.join("; ") });
}
