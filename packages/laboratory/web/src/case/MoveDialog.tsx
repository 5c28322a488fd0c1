import type { CaseSummary } from "../api/types.ts";
import { useLoaded } from "../api/useLoaded.ts";
import { t } from "../language/words.ts";
import { Dialog } from "../ui/Dialog.tsx";
import { Field } from "../ui/Field.tsx";
import { LoadFault } from "../ui/LoadFault.tsx";
import { ReasonForm } from "./ReasonForm.tsx";

interface MoveDialogProps {
  readonly caseId: string;
  readonly cells: readonly string[];
  readonly onMoved: (summary: CaseSummary) => void;
  readonly onClose: () => void;
}

/** Moves cells to another open case, or takes them out, for a reason. */
export function MoveDialog({ caseId, cells, onMoved, onClose }: MoveDialogProps) {
  const { data, error, reload } = useLoaded<{ cases: CaseSummary[] }>("/cases?limit=200");
  const open = data?.cases.filter(({ id, status }) => id !== caseId && status === "open") ?? [];
  return (
    <Dialog title={t("move.title", { cells: cells.length })} onClose={onClose}>
      <ReasonForm
        caseId={caseId}
        step="cells/move"
        more={(fields) => ({ cells, to: fields.get("to") === "" ? null : String(fields.get("to")) })}
        label={t("move.reason")}
        button={t("move.confirm")}
        isPrimary
        onDone={onMoved}
      >
        <p>{t("move.what")}</p>
        <LoadFault error={error} onAgain={reload} />
        <Field label={t("move.to")}>
          <select name="to">
            <option value="">{t("move.nowhere")}</option>
            {open.map(({ id, name }) => (
              <option key={id} value={id}>
                {name}
              </option>
            ))}
          </select>
        </Field>
      </ReasonForm>
    </Dialog>
  );
}
