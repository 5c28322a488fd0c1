// Cells of a run to look at, beside its figures.
import { isAbsolute } from "node:path";
import { predictedClass } from "../../evaluation/checkPredictions.ts";
import { type ChosenCells, chooseCells, sureness } from "../../evaluation/crops/chosenCells.ts";
import type { Prediction, Predictions } from "../../evaluation/types.ts";
import { percent, plural } from "../text/format.ts";
import { markup } from "../text/markup.ts";
import type { Section } from "../text/page.ts";
import { pictureTile } from "./pictureTile.ts";
import { thumbnail } from "./thumbnail.ts";

/** Cells that a report shows, and their pictures. */
export interface ShownCells extends ChosenCells {
  /** Small pictures as data URIs, by file; those that can't be read are not in it. */
  readonly thumbnails: ReadonlyMap<string, string>;
}

/** Chooses cells of a model's answers and makes their thumbnails; pictures that can't be read are left out. */
export async function shownCells(
  predictions: Predictions,
  samples: readonly { readonly file: string; readonly path: string }[],
): Promise<ShownCells> {
  const chosen = chooseCells(predictions);
  const paths = new Map(samples.map(({ file, path }) => [file, path]));
  const thumbnails = new Map<string, string>();
  for (const { file } of allOf(chosen)) {
    const path = paths.get(file);
    const picture = path === undefined || thumbnails.has(file) ? undefined : await thumbnail(path);
    if (picture !== undefined) thumbnails.set(file, picture);
  }
  return { ...chosen, thumbnails };
}

const allOf = ({ mistakes, unsure, typical }: ChosenCells) => [...mistakes, ...unsure, ...typical.flat()];

/** Cells to look at: the surest mistakes, the least sure answers, a few of each class. */
export function cellSection(cells: ShownCells, classes: readonly string[]): Section {
  const { mistakes, unsure, typical, thumbnails } = cells;
  const files = new Set(allOf(cells).map(({ file }) => file));
  const unread = [...files].filter((file) => !thumbnails.has(file)).length;
  const gallery = (rows: readonly Prediction[]) =>
    markup`<div class="gallery">${rows.map((row) => cellTile(row, classes, thumbnails))}</div>`;
  const isLabelled = allOf(cells).some(({ label }) => label !== undefined);
  const without = classes.filter((_, k) => typical[k]!.length === 0);
  return {
    id: "cells",
    heading: "Cells",
    body: [
      unread > 0 &&
        markup`<p class="minor">${plural(unread, "image")} of ${files.size} could not be read when this report was written (moved, deleted or damaged).</p>`,
      isLabelled && [
        markup`<h3>Most confident mistakes</h3>`,
        mistakes.length > 0 ? gallery(mistakes) : markup`<p>No mistakes.</p>`,
      ],
      markup`<h3>Least confident predictions</h3>`,
      gallery(unsure),
      markup`<h3>${isLabelled ? "Correct predictions, a few from each class" : "Predictions, a few from each class"}</h3>`,
      gallery(typical.flat()),
      without.length > 0 &&
        markup`<p class="minor">${isLabelled ? "No correct prediction" : "No prediction"}: ${without.join(", ")}.</p>`,
    ],
  };
}

// Images without labels go by their whole path.
const shortName = (file: string) => (isAbsolute(file) ? file.split(/[/\\]/).slice(-2).join("/") : file);

function cellTile(row: Prediction, classes: readonly string[], thumbnails: ReadonlyMap<string, string>) {
  const { file, label } = row;
  const answer = classes[predictedClass(row)]!;
  const truth = label === undefined ? undefined : classes[label]!;
  const source = thumbnails.get(file);
  const caption = [
    truth !== undefined && markup`label ${truth}<br>`,
    markup`answer <b>${answer}</b><br>${percent(sureness(row))}`,
    source === undefined && markup`<br>can\u2019t be read`,
  ];
  return pictureTile({ file: shortName(file), alt: `${truth ?? answer}, ${file}`, source, caption });
}
