import { calledLabel } from "leukogram/review/answer";
import type { PrivateState } from "./privateStore.ts";

// The same in every language, as programs read it.
const NOTICE = "Research use only. Not a medical device.";

const quoted = (value: unknown) => {
  const text = String(value ?? "");
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
};

/** All cells as CSV: what the model said, what the reader did, and in the last column what it is not for. */
export function cellsCsv({ cells, classes, scale }: Pick<PrivateState, "cells" | "classes" | "scale">): string {
  const head = [
    "number",
    "file",
    "label",
    "called",
    "reviewed",
    "predicted",
    ...classes.map((name) => `p_${name}`),
    "familiarity",
    "cropOutside",
    "nucleusFound",
    "redCellPixels",
    "notice",
  ];
  const rows = cells.map((cell) => [
    cell.number,
    cell.file,
    cell.counted,
    calledLabel(cell),
    cell.label !== null,
    cell.predicted,
    ...classes.map((_, i) => cell.probabilities?.[i]?.toFixed(6)),
    cell.familiarity?.toFixed(6),
    cell.crop?.outside.toFixed(3),
    cell.crop?.nucleus,
    cell.crop === null ? undefined : scale?.redCell?.toFixed(1),
    NOTICE,
  ]);
  return `${[head, ...rows].map((row) => row.map(quoted).join(",")).join("\r\n")}\r\n`;
}
