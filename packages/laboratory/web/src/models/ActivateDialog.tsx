import type { Model } from "../api/types.ts";
import { t } from "../language/words.ts";
import { ConfirmDialog } from "../ui/ConfirmDialog.tsx";
import { Notice } from "../ui/Notice.tsx";
import { ModelFigures } from "./ModelFigures.tsx";

interface ActivateDialogProps {
  readonly model: Model;
  /** The one that answers now. */
  readonly active: Model | undefined;
  readonly valAccuracy: number | undefined;
  readonly onConfirm: () => Promise<void>;
  readonly onClose: () => void;
}

/** Says which model answers now, which would, and how little or much is known of it. */
export function ActivateDialog({ model, active, valAccuracy, onConfirm, onClose }: ActivateDialogProps) {
  const isWorse = model.judged !== null && model.judged.after.value < model.judged.before.value;
  return (
    <ConfirmDialog
      title={t("models.activateTitle", { name: model.name })}
      doIt={t("models.activate")}
      onConfirm={onConfirm}
      onClose={onClose}
    >
      <div className="form">
        <dl className="facts">
          <dt>{t("models.answersNow")}</dt>
          <dd>{active?.name ?? "–"}</dd>
          <dt>{t("models.answersThen")}</dt>
          <dd>{model.name}</dd>
        </dl>
        <p>{t("models.othersKeep")}</p>
        <ModelFigures model={model} valAccuracy={valAccuracy} />
        {isWorse && <Notice kind="warning">{t("models.isWorse")}</Notice>}
      </div>
    </ConfirmDialog>
  );
}
