import type { Label } from "../api/types.ts";
import { lacksNucleus, leaves } from "../gallery/cropAlarms.ts";
import type { GalleryCell } from "../gallery/types.ts";
import { joined, many, number, percent } from "./words.ts";

/** The gallery of cells, its keys, the panel of a cell. */
export const galleryTexts = {
  gallery: {
    title: "Cells by label",
    classBar: "Labels: go to a label, or drop cells on it",
    section: { unread: "Not labelled yet", bad: "Can't be read" },
    cells: (count: number) => many(count, "cell"),
    chooseSection: "Select all",
    bad: "Not readable",
    noneShown: "No cells match the filter.",
    cell: (cell: GalleryCell, certainty: number | null) =>
      joined([
        `Cell ${cell.number}`,
        cell.status === "bad" && "can't be read",
        cell.counted ?? (cell.status === "waiting" ? "waiting" : "not labelled yet"),
        certainty !== null && `model: ${cell.predicted} ${Math.round(100 * certainty)} percent`,
        cell.isRejected && "not sure",
        cell.isUnfamiliar && "unfamiliar",
        leaves(cell) && "crop extends beyond the image",
        lacksNucleus(cell) && "no nucleus found",
        cell.label !== null && "reviewed",
      ]),
    labelled: (labels: readonly (Label | null)[]) => {
      const names = new Set(labels);
      const [only] = names;
      const what = names.size > 1 ? "confirmed" : only === null ? "label removed" : only;
      return `${many(labels.length, "cell")}: ${what}`;
    },
    noLabel: "No label to remove.",
    undone: (cells: number) => `Undone: ${many(cells, "cell")}`,
    redone: (cells: number) => `Redone: ${many(cells, "cell")}`,
  },
  marks: {
    title: "Marks",
    of: [
      ["rejected", "?", "not sure"],
      ["unfamiliar", "≠", "unlike the model's training images"],
      ["crop", "◧", "crop extends beyond the image, or no nucleus"],
      ["reviewed", "✓", "reviewed"],
    ] as readonly (readonly [string, string, string])[],
  },
  selection: {
    title: "Selected cells",
    count: (count: number) => (count === 0 ? "None selected" : `${number.format(count)} selected`),
    labelAs: (label: string) => `Label as ${label}`,
    confirm: "Confirm",
    confirmHint: "Confirm the current label of each (C)",
    unseenTitle: "Confirm cells that you have not seen?",
    unseen: (unseen: number, of: number) =>
      `${number.format(unseen)} of the ${many(of, "selected cell was", "selected cells were")} never on screen. Scroll through the cells before you confirm them, or confirm them unseen.`,
    confirmAll: (cells: number) => `Confirm ${many(cells, "cell")}`,
    clear: "Remove label",
    open: "Open",
    openCell: (number: number | undefined) => (number === undefined ? "Open" : `Open cell ${number}`),
    move: "Move",
    undo: "Undo",
    redo: "Redo",
  },
  tools: {
    order: "Order within labels",
    orders: { unsure: "Not sure first", number: "By number" },
    filter: "Show",
    filters: {
      all: "All cells",
      unsure: "Not sure",
      unfamiliar: "Unfamiliar",
      crop: "Crop alarms",
      unreviewed: "Not reviewed",
    },
    size: "Size",
    sizes: { small: "Small", medium: "Medium", large: "Large" },
    adding: "Select several",
    keys: "Keys (?)",
  },
  keys: {
    title: "Keys of the gallery",
    where: "They work while a cell has the focus (press Tab); undo and redo work everywhere.",
    gestures: {
      arrows: "arrows",
      space: "Space",
      confirm: "Confirm the current label",
      clear: "Remove the label",
      move: "Move",
      range: "Select a range",
      focus: "Move without selecting",
      toggle: "Select or unselect",
      all: "Select all",
      ends: "First or last cell in the row; with Ctrl, of all cells",
      page: "Page up, page down",
      section: "Select all cells with the same label",
      open: "Open the side panel",
      large: "Enlarge the image",
      none: "Close the panel; then clear the selection",
      undo: "Undo",
      redo: "Redo",
      help: "Show these keys",
    },
  },
  cell: {
    title: (count: number) => `Cell ${number.format(count)}`,
    waiting: "Waiting for the model.",
    counted: "Counted as",
    probabilities: "Model's probabilities",
    mapHint: "Choose a class to see which areas support it (Grad-CAM).",
    mapOf: (label: string) =>
      `The model's input: a square part of the image at the model's input size, in grey with a violet tint. Yellow: areas that support ${label} (Grad-CAM). White line: the edge of the cell, found by colour. Choose ${label} again to see the image.`,
    mapAlt: (label: string) =>
      `The model's input, in grey with a violet tint; areas that support ${label} are yellow, and a white line surrounds the cell`,
    large: "Large (V)",
    previous: "Previous cell",
    next: "Next cell",
    labelTitle: "Label this cell",
    mapWaiting: "Drawing the map …",
    mapFailed: "No map is available for this image.",
    showMap: ": where the model looked",
    rejected: "The model is too uncertain: the cell counts as unidentified until it is reviewed.",
    unfamiliar: "Unfamiliar: this cell is less familiar than 99 % of the model's training images.",
    familiarity: (share: string) =>
      `Familiarity: ${share} of the model's training images are as unfamiliar as this cell, or more.`,
    cropLeaves: (outside: number) =>
      `The model's crop extends beyond the image: ${percent(outside)} of the crop is outside, and is filled with a mirror image. The image is cropped too tightly, or the scale is wrong.`,
    noNucleus: "No nucleus was found, so the crop is at the centre of the image. Is it a single white blood cell?",
    neighbours: "Most similar labelled cells",
    comparing: (cells: number) => `${many(cells, "labelled cell is", "labelled cells are")} not compared yet …`,
    noNeighbours: "No cells are labelled yet.",
    neighboursHint: "Distance in the model's features, from 0 to 2: smaller is more similar.",
    distance: "distance",
    neighbour: (label: string, isHere: boolean) => `${label}${isHere ? "" : ", from another case"}`,
    history: "History",
    noHistory: "Not labelled by a reader yet.",
    historyStep: (actor: string, label: string | null, via: string) =>
      `${actor}: ${label ?? "label removed"}${via === "" ? "" : ` (${via})`}`,
  },
};
