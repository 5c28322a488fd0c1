import { calledLabel } from "leukogram/review/answer";
import { useCallback, useState } from "react";
import type { Label, Via } from "../api/types.ts";
import { useMessages } from "../app/messages.tsx";
import { texts } from "../texts.ts";
import type { Changes, GalleryCell, OnLabel, SectionKey } from "./types.ts";
import type { useGallery } from "./useGallery.ts";

/** Where labels go, and whether any can be given. */
export interface Labelling {
  readonly onLabel: OnLabel;
  readonly onUndo: () => Changes | undefined;
  readonly onRedo: () => Changes | undefined;
  readonly canUndo: boolean;
  readonly canRedo: boolean;
  readonly canLabel: boolean;
  /** Why not, if a key asks for it all the same. */
  readonly whyNot?: string;
}

interface LabellingOptions<T extends GalleryCell> extends Labelling {
  readonly byId: ReadonlyMap<string, T>;
  readonly gallery: ReturnType<typeof useGallery>;
  /** Whether cells are chosen one by one. */
  readonly isAdding: boolean;
  /** Cells that were on screen. */
  readonly seen: ReadonlySet<string>;
}

/** Cells that are to be confirmed, of which the reader has not seen some. */
export interface Unseen {
  readonly ids: readonly string[];
  readonly via: Via;
  readonly unseen: number;
}

/** What labels cells: by their ids, by the choice, by a drop; and the steps back. */
export function useLabelling<T extends GalleryCell>(options: LabellingOptions<T>) {
  const { byId, gallery, isAdding, seen, onLabel, onUndo, onRedo, canLabel, whyNot = "" } = options;
  const { announce, say } = useMessages();
  const change = useCallback(
    (ids: readonly string[], labelOf: (cell: T) => Label | null, via: Via) => {
      const found = ids.map((id) => byId.get(id)).filter((cell) => cell !== undefined && cell.status !== "bad");
      if (!canLabel) return say(whyNot);
      const wanted = (found as T[]).map((cell) => ({ cell: cell.id, label: labelOf(cell), was: cell.label }));
      const changes = wanted.filter(({ label, was }) => label !== null || was !== null);
      if (changes.length === 0) return found.length === 0 ? undefined : announce(texts.gallery.noLabel);
      gallery.leave(ids, isAdding);
      onLabel(
        changes.map(({ cell, label }) => ({ cell, label })),
        via,
      );
      announce(texts.gallery.labelled(changes.map(({ label }) => label)));
    },
    [byId, canLabel, gallery.leave, isAdding, whyNot, onLabel, announce, say],
  );
  const back = (step: () => Changes | undefined, words: (cells: number) => string, isUndo: boolean) => {
    if (!canLabel) return say(whyNot);
    const changes = step();
    if (changes === undefined) return;
    announce(words(changes.length));
    const ids = changes.map(({ cell }) => cell);
    const alone = isAdding ? ("past" as const) : ("only" as const);
    // What was chosen one by one is chosen again, to be labelled as was meant.
    gallery.step(isUndo && isAdding ? { kind: "these", ids } : { kind: alone, id: ids[0]! }, true);
  };
  const undo = () => back(onUndo, texts.gallery.undone, true);
  const redo = () => back(onRedo, texts.gallery.redone, false);
  const [unseen, setUnseen] = useState<Unseen>();
  const confirmAll = (ids: readonly string[], via: Via) => change(ids, calledLabel, via);
  const confirm = (via: Via) => {
    const ids = gallery.targets();
    // What has a label already stays as it is.
    const hidden = ids.filter((id) => !seen.has(id) && byId.get(id)?.label === null && byId.get(id)?.status !== "bad");
    if (canLabel && hidden.length > 0) setUnseen({ ids, via, unseen: hidden.length });
    else confirmAll(ids, via);
  };
  /** What a reader is asked about, and what becomes of it. */
  const asking = unseen && {
    ...unseen,
    confirm: () => {
      setUnseen(undefined);
      confirmAll(unseen.ids, unseen.via);
    },
    close: () => setUnseen(undefined),
  };
  const drop = (ids: readonly string[], key: SectionKey) => {
    if (key !== "bad" && key !== "unread") change(ids, () => key, "drag");
  };
  return { change, undo, redo, confirm, asking, drop };
}
