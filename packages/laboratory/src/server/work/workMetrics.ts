import { Counter, Gauge, Histogram, type Registry } from "prom-client";

/** What Prometheus is told of classification and runs. */
export interface WorkMetrics {
  /** Cells that got an answer, by result: classified or bad. */
  readonly cells: Counter<"result">;
  /** From a batch's start until its answers are kept. */
  readonly batchSeconds: Histogram;
}

/** What is counted when it is asked for. */
export interface Counted {
  /** Runs by status. */
  runs(): Promise<ReadonlyMap<string, number>>;
}

/** Adds them to a registry; gauges are filled in when they are asked for. */
export function makeWorkMetrics(registry: Registry, counted: Counted): WorkMetrics {
  const registers = [registry];
  new Gauge({
    ...{ name: "leukogram_runs", help: "Trainings and adaptations by status.", labelNames: ["status"], registers },
    async collect() {
      this.reset();
      for (const [status, count] of await counted.runs()) this.set({ status }, count);
    },
  });
  return {
    cells: new Counter({
      name: "leukogram_cells_answered_total",
      help: "Cells that were classified, or whose image can't be read.",
      labelNames: ["result"],
      registers,
    }),
    batchSeconds: new Histogram({
      name: "leukogram_batch_seconds",
      help: "Seconds from the start of a batch until its predictions are stored.",
      buckets: [0.1, 0.25, 0.5, 1, 2, 4, 8, 16],
      registers,
    }),
  };
}
