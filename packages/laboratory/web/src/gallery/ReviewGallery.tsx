// The gallery with all that labels: keys, bars, drag. Where the labels go, whoever uses it says.
import { calledLabel } from "leukogram/review/answer";
import { type ReactNode, useEffect, useEffectEvent, useMemo, useRef, useState } from "react";
import { askedCell } from "../app/router.ts";
import { CompareDialog } from "../cell/CompareDialog.tsx";
import { loadLabelSet, useLabels } from "../labels.ts";
import { texts } from "../texts.ts";
import { ClassBar } from "./ClassBar.tsx";
import { ConfirmUnseen } from "./ConfirmUnseen.tsx";
import { Gallery, type GalleryHandle } from "./Gallery.tsx";
import { firstView, GalleryTools, keepView, type View } from "./GalleryTools.tsx";
import { KeysDialog } from "./KeysDialog.tsx";
import { PanelContext } from "./panelTools.ts";
import { SelectionBar } from "./SelectionBar.tsx";
import { rowsOf, sectionsOf } from "./sections.ts";
import type { GalleryCell } from "./types.ts";
import { useGallery } from "./useGallery.ts";
import { useGalleryKeys } from "./useGalleryKeys.ts";
import { type Labelling, useLabelling } from "./useLabelling.ts";
import { usePanel } from "./usePanel.ts";

interface ReviewGalleryProps<T extends GalleryCell> extends Labelling {
  readonly cells: readonly T[];
  /** Address of a small image of the cell alone; of its whole image, if both are there. */
  readonly imageOf: (cell: GalleryCell) => string | undefined;
  readonly wholeOf?: ((cell: GalleryCell) => string | undefined) | undefined;
  readonly isBlind?: boolean;
  /** Address of the large image of a cell. */
  readonly pictureOf: (cell: GalleryCell) => string | undefined;
  /** Whether cells of signed cases can be asked for, to compare with. */
  readonly hasReferences?: boolean;
  /** Whether the images are of the laboratory's scale; default true. */
  readonly hasScale?: boolean;
  /** Cells that were on screen, where that outlives the gallery. */
  readonly seen?: Set<string>;
  /** Moves cells to another case; undefined if there is none. */
  readonly onMove?: ((ids: readonly string[]) => void) | undefined;
  /** The side panel for the cell with the focus. */
  readonly panelOf: (cell: T, close: () => void) => ReactNode;
}

