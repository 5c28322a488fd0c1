import type { Model } from "../api/types.ts";
import { t } from "../language/words.ts";
import { formatMoment } from "../ui/format.ts";
import { ModelFigures } from "./ModelFigures.tsx";

interface ModelCardProps {
  readonly model: Model;
  /** Name of the model that it was adapted from. */
  readonly parentName: string | undefined;
  /** Whether the active model was adapted from it, so that this is the way back. */
  readonly isBack: boolean;
  readonly valAccuracy: number | undefined;
  /** Whether who is there may make it active. */
  readonly canActivate: boolean;
  readonly onActivate: () => void;
}

/** One model, and what is known of how good it is. */
export function ModelCard({ model, parentName, isBack, valAccuracy, canActivate, onActivate }: ModelCardProps) {
  return (
    <li className={`card ${model.isActive ? "active" : ""}`}>
      <h2 tabIndex={-1}>
        {model.name} {model.isActive && <span className="badge signed">{t("models.active")}</span>}
      </h2>
      <p className="muted">
        {[
          t(`models.kinds.${model.kind}`),
          model.parent === null ? undefined : t("models.parent", { name: parentName ?? model.parent }),
          model.createdAt === null ? undefined : formatMoment(model.createdAt),
          t("models.classes", { count: model.classes.length }),
        ]
          .filter(Boolean)
          .join(" · ")}
      </p>
      <ModelFigures model={model} valAccuracy={valAccuracy} />
      {!model.isActive && canActivate && (
        <button
          type="button"
          onClick={onActivate}
          aria-label={t(isBack ? "models.rollBackTo" : "models.activateWhich", { name: model.name })}
        >
          {isBack ? t("models.rollBack") : t("models.activate")}
        </button>
      )}
    </li>
  );
}
