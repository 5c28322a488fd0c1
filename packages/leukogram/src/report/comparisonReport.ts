import { LeukogramError } from "@leukogram/engine/core/errors";
import { splitSentence } from "../evaluation/compareSplits.ts";
import { summariseSeeds } from "../evaluation/seeds.ts";
import type { Evaluation, PairComparison } from "../evaluation/types.ts";
import { cpuSecondsOf, gapsOf, secondsOf } from "./comparisonTable.ts";
import { comparisonPlot } from "./plots/comparisonPlot.ts";
import { confusionMatrixPlot } from "./plots/confusionMatrixPlot.ts";
import { learningCurves } from "./plots/learningCurves.ts";
import { perClassBars } from "./plots/perClassBars.ts";
import { seedPlot } from "./plots/seedPlot.ts";
import { boundsText, classTable, mistakeList, percentCell, reportText } from "./sections.ts";
import { seedMean } from "./seedMean.ts";
import {
  bytes,
  count,
  duration,
  isKnown,
  milliseconds,
  percent,
  percentEstimate,
  plural,
  points,
  pointsEstimate,
  pValue,
} from "./text/format.ts";
import { type Content, type Markup, markup } from "./text/markup.ts";
import { type Column, page, plot, type Section, table, warningList } from "./text/page.ts";
import type { ComparedModel, ComparisonReportInput } from "./types.ts";

/** A model with the evaluation that it is compared by. */
interface Entry extends ComparedModel {
  readonly evaluation: Evaluation;
}

/**
 * The report that compares two or more models on the same images as a self-contained HTML document.
 *
 * @throws ERR_DATA if a model has no evaluation.
 */
export function comparisonReport(input: ComparisonReportInput): string {
  const entries = input.models.map(entryOf);
  const images = entries[0]?.evaluation.count ?? 0;
  return page({
    title: input.title,
    kind: "Comparison",
    facts: [plural(entries.length, "model"), `Data: ${input.dataName}`, plural(images, "test image")],
    lead: [
      markup`<div class="panel" style="margin-top:32px">${modelTable(entries)}</div>\n`,
      markup`<p class="minor">${tableNote(entries)}</p>\n`,
      warningList(input.warnings),
    ],
    sections: sectionsOf(input, entries),
    version: input.version,
  });
}

function entryOf(model: ComparedModel): Entry {
  const [evaluation] = model.evaluations;
  if (evaluation === undefined) {
    throw new LeukogramError("ERR_DATA", `comparisonReport: the model "${model.name}" has no evaluation`, {
      hint: "Evaluate it first, or remove it.",
    });
  }
  return { ...model, evaluation };
}

function sectionsOf(input: ComparisonReportInput, entries: readonly Entry[]): readonly Section[] {
  const notes = (input.notes ?? []).map(({ heading, paragraphs }, i) => ({
    id: `note-${i + 1}`,
    heading,
    body: paragraphs.map((paragraph) => markup`<p>${paragraph}</p>\n`),
  }));
  const models = entries.map((entry, i) => ({
    id: `model-${i + 1}`,
    heading: entry.name,
    body: modelSection(entry),
  }));
  const seeds = entries.some(({ evaluations }) => evaluations.length > 1);
  return [
    { id: "figures", heading: "Side by side", body: plot(comparisonPlot(entries)) },
    { id: "verdicts", heading: "Which is better", body: verdicts(input) },
    ...(seeds ? [{ id: "seeds", heading: "Variation between seeds", body: seedSection(entries) }] : []),
    ...notes,
    ...(entries.some(({ history }) => history.length > 0)
      ? [
          {
            id: "learning",
            heading: "Learning",
            body: plot(learningCurves(entries.map(({ name, history }) => ({ name, rows: history })))),
          },
        ]
      : []),
    ...models,
    { id: "method", heading: "Methods", body: methodSection(input) },
  ];
}

function modelTable(entries: readonly Entry[]): Markup {
  const number = true;
  const columns: readonly Column<Entry>[] = [
    { heading: "Model", cell: ({ name }) => name },
    { heading: "Accuracy", cell: ({ evaluation }) => percentCell(evaluation.accuracy), number },
    { heading: "Balanced accuracy", cell: ({ evaluation }) => percentCell(evaluation.balancedAccuracy), number },
    { heading: "Macro F1", cell: ({ evaluation }) => percentCell(evaluation.macroF1), number },
    { heading: "Gap", cell: gapCell, number },
    { heading: "Training", cell: trainingCell, number },
    { heading: "Parameters", cell: ({ costs }) => count(costs.parameters), number },
    { heading: "File size", cell: ({ costs }) => bytes(costs.fileBytes), number },
    { heading: "Per image", cell: imageTimeCell, number },
  ];
  return table(entries, columns);
}

// Of several seeds the mean, with the interval of that mean.
function trainingCell(entry: Entry): Content {
  const [seconds, cpu] = [secondsOf(entry), cpuSecondsOf(entry)];
  const cpuTime = cpu.length > 0 && limitsText(`CPU ${duration(summariseSeeds([...cpu]).mean)}`);
  if (seconds.length < 2) return [duration(seconds[0]), cpuTime];
  const { mean, low, high } = summariseSeeds([...seconds]);
  return [duration(mean), limitsText(`(${duration(Math.max(0, low!))} to ${duration(high)})`), cpuTime];
}

