// What `explain` needs of files: pictures as the layers see them, and their maps as pictures.
import { writeFile } from "node:fs/promises";
import { basename, extname, join } from "node:path";
import { LeukogramError } from "@leukogram/engine/core/errors";
import type { StopSignal } from "@leukogram/engine/core/stopSignal";
import { createSession } from "@leukogram/engine/runtime/node";
import type { SessionOptions } from "@leukogram/engine/runtime/session";
import type { SkippedImage } from "../../data/loading/cacheBuild.ts";
import { decodeImage } from "../../data/pictures/image.ts";
import { sharp } from "../../data/pictures/sharp.ts";
import { badImage } from "../../evaluation/classifyFiles.ts";
import { Explainer, type Explanation } from "../../explain/explainPicture.ts";
import { stopIfAborted } from "../../explain/interrupted.ts";
import { type Method, methodEntry } from "../../explain/methods.ts";
import { type DrawnExplanation, type ExplainedPicture, explainReport } from "../../report/explainReport.ts";
import { overlayPng, overlaySheet, picturePng } from "../../report/pictures/overlay.ts";
import { PictureReader, type ReadPicture } from "../../report/pictures/pictureReader.ts";
import { percent } from "../../report/text/format.ts";
import { VERSION } from "../../version.ts";
import type { JobTeller } from "../jobTeller.ts";
import type { GivenModel } from "../models/givenModel.ts";

// File names without their endings, numbered where several are the same.
function outputNames(paths: readonly string[]): string[] {
  const taken = new Map<string, number>();
  return paths.map((path) => {
    const name = basename(path, extname(path));
    const times = (taken.get(name.toLowerCase()) ?? 0) + 1;
    taken.set(name.toLowerCase(), times);
    return times === 1 ? name : `${name}-${times}`;
  });
}

/** What {@link explainImages} takes beside model and files. */
export interface ExplainImagesOptions {
  /** The model, as it was named. */
  readonly model: string;
  readonly classes: readonly string[];
  /** Index of the class to explain; undefined for each picture's most probable one. */
  readonly target: number | undefined;
  readonly methods: readonly Method[];
  readonly layer: string | undefined;
  readonly baseline: readonly number[] | undefined;
  readonly steps: number;
  readonly checks: number;
  readonly seed: number;
  readonly skipBad: boolean;
  /** Width of a red cell, pixels, by place of the file; undefined if it is not known. */
  readonly redCellOf: (index: number) => number | undefined;
  readonly session: SessionOptions;
  readonly signal: StopSignal | undefined;
  /** Where overlays and the page are written. */
  readonly dir: string;
  readonly tell: JobTeller;
}

/** What was found of one file. */
export interface ExplainedFile {
  readonly file: string;
  readonly probabilities: readonly number[];
  /** Share of the model's own pictures that look as strange; undefined if it is not known. */
  readonly familiarity: number | undefined;
  /** Index of the class that is explained. */
  readonly target: number;
  readonly explanations: readonly Explanation[];
  /** Names of the overlays, one for each explanation. */
  readonly overlays: readonly string[];
}

/** What {@link explainImages} gives. */
export interface ExplainedFiles {
  readonly images: readonly ExplainedFile[];
  /** Files that can't be read. */
  readonly skipped: readonly SkippedImage[];
}

