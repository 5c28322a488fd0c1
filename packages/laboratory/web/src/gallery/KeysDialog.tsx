import { texts } from "../texts.ts";
import { Dialog } from "../ui/Dialog.tsx";
import { GESTURES } from "./gestures.ts";

/** All keys of the gallery. */
export function KeysDialog({ onClose }: { readonly onClose: () => void }) {
  return (
    <Dialog title={texts.keys.title} onClose={onClose}>
      <p className="muted">{texts.keys.where}</p>
      <dl className="keys">
        {GESTURES.map(({ name, keys, label }) => (
          <div key={name}>
            <dt>
              {keys.map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
            <dd>{label}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
