import type { CaseSummary } from "../api/types.ts";
import { ReasonForm } from "../case/ReasonForm.tsx";
import { texts } from "../texts.ts";
import { Dialog } from "../ui/Dialog.tsx";

interface VoidDialogProps {
  readonly caseId: string;
  readonly onVoided: (summary: CaseSummary) => void;
  readonly onClose: () => void;
}

/** Voids a case, for a reason. */
export function VoidDialog({ caseId, onVoided, onClose }: VoidDialogProps) {
  const words = texts.case;
  return (
    <Dialog title={words.voidTitle} onClose={onClose}>
      <ReasonForm
        caseId={caseId}
        step="void"
        label={words.voidReason}
        button={words.voidConfirm}
        isPrimary
        onDone={onVoided}
      >
        <p>{words.voidWhat}</p>
      </ReasonForm>
    </Dialog>
  );
}
