import type { Estimate, Model } from "../api/types.ts";
import { texts } from "../texts.ts";
import { FindingsList } from "../ui/FindingsList.tsx";
import { formatLimits, formatShare, formatSpan } from "../ui/format.ts";
import { Notice } from "../ui/Notice.tsx";

interface ModelFiguresProps {
  readonly model: Model;
  /** Of a model that was trained here: its last, on the images of its training that were held out. */
  readonly valAccuracy: number | undefined;
}

/** How a model was judged on corrected cells that it did not learn from, or that it was not. */
export function ModelFigures({ model, valAccuracy }: ModelFiguresProps) {
  const words = texts.models;
  const { judged, kind } = model;
  if (judged === null)
    return (
      <>
        {valAccuracy !== undefined && <p>{words.valAccuracy(formatShare(valAccuracy))}</p>}
        {kind === "shipped" ? (
          <p className="muted">{words.notJudgedHere}</p>
        ) : (
          <Notice kind="warning">{words.notJudgedHere}</Notice>
        )}
        <FindingsList findings={model.findings} />
      </>
    );
  return (
    <table className="judged">
      <caption>{words.judged(judged)}</caption>
      <tbody>
        <Figure name={words.before} estimate={judged.before} />
        <Figure name={words.after} estimate={judged.after} />
        {judged.kappaAfter !== null && (
          <tr>
            <th scope="row">{words.kappa}</th>
            <td className="number">{judged.kappaAfter.value.toFixed(2)}</td>
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
