/** One epoch of a run: a row of history.csv. */
export interface EpochRow {
  /** From 1. */
  readonly epoch: number;
  readonly loss: number;
  readonly accuracy: number;
  readonly valLoss: number | undefined;
  readonly valAccuracy: number | undefined;
  /** Of the epoch's last step. */
  readonly learningRate: number;
  readonly seconds: number;
  /** Seconds of processor time, all threads together; undefined if it was not measured, as in older runs and in browsers. */
  readonly cpuSeconds?: number | undefined;
}

const COLUMNS = [
  "epoch",
  "loss",
  "accuracy",
  "val_loss",
  "val_accuracy",
  "learning_rate",
  "seconds",
  "cpu_seconds",
] as const;

/** The rows as CSV, columns named as Keras's CSVLogger names them. */
export function formatHistory(rows: readonly EpochRow[]): string {
  const lines = rows.map((row) =>
    [
      row.epoch,
      row.loss,
      row.accuracy,
      row.valLoss,
      row.valAccuracy,
      row.learningRate,
      row.seconds.toFixed(2),
      row.cpuSeconds?.toFixed(2),
    ]
      .map((value) => value ?? "")
      .join(","),
  );
  return `${[COLUMNS.join(","), ...lines].join("\n")}\n`;
}

/** Reads what {@link formatHistory} wrote, in older versions without the last column. */
export function parseHistory(text: string): EpochRow[] {
  const [, ...lines] = text.trimEnd().split("\n");
  return lines.map((line) => {
    const [epoch, loss, accuracy, valLoss, valAccuracy, learningRate, seconds, cpuSeconds] = line
      .split(",")
      .map((cell) => (cell === "" ? undefined : Number(cell)));
    return {
      epoch: epoch!,
      loss: loss!,
      accuracy: accuracy!,
      valLoss,
      valAccuracy,
      learningRate: learningRate!,
      seconds: seconds!,
      cpuSeconds,
    };
  });
}
