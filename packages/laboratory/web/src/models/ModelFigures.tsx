import type { Estimate, Model } from "../api/types.ts";
import { decimal, t } from "../language/words.ts";
import { FindingsList } from "../ui/FindingsList.tsx";
import { formatLimits, formatShare, formatSpan } from "../ui/format.ts";
import { Notice } from "../ui/Notice.tsx";
import { judgedWords } from "./modelWords.ts";

interface ModelFiguresProps {
  readonly model: Model;
  /** Of a model that was trained here: its last, on the images of its training that were held out. */
  readonly valAccuracy: number | undefined;
}

/** How a model was judged on corrected cells that it did not learn from, or that it was not. */
export function ModelFigures({ model, valAccuracy }: ModelFiguresProps) {
  const { judged, kind } = model;
  if (judged === null)
    return (
      <>
        {valAccuracy !== undefined && <p>{t("models.valAccuracy", { share: formatShare(valAccuracy) })}</p>}
        {kind === "shipped" ? (
          <p className="muted">{t("models.notJudgedHere")}</p>
        ) : (
          <Notice kind="warning">{t("models.notJudgedHere")}</Notice>
        )}
        <FindingsList findings={model.findings} />
      </>
    );
  return (
    <table className="judged">
      <caption>{judgedWords(judged)}</caption>
      <tbody>
        <Figure name={t("models.before")} estimate={judged.before} />
        <Figure name={t("models.after")} estimate={judged.after} />
        {judged.kappaAfter !== null && (
          <tr>
            <th scope="row">{t("models.kappa")}</th>
            <td className="number">{decimal(judged.kappaAfter.value, 2)}</td>
            <td className="muted figure">{formatSpan(judged.kappaAfter.low, judged.kappaAfter.high, 2)}</td>
          </tr>
        )}
      </tbody>
    </table>
  );
}

function Figure({ name, estimate }: { readonly name: string; readonly estimate: Estimate }) {
  return (
    <tr>
      <th scope="row">{name}</th>
      <td className="number">{formatShare(estimate.value)}</td>
      <td className="muted figure">{formatLimits(estimate)}</td>
    </tr>
  );
}