/** Explains files one after the other; writes an overlay a method and file, and explain.html on them all. */
export async function explainImages(
  given: GivenModel,
  files: readonly string[],
  options: ExplainImagesOptions,
): Promise<ExplainedFiles> {
  const { model, classes, checks, seed, session, signal, dir, tell, skipBad } = options;
  const explainer = new Explainer(given.model, { open: (bytes) => createSession(bytes, session), checks, seed });
  const reader = new PictureReader(given, session);
  const names = outputNames(files);
  const explained: ExplainedFile[] = [];
  const skipped: SkippedImage[] = [];
  const pictures: ExplainedPicture[] = [];
  try {
    for (const [i, file] of files.entries()) {
      stopIfAborted(signal);
      try {
        const picture = await reader.read(file, { redCell: options.redCellOf(i) });
        const isCropped = given.cells !== undefined || given.cropRedCells !== undefined;
        const found = await explainFile(explainer, picture, { ...options, file, name: names[i]!, isCropped });
        explained.push(found.explained);
        pictures.push(found.drawn);
      } catch (error) {
        if (!(error instanceof LeukogramError) || error.code !== "ERR_IMAGE") throw error;
        if (!skipBad) throw badImage(error);
        tell.line(`Skipped: ${error.reason}`);
        skipped.push({ file, reason: error.reason });
      }
      tell.stage("Explaining images", i + 1, files.length);
    }
  } finally {
    await explainer.close();
    await reader.close();
  }
  if (explained.length === 0)
    throw new LeukogramError("ERR_IMAGE", "none of the images can be read", { hint: "Give other images." });
  const html = explainReport({ model: basename(model), classes, seenAs: seenWords(given), pictures, version: VERSION });
  await writeFile(join(dir, "explain.html"), html);
  return { images: explained, skipped };
}

interface FileOptions extends ExplainImagesOptions {
  /** Whether layers see something else than the whole picture. */
  readonly isCropped: boolean;
  readonly file: string;
  /** The beginning of its overlays' names. */
  readonly name: string;
}

async function explainFile(
  explainer: Explainer,
  picture: ReadPicture,
  options: FileOptions,
): Promise<{ readonly explained: ExplainedFile; readonly drawn: ExplainedPicture }> {
  const { file, name, classes, methods, dir, model, layer, baseline, steps, signal } = options;
  const row = await explainer.probabilities(picture);
  const total = row.reduce((sum, value) => sum + value, 0);
  const probabilities = Array.from(row, (value) => value / total);
  const target = options.target ?? probabilities.indexOf(Math.max(...probabilities));
  const explanations: Explanation[] = [];
  const drawn: DrawnExplanation[] = [];
  const overlays: string[] = [];
  for (const method of methods) {
    const found = await explainer.explain(picture, { method, target, layer, baseline, steps, signal });
    const overlay = { picture, map: found.map, mask: found.cell.mask };
    const title = `${methodEntry(method).title}: ${classes[target]}, ${percent(probabilities[target])}`;
    const sheet = await overlaySheet(overlay, { title, text: `${basename(file)} \u00b7 ${basename(model)}` });
    overlays.push(`${name}.${method}.png`);
    await writeFile(join(dir, overlays.at(-1)!), sheet);
    explanations.push(found);
    drawn.push({ ...found, overlay: await jpegUri(await overlayPng(overlay)) });
  }
  return {
    explained: { file, probabilities, familiarity: picture.familiarity, target, explanations, overlays },
    drawn: {
      file: basename(file),
      original: await jpegUri(file),
      seen: options.isCropped ? await jpegUri(await picturePng(picture)) : undefined,
      probabilities,
      target,
      explanations: drawn,
    },
  };
}

async function jpegUri(source: string | Buffer): Promise<string> {
  const image = typeof source === "string" ? await decodeImage(source) : undefined;
  const input = image
    ? sharp(image.data, { raw: { width: image.width, height: image.height, channels: 3 } })
    : sharp(source as Buffer);
  const bytes = await input.resize({ height: 384, withoutEnlargement: true }).jpeg({ quality: 88 }).toBuffer();
  return `data:image/jpeg;base64,${bytes.toString("base64")}`;
}

function seenWords({ cells, cropRedCells, model }: GivenModel): string {
  const size = `${model.input.shape[0]} \u00d7 ${model.input.shape[1]} pixels`;
  if (cropRedCells !== undefined)
    return `This model sees a crop around the nucleus, ${cropRedCells} red cells wide, ${size}. Maps cover that crop, not the whole image: anything outside the crop is ignored.`;
  if (cells === undefined)
    return `Maps cover the image as the model's first layer sees it: the whole image, resized to ${size}.`;
  const both = cells.own
    ? " in its original colours and in normalised colours (the original is shown)"
    : " with its colours normalised";
  return `This model finds the cell, crops the image around it and sees the crop${both}, ${size}. Maps cover that crop, not the whole image: anything outside the crop is ignored.`;
}
