import type { Robustness, RobustnessRow } from "../evaluation/robustness.ts";
import { cropSentences } from "../evaluation/scaleWords.ts";
import { count, percent, percentEstimate, plural, pointsEstimate } from "./format.ts";
import { markup } from "./markup.ts";
import { type Column, page, plot, table, warningList } from "./page.ts";
import { robustnessPlot } from "./plots/robustnessPlot.ts";

/** What a {@link robustnessReport} is made of. */
export interface RobustnessReportInput {
  /** The model, as it was named. */
  readonly model: string;
  readonly dataName: string;
  readonly robustness: Robustness;
  readonly version: string;
}

/** How a model bears what a microscope does to pictures, as a self-contained HTML document. */
export function robustnessReport({ model, dataName, robustness, version }: RobustnessReportInput): string {
  const { balancedAccuracy, corrupted, rows } = robustness;
  const columns: Column<RobustnessRow>[] = [
    { heading: "Spoilt by", cell: ({ title, unit }) => markup`${title}<span class="limits">${unit}</span>` },
    ...[0, 1, 2, 3, 4].map((i) => ({
      heading: String(i + 1),
      cell: ({ points }: RobustnessRow) =>
        markup`${percent(points[i]!.balancedAccuracy.value)}<span class="limits">at ${points[i]!.strength}</span>`,
      number: true,
    })),
    {
      heading: "Change at the strongest",
      cell: ({ points }) => pointsEstimate(points.at(-1)!.change),
      number: true,
    },
  ];
  return page({
    title: `${model} on spoilt pictures`,
    kind: "Robustness",
    facts: [`Data: ${dataName}`, plural(robustness.count, "image")],
    lead: [
      markup`<p class="lead">Balanced accuracy is ${percentEstimate(balancedAccuracy)} on unchanged images, and ${percentEstimate(corrupted)} in the mean over ${count(rows.length)} ways of spoiling them at five strengths.</p>`,
      warningList(cropSentences(robustness.crops)),
    ],
    sections: [
      {
        id: "figure",
        heading: "By strength",
        body: [
          plot(robustnessPlot(robustness)),
          markup`<p class="minor">Balanced accuracy with 95 % limits (MOVER); the dashed line is that on unchanged images. Strengths stand below, in the units of the table.</p>`,
        ],
      },
      { id: "table", heading: "In numbers", body: markup`<div class="panel">${table(rows, columns)}</div>` },
      {
        id: "method",
        heading: "How this was found",
        body: markup`<p>Each image was spoilt by one thing at a time, at the size that the model takes. A direction, such as that of a shift, is drawn by chance; the strength is not. What a model bears here it has not yet seen in a laboratory: see <code>leukogram generalise</code>.</p>`,
      },
    ],
    version,
  });
}
