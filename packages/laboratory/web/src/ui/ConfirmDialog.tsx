import type { ReactNode } from "react";
import { t } from "../language/words.ts";
import { Dialog } from "./Dialog.tsx";
import { useAction } from "./useAction.ts";

interface ConfirmDialogProps {
  readonly title: string;
  /** What is done where the answer is yes, in a word or two. */
  readonly doIt: string;
  readonly onConfirm: () => Promise<void>;
  readonly onClose: () => void;
  /** What the reader should know before. */
  readonly children: ReactNode;
}

/** Asks before something is done; stays open, with the reason, where it could not be done. */
export function ConfirmDialog({ title, onClose, children, ...rest }: ConfirmDialogProps) {
  return (
    <Dialog title={title} onClose={onClose}>
      {children}
      <Answers onClose={onClose} {...rest} />
    </Dialog>
  );
}

function Answers({ doIt, onConfirm, onClose }: Pick<ConfirmDialogProps, "doIt" | "onConfirm" | "onClose">) {
  const [confirm, isBusy] = useAction(onConfirm);
  return (
    <div className="row end answers">
      <button type="button" onClick={onClose}>
        {t("app.cancel")}
      </button>
      <button type="button" className="primary" disabled={isBusy} onClick={() => void confirm()}>
        {doIt}
      </button>
    </div>
  );
}
