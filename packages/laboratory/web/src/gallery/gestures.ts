// What each key does in the gallery: its keys, its words and what it runs, in one object.
import type { LabelSet } from "leukogram/review/ownLabels";
import type { Label } from "../api/types.ts";
import { labelSet, offeredLabels } from "../labels.ts";
import { texts } from "../texts.ts";
import { cellAt, type Row, type Way } from "./sections.ts";
import type { useGallery } from "./useGallery.ts";

/** What gestures act on. */
export interface GestureContext {
  readonly rows: readonly Row[];
  readonly gallery: ReturnType<typeof useGallery>;
  /** Rows in sight. */
  readonly page: number;
  readonly isOpen: boolean;
  readonly onLabel: (label: Label | null) => void;
  readonly onConfirm: () => void;
  readonly onUndo: () => void;
  readonly onRedo: () => void;
  readonly onOpen: () => void;
  /** Shows the image of the cell with the focus as large as it gets. */
  readonly onLarge: () => void;
  /** Shows whole images, or cells alone. */
  readonly onWhole: () => void;
  /** Shows the chosen cells side by side. */
  readonly onCompare: () => void;
  readonly onClose: () => void;
  readonly onHelp: () => void;
}

/** The part of a keyboard event that says what is asked. */
export type Key = Pick<KeyboardEvent, "key" | "shiftKey" | "ctrlKey" | "metaKey" | "altKey">;

/** Keys, and what they do. */
export interface Gesture {
  readonly name: string;
  /** As the list of keys shows them. */
  readonly keys: readonly string[];
  readonly label: string;
  /** Works wherever the focus is but in a field; the others while a cell has it. */
  readonly isEverywhere?: boolean;
  /** Whether it is meant. Keys with Alt are the browser's own, and never asked about. */
  readonly takes: (key: Key) => boolean;
  readonly run: (context: GestureContext, key: Key) => void;
}

const ARROWS: Readonly<Record<string, Way>> = {
  ArrowLeft: "left",
  ArrowRight: "right",
  ArrowUp: "up",
  ArrowDown: "down",
};
const ENDS: Readonly<Record<string, Way>> = { Home: "rowStart", End: "rowEnd" };
const PAGES: Readonly<Record<string, Way>> = { PageUp: "pageUp", PageDown: "pageDown" };
const WAYS = { ...ARROWS, ...ENDS, ...PAGES };

const isCommand = ({ ctrlKey, metaKey }: Key) => ctrlKey || metaKey;
const plain =
  (...names: readonly string[]) =>
  (key: Key) =>
    !isCommand(key) && names.includes(key.key.length === 1 ? key.key.toLowerCase() : key.key);
const command =
  (name: string, isShifted = false) =>
  (key: Key) =>
    isCommand(key) && key.shiftKey === isShifted && key.key.toLowerCase() === name;

/** Where a key leads to: with Ctrl the ends of a row are those of all cells. */
export function wayOf(key: Key): Way {
  const way = WAYS[key.key]!;
  if (!isCommand(key)) return way;
  return way === "rowStart" ? "first" : way === "rowEnd" ? "last" : way;
}

const moving =
  (kind: "only" | "range" | "focus"): Gesture["run"] =>
  ({ rows, gallery: { selection, places, step }, page }, key) => {
    const id = selection.focus && cellAt(rows, places, { from: selection.focus, way: wayOf(key), page });
    if (id) step({ kind, id }, true);
  };

// Read when they are shown: the reader may have chosen another language by then.
const words = texts.keys.gestures;

const labelling = (set: LabelSet): Gesture[] =>
  offeredLabels(set).map(({ name, key }) => ({
    name,
    keys: [key.toUpperCase()],
    label: texts.labels.name(name),
    takes: (pressed) => plain(key)(pressed),
    run: ({ onLabel }) => onLabel(name),
  }));

