import { randomUUID } from "node:crypto";
import type { LeukogramError } from "../../core/errors.ts";
import { predictedClass } from "../../evaluation/checkPredictions.ts";
import { type Classified, type Classifier, classifyFiles, loadClassifier } from "../../evaluation/classifier.ts";
import { readCase } from "../../store/cases.ts";
import { type CellAnswer, storeAnswers, type WaitingCell, waitingCells } from "../../store/cells.ts";
import type { Store } from "../../store/store.ts";
import { UNFAMILIAR } from "../../training/homeFacts.ts";
import type { Classification } from "../laboratory.ts";

/** Cells that are answered by one transaction. */
const BATCH = 64;

/** Below this probability a cell is rejected: the model is not sure enough of it. */
export const REJECT_BELOW = 0.5;

/** Options of {@link startClassification}. */
export interface ClassificationOptions {
  /** Where a model's name leads: a run folder or a shipped name. */
  readonly find?: (model: string) => string;
  readonly onError: (error: unknown) => void;
  readonly threads?: number | undefined;
}

/** Starts the worker that classifies cells that wait, of all cases in order of arrival; what waits, the database says. */
export function startClassification(
  store: Store,
  { find = (model) => model, onError, threads }: ClassificationOptions,
): Classification {
  const stop = new AbortController();
  let loaded: { readonly model: string; readonly classifier: Classifier } | undefined;
  let wake = () => {};
  let isAwake = true;

  const classifierOf = async (model: string) => {
    if (loaded?.model === model) return loaded.classifier;
    await loaded?.classifier.close();
    loaded = undefined;
    const classifier = await loadClassifier(find(model), threads === undefined ? {} : { threads });
    loaded = { model, classifier };
    return classifier;
  };
  const step = async () => {
    const waiting = await waitingCells(store, BATCH);
    if (waiting.length === 0) return false;
    const own = waiting.filter(({ caseId }) => caseId === waiting[0]!.caseId);
    const { model } = await readCase(store, own[0]!.caseId);
    await answer(store, { model, own, classifier: await classifierOf(model), signal: stop.signal });
    return true;
  };
  const loop = async () => {
    while (!stop.signal.aborted) {
      const worked = await step().catch((error) => {
        if (!stop.signal.aborted) onError(error);
        return undefined;
      });
      if (worked || stop.signal.aborted) continue;
      // After a fault, such as a database that is away, it tries again by itself.
      await new Promise<void>((resolve) => {
        const timer = worked === undefined ? setTimeout(resolve, 2000) : undefined;
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
        if (isAwake || stop.signal.aborted) wake();
        isAwake = false;
      });
      isAwake = false;
    }
    await loaded?.classifier.close();
  };
  const running = loop();
  return {
    enqueue() {
      isAwake = true;
      wake();
    },
    async close() {
      stop.abort();
      wake();
      await running;
    },
  };
}

interface Answering {
  readonly model: string;
  readonly own: readonly WaitingCell[];
  readonly classifier: Classifier;
  readonly signal: AbortSignal;
}

async function answer(store: Store, { model, own, classifier, signal }: Answering): Promise<void> {
  const answers: CellAnswer[] = [];
  const paths = own.map(({ sha256 }) => store.images.pathOf(sha256));
  for await (const classified of classifyFiles(classifier, paths, { signal }))
    answers.push(answerOf(own[answers.length]!, classified, classifier.classes));
  const wish = { actor: "model", key: randomUUID(), kind: "cells.classified", asks: {} };
  await storeAnswers(store, wish, { caseId: own[0]!.caseId, model, classes: classifier.classes, answers });
}

function answerOf(
  { id, file }: WaitingCell,
  { path, probabilities, error, familiarity }: Classified,
  classes: readonly string[],
): CellAnswer {
  if (probabilities === undefined) return { id, error: told(error!, path, file) };
  const best = predictedClass({ probabilities, file, label: undefined, group: file });
  return {
    id,
    probabilities,
    predicted: classes[best]!,
    isRejected: probabilities[best]! < REJECT_BELOW,
    familiarity,
    isUnfamiliar: familiarity !== undefined && familiarity < UNFAMILIAR,
  };
}

// Where it is kept says nothing to a reader.
const told = (error: LeukogramError, path: string, file: string) => error.reason.replace(path, file);
