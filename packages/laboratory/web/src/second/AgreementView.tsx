import type { Agreement, CaseSummary } from "../api/types.ts";
import { decimal, t } from "../language/words.ts";
import { formatLimits, formatShare, formatSpan } from "../ui/format.ts";
import { ConfusionTable } from "./ConfusionTable.tsx";
import { Differences } from "./Differences.tsx";

interface AgreementViewProps {
  readonly agreement: Agreement;
  readonly summary: CaseSummary;
  readonly canSettle: boolean;
  readonly onSettled: () => void;
}

/** How two readings agree, and what is left to settle. */
export function AgreementView({ agreement, summary, canSettle, onSettled }: AgreementViewProps) {
  const { cells, same, kappa, byModel, differences } = agreement;
  return (
    <>
      <dl className="figures">
        <div>
          <dt>{t("second.cells")}</dt>
          <dd>{cells}</dd>
        </div>
        <div>
          <dt>{t("second.same")}</dt>
          <dd>
            {formatShare(same.value)} <small>{t("second.limits", { limits: formatLimits(same) })}</small>
          </dd>
        </div>
        <div>
          <dt>{t("second.kappa")}</dt>
          <dd>
            {decimal(kappa.value, 2)}{" "}
            <small>{t("second.limits", { limits: formatSpan(kappa.low, kappa.high, 2) })}</small>
          </dd>
        </div>
      </dl>
      {byModel.cells > 0 && <p>{t("second.byModel", byModel)}</p>}
      <p className="muted">{t("second.kappaHint")}</p>
      <h2>{t("second.table")}</h2>
      <ConfusionTable agreement={agreement} />
      <h2 id="differences" tabIndex={-1}>
        {t("second.differences", { count: differences.length })}
      </h2>
      <Differences differences={differences} caseId={summary.id} canSettle={canSettle} onSettled={onSettled} />
    </>
  );
}
