import { many } from "./words.ts";

/** Private mode. */
export const privateTexts = {
  private: {
    title: "Private mode",
    badge: "Images stay on this computer",
    what: "Images are classified in this browser and never sent. They are discarded when the page is closed.",
    offlineReady: "Images are classified in this browser and never sent. This page now also works offline.",
    model: "Model",
    files: "Choose images",
    empty: "Choose single-cell images, or drop them here.",
    csv: "Download CSV",
    clear: "Discard all",
    you: "you",
    noModel: "This model is not available offline.",
    scale: "Scale",
    scaleTell: "Set the scale",
    scaleHint:
      "72px for red cells 72 pixels wide, 0.10um for 0.10 micrometres per pixel. If empty, measured from the nuclei (at least 20 images).",
    scaleNow: (text: string | null) =>
      `Scale: ${text ?? "unknown; each cell is cropped by the size of its own nucleus"}.`,
    scaleNotes: "Notes on the scale",
    /** Sentences of the command line, whose flag a page does not have. */
    said: (sentence: string) => sentence.replaceAll("--scale ", ""),
    countNote: "Shares are not corrected: intervals cover the limited number of cells, but not the model's errors.",
    status: (status: "empty" | "loading" | "ready" | "failed", done: number, of: number) =>
      ({
        empty: "No model yet",
        loading: "Loading the model …",
        failed: "The model can't be loaded",
        ready: of === 0 ? "Ready" : done < of ? `Classified ${done} of ${of}` : `${many(of, "cell")} classified`,
      })[status],
  },
};
