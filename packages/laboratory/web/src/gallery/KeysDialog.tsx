import { LABELS } from "leukogram/review/labels";
import { letterOf } from "../labels.ts";
import { texts } from "../texts.ts";
import { Dialog } from "../ui/Dialog.tsx";

/** All keys of the gallery. */
export function KeysDialog({ onClose }: { readonly onClose: () => void }) {
  return (
    <Dialog title={texts.keys.title} onClose={onClose}>
      <p className="muted">{texts.keys.where}</p>
      <dl className="keys">
        {LABELS.map((label) => (
          <div key={label}>
            <dt>
              <kbd>{letterOf(label)}</kbd>
            </dt>
            <dd>{texts.labels.name(label)}</dd>
          </div>
        ))}
        {texts.keys.others.map(([keys, what]) => (
          <div key={what}>
            <dt>
              {keys.map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
