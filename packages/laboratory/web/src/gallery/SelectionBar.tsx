import { LABELS } from "leukogram/review/labels";
import type { Label } from "../api/types.ts";
import { labelStyle, letterOf } from "../labels.ts";
import { texts } from "../texts.ts";

interface SelectionBarProps {
  readonly count: number;
  readonly canUndo: boolean;
  readonly canRedo: boolean;
  readonly onLabel: (label: Label | null) => void;
  readonly onConfirm: (() => void) | undefined;
  readonly onUndo: () => void;
  readonly onRedo: () => void;
  readonly onOpen: () => void;
  /** Undefined if cells can't go elsewhere. */
  readonly onMove: (() => void) | undefined;
}

/** What can be done with the chosen cells, for a pointer or a finger. */
export function SelectionBar(props: SelectionBarProps) {
  const { count, canUndo, canRedo, onLabel, onConfirm, onUndo, onRedo, onOpen, onMove } = props;
  const words = texts.selection;
  const isNone = count === 0;
  return (
    <div className="selectionBar" role="toolbar" aria-label={words.title}>
      <span className="figure" aria-live="polite">
        {words.count(count)}
      </span>
      <span className="letters">
        {LABELS.map((label) => (
          <button
            key={label}
            type="button"
            disabled={isNone}
            className="letter"
            style={labelStyle(label)}
            title={texts.labels.name(label)}
            aria-label={words.labelAs(label)}
            onClick={() => onLabel(label)}
          >
            {letterOf(label)}
          </button>
        ))}
      </span>
      {onConfirm !== undefined && (
        <button type="button" disabled={isNone} onClick={onConfirm} title={words.confirmHint}>
          {words.confirm}
        </button>
      )}
      <button type="button" disabled={isNone} onClick={() => onLabel(null)}>
        {words.clear}
      </button>
      <button type="button" disabled={isNone} onClick={onOpen}>
        {words.open}
      </button>
      {onMove !== undefined && (
        <button type="button" disabled={isNone} onClick={onMove}>
          {words.move}
        </button>
      )}
      <span className="push" />
      <button type="button" disabled={!canUndo} onClick={onUndo}>
        {words.undo}
      </button>
      <button type="button" disabled={!canRedo} onClick={onRedo}>
        {words.redo}
      </button>
    </div>
  );
}
