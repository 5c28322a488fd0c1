import { useEffect, useRef } from "react";
import type { Label } from "../api/types.ts";
import { actionOf, commandOf } from "./keys.ts";
import { cellAt, type Row } from "./sections.ts";
import type { useGallery } from "./useGallery.ts";

interface GalleryKeysOptions {
  readonly rows: readonly Row[];
  readonly gallery: ReturnType<typeof useGallery>;
  readonly onLabel: (label: Label | null) => void;
  readonly onConfirm: () => void;
  readonly onUndo: () => void;
  readonly onRedo: () => void;
  readonly onOpen: () => void;
  /** Shows the image of the cell with the focus as large as it gets. */
  readonly onLarge: () => void;
  readonly onClose: () => void;
  readonly isOpen: boolean;
  readonly onHelp: () => void;
}

const isTyping = (target: EventTarget | null) =>
  target instanceof HTMLElement && target.closest("input, textarea, select, dialog") !== null;

/** What the keys do: letters only while the grid has the focus, undo and redo everywhere but in a field. */
export function useGalleryKeys(options: GalleryKeysOptions) {
  const latest = useRef(options);
  latest.current = options;
  useEffect(() => {
    const take = (event: KeyboardEvent) => {
      if (event.defaultPrevented || isTyping(event.target)) return;
      const kind = commandOf(event)?.kind;
      if (kind !== "undo" && kind !== "redo") return;
      event.preventDefault();
      if (kind === "undo") latest.current.onUndo();
      else latest.current.onRedo();
    };
    addEventListener("keydown", take);
    return () => removeEventListener("keydown", take);
  }, []);
  return (event: React.KeyboardEvent, page: number) => {
    // Buttons inside the grid keep their keys.
    if ((event.target as HTMLElement).closest('[role="gridcell"]') === null) return;
    const action = actionOf(event);
    if (action === undefined || action.kind === "undo" || action.kind === "redo") return;
    event.preventDefault();
    const { rows, gallery, ...on } = options;
    const { selection, places, step } = gallery;
    switch (action.kind) {
      case "move": {
        const id = selection.focus && cellAt(rows, places, { from: selection.focus, way: action.way, page });
        if (id) step({ kind: action.how, id }, true);
        return;
      }
      case "label":
        return on.onLabel(action.label);
      case "clear":
        return on.onLabel(null);
      case "confirm":
        return on.onConfirm();
      case "toggle":
        if (selection.focus) step({ kind: "toggle", id: selection.focus });
        return;
      case "section": {
        const row = selection.focus && rows[places.rowOf.get(selection.focus)!];
        if (row) step({ kind: "all", ids: row.section.cells.map(({ id }) => id) }, true);
        return;
      }
      case "all":
        return step({ kind: "all", ids: places.ids });
      case "none":
        return on.isOpen ? on.onClose() : step({ kind: "none" });
      case "open":
        return on.onOpen();
      case "large":
        return on.onLarge();
      case "help":
        return on.onHelp();
    }
  };
}
