import type { CaseSummary } from "../api/types.ts";
import { ReasonForm } from "../case/ReasonForm.tsx";
import { t } from "../language/words.ts";
import { Dialog } from "../ui/Dialog.tsx";

interface VoidDialogProps {
  readonly caseId: string;
  readonly onVoided: (summary: CaseSummary) => void;
  readonly onClose: () => void;
}

/** Voids a case, for a reason. */
export function VoidDialog({ caseId, onVoided, onClose }: VoidDialogProps) {
  return (
    <Dialog title={t("case.voidTitle")} onClose={onClose}>
      <ReasonForm
        caseId={caseId}
        step="void"
        label={t("case.voidReason")}
        button={t("case.voidConfirm")}
        isPrimary
        onDone={onVoided}
      >
        <p>{t("case.voidWhat")}</p>
      </ReasonForm>
    </Dialog>
  );
}
