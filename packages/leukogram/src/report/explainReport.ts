import type { Explanation } from "../explain/explainPicture.ts";
import { METHODS, type Method, methodEntry } from "../explain/methods.ts";
import type { SanityVerdict } from "../explain/sanityCheck.ts";
import { checkWords, explanationWarnings, figureWords, placeWords } from "./explanationWords.ts";
import { LEGEND_STOPS } from "./pictures/overlay.ts";
import { className } from "./sections.ts";
import { count, decimal, percent, plural } from "./text/format.ts";
import { type Content, type Markup, markup, round } from "./text/markup.ts";
import { type Column, page, type Section, table, warningList } from "./text/page.ts";

/** A method's map of a picture, drawn. */
export interface DrawnExplanation extends Explanation {
  /** The overlay, as a data URI. */
  readonly overlay: string;
}

/** A picture whose class was explained. */
export interface ExplainedPicture {
  readonly file: string;
  /** The file's own picture, and what the layers see where that is another, as data URIs. */
  readonly original: string;
  readonly seen: string | undefined;
  /** One a class. */
  readonly probabilities: readonly number[];
  readonly target: number;
  readonly explanations: readonly DrawnExplanation[];
}

/** What an {@link explainReport} is made of. */
export interface ExplainReportInput {
  /** The model, as it was named. */
  readonly model: string;
  readonly classes: readonly string[];
  /** What layers see, in words. */
  readonly seenAs: string;
  readonly pictures: readonly ExplainedPicture[];
  readonly version: string;
}

/** What a model looked at in pictures, as a self-contained HTML document. */
export function explainReport({ model, classes, seenAs, pictures, version }: ExplainReportInput): string {
  const methods = METHODS.filter(({ name }) => pictures[0]!.explanations.some(({ method }) => method === name));
  const all = pictures.flatMap(({ explanations }) => explanations);
  const warnings = pictures.flatMap(({ file, explanations }) =>
    explanations.flatMap((found) =>
      explanationWarnings(found, classes[found.target]!).map((text) => `${file}: ${text}`),
    ),
  );
  return page({
    title: `Where ${model} looks`,
    kind: "Explanations",
    facts: [plural(pictures.length, "picture"), methods.map(({ title }) => title).join(", ")],
    lead: [
      markup`<p class="lead">Each map shows which parts of an image support one class, by one method. It shows where the model looks, but not why, and not whether the prediction is right.</p>`,
      warningList(warnings),
    ],
    sections: [
      ...pictures.map((picture, i) => pictureSection(picture, { id: `picture-${i + 1}`, classes })),
      ...(all.some(({ check }) => check !== undefined)
        ? [{ id: "check", heading: "Check with untrained models", body: checkSection(all) }]
        : []),
      {
        id: "meaning",
        heading: "What these maps can and can't show",
        body: meaning(
          methods.map(({ name }) => name),
          seenAs,
        ),
      },
    ],
    version,
  });
}

// Up to four tiles in a row, else three, fewer where the window is narrow.
const gallery = (tiles: number) => {
  const columns = tiles > 4 ? 3 : Math.max(3, tiles);
  return `grid-template-columns:repeat(auto-fill,minmax(max(150px,calc(${round(100 / columns)}% - 10px)),1fr))`;
};
const WIDE = "width:100%;height:auto;display:block;border-radius:6px";

