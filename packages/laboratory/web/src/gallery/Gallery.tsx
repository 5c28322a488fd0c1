// The gallery: a grid of cells by label, of which only the rows in sight exist.
import { defaultRangeExtractor, useVirtualizer } from "@tanstack/react-virtual";
import { type Ref, useCallback, useEffect, useImperativeHandle, useRef } from "react";
import { offeredLabels, useLabels } from "../labels.ts";
import { texts } from "../texts.ts";
import { useDragging } from "./dragging.ts";
import { GalleryRow } from "./GalleryRow.tsx";
import type { Row, Section } from "./sections.ts";
import type { GalleryCell, SectionKey } from "./types.ts";
import { FOOT, GAP, SIZES, type Size, useColumns } from "./useColumns.ts";
import type { useGallery } from "./useGallery.ts";
import { useSeen } from "./useSeen.ts";

/** What others may ask of the gallery. */
export interface GalleryHandle {
  /** Scrolls to a section's title. */
  readonly show: (key: SectionKey) => void;
  /** Scrolls to a cell. */
  readonly reveal: (id: string) => void;
  /** Gives the cell that has the gallery's focus the browser's. */
  readonly focus: () => void;
}

interface GalleryProps {
  readonly rows: readonly Row[];
  readonly gallery: ReturnType<typeof useGallery>;
  readonly size: Size;
  readonly onColumns: (columns: number) => void;
  readonly imageOf: (cell: GalleryCell) => string | undefined;
  readonly onKey: (event: React.KeyboardEvent, page: number) => void;
  readonly onOpen: (id: string) => void;
  readonly onDrop: (ids: readonly string[], key: SectionKey) => void;
  readonly canLabel: boolean;
  /** Whether a click adds to the selection, for fingers, which have no Ctrl. */
  readonly isAdding: boolean;
  /** Cells that the reader had time to see, which it adds to. */
  readonly seen: Set<string>;
  readonly ref?: Ref<GalleryHandle>;
}

const idOf = (target: EventTarget) => (target as HTMLElement).closest<HTMLElement>("[data-id]")?.dataset.id;

/** The grid. */
export function Gallery(props: GalleryProps) {
  const { rows, gallery, size, onColumns, imageOf, onKey, onOpen, onDrop, canLabel, isAdding, seen, ref } = props;
  const { places, selection, wishes, step } = gallery;
  const labels = offeredLabels(useLabels());
  const area = useRef<HTMLDivElement>(null);
  const columns = useColumns(area, size);
  const granted = useRef(0);
  useEffect(() => onColumns(columns), [columns, onColumns]);
  const tile = SIZES[size] + FOOT + GAP;
  const focusRow = selection.focus === undefined ? undefined : places.rowOf.get(selection.focus);
  const heightOf = useCallback(() => tile, [tile]);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => area.current,
    estimateSize: heightOf,
    overscan: 3,
    paddingEnd: GAP,
    useFlushSync: false,
    // The row with the focus exists also out of sight, so that the focus is not lost.
    rangeExtractor: (range) => {
      const found = new Set(defaultRangeExtractor(range));
      if (focusRow !== undefined && focusRow < rows.length) found.add(focusRow);
      return [...found].sort((a, b) => a - b);
    },
  });
  useEffect(() => virtual.measure(), [rows, tile]);
  // Without the rows beside them that exist already.
  const { startIndex = 0, endIndex = -1 } = virtual.range ?? {};
  useSeen(rows.slice(startIndex, endIndex + 1), seen);

  const isInside = useRef(false);
  useEffect(() => {
    // A tile that went to another section, as when the model answered for its cell, took the focus with it.
    const isLost = isInside.current && document.activeElement === document.body;
    // A wish belongs to the rows it was rendered with: what React still runs of an earlier rendering must not take it.
    if ((wishes === granted.current && !isLost) || selection.focus === undefined || focusRow === undefined) return;
    granted.current = wishes;
    bringToSight(area.current!, virtual.measurementsCache[focusRow]);
    area.current?.querySelector<HTMLElement>(`[data-id="${selection.focus}"]`)?.focus({ preventScroll: true });
  });

  useImperativeHandle(ref, () => ({
    show: (key) => {
      const row = rows.findIndex((items) => items.some(({ kind, section }) => kind === "title" && section.key === key));
      if (row >= 0) virtual.scrollToIndex(row, { align: "start" });
    },
    reveal: (id) => {
      const row = places.rowOf.get(id);
      if (row === undefined) return;
      bringToSight(area.current!, virtual.measurementsCache[row]);
    },
    focus: () => area.current?.querySelector<HTMLElement>('[role="gridcell"][tabindex="0"]')?.focus(),
  }));

  const dragging = useDragging({ selection, ids: places.ids, step, onDrop });
  const onClick = (event: React.MouseEvent) => {
    const id = idOf(event.target);
    if (id === undefined) return;
    if (event.shiftKey) step({ kind: "range", id }, true);
    else if (event.ctrlKey || event.metaKey || isAdding) step({ kind: "toggle", id }, true);
    else step({ kind: "only", id }, true);
  };
  const chooseAll = useCallback(
    ({ cells }: Section) => step({ kind: "all", ids: cells.map(({ id }) => id) }, true),
    [step],
  );
  const page = Math.max(1, Math.floor((area.current?.clientHeight ?? 0) / tile) - 1);
  return (
    <div
      ref={area}
      role="grid"
      aria-label={texts.gallery.title}
      aria-multiselectable="true"
      aria-rowcount={rows.length}
      aria-colcount={columns}
      aria-keyshortcuts={labels.map(({ key }) => key.toUpperCase()).join(" ")}
      className={`gallery ${size}`}
      onClick={onClick}
      onDoubleClick={(event) => {
        const id = idOf(event.target);
        if (id !== undefined) onOpen(id);
      }}
      onKeyDown={(event) => onKey(event, page)}
      // React tells of neither where an element is removed.
      onFocus={() => {
        isInside.current = true;
      }}
      onBlur={() => {
        isInside.current = false;
      }}
      {...(canLabel && dragging)}
    >
      <div role="presentation" className="galleryLength" style={{ height: virtual.getTotalSize() }}>
        {virtual.getVirtualItems().map(({ index, start, key }) => (
          <GalleryRow
            key={key}
            row={rows[index]!}
            index={index}
            top={start}
            chosen={selection.chosen}
            focus={index === focusRow ? selection.focus : undefined}
            isDraggable={canLabel}
            imageOf={imageOf}
            onChooseAll={chooseAll}
          />
        ))}
      </div>
    </div>
  );
}

interface Placed {
  readonly start: number;
  readonly end: number;
}

function bringToSight(area: HTMLElement, placed: Placed | undefined) {
  const { start = 0, end = 0 } = placed ?? {};
  const bottom = end + GAP;
  if (bottom > area.scrollTop + area.clientHeight) area.scrollTop = bottom - area.clientHeight;
  if (start < area.scrollTop) area.scrollTop = start;
}
