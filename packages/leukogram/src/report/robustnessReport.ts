import { cropSentences } from "../evaluation/crops/scaleWords.ts";
import type { Robustness, RobustnessRow } from "../evaluation/robustness.ts";
import { robustnessPlot } from "./plots/robustnessPlot.ts";
import { count, percent, percentEstimate, plural, pointsEstimate } from "./text/format.ts";
import { markup } from "./text/markup.ts";
import { type Column, page, plot, table, warningList } from "./text/page.ts";

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
    { heading: "Corruption", cell: ({ title, unit }) => markup`${title}<span class="limits">${unit}</span>` },
    ...[0, 1, 2, 3, 4].map((i) => ({
      heading: String(i + 1),
      cell: ({ points }: RobustnessRow) =>
        markup`${percent(points[i]!.balancedAccuracy.value)}<span class="limits">at ${points[i]!.strength}</span>`,
      number: true,
    })),
    {
      heading: "Change at the highest strength",
      cell: ({ points }) => pointsEstimate(points.at(-1)!.change),
      number: true,
    },
  ];
  return page({
    title: `${model} on corrupted images`,
    kind: "Robustness",
    facts: [`Data: ${dataName}`, plural(robustness.count, "image")],
    lead: [
      markup`<p class="lead">Balanced accuracy is ${percentEstimate(balancedAccuracy)} on unchanged images, and ${percentEstimate(corrupted)} on average over ${count(rows.length)} corruptions at five strengths.</p>`,
      warningList(cropSentences(robustness.crops)),
    ],
    sections: [
      {
        id: "figure",
        heading: "By strength",
        body: [
          plot(robustnessPlot(robustness)),
          markup`<p class="minor">Balanced accuracy with 95 % intervals (MOVER); the dashed line is for unchanged images. Strengths are given below, in the units of the table.</p>`,
        ],
      },
      { id: "table", heading: "In numbers", body: markup`<div class="panel">${table(rows, columns)}</div>` },
      {
        id: "method",
        heading: "Methods",
        body: markup`<p>Each image was corrupted in one way at a time, at the model\u2019s input size. Directions, such as that of a shift, are random; strengths are fixed. This test does not replace images from another laboratory: see <code>leukogram generalise</code>.</p>`,
      },
    ],
    version,
  });
}
