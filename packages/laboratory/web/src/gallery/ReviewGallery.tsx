// The gallery with all that labels: keys, bars, drag. Where the labels go, whoever uses it says.
import { type ReactNode, useCallback, useEffect, useEffectEvent, useMemo, useRef, useState } from "react";
import type { Label, Via } from "../api/types.ts";
import { useMessages } from "../app/messages.tsx";
import { askedCell } from "../app/router.ts";
import { texts } from "../texts.ts";
import { ClassBar } from "./ClassBar.tsx";
import { Gallery, type GalleryHandle } from "./Gallery.tsx";
import { FIRST_VIEW, GalleryTools, type View } from "./GalleryTools.tsx";
import { KeysDialog } from "./KeysDialog.tsx";
import { PanelContext, type PanelTools } from "./panelTools.ts";
import { SelectionBar } from "./SelectionBar.tsx";
import { cellAt, rowsOf, sectionsOf } from "./sections.ts";
import type { Changes, GalleryCell, OnLabel, SectionKey } from "./types.ts";
import { useGallery } from "./useGallery.ts";
import { useGalleryKeys } from "./useGalleryKeys.ts";

interface ReviewGalleryProps<T extends GalleryCell> {
  readonly cells: readonly T[];
  readonly imageOf: (cell: GalleryCell) => string | undefined;
  readonly onLabel: OnLabel;
  readonly onUndo: () => Changes | undefined;
  readonly onRedo: () => Changes | undefined;
  readonly canUndo: boolean;
  readonly canRedo: boolean;
  readonly canLabel: boolean;
  /** Why not, where a key asks for it all the same. */
  readonly whyNot?: string;
  readonly isBlind?: boolean;
  /** The side panel for the cell with the focus. */
  readonly panelOf: (cell: T, close: () => void) => ReactNode;
}

