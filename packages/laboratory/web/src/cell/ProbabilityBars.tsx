import { labelStyle, letterOf } from "../labels.ts";
import { texts } from "../texts.ts";
import { formatShare } from "../ui/format.ts";

interface ProbabilityBarsProps {
  readonly classes: readonly string[];
  readonly probabilities: readonly number[];
  /** The class whose map lies over the image. */
  readonly chosen: string | undefined;
  /** Without it the bars only show. */
  readonly onChoose?: ((name: string | undefined) => void) | undefined;
}

/** One bar a class; each switches the map of where the model looked for it. */
export function ProbabilityBars({ classes, probabilities, chosen, onChoose }: ProbabilityBarsProps) {
  return (
    <div className="bars">
      {classes.map((name, i) => {
        const share = probabilities[i]!;
        const inside = (
          <>
            <span className="letter" aria-hidden="true">
              {letterOf(name)}
            </span>
            <span className="barName">{texts.labels.name(name)}</span>
            <span className="barTrack" aria-hidden="true">
              <span className="bar" style={{ inlineSize: `${100 * share}%` }} />
            </span>
            <span className="figure">{formatShare(share)}</span>
          </>
        );
        return onChoose === undefined ? (
          <div key={name} className="barRow" style={labelStyle(name)}>
            {inside}
          </div>
        ) : (
          <button
            key={name}
            type="button"
            className="barRow"
            style={labelStyle(name)}
            aria-pressed={chosen === name}
            onClick={() => onChoose(chosen === name ? undefined : name)}
          >
            {inside}
            <span className="unseen">{texts.cell.showMap}</span>
          </button>
        );
      })}
    </div>
  );
}
