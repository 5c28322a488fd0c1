import { LABELS } from "leukogram/review/labels";
import { usePanelTools } from "../gallery/panelTools.ts";
import { labelStyle, letterOf } from "../labels.ts";
import { texts } from "../texts.ts";

/** Labels for the cell in the panel, with their names, so that a finger needs no other place. */
export function PanelLabels() {
  const { onLabel, onConfirm } = usePanelTools();
  const words = texts.cell;
  return (
    <div className="panelLabels" role="group" aria-label={words.labelTitle}>
      {LABELS.map((label) => (
        <button key={label} type="button" style={labelStyle(label)} onClick={() => onLabel(label)}>
          <span className="letter" aria-hidden="true">
            {letterOf(label)}
          </span>
          <span className="name">{texts.labels.name(label)}</span>
        </button>
      ))}
      {onConfirm !== undefined && (
        <button type="button" className="wide" onClick={onConfirm}>
          {texts.selection.confirm}
        </button>
      )}
      <button type="button" className="wide" onClick={() => onLabel(null)}>
        {texts.selection.clear}
      </button>
    </div>
  );
}
