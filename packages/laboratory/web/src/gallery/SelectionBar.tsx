import type { Label } from "../api/types.ts";
import { labelStyle, offeredLabels, useLabels } from "../labels.ts";
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
  readonly onCompare: () => void;
  /** Undefined if cells can't go elsewhere. */
  readonly onMove: (() => void) | undefined;
}

/** What can be done with the chosen cells, for a pointer or a finger. */
export function SelectionBar(props: SelectionBarProps) {
  const { count, canUndo, canRedo, onLabel, onConfirm, onUndo, onRedo, onOpen, onCompare, onMove } = props;
  const words = texts.selection;
  const labels = offeredLabels(useLabels());
  const isNone = count === 0;
  return (
    <div className="selectionBar" role="toolbar" aria-label={words.title}>
      <span className="figure" aria-live="polite">
        {words.count(count)}
      </span>
      <span className="letters">
        {labels.map(({ name: label, key }) => (
          <button
            key={label}
            type="button"
            disabled={isNone}
            className="letter"
            style={labelStyle(label)}
            title={texts.labels.name(label)}
            onClick={() => onLabel(label)}
          >
            <span aria-hidden="true">{key.toUpperCase()}</span>
            <span className="unseen">{words.labelAs(texts.labels.name(label))}</span>
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
      <button type="button" disabled={isNone} onClick={onCompare} aria-keyshortcuts="K">
        {words.compare}
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