/** Cells by label, to be looked at and corrected. */
export function ReviewGallery<T extends GalleryCell>(props: ReviewGalleryProps<T>) {
  const { cells, imageOf, onLabel, canLabel, whyNot = "", isBlind = false, panelOf } = props;
  const [view, setView] = useState<View>(FIRST_VIEW);
  const [columns, setColumns] = useState(6);
  const [isOpen, setIsOpen] = useState(false);
  const [isLarge, setIsLarge] = useState(false);
  const [isHelp, setIsHelp] = useState(false);
  const { announce, say } = useMessages();
  const handle = useRef<GalleryHandle>(null);
  const sections = useMemo(
    () => sectionsOf(cells, { order: isBlind ? "number" : view.order, filter: view.filter }),
    [cells, isBlind, view.order, view.filter],
  );
  const rows = useMemo(() => rowsOf(sections, columns), [sections, columns]);
  const byId = useMemo(() => new Map(cells.map((cell) => [cell.id, cell])), [cells]);
  const counts = useMemo(() => countsOf(cells), [cells]);
  const gallery = useGallery(rows);

  const change = useCallback(
    (ids: readonly string[], labelOf: (cell: T) => Label | null, via: Via) => {
      const found = ids.map((id) => byId.get(id)).filter((cell) => cell !== undefined && cell.status !== "bad");
      if (!canLabel) return say(whyNot);
      const wanted = (found as T[]).map((cell) => ({ cell: cell.id, label: labelOf(cell), was: cell.label }));
      const changes = wanted.filter(({ label, was }) => label !== null || was !== null);
      if (changes.length === 0) return found.length === 0 ? undefined : announce(texts.gallery.noLabel);
      gallery.leave(ids, view.isAdding);
      onLabel(
        changes.map(({ cell, label }) => ({ cell, label })),
        via,
      );
      announce(texts.gallery.labelled(changes.map(({ label }) => label)));
    },
    [byId, canLabel, gallery.leave, view.isAdding, whyNot, onLabel, announce, say],
  );
  const back = (step: () => Changes | undefined, words: (cells: number) => string, isUndo: boolean) => {
    if (!canLabel) return say(whyNot);
    const changes = step();
    if (changes === undefined) return;
    announce(words(changes.length));
    const ids = changes.map(({ cell }) => cell);
    const alone = view.isAdding ? ("past" as const) : ("only" as const);
    // What was chosen one by one is chosen again, to be labelled as was meant.
    gallery.step(isUndo && view.isAdding ? { kind: "these", ids } : { kind: alone, id: ids[0]! }, true);
  };
  const undo = () => back(props.onUndo, texts.gallery.undone, true);
  const redo = () => back(props.onRedo, texts.gallery.redone, false);
  const confirm = (via: Via) => change(gallery.targets(), (cell) => cell.counted, via);
  const onKey = useGalleryKeys({
    rows,
    gallery,
    onLabel: (label) => change(gallery.targets(), () => label, "keyboard"),
    onConfirm: () => !isBlind && confirm("keyboard"),
    onUndo: undo,
    onRedo: redo,
    onOpen: () => setIsOpen(true),
    onLarge: () => {
      setIsOpen(true);
      setIsLarge(true);
    },
    onClose: () => setIsOpen(false),
    isOpen,
    onHelp: () => setIsHelp(true),
  });
  const drop = (ids: readonly string[], key: SectionKey) => {
    if (key !== "bad" && key !== "unread") change(ids, () => key, "drag");
  };
  const close = () => {
    setIsOpen(false);
    setIsLarge(false);
    handle.current?.focus();
  };
  const show = (id: string) => {
    // It may be one that the filter hides.
    if (!gallery.places.rowOf.has(id)) setView((last) => ({ ...last, filter: "all" }));
    gallery.step({ kind: "only", id }, true);
  };
  const move: PanelTools["onMove"] = (way) => {
    const from = gallery.selection.focus;
    const id = from && cellAt(rows, gallery.places, { from, way, page: 1 });
    if (!id) return;
    gallery.step({ kind: "only", id });
    handle.current?.reveal(id);
  };
  const panelTools = (id: string) => ({
    canLabel,
    onLabel: (label: Label | null) => change([id], () => label, "menu"),
    onConfirm: isBlind ? undefined : () => change([id], (cell) => cell.counted, "menu"),
    onMove: move,
    onShow: show,
    onLarge: setIsLarge,
  });
  const asked = useRef(askedCell());
  useEffect(() => {
    const id = asked.current;
    if (id === undefined || !byId.has(id)) return;
    asked.current = undefined;
    gallery.step({ kind: "only", id }, true);
    setIsOpen(true);
  }, [byId, gallery.step]);
  // An opened panel leaves less room, in which its cell stays in sight.
  const reveal = useEffectEvent(() => gallery.selection.focus && handle.current?.reveal(gallery.selection.focus));
  useEffect(() => {
    if (isOpen && columns > 0) reveal();
  }, [isOpen, columns]);
  const focused = gallery.selection.focus === undefined ? undefined : byId.get(gallery.selection.focus);
  return (
    <>
      <div className="galleryFrame">
        <ClassBar counts={counts} onShow={(label) => handle.current?.show(label)} onDrop={drop} />
        <GalleryTools view={view} onView={setView} onHelp={() => setIsHelp(true)} isBlind={isBlind} />
        {rows.length === 0 && <p className="empty">{texts.gallery.noneShown}</p>}
        <Gallery
          ref={handle}
          rows={rows}
          gallery={gallery}
          size={view.size}
          onColumns={setColumns}
          imageOf={imageOf}
          onKey={onKey}
          onOpen={() => setIsOpen(true)}
          onDrop={drop}
          canLabel={canLabel}
          isAdding={view.isAdding}
        />
        {canLabel ? (
          <SelectionBar
            count={gallery.selection.chosen.size}
            canUndo={props.canUndo}
            canRedo={props.canRedo}
            onLabel={(label) => change(gallery.targets(), () => label, "menu")}
            onConfirm={isBlind ? undefined : () => confirm("menu")}
            onUndo={undo}
            onRedo={redo}
            onOpen={() => setIsOpen(true)}
          />
        ) : (
          <div className="selectionBar">
            <button type="button" disabled={focused === undefined} onClick={() => setIsOpen(true)}>
              {texts.selection.openCell(focused?.number)}
            </button>
          </div>
        )}
      </div>
      {isOpen && focused !== undefined && (
        <PanelContext value={{ ...panelTools(focused.id), isLarge }}>{panelOf(focused, close)}</PanelContext>
      )}
      {isHelp && <KeysDialog onClose={() => setIsHelp(false)} />}
    </>
  );
}

function countsOf(cells: readonly GalleryCell[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { counted } of cells) if (counted !== null) counts.set(counted, (counts.get(counted) ?? 0) + 1);
  return counts;
}
