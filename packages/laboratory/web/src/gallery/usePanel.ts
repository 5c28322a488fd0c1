import { calledLabel } from "leukogram/review/answer";
import { useState } from "react";
import type { Label, Via } from "../api/types.ts";
import type { PanelTools } from "./panelTools.ts";
import { cellAt, type Row } from "./sections.ts";
import type { GalleryCell } from "./types.ts";
import type { useGallery } from "./useGallery.ts";

interface PanelOptions<T extends GalleryCell> {
  readonly rows: readonly Row[];
  readonly gallery: ReturnType<typeof useGallery>;
  readonly canLabel: boolean;
  readonly isBlind: boolean;
  readonly hasScale: boolean;
  readonly change: (ids: readonly string[], labelOf: (cell: T) => Label | null, via: Via) => void;
  /** Brings a cell into sight. */
  readonly reveal: (id: string) => void;
  /** Shows cells that the filter hides. */
  readonly showAll: () => void;
  readonly onClosed: () => void;
}

/** The side panel: whether it is open, and its tools for the cell with the focus. */
export function usePanel<T extends GalleryCell>(options: PanelOptions<T>) {
  const { rows, gallery, canLabel, isBlind, hasScale, change, reveal, showAll, onClosed } = options;
  const [isOpen, setIsOpen] = useState(false);
  const [isLarge, setIsLarge] = useState(false);
  const close = () => {
    setIsOpen(false);
    setIsLarge(false);
    onClosed();
  };
  const show = (id: string) => {
    // It may be one that the filter hides.
    if (!gallery.places.rowOf.has(id)) showAll();
    gallery.step({ kind: "only", id }, true);
  };
  const move: PanelTools["onMove"] = (way) => {
    const from = gallery.selection.focus;
    const id = from && cellAt(rows, gallery.places, { from, way, page: 1 });
    if (!id) return;
    gallery.step({ kind: "only", id });
    reveal(id);
  };
  const toolsOf = (id: string): PanelTools => ({
    canLabel,
    onLabel: (label: Label | null) => change([id], () => label, "menu"),
    onConfirm: isBlind ? undefined : () => change([id], calledLabel, "menu"),
    onMove: move,
    onShow: show,
    hasScale,
    isLarge,
    onLarge: setIsLarge,
  });
  const open = (large = false) => {
    setIsOpen(true);
    if (large) setIsLarge(true);
  };
  return { isOpen, open, hide: () => setIsOpen(false), close, toolsOf };
}
