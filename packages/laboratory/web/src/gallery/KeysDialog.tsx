import { useLabels } from "../labels.ts";
import { texts } from "../texts.ts";
import { Dialog } from "../ui/Dialog.tsx";
import { gesturesOf } from "./gestures.ts";

interface KeysDialogProps {
  readonly isBlind: boolean;
  readonly onClose: () => void;
}

/** All keys of the gallery, and what its marks mean. */
export function KeysDialog({ isBlind, onClose }: KeysDialogProps) {
  return (
    <Dialog title={texts.keys.title} onClose={onClose}>
      <p className="muted">{texts.keys.where}</p>
      <dl className="keys">
        {gesturesOf(useLabels()).map(({ name, keys, label }) => (
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
      <h3>{texts.marks.title}</h3>
      <Marks isBlind={isBlind} />
    </Dialog>
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
