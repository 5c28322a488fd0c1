import { usePanelTools } from "../gallery/panelTools.ts";
import { labelStyle, offeredLabels, useLabels } from "../labels.ts";
import { texts } from "../texts.ts";

/** Labels for the cell in the panel, with their names, so that a finger needs no other place. */
export function PanelLabels() {
  const { onLabel, onConfirm } = usePanelTools();
  const words = texts.cell;
  const labels = offeredLabels(useLabels());
  return (
    <div className="panelLabels" role="group" aria-label={words.labelTitle}>
      {labels.map(({ name: label, key }) => (
        <button key={label} type="button" style={labelStyle(label)} onClick={() => onLabel(label)}>
          <span className="letter" aria-hidden="true">
            {key.toUpperCase()}
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
