import { type ReactNode, useId, useLayoutEffect, useRef } from "react";
import { FaultArea } from "../app/FaultArea.tsx";
import { t } from "../language/words.ts";

interface DialogProps {
  readonly title: string;
  readonly className?: string;
  readonly onClose: () => void;
  readonly children: ReactNode;
}

const FIRST = "[data-first-focus]";
const FIELDS = "input:not([hidden]), select, textarea";

/** A window over the page, which shows the faults of what is done in it. What asks for it (`data-first-focus`), else its first field, gets the focus; Escape closes it, and the focus goes back to where it was. */
export function Dialog({ title, className, onClose, children }: DialogProps) {
  const element = useRef<HTMLDialogElement>(null);
  const id = useId();
  // Before it leaves the page, so that the browser gives the focus back.
  useLayoutEffect(() => {
    const dialog = element.current!;
    if (!dialog.open) dialog.showModal();
    (dialog.querySelector<HTMLElement>(FIRST) ?? dialog.querySelector<HTMLElement>(FIELDS))?.focus();
    return () => dialog.close();
  }, []);
  return (
    <dialog
      ref={element}
      className={className}
      aria-labelledby={id}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
    >
      <div className="dialogHead">
        <h2 id={id}>{title}</h2>
        <button type="button" className="quiet small" onClick={onClose}>
          {t("app.close")}
        </button>
      </div>
      <FaultArea>{children}</FaultArea>
    </dialog>
  );
}
