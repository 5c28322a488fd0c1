import { useCallback, useEffect, useMemo, useReducer, useRef } from "react";
import { placesOf, type Row } from "./sections.ts";
import { NOTHING, nextFocus, type Selection, type Step, selected, targets } from "./selection.ts";

interface Move {
  readonly step: Step;
  readonly focus: boolean;
}

interface Kept {
  readonly kept: Selection;
  /** Grows with each step after which the cell with the gallery's focus is to have the browser's too. */
  readonly wishes: number;
}

/** The gallery's selection over the rows that are shown now. */
export function useGallery(rows: readonly Row[]) {
  const places = useMemo(() => placesOf(rows), [rows]);
  const ids = useRef(places.ids);
  ids.current = places.ids;
  const [{ kept, wishes }, dispatch] = useReducer(
    (last: Kept, { step, focus }: Move): Kept => ({
      kept: selected(last.kept, step, ids.current),
      wishes: last.wishes + Number(focus),
    }),
    { kept: NOTHING, wishes: 0 },
  );

  const selection = useMemo<Selection>(() => {
    const { rowOf } = places;
    const chosen = new Set([...kept.chosen].filter((id) => rowOf.has(id)));
    const hasFocus = kept.focus !== undefined && rowOf.has(kept.focus);
    return { ...kept, chosen, focus: hasFocus ? kept.focus : places.ids[0] };
  }, [kept, places]);

  // A filter may have hidden the cell with the focus: the selection goes on with what is shown.
  useEffect(() => {
    if (kept.focus !== undefined && !places.rowOf.has(kept.focus) && places.ids[0] !== undefined)
      dispatch({ step: { kind: "focus", id: places.ids[0] }, focus: false });
  }, [kept.focus, places]);

  const step = useCallback((next: Step, focus = false) => dispatch({ step: next, focus }), []);

  /** Moves on from cells that are about to go elsewhere, to the next one; while cells are added one by one, none is chosen by itself. */
  const leave = useCallback((leaving: readonly string[], isAdding: boolean) => {
    const next = nextFocus(ids.current, leaving);
    if (next !== undefined) dispatch({ step: { kind: isAdding ? "past" : "only", id: next }, focus: true });
  }, []);

  return { places, selection, wishes, step, leave, targets: () => targets(selection, ids.current) };
}
