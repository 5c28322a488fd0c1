import type { Agreement, CaseSummary } from "../api/types.ts";
import { texts } from "../texts.ts";
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
  const words = texts.second;
  return (
    <>
      <dl className="figures">
        <div>
          <dt>{words.cells}</dt>
          <dd>{cells}</dd>
        </div>
        <div>
          <dt>{words.same}</dt>
          <dd>
            {formatShare(same.value)} <small>{words.limits(formatLimits(same))}</small>
          </dd>
        </div>
        <div>
          <dt>{words.kappa}</dt>
          <dd>
            {kappa.value.toFixed(2)} <small>{words.limits(formatSpan(kappa.low, kappa.high, 2))}</small>
          </dd>
        </div>
      </dl>
      {byModel.cells > 0 && <p>{words.byModel(byModel)}</p>}
      <p className="muted">{words.kappaHint}</p>
      <h2>{words.table}</h2>
      <ConfusionTable agreement={agreement} />
      <h2 id="differences" tabIndex={-1}>
        {words.differences(differences.length)}
      </h2>
      <Differences differences={differences} caseId={summary.id} canSettle={canSettle} onSettled={onSettled} />
    </>
  );
}
