import type { PrivateState } from "./privateStore.ts";

const quoted = (value: unknown) => {
  const text = String(value ?? "");
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
};

/** All cells as CSV: what the model said, and what the reader did. */
export function cellsCsv({ cells, classes }: Pick<PrivateState, "cells" | "classes">): string {
  const head = [
    "number",
    "file",
    "label",
    "reviewed",
    "predicted",
    ...classes.map((name) => `p_${name}`),
    "familiarity",
  ];
  const rows = cells.map((cell) => [
    cell.number,
    cell.file,
    cell.counted,
    cell.label !== null,
    cell.predicted,
    ...classes.map((_, i) => cell.probabilities?.[i]?.toFixed(6)),
    cell.familiarity?.toFixed(6),
  ]);
  return `${[head, ...rows].map((row) => row.map(quoted).join(",")).join("\r\n")}\r\n`;
}
