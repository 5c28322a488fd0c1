// Which cells are chosen, and which one has the focus.

/** The gallery's selection; `focus` is the one cell that the Tab key comes to. */
export interface Selection {
  readonly chosen: ReadonlySet<string>;
  readonly focus: string | undefined;
  /** Where a range begins. */
  readonly anchor: string | undefined;
}

/** Nothing chosen. */
export const NOTHING: Selection = { chosen: new Set(), focus: undefined, anchor: undefined };

/** How a click or a key changes it. */
export type Step =
  | { readonly kind: "only"; readonly id: string }
  | { readonly kind: "toggle"; readonly id: string }
  | { readonly kind: "range"; readonly id: string }
  /** The focus alone goes on. */
  | { readonly kind: "focus"; readonly id: string }
  | { readonly kind: "all"; readonly ids: readonly string[] }
  /** These alone; the focus goes to the first of them. */
  | { readonly kind: "these"; readonly ids: readonly string[] }
  /** None, and the focus goes on. */
  | { readonly kind: "past"; readonly id: string }
  | { readonly kind: "none" };

/** The next selection. @param ids all cells that are shown, in order. */
export function selected(last: Selection, step: Step, ids: readonly string[]): Selection {
  switch (step.kind) {
    case "only":
      return { chosen: new Set([step.id]), focus: step.id, anchor: step.id };
    case "toggle": {
      const chosen = new Set(last.chosen);
      if (!chosen.delete(step.id)) chosen.add(step.id);
      return { chosen, focus: step.id, anchor: step.id };
    }
    case "range": {
      const from = ids.indexOf(last.anchor ?? last.focus ?? step.id);
      const to = ids.indexOf(step.id);
      if (from < 0 || to < 0) return { chosen: new Set([step.id]), focus: step.id, anchor: step.id };
      const chosen = new Set(ids.slice(Math.min(from, to), Math.max(from, to) + 1));
      return { chosen, focus: step.id, anchor: ids[from] };
    }
    case "focus":
      return { ...last, focus: step.id };
    case "all":
      return { chosen: new Set(step.ids), focus: last.focus ?? step.ids[0], anchor: last.anchor };
    case "these":
      return { chosen: new Set(step.ids), focus: step.ids[0], anchor: step.ids[0] };
    case "past":
      return { chosen: new Set(), focus: step.id, anchor: step.id };
    case "none":
      return { ...last, chosen: new Set() };
  }
}

/** What is labelled: the chosen cells, or the one with the focus if none is. */
export function targets({ chosen, focus }: Selection, ids: readonly string[]): readonly string[] {
  if (chosen.size > 0) return ids.filter((id) => chosen.has(id));
  return focus === undefined ? [] : [focus];
}

/** Where the focus goes when these cells leave their places: on to the next that stays, else back. */
export function nextFocus(ids: readonly string[], leaving: readonly string[]): string | undefined {
  const gone = new Set(leaving);
  const last = ids.findLastIndex((id) => gone.has(id));
  return (
    ids.slice(last + 1).find((id) => !gone.has(id)) ??
    ids.slice(0, last + 1).findLast((id) => !gone.has(id)) ??
    ids[last]
  );
}
