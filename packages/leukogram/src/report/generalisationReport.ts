import { negated } from "@leukogram/engine/core/estimate";
import type { AwayFigures, CorrectionFigures, Generalisation, SetFigures } from "../adaptation/generalise.ts";
import { familiarityWarning } from "../evaluation/familiarity.ts";
import { differencePlot } from "./plots/differencePlot.ts";
import { fallPlot } from "./plots/fallPlot.ts";
import { decimalCell, percentCell } from "./sections.ts";
import { capital, count, percent, plural, pointsEstimate } from "./text/format.ts";
import { type Content, type Markup, markup } from "./text/markup.ts";
import { type Column, page, plot, type Section, table, warningList } from "./text/page.ts";

/** What a {@link generalisationReport} is made of. */
export interface GeneralisationReportInput {
  readonly models: readonly Generalisation[];
  readonly version: string;
}

/** How models bear the change of laboratory, as a self-contained HTML document. */
export function generalisationReport({ models, version }: GeneralisationReportInput): string {
  const [first] = models;
  const home = first!.home.name;
  const sets = first!.away.map(({ name }) => name);
  return page({
    title: `From ${home} to ${sets.join(", ")}`,
    kind: "Change of laboratory",
    facts: [plural(models.length, "model"), `Home: ${home}`, `Elsewhere: ${sets.join(", ")}`],
    lead: [
      markup`<p class="lead">${models.map(summary)}</p>\n`,
      warningList([...new Set(models.flatMap(({ notes }) => notes))]),
    ],
    sections: [
      { id: "sets", heading: "By laboratory", body: markup`<div class="panel">${setTable(models)}</div>` },
      ...models.flatMap((model, m) => model.away.map((away, s) => awaySection(model, away, `m${m + 1}-s${s + 1}`))),
      { id: "method", heading: "Methods", body: METHOD },
    ],
    version,
  });
}

function summary({ model, home, away }: Generalisation): Content {
  const falls = away.map(
    ({ name, balancedAccuracy, fall }) =>
      `${percent(balancedAccuracy.value)} in ${name} (${pointsEstimate(negated(fall.balancedAccuracy))})`,
  );
  return `${model}: balanced accuracy ${percent(home.balancedAccuracy.value)} in the home laboratory, ${falls.join(", ")}. `;
}

interface SetRow {
  readonly model: string;
  readonly set: SetFigures;
  readonly away: AwayFigures | undefined;
}

function setTable(models: readonly Generalisation[]): Markup {
  const rows: SetRow[] = models.flatMap(({ model, home, away }) => [
    { model, set: home, away: undefined },
    ...away.map((set) => ({ model, set, away: set })),
  ]);
  const columns: Column<SetRow>[] = [
    { heading: "Model", cell: ({ model }) => model },
    { heading: "Laboratory", cell: ({ set, away }) => (away ? set.name : `${set.name} (home)`) },
    { heading: "Images", cell: ({ set }) => count(set.evaluation.count), number: true },
    { heading: "Accuracy", cell: ({ set }) => percentCell(set.evaluation.accuracy), number: true },
    { heading: "Balanced", cell: ({ set }) => percentCell(set.balancedAccuracy), number: true },
    { heading: "Calibration error", cell: ({ set }) => calibration(set), number: true },
    {
      heading: "Unfamiliar",
      cell: ({ set }) => (set.familiarity ? percent(set.familiarity.unfamiliar.value) : "unknown"),
      number: true,
    },
    {
      heading: "AUROC, distinguished from home",
      cell: ({ away }) => (away?.toldApart ? decimalCell(away.toldApart) : ""),
      number: true,
    },
  ];
  return table(rows, columns);
}

function calibration({ confidence: { calibrationError, calibratedRange }, calibratedError }: SetFigures): Content {
  const limits = (text: string) => markup`<span class="limits">${text}</span>`;
  return [
    percent(calibrationError),
    limits(`expected: ${percent(calibratedRange.low)} to ${percent(calibratedRange.high)}`),
    calibratedError !== undefined && limits(`temperature: ${percent(calibratedError)}`),
  ];
}

function awaySection({ model, home }: Generalisation, away: AwayFigures, id: string): Section {
  const warning = familiarityWarning(away.familiarity);
  const rows = [
    { name: "Balanced accuracy", home: home.balancedAccuracy, away: away.balancedAccuracy },
    ...away.classes.map((own) => ({ name: own.class, home: own.homeRecall, away: own.recall })),
  ];
  return {
    id,
    heading: `${model} in ${away.name}`,
    body: [
      warning !== undefined && markup`<p><b>${warning}</b></p>\n`,
      plot(
        fallPlot(rows, { title: `Recall by class, ${home.name} and ${away.name}`, places: [home.name, away.name] }),
        mistakes(away) ?? "No mistakes.",
      ),
      away.corrections.length > 0 && corrections(away.corrections),
    ],
  };
}

/** What each class is most often taken for, in one sentence; undefined if no mistake was made. */
export function mistakes({ classes }: Pick<AwayFigures, "classes">): string | undefined {
  const told = classes.flatMap(({ class: name, support, mistakenFor }) =>
    mistakenFor && support > 0 ? [`${mistakenFor.count} of ${support} ${name} taken for ${mistakenFor.class}`] : [],
  );
  return told.length > 0 ? `Most frequent mistakes: ${told.join("; ")}.` : undefined;
}

function corrections(rows: readonly CorrectionFigures[]): Content {
  const columns: Column<CorrectionFigures>[] = [
    { heading: "Without labels", cell: ({ name }) => capital(name) },
    { heading: "Accuracy", cell: ({ accuracy }) => percentCell(accuracy), number: true },
    { heading: "Balanced", cell: ({ balancedAccuracy }) => percentCell(balancedAccuracy), number: true },
    { heading: "Effect", cell: ({ applied, reason }) => (applied ? reason : `nothing: ${reason}`) },
  ];
  const differences = rows.flatMap(({ name, change }) => [
    { name: `${capital(name)}, accuracy`, difference: change.accuracy },
    { name: "balanced", difference: change.balancedAccuracy },
  ]);
  return [
    markup`<h3>What corrections without labels gain</h3>\n`,
    markup`<div class="panel">${table(rows, columns)}</div>`,
    plot(differencePlot(differences, { title: "Change compared with the original model" })),
  ];
}

const METHOD = [
  markup`<p>Intervals are 95 %: mid-P for shares, MOVER for balanced accuracy and its drop; groups of similar images count as one. Balanced accuracy is over classes with at least 20 images; its drop, over classes with at least 20 images in both laboratories. Calibration error is shown with the range expected in 95 % of cases for perfect probabilities, and with the model\u2019s temperature.</p>`,
  markup`<p>An image is unfamiliar if it is less typical than 99 % of the model\u2019s validation images in sharpness, brightness, background colour, stain density and cell size (Mahalanobis distance). AUROC measures how well this distance alone distinguishes these images from home images: 0.5 is chance, 1 is perfect. Labels are not used.</p>`,
  markup`<p>Corrections use the images but no labels. All are shown, whether they gain or lose. Choosing a correction from this table would mean choosing it by these labels.</p>`,
];
