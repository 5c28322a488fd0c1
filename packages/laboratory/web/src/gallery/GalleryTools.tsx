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
}

/** Unsure cells first, all of them. */
export const FIRST_VIEW: View = { order: "unsure", filter: "all", size: "medium", isAdding: false };

const ORDERS: readonly Order[] = ["unsure", "number"];
const FILTERS: readonly Filter[] = ["all", "unsure", "unfamiliar", "crop", "unreviewed"];

interface GalleryToolsProps {
  readonly view: View;
  readonly onView: (view: View) => void;
  readonly onHelp: () => void;
  /** Whether the model's answers are withheld, so that nothing can be ordered by them. */
  readonly isBlind: boolean;
}

/** Order, filter and size of the gallery. */
export function GalleryTools({ view, onView, onHelp, isBlind }: GalleryToolsProps) {
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
      <button type="button" className="quiet" onClick={onHelp} aria-keyshortcuts="?">
        {words.keys}
      </button>
      <Marks isBlind={isBlind} />
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

/** What the marks of tiles mean; a blind reader sees those of reviewed cells alone. */
function Marks({ isBlind }: { readonly isBlind: boolean }) {
  const { title, of } = texts.marks;
  return (
    <ul className="markLegend" aria-label={title}>
      {of
        .filter(([kind]) => !isBlind || kind === "reviewed")
        .map(([kind, sign, meaning]) => (
          <li key={kind}>
            <span className={`mark ${kind}`} aria-hidden="true">
              {sign}
            </span>
            {meaning}
          </li>
        ))}
    </ul>
  );
}