const OTHERS: readonly Gesture[] = [
  {
    name: "confirm",
    keys: ["C"],
    get label() {
      return words.confirm;
    },
    takes: plain("c"),
    run: ({ onConfirm }) => onConfirm(),
  },
  {
    name: "clear",
    keys: ["Del"],
    get label() {
      return words.clear;
    },
    takes: plain("Delete", "Backspace"),
    run: ({ onLabel }) => onLabel(null),
  },
  {
    name: "move",
    keys: ["←", "→", "↑", "↓"],
    get label() {
      return words.move;
    },
    takes: (key) => key.key in ARROWS && !key.shiftKey && !isCommand(key),
    run: moving("only"),
  },
  {
    name: "range",
    get keys() {
      return ["Shift", words.arrows];
    },
    get label() {
      return words.range;
    },
    takes: (key) => key.key in WAYS && key.shiftKey,
    run: moving("range"),
  },
  {
    name: "focus",
    get keys() {
      return ["Ctrl", words.arrows];
    },
    get label() {
      return words.focus;
    },
    takes: (key) => (key.key in ARROWS || key.key in PAGES) && isCommand(key) && !key.shiftKey,
    run: moving("focus"),
  },
  {
    name: "toggle",
    get keys() {
      return [words.space];
    },
    get label() {
      return words.toggle;
    },
    takes: (key) => plain(" ")(key) && !key.shiftKey,
    run: ({ gallery: { selection, step } }) => selection.focus && step({ kind: "toggle", id: selection.focus }),
  },
  {
    name: "all",
    keys: ["Ctrl", "A"],
    get label() {
      return words.all;
    },
    takes: command("a"),
    run: ({ gallery: { step, places } }) => step({ kind: "all", ids: places.ids }),
  },
  {
    name: "ends",
    keys: ["Home", "End"],
    get label() {
      return words.ends;
    },
    takes: (key) => key.key in ENDS && !key.shiftKey,
    run: moving("only"),
  },
  {
    name: "page",
    keys: ["Page ↑", "Page ↓"],
    get label() {
      return words.page;
    },
    takes: (key) => key.key in PAGES && !key.shiftKey && !isCommand(key),
    run: moving("only"),
  },
  {
    name: "section",
    get keys() {
      return ["Shift", words.space];
    },
    get label() {
      return words.section;
    },
    takes: (key) => plain(" ")(key) && key.shiftKey,
    run: ({ rows, gallery: { selection, places, step } }) => {
      const row = selection.focus === undefined ? undefined : rows[places.rowOf.get(selection.focus)!];
      const found = row?.find((item) => item.kind === "cell" && item.cell.id === selection.focus);
      if (found) step({ kind: "all", ids: found.section.cells.map(({ id }) => id) }, true);
    },
  },
  {
    name: "open",
    keys: ["Enter"],
    get label() {
      return words.open;
    },
    takes: plain("Enter"),
    run: ({ onOpen }) => onOpen(),
  },
  {
    name: "large",
    keys: ["V"],
    get label() {
      return words.large;
    },
    takes: plain("v"),
    run: ({ onLarge }) => onLarge(),
  },
  {
    name: "whole",
    keys: ["W"],
    get label() {
      return words.whole;
    },
    takes: plain("w"),
    run: ({ onWhole }) => onWhole(),
  },
  {
    name: "compare",
    keys: ["K"],
    get label() {
      return words.compare;
    },
    takes: plain("k"),
    run: ({ onCompare }) => onCompare(),
  },
  {
    name: "none",
    keys: ["Esc"],
    get label() {
      return words.none;
    },
    takes: plain("Escape"),
    run: ({ isOpen, onClose, gallery: { step } }) => (isOpen ? onClose() : step({ kind: "none" })),
  },
  {
    name: "undo",
    keys: ["Ctrl", "Z"],
    get label() {
      return words.undo;
    },
    isEverywhere: true,
    takes: command("z"),
    run: ({ onUndo }) => onUndo(),
  },
  {
    name: "redo",
    keys: ["Ctrl", "Shift", "Z"],
    get label() {
      return words.redo;
    },
    isEverywhere: true,
    takes: (key) => command("z", true)(key) || command("y")(key),
    run: ({ onRedo }) => onRedo(),
  },
  {
    name: "help",
    keys: ["?"],
    get label() {
      return words.help;
    },
    takes: plain("?"),
    run: ({ onHelp }) => onHelp(),
  },
];

/** All gestures, in the order of the list of keys; the first that takes a key is run. */
export const gesturesOf = (set: LabelSet): readonly Gesture[] => [...labelling(set), ...OTHERS];

/** The gesture that a key makes; undefined if none. */
export function gestureOf(key: Key, set = labelSet()): Gesture | undefined {
  return key.altKey ? undefined : gesturesOf(set).find(({ takes }) => takes(key));
}
