import { texts } from "../texts.ts";
import type { Filter, Order } from "./types.ts";
import { SIZES, type Size } from "./useColumns.ts";

/** How the gallery is looked at. */
export interface View {
  readonly order: Order;
  readonly filter: Filter;
  readonly size: Size;
  /** Whether a click adds to the selection. */
  readonly isAdding: boolean;
  /** Whether images are shown whole, and not the cell in them alone. */
  readonly isWhole: boolean;
  /** Whether unidentified cells stand before all others. */
  readonly isUnidentifiedFirst: boolean;
}

/** Unsure cells first, all of them. */
const FIRST_VIEW: View = {
  ...{ order: "unsure", filter: "all", size: "medium", isAdding: false },
  ...{ isWhole: false, isUnidentifiedFirst: false },
};

/** Where this browser keeps how its reader looks at cells. */
const KEPT = "leukogram.gallery";

/** The view that the reader had last; which cells are shown is not kept, so that none is missed. */
export function firstView(): View {
  try {
    const { size, isWhole, isUnidentifiedFirst } = JSON.parse(localStorage.getItem(KEPT) ?? "{}") as Partial<View>;
    return {
      ...FIRST_VIEW,
      ...(size !== undefined && size in SIZES && { size }),
      ...{ isWhole: isWhole === true, isUnidentifiedFirst: isUnidentifiedFirst === true },
    };
  } catch {
    return FIRST_VIEW;
  }
}

/** Keeps a view for the next time. */
export function keepView({ size, isWhole, isUnidentifiedFirst }: View): void {
  try {
    localStorage.setItem(KEPT, JSON.stringify({ size, isWhole, isUnidentifiedFirst }));
  } catch {
    // A browser that keeps nothing begins with the first view each time.
  }
}

const ORDERS: readonly Order[] = ["unsure", "number"];
const FILTERS: readonly Filter[] = ["all", "unsure", "unfamiliar", "crop", "unreviewed"];

interface GalleryToolsProps {
  readonly view: View;
  readonly onView: (view: View) => void;
  readonly onHelp: () => void;
  /** Whether the model's answers are withheld, so that nothing can be ordered by them. */
  readonly isBlind: boolean;
  /** Whether images can be cropped to their cell. */
  readonly hasCrops: boolean;
}

/** Order, filter and size of the gallery. */
export function GalleryTools({ view, onView, onHelp, isBlind, hasCrops }: GalleryToolsProps) {
  const words = texts.tools;
  const filters = isBlind ? FILTERS.filter((name) => name === "all" || name === "unreviewed") : FILTERS;
  return (
    <div className="galleryTools">
      {!isBlind && (
        <Choice
          label={words.order}
          names={ORDERS}
          value={view.order}
          words={words.orders}
          onChange={(order) => onView({ ...view, order })}
        />
      )}
      <Choice
        label={words.filter}
        names={filters}
        value={view.filter}
        words={words.filters}
        onChange={(filter) => onView({ ...view, filter })}
      />
      <Choice
        label={words.size}
        names={Object.keys(SIZES) as Size[]}
        value={view.size}
        words={words.sizes}
        onChange={(size) => onView({ ...view, size })}
      />
      <label className="check">
        <input
          type="checkbox"
          checked={view.isAdding}
          onChange={({ target }) => onView({ ...view, isAdding: target.checked })}
        />
        {words.adding}
      </label>
      {hasCrops && (
        <label className="check">
          <input
            type="checkbox"
            checked={view.isWhole}
            aria-keyshortcuts="W"
            onChange={({ target }) => onView({ ...view, isWhole: target.checked })}
          />
          {words.whole}
        </label>
      )}
      <label className="check">
        <input
          type="checkbox"
          checked={view.isUnidentifiedFirst}
          onChange={({ target }) => onView({ ...view, isUnidentifiedFirst: target.checked })}
        />
        {words.unidentifiedFirst}
      </label>
      <button type="button" className="quiet" onClick={onHelp} aria-keyshortcuts="?">
        {words.keys}
      </button>
    </div>
  );
}

interface ChoiceProps<T extends string> {
  readonly label: string;
  readonly names: readonly T[];
  readonly value: T;
  readonly words: Readonly<Record<T, string>>;
  readonly onChange: (value: T) => void;
}

function Choice<T extends string>({ label, names, value, words, onChange }: ChoiceProps<T>) {
  return (
    <label className="choice">
      <span>{label}</span>
      <select value={value} onChange={({ target }) => onChange(target.value as T)}>
        {names.map((name) => (
          <option key={name} value={name}>
            {words[name]}
          </option>
        ))}
      </select>
    </label>
  );
}
