// All that goes on behind the routes: classification, explanations, neighbours, models, trainings.
import { Registry } from "prom-client";
import type { Store } from "../../store/store.ts";
import { Connections } from "../connections/connections.ts";
import { WatchFolder, type WatchOptions } from "../connections/watchFolder.ts";
import type { TlsFiles } from "../guard/tls.ts";
import { type Queue, startClassification } from "./classification.ts";
import { Engine } from "./engine.ts";
import { Explanations } from "./explanations.ts";
import { Models } from "./models.ts";
import { Neighbours } from "./neighbours.ts";
import { Runs } from "./runs.ts";
import { Scales } from "./scales.ts";
import { makeWorkMetrics } from "./workMetrics.ts";

/** Options of {@link startWork}. */
export interface WorkOptions {
  /** The model of new cases until one is activated: a run folder, or a shipped model's name. */
  readonly model: string;
  /** Folders that may be trained on, beside the data folder's datasets/. */
  readonly allowData?: readonly string[] | undefined;
  /** Threads of a model; default: one a core. */
  readonly threads?: number | undefined;
  /** Milliseconds after which a model that could not be opened is tried again. */
  readonly holdMs?: number | undefined;
  /** How `leukogram` is started: arguments of node. */
  readonly command?: readonly string[];
  /** The script of the processes that run models. */
  readonly script?: string | undefined;
  /** Milliseconds before a result that was not taken is sent again, and until a receiver must have answered. */
  readonly retryMs?: number | undefined;
  readonly timeoutMs?: number | undefined;
  /** A folder that pictures are put into under accession numbers; times are for tests. */
  readonly watch?: Pick<WatchOptions, "folder" | "everyMs" | "settleMs"> | undefined;
  /** Files by which the server speaks TLS. */
  readonly tls?: TlsFiles | undefined;
  readonly onError: (error: unknown) => void;
}

/** What goes on behind the routes. */
export interface Work {
  readonly classification: Queue;
  readonly models: Models;
  readonly runs: Runs;
  readonly scales: Scales;
  readonly explanations: Explanations;
  readonly neighbours: Neighbours;
  /** Of the folder that is watched, if one is. */
  readonly watch: WatchFolder | undefined;
  /** To other systems; nothing of it begins before `apply`. */
  readonly connections: Connections;
  /** Runs models for those who wait for the answer. */
  readonly engine: Engine;
  /** Metrics for Prometheus. */
  readonly registry: Registry;
  /** Ends all but the trainings, which go on, within a second. */
  close(): Promise<void>;
}

/** Starts it. */
export function startWork(
  store: Store,
  {
    model,
    allowData = [],
    threads,
    holdMs,
    command,
    script,
    retryMs,
    timeoutMs,
    tls,
    watch: watched,
    onError,
  }: WorkOptions,
): Work {
  const session = threads === undefined ? {} : { threads };
  // Two processes: whoever looks at a cell does not wait for a batch.
  const [background, engine] = [new Engine({ session, script }), new Engine({ session, script })];
  const models = new Models(store, model);
  const registry = new Registry();
  const runs = new Runs({ store, models, allowed: allowData, onError, ...(command && { command }) });
  const metrics = makeWorkMetrics(registry, {
    runs: () => runs.counts(),
  });
  const scales = new Scales({ store, models, engine: background });
  const onReady = () => connections.send();
  const classification = startClassification({
    store,
    models,
    engine: background,
    metrics,
    scales,
    holdMs,
    onReady,
    onError,
  });
  const explanations = new Explanations({ store, models, engine, scales });
  const isIdle = () => classification.isIdle;
  const neighbours = new Neighbours({ store, models, engine, scales, isIdle, onError });
  const connections = new Connections({ store, retryMs, timeoutMs, tls, onError });
  const watch =
    watched &&
    new WatchFolder({
      store,
      ...watched,
      model: () => models.active(),
      onAdded: () => classification.enqueue(),
      onError,
    });
  return {
    ...{ watch, connections, classification, models, runs, scales, explanations, neighbours, engine, registry },
    async close() {
      await watch?.close();
      await Promise.all([
        connections.close(),
        classification.close(),
        engine.close(),
        neighbours.close(),
        runs.close(),
      ]);
    },
  };
}
