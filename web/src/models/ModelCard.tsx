import type { Estimate, Model } from "../api/types.ts";
import { texts } from "../texts.ts";
import { formatLimits, formatMoment, formatShare } from "../ui/format.ts";

interface ModelCardProps {
  readonly model: Model;
  /** Name of the model that it was adapted from. */
  readonly parentName: string | undefined;
  /** Whether the active model was adapted from it, so that this is the way back. */
  readonly isBack: boolean;
  readonly canActivate: boolean;
  readonly onActivate: () => void;
}

/** One model, and how it was judged on corrected cells that it did not learn from. */
export function ModelCard({ model, parentName, isBack, canActivate, onActivate }: ModelCardProps) {
  const words = texts.models;
  const { judged } = model;
  return (
    <li className={`card ${model.isActive ? "active" : ""}`}>
      <h2>
        {model.name} {model.isActive && <span className="badge signed">{words.active}</span>}
      </h2>
      <p className="muted">
        {[
          words.kinds[model.kind],
          model.parent === null ? undefined : words.parent(parentName ?? model.parent),
          model.createdAt === null ? undefined : formatMoment(model.createdAt),
          words.classes(model.classes.length),
        ]
          .filter(Boolean)
          .join(" · ")}
      </p>
      {judged !== null && (
        <table className="judged">
          <caption>{words.judged(judged)}</caption>
          <tbody>
            <Figure name={words.before} estimate={judged.before} />
            <Figure name={words.after} estimate={judged.after} />
            {judged.kappaAfter !== null && (
              <tr>
                <th scope="row">{words.kappa}</th>
                <td className="number">{judged.kappaAfter.value.toFixed(2)}</td>
                <td className="muted figure">
                  {judged.kappaAfter.low.toFixed(2)}–{judged.kappaAfter.high.toFixed(2)}
                </td>
              </tr>
            )}
          </tbody>
        </table>
      )}
      {!model.isActive && (
        <button
          type="button"
          disabled={!canActivate}
          onClick={onActivate}
          aria-label={words.activateWhich(model.name, isBack)}
        >
          {isBack ? words.rollBack : words.activate}
        </button>
      )}
    </li>
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
