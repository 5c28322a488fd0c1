import { useCallback, useEffect, useMemo, useReducer, useRef } from "react";
import { placesOf, type Row } from "./sections.ts";
import { NOTHING, nextFocus, type Selection, type Step, selected, targets } from "./selection.ts";

/** The gallery's selection over the rows that are shown now. */
export function useGallery(rows: readonly Row[]) {
  const places = useMemo(() => placesOf(rows), [rows]);
  const ids = useRef(places.ids);
  ids.current = places.ids;
  const [kept, dispatch] = useReducer((last: Selection, step: Step) => selected(last, step, ids.current), NOTHING);
  /** Whether the element with the focus must be given the browser's focus too, once it is there. */
  const mustFocus = useRef(false);

  const selection = useMemo<Selection>(() => {
    const { rowOf } = places;
    const chosen = new Set([...kept.chosen].filter((id) => rowOf.has(id)));
    const hasFocus = kept.focus !== undefined && rowOf.has(kept.focus);
    return { ...kept, chosen, focus: hasFocus ? kept.focus : places.ids[0] };
  }, [kept, places]);

  // A filter may have hidden the cell with the focus: the selection goes on with what is shown.
  useEffect(() => {
    if (kept.focus !== undefined && !places.rowOf.has(kept.focus) && places.ids[0] !== undefined)
      dispatch({ kind: "focus", id: places.ids[0] });
  }, [kept.focus, places]);

  const step = useCallback((next: Step, focus = false) => {
    if (focus) mustFocus.current = true;
    dispatch(next);
  }, []);

  /** Moves on from cells that are about to go elsewhere. */
  const leave = useCallback((leaving: readonly string[]) => {
    const next = nextFocus(ids.current, leaving);
    if (next === undefined) return;
    mustFocus.current = true;
    dispatch({ kind: "only", id: next });
  }, []);

  return { places, selection, step, leave, mustFocus, targets: () => targets(selection, ids.current) };
}