function pictureSection(
  { file, original, seen, probabilities, target, explanations }: ExplainedPicture,
  { id, classes }: { readonly id: string; readonly classes: readonly string[] },
): Section {
  const name = classes[target]!;
  const best = probabilities.indexOf(Math.max(...probabilities));
  const tile = (source: string, text: Content, alt: string) =>
    markup`<figure class="tile"><img src="${source}" alt="${alt}" style="${WIDE}"><figcaption>${text}</figcaption></figure>\n`;
  const tiles = [
    tile(original, "Image", `Image ${file}`),
    seen !== undefined && tile(seen, "Model input", `${file}, cropped around its cell`),
    ...explanations.map((found) => {
      const { title } = methodEntry(found.method);
      const share = Number.isNaN(found.onCell) ? "empty" : `${percent(found.onCell, 0)} on the cell`;
      return tile(found.overlay, markup`<strong>${title}</strong><br>${share}`, `${title} for ${name} on ${file}`);
    }),
  ];
  const told = explanations.map((found) => {
    const sentences = [placeWords(found), checkWords(found), figureWords(found)].filter((text) => text !== undefined);
    return markup`<div class="verdict"><p>${methodEntry(found.method).title}</p><p>${sentences.map((text) => `${text}. `)}</p></div>\n`;
  });
  const asked = best === target ? "" : ` The maps explain ${name} (${percent(probabilities[target])}), as requested.`;
  return {
    id,
    heading: file,
    body: [
      markup`<p>Prediction: <strong>${classes[best]!}</strong>, ${percent(probabilities[best])}.${asked}</p>`,
      markup`<div class="gallery" style="${gallery(tiles.filter(Boolean).length)}">${tiles}</div>`,
      legend(),
      markup`<div class="beside"><div class="panel" style="break-inside:auto">${told}</div><div class="panel">${probabilityTable(probabilities, classes)}</div></div>`,
    ],
  };
}

function legend(): Markup {
  const stops = LEGEND_STOPS.map(([at, colour]) => `${colour} ${at * 100}%`).join(",");
  const bar = `width:140px;height:10px;border-radius:3px;background:linear-gradient(90deg,${stops});print-color-adjust:exact;-webkit-print-color-adjust:exact`;
  return markup`<div class="minor" style="display:flex;gap:10px;align-items:center;margin:10px 0 14px">none<span style="flex:none;${bar}"></span><span>maximum of this map; the white line is the approximate edge of the cell</span></div>`;
}

function probabilityTable(probabilities: readonly number[], classes: readonly string[]): Markup {
  const rows = classes.map((name, k) => ({ name, k })).sort((a, b) => probabilities[b.k]! - probabilities[a.k]!);
  return table(rows.slice(0, 8), [
    { heading: "Class", cell: ({ name, k }) => className(name, k) },
    { heading: "Probability", cell: ({ k }) => percent(probabilities[k]), number: true },
  ]);
}

const VERDICTS: readonly SanityVerdict[] = ["changes", "changes in part", "hardly changes", "empty"];

function checkSection(all: readonly Explanation[]): Content {
  const rows = METHODS.map(({ name, title }) => ({
    title,
    checks: all.flatMap(({ method, check }) => (method === name && check !== undefined ? [check] : [])),
  })).filter(({ checks }) => checks.length > 0);
  const columns: Column<(typeof rows)[number]>[] = [
    { heading: "Method", cell: ({ title }) => title },
    ...VERDICTS.map((verdict) => ({
      heading: `Map ${verdict === "empty" ? "is empty" : verdict}`,
      cell: ({ checks }: (typeof rows)[number]) => count(checks.filter((check) => check.verdict === verdict).length),
      number: true,
    })),
    {
      heading: "Mean rank correlation",
      cell: ({ checks }) => decimal(meanOf(checks.map(({ mean }) => mean).filter((mean) => !Number.isNaN(mean))), 2),
      number: true,
    },
  ];
  return [
    markup`<p>Each map was repeated with models that have the same layers but random weights, as before training. A map that does not change shows the edges in the image and not what the model learned: it explains nothing. Rank correlation is 1 if two maps rank all positions in the same order, and about 0 if they are unrelated. A map counts as changed up to 0.4, and as hardly changed from 0.7. Coarse maps can be similar by chance.</p>`,
    markup`<div class="panel">${table(rows, columns)}</div>`,
  ];
}

const meanOf = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

function meaning(methods: readonly Method[], seenAs: string): Content {
  const items = methods.map((name) => {
    const { title, source, shows } = methodEntry(name);
    return markup`<li><strong>${title}</strong> (${source}). ${shows}</li>`;
  });
  return [
    markup`<p>${seenAs}</p>`,
    markup`<ul style="padding-left:20px;margin:12px 0;max-width:46em">${items}</ul>`,
    markup`<p>If a map lies outside the cell, check the data: stain, background, red cells or the edge of a crop may give the class away. A map on the cell does not prove that the model uses the same features as a haematologist. It does not show which property of that area matters, or what would change the prediction. Different methods answer different questions, and their maps need not agree. No map shows whether a prediction is right.</p>`,
  ];
}
