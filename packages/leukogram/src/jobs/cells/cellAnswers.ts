// A model's answers to the cells of one smear, found here or read from a file.

import { basename } from "node:path";
import { LeukogramError } from "@leukogram/engine/core/errors";
import type { StopSignal } from "@leukogram/engine/core/stopSignal";
import type { SessionOptions } from "@leukogram/engine/runtime/session";
import { shownPath } from "../../data/archives/unpackedFolder.ts";
import { isManifestName } from "../../data/manifest/manifestTable.ts";
import { parseToldScales } from "../../data/scale/toldScales.ts";
import { loadClassifier } from "../../evaluation/classifier.ts";
import { badImage, classifyFiles } from "../../evaluation/classifyFiles.ts";
import { CellCrops, type CropSummary } from "../../evaluation/crops/cellCrops.ts";
import { scaleSentences } from "../../evaluation/crops/scaleWords.ts";
import { type Assumptions, assumptionsOf, tellAssumptions } from "../../evaluation/foreign/assumptions.ts";
import type { ForeignOptions } from "../../evaluation/foreign/foreignModel.ts";
import { holdsAnswers, readPredictionsCsv } from "../../evaluation/predictionsCsv.ts";
import type { Prediction, Predictions } from "../../evaluation/types.ts";
import { DEFAULT_MODEL } from "../../shipped/shipped.ts";
import type { HomeFacts } from "../../training/homeFacts.ts";
import type { JobTeller } from "../jobTeller.ts";
import { picturesOf } from "./imageFiles.ts";

/** Answers to cells, and what is known of the model that gave them. */
export interface CellAnswers {
  readonly predictions: Predictions;
  /** The model, or the name of the file of answers. */
  readonly model: string;
  /** Images that can't be read. */
  readonly skipped: number;
  readonly crops: CropSummary | undefined;
  /** What the model knows of its own laboratories; of a file of answers it is not known. */
  readonly home: Pick<HomeFacts, "reject">;
  readonly assumptions: Assumptions | undefined;
}

/** What {@link cellAnswers} takes. */
export interface CellAnswersOptions extends SessionOptions {
  readonly data: string;
  readonly model?: string;
  readonly foreign?: ForeignOptions;
  readonly scale?: readonly string[] | undefined;
  readonly skipBad?: boolean;
  readonly signal?: StopSignal | undefined;
}

/** Asks a model about the cells, or reads its answers. @throws ERR_USAGE, ERR_DATA, ERR_IMAGE, ERR_ABORTED. */
export async function cellAnswers(
  {
    data,
    model = DEFAULT_MODEL,
    foreign = {},
    scale = [],
    skipBad = false,
    signal,
    device,
    threads,
  }: CellAnswersOptions,
  tell: JobTeller,
): Promise<CellAnswers> {
  const told = parseToldScales(scale);
  if (isManifestName(data) && holdsAnswers(data)) {
    if (told.size > 0)
      throw new LeukogramError("ERR_USAGE", `differential: ${data} contains predictions, which --scale can't change`, {
        hint: "Remove --scale, or give the folder of images.",
      });
    const predictions = await readPredictionsCsv(data);
    const nothing = { skipped: 0, crops: undefined, home: {}, assumptions: undefined };
    return { predictions, model: basename(data), ...nothing };
  }
  const samples = picturesOf([data]);
  const files = samples.map(({ path }) => path);
  const classifier = await loadClassifier(model, { device, threads, foreign });
  tellAssumptions(tell, classifier);
  const rows: Prediction[] = [];
  let skipped = 0;
  try {
    const crops = await CellCrops.plan(classifier, samples, { told, signal });
    for (const sentence of scaleSentences(crops.laboratories)) tell.line(sentence);
    const onProgress = (done: number, total: number) => tell.stage("Classifying", done, total);
    const answers = classifyFiles(classifier, files, { redCellOf: crops.redCellOf, signal, onProgress });
    for await (const { path, probabilities, error, familiarity, crop } of answers) {
      crops.add({ probabilities, crop });
      if (error !== undefined && !skipBad) throw badImage(error);
      if (probabilities === undefined) skipped++;
      else
        rows.push({
          ...{ file: shownPath(path), label: undefined, group: shownPath(path), probabilities },
          ...(familiarity !== undefined && { familiarity }),
        });
    }
    const { id, classes, home } = classifier;
    const known = { crops: crops.summary(classes), home, assumptions: assumptionsOf(classifier) };
    return { predictions: { model: id, classes, rows }, model, skipped, ...known };
  } finally {
    await classifier.close();
  }
}