/** Cells by label, to be looked at and corrected. */
export function ReviewGallery<T extends GalleryCell>(props: ReviewGalleryProps<T>) {
  const {
    cells,
    imageOf,
    wholeOf,
    pictureOf,
    hasReferences = false,
    hasScale = true,
    canLabel,
    isBlind = false,
    onMove,
    panelOf,
  } = props;
  const labels = useLabels();
  // What others set meanwhile.
  useEffect(() => void loadLabelSet(), []);
  const [view, setView] = useState<View>(firstView);
  useEffect(() => keepView(view), [view]);
  const { isUnidentifiedFirst } = view;
  const [columns, setColumns] = useState(6);
  const [isHelp, setIsHelp] = useState(false);
  const [compared, setCompared] = useState<readonly string[]>();
  const handle = useRef<GalleryHandle>(null);
  const sections = useMemo(
    // By the labels that there are.
    () =>
      labels && sectionsOf(cells, { order: isBlind ? "number" : view.order, filter: view.filter, isUnidentifiedFirst }),
    [cells, isBlind, view.order, view.filter, isUnidentifiedFirst, labels],
  );
  const rows = useMemo(() => rowsOf(sections, columns), [sections, columns]);
  const byId = useMemo(() => new Map(cells.map((cell) => [cell.id, cell])), [cells]);
  const counts = useMemo(() => countsOf(cells), [cells]);
  const gallery = useGallery(rows);

  const ownSeen = useRef(new Set<string>());
  const seen = props.seen ?? ownSeen.current;
  const { isAdding } = view;
  const { change, undo, redo, confirm, asking, drop } = useLabelling({ ...props, byId, gallery, isAdding, seen });
  const panel = usePanel({
    rows,
    gallery,
    canLabel,
    isBlind,
    hasScale,
    change,
    reveal: (id) => handle.current?.reveal(id),
    showAll: () => setView((last) => ({ ...last, filter: "all" })),
    onClosed: () => handle.current?.focus(),
  });
  const onKey = useGalleryKeys({
    rows,
    gallery,
    onLabel: (label) => change(gallery.targets(), () => label, "keyboard"),
    onConfirm: () => !isBlind && confirm("keyboard"),
    onUndo: undo,
    onRedo: redo,
    onOpen: () => panel.open(),
    onLarge: () => panel.open(true),
    onWhole: () => wholeOf && setView((last) => ({ ...last, isWhole: !last.isWhole })),
    onCompare: () => setCompared(gallery.targets()),
    onClose: panel.hide,
    isOpen: panel.isOpen,
    onHelp: () => setIsHelp(true),
  });
  const open = useEffectEvent(() => panel.open());
  const asked = useRef(askedCell());
  useEffect(() => {
    const id = asked.current;
    if (id === undefined || !byId.has(id)) return;
    asked.current = undefined;
    gallery.step({ kind: "only", id }, true);
    open();
  }, [byId, gallery.step]);
  // An opened panel leaves less room, in which its cell stays in sight.
  const reveal = useEffectEvent(() => gallery.selection.focus && handle.current?.reveal(gallery.selection.focus));
  useEffect(() => {
    if (panel.isOpen && columns > 0) reveal();
  }, [panel.isOpen, columns]);
  const focused = gallery.selection.focus === undefined ? undefined : byId.get(gallery.selection.focus);
  return (
    <>
      <div className="galleryFrame">
        <ClassBar counts={counts} onShow={(label) => handle.current?.show(label)} onDrop={drop} />
        <GalleryTools
          view={view}
          onView={setView}
          onHelp={() => setIsHelp(true)}
          isBlind={isBlind}
          hasCrops={wholeOf !== undefined}
        />
        {rows.length === 0 && <p className="empty">{texts.gallery.noneShown}</p>}
        <Gallery
          ref={handle}
          rows={rows}
          gallery={gallery}
          size={view.size}
          onColumns={setColumns}
          seen={seen}
          imageOf={view.isWhole && wholeOf ? wholeOf : imageOf}
          onKey={onKey}
          onOpen={() => panel.open()}
          onDrop={drop}
          canLabel={canLabel}
          isAdding={isAdding}
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
            onOpen={() => panel.open()}
            onCompare={() => setCompared(gallery.targets())}
            onMove={onMove && (() => onMove(gallery.targets()))}
          />
        ) : (
          <div className="selectionBar">
            <button type="button" disabled={focused === undefined} onClick={() => panel.open()}>
              {texts.selection.openCell(focused?.number)}
            </button>
          </div>
        )}
      </div>
      {panel.isOpen && focused !== undefined && (
        <PanelContext value={panel.toolsOf(focused.id)}>{panelOf(focused, panel.close)}</PanelContext>
      )}
      {asking !== undefined && (
        <ConfirmUnseen
          cells={asking.ids.length}
          unseen={asking.unseen}
          onConfirm={asking.confirm}
          onClose={asking.close}
        />
      )}
      {compared !== undefined && (
        <CompareDialog
          cells={compared.flatMap((id) => byId.get(id) ?? [])}
          imageOf={pictureOf}
          hasReferences={hasReferences}
          onClose={() => setCompared(undefined)}
        />
      )}
      {isHelp && <KeysDialog isBlind={isBlind} onClose={() => setIsHelp(false)} />}
    </>
  );
}

function countsOf(cells: readonly GalleryCell[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const cell of cells) {
    const called = calledLabel(cell);
    if (called !== null) counts.set(called, (counts.get(called) ?? 0) + 1);
  }
  return counts;
}