const limitsText = (text: string) => markup`<span class="limits">${text}</span>`;

function imageTimeCell({ costs }: Entry): Content {
  const { millisecondsPerImage: wall, cpuMillisecondsPerImage: cpu } = costs;
  return [milliseconds(wall), isKnown(cpu) && limitsText(`CPU ${milliseconds(cpu)}`)];
}

function gapCell(entry: Entry): Content {
  const gaps = gapsOf(entry);
  if (gaps.length > 1) {
    const { mean, low, high } = summariseSeeds([...gaps]);
    return [points(mean), markup`<span class="limits">(${points(low)} to ${points(high)})</span>`];
  }
  const { trainAccuracy, evaluation } = entry;
  if (!isKnown(trainAccuracy)) return points(undefined);
  const gap = points(trainAccuracy - evaluation.accuracy.value);
  return [gap, markup`<span class="limits">(training ${percent(trainAccuracy)})</span>`];
}

function tableNote(entries: readonly Entry[]): string {
  const gap = "Gap: training minus test accuracy, the generalisation gap. Brackets show 95 % intervals.";
  const several = entries.some(({ seeds }) => seeds.length > 1);
  return several
    ? `${gap} Gap and training time are means over the seeds; all other metrics are from each model\u2019s first seed, with the other seeds below.`
    : gap;
}

function verdicts({ comparisons, overSplits = [] }: ComparisonReportInput): Content {
  if (comparisons.length === 0) return markup`<p>No pairs were compared.</p>`;
  const items = comparisons.map(
    (pair) => markup`<div class="verdict"><p>${pair.verdict}</p>
<p>${pair.first} minus ${pair.second}: accuracy ${pointsEstimate(pair.accuracyDifference)}, balanced accuracy ${pointsEstimate(pair.balancedAccuracyDifference)}.</p>
<p class="minor">${pairCounts(pair)}</p></div>\n`,
  );
  const several = overSplits.map((pair) => markup`<p>${splitSentence(pair)}</p>`);
  return [
    markup`<div class="panel">${items}</div>`,
    several.length > 0 && markup`<h3>Trained several times</h3>${several}`,
  ];
}

function pairCounts({ first, second, table: counts, mcnemarP, adjustedP }: PairComparison): string {
  return (
    `Both correct ${count(counts.both)}, only ${first} ${count(counts.firstOnly)}, only ${second} ` +
    `${count(counts.secondOnly)}, neither ${count(counts.neither)}. ` +
    `Exact McNemar test: ${pValue(mcnemarP)}; after Holm\u2019s correction ${pValue(adjustedP)}.`
  );
}

function seedSection(entries: readonly Entry[]): Content {
  const models = entries.map(({ name, evaluations, seeds }) => ({
    name,
    points: evaluations.map((evaluation, i) => ({ seed: seeds[i] ?? i, value: evaluation.accuracy.value })),
  }));
  return [
    markup`<p class="minor">The same recipe, trained once from each seed and evaluated on the same images.</p>`,
    plot(seedPlot(models)),
    markup`<div class="panel">${seedTable(entries)}</div>`,
  ];
}

function seedTable(entries: readonly Entry[]): Markup {
  const cell =
    (of: (evaluation: Evaluation) => number) =>
    ({ evaluations }: Entry): string =>
      percentEstimate(seedMean(evaluations.map(of)));
  return table(entries, [
    { heading: "Mean over seeds", cell: ({ name }) => name },
    { heading: "Seeds", cell: ({ evaluations }) => count(evaluations.length), number: true },
    { heading: "Accuracy", cell: cell((e) => e.accuracy.value), number: true },
    { heading: "Balanced accuracy", cell: cell((e) => e.balancedAccuracy.value), number: true },
    { heading: "Macro F1", cell: cell((e) => e.macroF1.value), number: true },
  ]);
}

function modelSection({ evaluation, told }: Entry): Content {
  return [
    told && markup`<p>${told.join(" ")}</p>`,
    markup`<div class="beside">${plot(confusionMatrixPlot(evaluation))}<div><h3>Most frequent mistakes</h3>${mistakeList(evaluation)}</div></div>`,
    plot(perClassBars(evaluation)),
    classTable(evaluation),
    markup`<details><summary>Classification report</summary>${reportText(evaluation)}</details>`,
  ];
}

function methodSection({ bootstrap, command }: ComparisonReportInput): Content {
  return [
    markup`<p>${boundsText(bootstrap)}</p>`,
    markup`<p>All models were evaluated on the same images. Pairs of models are compared with McNemar\u2019s exact test, which uses only the images that one model got right and the other did not; p values are corrected for the number of pairs by Holm\u2019s method. Intervals over seeds are Student\u2019s t; differences over seeds or splits are tested by Nadeau and Bengio\u2019s corrected t test, because trainings on the same images are not independent.</p>`,
    command !== undefined && markup`<div class="panel"><pre>${command}</pre></div>`,
  ];
}
