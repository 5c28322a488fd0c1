import { texts } from "../texts.ts";
import { ConfirmDialog } from "../ui/ConfirmDialog.tsx";

interface ConfirmUnseenProps {
  readonly cells: number;
  /** Those of them that were never on screen. */
  readonly unseen: number;
  readonly onConfirm: () => void;
  readonly onClose: () => void;
}

/** Asks before cells are confirmed that the reader has not seen. */
export function ConfirmUnseen({ cells, unseen, onConfirm, onClose }: ConfirmUnseenProps) {
  const words = texts.selection;
  return (
    <ConfirmDialog
      title={words.unseenTitle}
      doIt={words.confirmAll(cells)}
      onConfirm={async () => onConfirm()}
      onClose={onClose}
    >
      <p>{words.unseen(unseen, cells)}</p>
    </ConfirmDialog>
  );
}
