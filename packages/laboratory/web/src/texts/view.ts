import { many, number } from "./words.ts";

/** Cells seen large, and side by side. */
export const viewTexts = {
  view: {
    tools: "Zoom and brightness",
    smaller: "Smaller",
    larger: "Larger",
    zoom: (zoom: number) => `${Math.round(100 * zoom)} %`,
    brightness: "Brightness",
    reset: "Reset",
    micrometres: (length: number) => `${length} µm`,
    keys: "Keys: ← and → for the next cell, labels by their keys, C to confirm, + and − to zoom, [ and ] for brightness, 0 to reset unless it is a label. The wheel zooms, dragging moves.",
    notLabelled: "Not labelled yet",
    compare: (cells: number) => `${many(cells, "cell")} side by side`,
    shownOnly: (shown: number, of: number) => `The first ${number.format(shown)} of ${number.format(of)} are shown.`,
    chosen: "Selected cells",
    number: (count: number) => `Cell ${number.format(count)}`,
    references: "Cells of signed cases",
    noReferences: (label: string) => `No signed case has a cell that counts as ${label}.`,
    reference: (label: string, caseName: string, cell: number) => `${label}: cell ${cell} of case ${caseName}`,
    byReader: (caseName: string) => `${caseName}, labelled by a reader`,
    bySignature: (caseName: string) => `${caseName}, predicted by the model and signed`,
  },
};
