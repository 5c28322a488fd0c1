import type { GalleryCell } from "../../../packages/laboratory/web/src/gallery/types.ts";

/** A cell as the gallery has it: classified, not labelled. */
export function cellOf(number: number, facts: Partial<GalleryCell> = {}): GalleryCell {
  return {
    ...{ id: `cell-${number}`, number, file: `${number}.jpg`, status: "classified", error: null },
    ...{ probabilities: [0.99, 0.01], predicted: facts.counted ?? "Basophil", certainty: 0.99, isRejected: false },
    ...{ familiarity: 0.5, isUnfamiliar: false, crop: null },
    ...{ label: null, labelledBy: null, labelledAt: null, counted: "Basophil" },
    ...facts,
  };
}
